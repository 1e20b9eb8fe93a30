"""Telegram: what people write to our bot, and what we write to them. A door like the others: it translates, and holds no rules."""
