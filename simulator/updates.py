"""How what people do on Telegram reaches the hotline: it is posted to
the hotline's own address, or the hotline comes and asks for it.

Posted, the updates of one chat come one after another, and those of different chats side by side. What is not
answered with 2xx is posted again, with growing pauses, for a day. Without an address and with nobody asking,
updates wait. With `twice` among the troubles every update comes twice, and while `telegram_down` none comes.
"""

import heapq
import json
import random
import re
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from simulator.agenda import Agenda
from simulator.asked import Asked, Declined, Method, bad
from simulator.troubles import Troubles

PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0)
PAUSE_WHEN_DOWN = 0.2
DAY = 24 * 3600
ANSWER_WITHIN = 20.0
LONGEST_POLL = 50
MOST_AT_ONCE = 100
HANDS = 16
UNASKED = ("chat_member", "message_reaction", "message_reaction_count")
SECRET = re.compile(r"[A-Za-z0-9_-]{0,256}")
HERE = ("127.0.0.1", "localhost")
PORTS = (80, 88, 443, 8443)

Update = dict[str, Any]


@dataclass
class Waiting:
    """An update that the hotline does not have yet."""

    update: Update
    place: int
    until: float = field(default_factory=lambda: time.monotonic() + DAY)

    @property
    def id(self) -> int:
        return int(self.update["update_id"])


