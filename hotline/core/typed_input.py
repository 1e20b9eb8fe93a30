"""What people key in, as it is meant: digits of any script, and nothing around them."""

import unicodedata


def is_number(text: str) -> bool:
    return text.isdecimal() and len(text) < 9


def tidy(typed: str) -> str:
    """Digits of any script as 0 to 9, and nothing around them."""
    text = unicodedata.normalize("NFKC", typed).strip()
    stripped = text.rstrip(".):").strip()
    if stripped.isdecimal():
        return "".join(str(unicodedata.decimal(digit)) for digit in stripped)
    return text
