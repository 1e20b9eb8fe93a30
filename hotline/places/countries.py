"""The countries the hotline can serve, a row each. Everything that
differs from one country to the next, but for its areas, is here."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Country:
    code: str
    """Two letters, ISO 3166-1; also the code of the country's own row among its areas."""
    name: str
    emergency: str
    """What to dial when minutes count. It is on every screen that has bad news."""
    oversight: str
    """Who takes a report that nobody on our list may see, and
    their public number: ring it before the hotline opens."""
    zone: ZoneInfo
    """The clock that people there go by."""
    languages: tuple[str, ...]
    """In the order in which the first screen offers them; a folder under `locales/` each, but for English."""


COUNTRIES = {
    country.code: country
    for country in (
        Country("KE", "Kenya", "999", "IPOA, 1559", ZoneInfo("Africa/Nairobi"), ("sw", "en")),
        Country("NG", "Nigeria", "112", "NHRC, 6472", ZoneInfo("Africa/Lagos"), ("en",)),
    )
}