@dataclass
class Webhook:
    """Where updates are posted, and how that went."""

    url: str = ""
    secret: str = ""
    max_connections: int = 40
    last_error: tuple[int, str] | None = None

    def __post_init__(self) -> None:
        """Raises Declined."""
        where = urlsplit(self.url)
        if self.url and where.scheme != "https" and not (where.scheme == "http" and where.hostname in HERE):
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        if self.url and where.hostname not in HERE and (where.port or 443) not in PORTS:
            raise bad("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
        if not SECRET.fullmatch(self.secret):
            raise bad("secret token contains unallowed characters")

    def view(self) -> dict[str, Any]:
        failed = dict(zip(("last_error_date", "last_error_message"), self.last_error or (), strict=False))
        return {
            "url": self.url,
            "has_custom_certificate": False,
            "max_connections": self.max_connections,
            **failed,
        }


class Updates:
    """The updates that wait, in one lane per chat, and the two ways out."""

    def __init__(self, troubles: Troubles) -> None:
        self._troubles, self._agenda = troubles, Agenda(HANDS)
        self._changed = threading.Condition()
        self._webhook = Webhook()
        self._allowed: list[str] = []
        self._lanes: dict[int, deque[Waiting]] = {}
        self._busy: set[int] = set()
        self._last_id = random.randint(100_000_000, 900_000_000)  # noqa: S311 -- no secret
        self._places = self._polls = 0
        self._line = requests.Session()
        self._line.trust_env = False
        for scheme in ("http://", "https://"):
            self._line.mount(scheme, HTTPAdapter(pool_connections=4, pool_maxsize=HANDS))

    @property
    def methods(self) -> dict[str, Method]:
        return {
            "getUpdates": self._fetch,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": lambda _: self.view(),
        }

    def add(self, chat: int, kind: str, body: Update, update_id: int = 0) -> None:
        """Something happened in a chat. Dropped where the hotline has not asked for this kind of update."""
        with self._changed:
            if kind not in self._allowed if self._allowed else kind in UNASKED:
                return
            self._last_id = max(self._last_id, update_id) if update_id else self._last_id + 1
            update = {"update_id": update_id or self._last_id, kind: body}
            for _ in range(2 if self._troubles.twice else 1):
                self._places += 1
                self._lanes.setdefault(chat, deque()).append(Waiting(update, self._places))
            self._changed.notify_all()
            self._start(chat)

    def view(self) -> dict[str, Any]:
        """The answer to getWebhookInfo."""
        with self._changed:
            allowed = {"allowed_updates": self._allowed} if self._allowed else {}
            return {
                **self._webhook.view(),
                "pending_update_count": sum(map(len, self._lanes.values())),
                **allowed,
            }

    def forget(self) -> None:
        """Drop what waits. Where updates go to is the hotline's to say, and stays."""
        with self._changed:
            self._lanes.clear()

    def close(self) -> None:
        with self._changed:
            self._polls += 1
            self._changed.notify_all()
        self._agenda.close()
        self._line.close()

    def _fetch(self, asked: Asked) -> list[Update]:
        """Raises Declined while updates are posted, or when somebody else comes to fetch them."""
        offset, limit = asked.number("offset"), min(max(asked.number("limit", MOST_AT_ONCE), 1), MOST_AT_ONCE)
        with self._changed:
            self._must_fetch(
                "can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first"
            )
            self._allow(asked)
            self._confirm(offset)
            self._polls += 1
            mine = self._polls
            self._changed.notify_all()
            self._changed.wait_for(
                lambda: self._lanes or self._polls != mine or self._webhook.url,
                min(asked.number("timeout"), LONGEST_POLL),
            )
            self._must_fetch("terminated by setWebhook request")
            if self._polls != mine:
                raise conflict(
                    "terminated by other getUpdates request; make sure that only one bot instance is running"
                )
            return [waiting.update for waiting, _ in zip(self._in_order(), range(limit), strict=False)]

    def _must_fetch(self, otherwise: str) -> None:
        if self._webhook.url:
            raise conflict(otherwise)

    def _in_order(self) -> Iterator[Waiting]:
        return heapq.merge(*self._lanes.values(), key=lambda waiting: waiting.place)

    def _confirm(self, offset: int) -> None:
        """The hotline has everything before `offset`; a negative one counts from the end."""
        if offset < 0:
            ids = [waiting.id for waiting in self._in_order()]
            offset = ids[max(offset, -len(ids))] if ids else 0
        now = time.monotonic()
        for chat, lane in list(self._lanes.items()):
            kept = deque(waiting for waiting in lane if waiting.id >= offset and waiting.until > now)
            self._keep(chat, kept)

    def _keep(self, chat: int, lane: deque[Waiting]) -> None:
        if lane:
            self._lanes[chat] = lane
        else:
            self._lanes.pop(chat, None)

    def _allow(self, asked: Asked) -> None:
        allowed = asked.thing("allowed_updates", list)
        if allowed is not None:
            self._allowed = [str(kind) for kind in allowed]

    def _set_webhook(self, asked: Asked) -> bool:
        connections = min(max(asked.number("max_connections", 40), 1), 100)
        webhook = Webhook(asked.text("url"), asked.text("secret_token"), connections)
        with self._changed:
            self._allow(asked)
            self._webhook = webhook
            self._drop(asked)
            self._changed.notify_all()
            for chat in self._lanes:
                self._start(chat)
        return True

    def _delete_webhook(self, asked: Asked) -> bool:
        with self._changed:
            self._webhook = Webhook()
            self._drop(asked)
        return True

    def _drop(self, asked: Asked) -> None:
        if asked.flag("drop_pending_updates"):
            self._lanes.clear()

    def _start(self, chat: int) -> None:
        """Begin to post what waits in a lane, unless that goes on already."""
        if self._webhook.url and chat not in self._busy:
            self._busy.add(chat)
            self._agenda.after(0, partial(self._post_next, chat, 0))

    def _post_next(self, chat: int, tries: int) -> None:
        with self._changed:
            first, webhook = self._first(chat), self._webhook
            if not first or not webhook.url:
                self._busy.discard(chat)
                return
        if self._troubles.telegram_down:
            self._agenda.after(PAUSE_WHEN_DOWN, partial(self._post_next, chat, tries))
        elif self._posted(webhook, first.update):
            self._done(chat, first)
            self._agenda.after(0, partial(self._post_next, chat, 0))
        else:
            self._agenda.after(PAUSES[min(tries, len(PAUSES) - 1)], partial(self._post_next, chat, tries + 1))

    def _first(self, chat: int) -> Waiting | None:
        """The next update of a chat that is not too old."""
        now, lane = time.monotonic(), self._lanes.get(chat, deque())
        while lane and lane[0].until <= now:
            lane.popleft()
        self._keep(chat, lane)
        return lane[0] if lane else None

    def _done(self, chat: int, posted: Waiting) -> None:
        with self._changed:
            lane = self._lanes.get(chat, deque())
            if lane and lane[0] is posted:
                lane.popleft()
            self._keep(chat, lane)

    def _posted(self, webhook: Webhook, update: Update) -> bool:
        headers = {"Content-Type": "application/json"}
        if webhook.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = webhook.secret
        try:
            body = json.dumps(update).encode()
            answer = self._line.post(
                webhook.url, data=body, headers=headers, timeout=ANSWER_WITHIN, allow_redirects=False
            )
        except requests.Timeout:
            error = "Read timeout expired"
        except requests.RequestException:
            error = "Connection refused"
        else:
            if 200 <= answer.status_code < 300:
                return True
            error = f"Wrong response from the webhook: {answer.status_code} {answer.reason}"
        webhook.last_error = int(time.time()), error
        return False


def conflict(words: str) -> Declined:
    return Declined(409, f"Conflict: {words}")
