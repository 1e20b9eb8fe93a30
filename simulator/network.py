"""The telephone network as a whole: the exchange with its phones,
the calls and texts on it, Telegram beside it, and their bad days."""

from typing import Any

from simulator.agenda import Agenda
from simulator.callbacks import Callbacks, Timings
from simulator.calls import Calls
from simulator.exchange import Exchange
from simulator.floods import Bucket, Limits
from simulator.messenger import Messenger
from simulator.phones import Phone, Session
from simulator.texts import Texts
from simulator.troubles import Troubles

DEFAULT_SENDER = "AFRICASTKNG"
TELEGRAM_TOKEN = "1000:simulated"  # noqa: S105 -- opens nothing but this simulator


class Network:
    """Everything on this machine that is not the hotline.
    Safe to use from many threads; `close` it at the end.

    `callbacks` is the address under which the hotline's public door listens; `senders` are
    names that texts may come from, besides the short code and the carrier's own.
    `telegram_token` is what the hotline has to show to Telegram. Of texts, the carrier takes
    `texts_a_second`, and as many at once where it was quiet for a second; 0 for any number.
    """

    def __init__(
        self,
        callbacks: str,
        service_code: str = "*384*4455#",
        short_code: str = "22384",
        *,
        api_key: str = "simulated",
        senders: tuple[str, ...] = (),
        timings: Timings | None = None,
        telegram_token: str = TELEGRAM_TOKEN,
        telegram_limits: Limits | None = None,
        texts_a_second: int = 0,
    ) -> None:
        self.api_key, self.senders = api_key, {short_code, DEFAULT_SENDER, *senders}
        self.troubles, self.exchange = Troubles(), Exchange()
        self._agenda = Agenda()
        self.callbacks = Callbacks(callbacks, self._agenda, self.troubles, timings or Timings())
        self.calls = Calls(self.exchange, self.callbacks, service_code)
        self.texts = Texts(self.exchange, self.callbacks, short_code)
        self._bucket = Bucket(texts_a_second, texts_a_second) if texts_a_second else None
        self.turned_away = 0
        self.telegram = Messenger(telegram_token, self.exchange, self.troubles, telegram_limits or Limits())

    def too_many(self, texts: int) -> float:
        """Take so many texts at once and say 0; or take none,
        and say after how many seconds some may come again."""
        if self._bucket is None:
            return 0
        with self.exchange.changed:
            if not (wait := self._bucket.wait()):
                self._bucket.take(texts)
            self.turned_away += texts if wait else 0
        return wait

    def change(self, phone: Phone, wanted: dict[str, Any]) -> None:
        """Switch a phone on or off, stop or allow its texts, let the
        carrier refuse or lose them. Only what is in `wanted` changes."""
        stops_texts = wanted.get("opted_out", False) and not phone.opted_out
        with self.exchange.changed:
            for name in ("label", "on", "opted_out", "undeliverable", "refuses"):
                setattr(phone, name, wanted.get(name, getattr(phone, name)))
            if not phone.on:
                self.calls.cut(phone)
                phone.session = None
            self.exchange.note()
        if stops_texts:
            self.callbacks.tell("/optouts", {"senderId": self.texts.short_code, "phoneNumber": phone.number})

    def read(self, phone: Phone) -> None:
        """The holder has looked at every text."""
        with self.exchange.changed:
            for text in phone.texts:
                text.read = True
            self.exchange.note()

    def reset(self) -> None:
        """Forget every call, text, chat, fault, trouble and count.
        The phones and chats of the start stay, new and empty."""
        with self.exchange.changed:
            for part in (
                self._agenda,
                self.troubles,
                self.exchange,
                self.calls,
                self.texts,
                self.callbacks,
                self.telegram,
            ):
                part.forget()
            self._fill()
            self.exchange.note()

    def _fill(self) -> None:
        self.turned_away = 0
        if self._bucket is not None:
            self._bucket.fill()

    def close(self) -> None:
        self._agenda.close()
        self.callbacks.close()
        self.telegram.close()

    def counters(self) -> dict[str, Any]:
        """What has passed so far, as JSON."""
        return {
            "texts": self.texts.counts(),
            "accepted": self.texts.accepted.total(),
            "delivered": self.texts.delivered,
            "turned_away": self.turned_away,
            "received": len(self.texts.incoming),
            "dialled": self.calls.dialled,
            "turns": self.calls.turns,
            "callbacks": {"tried": self.callbacks.tried, "failed": self.callbacks.failed},
        }

    def view(self) -> dict[str, Any]:
        """The whole town as JSON, for the page."""
        with self.exchange.changed:
            return {
                "version": self.exchange.version,
                "service_code": self.calls.service_code,
                "short_code": self.texts.short_code,
                "troubles": self.troubles.view(),
                "faults": self.exchange.faults_view(),
                "phones": [self.phone_view(phone) for phone in self.exchange.phones.values()],
                "bot": self.telegram.bot["username"],
                "chats": self.telegram.views(),
            }

    def phone_view(self, phone: Phone) -> dict[str, Any]:
        """One phone as JSON."""
        with self.exchange.changed:
            return {
                **{
                    name: getattr(phone, name)
                    for name in (
                        "number",
                        "label",
                        "on",
                        "opted_out",
                        "undeliverable",
                        "refuses",
                        "unread",
                        "screen",
                    )
                },
                "version": self.exchange.version,
                "expected": self.exchange.is_expected(phone),
                "session": self._session_view(phone.session) if phone.session else None,
                "texts": [text.view() for text in phone.texts],
            }

    def _session_view(self, session: Session) -> dict[str, Any]:
        seconds_left, idle_left = self.calls.seconds_left(session)
        return {
            "id": session.id,
            "standing": session.standing.value,
            "problem": session.problem,
            "screen": session.screen,
            "seconds_left": seconds_left,
            "idle_left": idle_left,
        }
