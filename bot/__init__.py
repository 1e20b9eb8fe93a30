"""Telegram: what people write to our bot, and what we write to
them. A door like the others: it translates, and holds no rules."""

import os

# Its library gives durations as such then, as its next release always will.
os.environ.setdefault("PTB_TIMEDELTA", "true")
