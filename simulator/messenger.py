"""Telegram as a whole: the bot, the people who chat with it, and what passed between them so far."""

import threading
from collections import Counter
from typing import Any

from simulator.asked import Asked, Method
from simulator.chats import Account, Chats, Wire
from simulator.exchange import Exchange
from simulator.files import Files
from simulator.floods import Floods, Limits
from simulator.profile import Profile
from simulator.smartphones import Smartphones
from simulator.speech import Speech
from simulator.troubles import Troubles
from simulator.updates import Updates

NAME, USERNAME = "Itikia", "itikia_bot"
ABILITIES = {
    "can_join_groups": True,
    "can_read_all_group_messages": False,
    "supports_inline_queries": False,
    "can_connect_to_business": False,
    "has_main_web_app": False,
}


class Messenger:
    """Telegram on this machine. `token` is what the hotline has
    to show; the number before the colon is the bot's own."""

    def __init__(self, token: str, exchange: Exchange, troubles: Troubles, limits: Limits) -> None:
        self.token, self.exchange, self.troubles = token, exchange, troubles
        self.bot = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": NAME,
            "username": USERNAME,
        }
        self.profile, self.chats, self.files = Profile(NAME), Chats(), Files(limits.path)
        self.updates, self.floods = Updates(troubles), Floods(limits, troubles)
        self.speech = Speech(self.bot, self.chats, self.files, self.floods, limits)
        self.smartphones = Smartphones(
            self.bot, self.chats, self.speech, self.updates, self.files, self.floods, exchange
        )
        self._lock = threading.Lock()
        self._count_anew()

    @property
    def methods(self) -> dict[str, Method]:
        """Every method of the Bot API that is known here, by its name."""
        parts = (self.profile.methods, self.updates.methods, self.files.methods)
        free = {name: method for part in parts for name, method in part.items()}
        return {
            "getMe": self._me,
            **free,
            **{name: self._alone(method) for name, method in self.speech.methods.items()},
        }

    def account(self, user: int, wanted: dict[str, Any]) -> Account:
        """The account of a user, new if there was none, with what is `wanted` of it. Raises NotANumber."""
        with self.exchange.changed:
            is_new, account = user not in self.chats.accounts, self.chats.account(user)
            if wanted or is_new:
                self.smartphones.change(account, wanted)
            return account

    def inject(self, update: Wire) -> None:
        """Let an update happen that nobody's finger made. A
        group or channel that it names exists from now on."""
        kind, body = next((name, value) for name, value in update.items() if isinstance(value, dict))
        chat = body.get("chat") or body.get("message", {}).get("chat") or body.get("from") or {"id": 0}
        with self.exchange.changed:
            if chat.get("type", "private") != "private":
                self.chats.group(chat)
            self.updates.add(int(chat["id"]), kind, body, int(update.get("update_id", 0)))
            self.exchange.note()

    def count(self, call: str) -> None:
        with self._lock:
            self._calls[call] += 1

    def count_flood(self) -> None:
        with self._lock:
            self._floods += 1

    def count_connection(self) -> None:
        with self._lock:
            self._connections += 1

    def forget(self) -> None:
        """Forget every chat but those of the start, and begin to
        count anew. What the hotline has set up for its bot stays."""
        for part in (self.chats, self.files, self.updates, self.floods, self.speech):
            part.forget()
        self._count_anew()

    def close(self) -> None:
        self.updates.close()

    def counters(self) -> dict[str, Any]:
        with self.exchange.changed, self._lock:
            sends = [
                {"user": user, "text": text, "count": count}
                for (user, text), count in self.speech.sent.items()
            ]
            return {
                "calls": dict(self._calls),
                "sends": sends,
                "sent": self.speech.sent.total(),
                "edits": self.speech.edits,
                "floods": self._floods,
                "connections": self._connections,
            }

    def view(self) -> dict[str, Any]:
        """The bot and what passed so far, as JSON."""
        with self.exchange.changed:
            left = [group.id for group in self.chats.groups.values() if group.left]
            return {
                "version": self.exchange.version,
                "me": self._me(),
                "webhook": self.updates.view(),
                **self.profile.view(),
                "left": left,
                "counters": self.counters(),
            }

    def chat_view(self, account: Account) -> dict[str, Any]:
        """One chat as JSON."""
        with self.exchange.changed:
            shown = (
                "name",
                "number",
                "language_code",
                "blocked",
                "deactivated",
                "started",
                "unread",
                "toast",
            )
            return {
                "user": account.id,
                **{name: getattr(account, name) for name in shown},
                "version": self.exchange.version,
                "expected": self.chats.is_expected(account),
                "messages": [message.view() for message in account.messages.values()],
                "keyboard": account.keyboard.view() if account.keyboard else None,
                "commands": self.profile.commands_for(account.id, account.language_code),
            }

    def views(self) -> list[dict[str, Any]]:
        """Every chat as JSON."""
        with self.exchange.changed:
            return [self.chat_view(account) for account in self.chats.accounts.values()]

    def _me(self, _: Asked | None = None) -> Wire:
        return {**self.bot, "first_name": self.profile.name, **ABILITIES}

    def _alone(self, method: Method) -> Method:
        """The same method, with nothing else going on in the chats, and everybody woken who watches them."""

        def alone(asked: Asked) -> Any:
            with self.exchange.changed:
                done = method(asked)
                self.exchange.note()
                return done

        return alone

    def _count_anew(self) -> None:
        self._calls: Counter[str] = Counter()
        self._floods = self._connections = 0
