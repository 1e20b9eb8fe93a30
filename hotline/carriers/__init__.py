"""A carrier takes our texts to phones, and brings what people key in and text to us.

Each carrier is one file or folder here and one line in `CARRIERS`.
"""

from collections.abc import Callable

from hotline.carriers.africastalking import AfricasTalking
from hotline.carriers.carrier import Account, Carrier
from hotline.core.errors import Misconfigured
from hotline.settings import Settings

CARRIERS: dict[str, Callable[[Account], Carrier]] = {"africastalking": AfricasTalking}
"""The carriers there are, by the name that CARRIER has."""


def carrier_of(settings: Settings) -> Carrier:
    """The carrier that the settings name. Raises `Misconfigured`."""
    if settings.carrier not in CARRIERS:
        raise Misconfigured(f"CARRIER is {settings.carrier!r}; known are {', '.join(CARRIERS)}.")
    account = Account(
        settings.carrier_username, settings.carrier_api_key, settings.sender, settings.carrier_base_url
    )
    return CARRIERS[settings.carrier](account)
