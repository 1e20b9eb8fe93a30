"""What the operator may decide. Read once, at each process's
front door, from the environment; nobody else looks there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from pathlib import Path
from urllib.parse import quote

from hotline.core.crypto import Keys
from hotline.core.errors import Misconfigured
from hotline.places.countries import COUNTRIES, Country

SIMULATOR = "http://127.0.0.1:8055"
TELEGRAM = "https://api.telegram.org"


@dataclass(frozen=True)
class Settings:
    """Every setting, with the words an operator writes in the environment in capitals before it."""

    var: Path
    """VAR: the folder for what must outlive a restart: the embedded database, the keys, the queue."""
    database_url: str
    """DATABASE_URL: empty for SQLite under VAR, or postgresql://…"""
    redis_url: str
    """REDIS_URL: empty for the embedded server under VAR, or redis://…"""
    keys: Keys
    """KEYS: the folder of the keys, VAR/keys unless told. Made by
    `itikia keys`; `itikia run` makes it when there is none."""
    country: Country
    """COUNTRY: two letters, as in `hotline/places/countries.py`."""
    carrier: str
    """CARRIER: which company carries our texts, as in `hotline/carriers/__init__.py`."""
    carrier_username: str
    """CARRIER_USERNAME: our name with the carrier; exactly
    `sandbox` for Africa's Talking's own rehearsal room."""
    carrier_api_key: str = field(repr=False)
    """CARRIER_API_KEY: the carrier's secret. Without one, the simulator plays the carrier."""
    carrier_base_url: str
    """CARRIER_BASE_URL: where the carrier listens, if not at its usual address."""
    sender: str
    """SENDER: the short code that texts come from, and to which people answer."""
    service_code: str
    """SERVICE_CODE: what people dial, *384*4455# for one."""
    public_url: str
    """PUBLIC_URL: the https address under which the carrier reaches this machine."""
    callback_secrets: tuple[str, ...] = field(repr=False)
    """CALLBACK_SECRETS: one long random word in the callback addresses,
    or two with a comma while the one is replaced by the other."""
    telegram_token: str = field(repr=False)
    """TELEGRAM_TOKEN: the bot's secret, as BotFather gave it. Without one there is no Telegram; while the
    simulator plays the carrier, it plays Telegram too."""
    telegram_base_url: str
    """TELEGRAM_BASE_URL: where the Bot API listens, if not at its usual address."""
    default_body: str
    """DEFAULT_BODY: the code of the body that gets what nobody else answers; the coordinating bodies, unless
    told. What is about the police never goes to one of the police."""
    readiness: time | None
    """READINESS: when in the evening those who have the night are asked
    whether they are there, 18:00 unless told; `off` for never."""
    heartbeat_url: str = field(repr=False)
    """HEARTBEAT_URL: an address of somebody outside who watches over us; it is called every minute while all
    is well, so that silence alarms them."""
    metrics_token: str = field(repr=False)
    """METRICS_TOKEN: what Prometheus must show to be told figures about
    the machine at /metrics; without one there is no such page."""
    bulk_rate: int
    """BULK_RATE: texts of broadcasts that the carrier is given a second,
    50 unless told. Ask what it takes, and leave room for cases."""
    bulk_batch: int
    """BULK_BATCH: how many of them are handed over in one request, 100
    unless told. Whoever stops a broadcast stops all but so many."""
    text_price: str
    """TEXT_PRICE: what one part of one text costs, `KES 0.80`
    for one; a broadcast's preview says what it will cost."""
    exercise: bool
    """EXERCISE: `yes` while everybody learns: every broadcast is a drill, and none leaves the building."""
    port: int
    """PORT: where the public door listens."""
    bind: str
    """BIND: the network address it listens on; behind a proxy that speaks https, leave it at 127.0.0.1."""
    minute: timedelta
    """MINUTE: how many seconds a promised minute lasts: 60, and fewer to rehearse."""

    @property
    def is_simulated(self) -> bool:
        return not self.carrier_api_key

    @property
    def telegram_is_simulated(self) -> bool:
        return self.is_simulated and not self.telegram_token

    @property
    def telegram_secret(self) -> str:
        """What Telegram must show at our door. Derived from the token: a new token brings a new one."""
        return self.keys.index.of("telegram door", self.telegram_token)

    @property
    def batch(self) -> int:
        """Texts of a broadcast that are handed over in one go: no more than leave within ten seconds."""
        return min(self.bulk_batch, 10 * self.bulk_rate)

    @property
    def redis_socket(self) -> Path:
        return self.var / "redis" / "redis.sock"

    def minutes(self, number: int) -> timedelta:
        """So many of the hotline's minutes."""
        return number * self.minute


