"""The USSD door: a screen as pages that fit a small phone, and a dial-in key by key."""
