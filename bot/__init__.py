"""Telegram: what people write to our bot, and what we write to
them. A door like the others: it translates, and holds no rules."""

import os

os.environ.setdefault(
    "PTB_TIMEDELTA", "true"
)  # its library gives durations as such then, as its next release always will