def from_environment(environ: Mapping[str, str]) -> Settings:
    """The settings as the environment has them. Raises
    `Misconfigured` with a sentence that names the setting."""

    def told(name: str, otherwise: str = "") -> str:
        return environ.get(name) or otherwise

    var = Path(told("VAR", "var")).absolute()
    keys = Keys(Path(told("KEYS") or var / "keys").absolute())
    return Settings(
        var=var,
        database_url=_database_url(told("DATABASE_URL", f"sqlite:///{var / 'itikia.db'}")),
        redis_url=told("REDIS_URL", f"unix://{quote(str(var / 'redis' / 'redis.sock'))}"),
        keys=keys,
        country=_country(told("COUNTRY", "KE")),
        carrier=told("CARRIER", "africastalking"),
        carrier_username=told("CARRIER_USERNAME", "itikia"),
        carrier_api_key=told("CARRIER_API_KEY"),
        carrier_base_url=told("CARRIER_BASE_URL") or ("" if told("CARRIER_API_KEY") else SIMULATOR),
        sender=told("SENDER", "22384"),
        service_code=told("SERVICE_CODE", "*384*4455#"),
        public_url=told("PUBLIC_URL").rstrip("/"),
        callback_secrets=_secrets(told("CALLBACK_SECRETS")),
        telegram_token=_token(told("TELEGRAM_TOKEN")),
        telegram_base_url=told("TELEGRAM_BASE_URL", TELEGRAM).rstrip("/"),
        default_body=told("DEFAULT_BODY"),
        readiness=_time_of_day(environ, "READINESS", "18:00"),
        heartbeat_url=_address(environ, "HEARTBEAT_URL"),
        metrics_token=told("METRICS_TOKEN"),
        bulk_rate=_number(environ, "BULK_RATE", 50),
        bulk_batch=_number(environ, "BULK_BATCH", 100, most=200),
        text_price=_price(told("TEXT_PRICE")),
        exercise=_yes(environ, "EXERCISE"),
        port=_number(environ, "PORT", 8000, most=65535),
        bind=told("BIND", "127.0.0.1"),
        minute=timedelta(seconds=_number(environ, "MINUTE", 60)),
    )


def _database_url(url: str) -> str:
    """With the driver we ship, whichever of its two common beginnings the address has."""
    for beginning in ("postgres://", "postgresql://"):
        if url.startswith(beginning):
            return "postgresql+psycopg://" + url.removeprefix(beginning)
    return url


def _country(code: str) -> Country:
    if code not in COUNTRIES:
        raise Misconfigured(
            f"COUNTRY is {code!r}; known are {', '.join(COUNTRIES)}. Add a row to "
            "hotline/places/countries.py for another."
        )
    return COUNTRIES[code]


def _secrets(text: str) -> tuple[str, ...]:
    secrets = tuple(secret for secret in (part.strip() for part in text.split(",")) if secret)
    if len(secrets) > 2:
        raise Misconfigured(
            "CALLBACK_SECRETS takes one secret, or two while the first is replaced by the second."
        )
    if any(len(secret) < 16 or not secret.replace("-", "").replace("_", "").isalnum() for secret in secrets):
        raise Misconfigured(
            "CALLBACK_SECRETS: a secret has at least 16 letters, digits, - and _ and nothing else."
        )
    return secrets


def _token(text: str) -> str:
    if text and not re.fullmatch(r"\d+:[\w-]+", text, re.ASCII):
        raise Misconfigured(
            "TELEGRAM_TOKEN: a token is digits, a colon, and letters, digits, - and _ and nothing else."
        )
    return text


def _time_of_day(environ: Mapping[str, str], name: str, usual: str) -> time | None:
    text = environ.get(name) or usual
    if text.casefold() == "off":
        return None
    try:
        return time.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        raise Misconfigured(f"{name} is {text!r}; write a time of day such as {usual}, or off.") from None


def _address(environ: Mapping[str, str], name: str) -> str:
    text = environ.get(name, "")
    if text and not text.startswith(("http://", "https://")):
        raise Misconfigured(f"{name}: write an address that begins with https://, or leave it empty.")
    return text


def _price(text: str) -> str:
    if text and not re.fullmatch(r"[A-Z]{3} \d+(\.\d+)?", text, re.ASCII):
        raise Misconfigured(
            f"TEXT_PRICE is {text!r}; write the currency and the "
            "price of one part, KES 0.80 for one, or leave it empty."
        )
    return text


def _yes(environ: Mapping[str, str], name: str) -> bool:
    text = environ.get(name, "").casefold()
    if text not in ("", "yes", "no"):
        raise Misconfigured(f"{name} is {text!r}; write yes or no.")
    return text == "yes"


def _number(environ: Mapping[str, str], name: str, usual: int, most: int = 100_000) -> int:
    text = environ.get(name) or str(usual)
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise Misconfigured(f"{name} is {text!r}; write a whole number from 1 to {most}.")
    return int(text)
