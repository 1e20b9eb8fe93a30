"""One counter for all doors: the first screen, what somebody wants, what they text out of the blue."""
