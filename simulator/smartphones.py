"""What people do in their chat with the hotline on Telegram: press
START, write, tap a button, send a picture or a place, block the bot."""

import re
import time
from typing import Any

from simulator.chats import Account, Chats, Message, Wire
from simulator.exchange import Exchange
from simulator.files import File, Files
from simulator.floods import Floods
from simulator.formatting import TEXT_LIMIT, Formatted, units
from simulator.keyboards import kind
from simulator.phones import Refused, number_from
from simulator.speech import Speech
from simulator.updates import Updates

COMMAND = re.compile(r"/\w{1,64}(@\w+)?", re.ASCII)
START = re.compile(r"/start(?:\s+(?P<payload>[\w-]{1,64}))?", re.ASCII)
PAYLOAD = re.compile(r"[\w-]{0,64}", re.ASCII)
THUMB = "👍"


class Smartphones:
    """Every smartphone with Telegram. Each act is an update for the
    hotline. All raise Refused for what the holder cannot do now."""

    def __init__(
        self,
        me: Wire,
        chats: Chats,
        speech: Speech,
        updates: Updates,
        files: Files,
        floods: Floods,
        exchange: Exchange,
    ) -> None:
        self._me, self._chats, self._speech, self._updates = me, chats, speech, updates
        self._files, self._floods, self._exchange = files, floods, exchange

    def change(self, account: Account, wanted: dict[str, Any]) -> None:
        """Another name, number or language; the bot blocked or not; the
        account gone. Only what is in `wanted`. Raises NotANumber."""
        with self._exchange.changed:
            for name in ("name", "language_code"):
                setattr(account, name, str(wanted.get(name, getattr(account, name))).strip())
            if wanted.get("number"):
                account.number = number_from(str(wanted["number"]))
            account.deactivated = bool(wanted.get("deactivated", account.deactivated))
            if account.started and not account.deactivated:
                self._block(account, bool(wanted.get("blocked", account.blocked)))
            self._exchange.note()

    def start(self, account: Account, payload: str = "") -> None:
        """Press START, perhaps after following a link with a word in it."""
        if not PAYLOAD.fullmatch(payload):
            raise Refused("A link carries at most 64 letters, digits, _ and -.")
        with self._exchange.changed:
            must_exist(account)
            self._block(account, False)
            account.started = True
            self._say(account, f"/start {payload}".strip())

    def say(self, account: Account, text: str, reply_to: int = 0, forwarded_from: str = "") -> None:
        """Write something; perhaps as an answer to a message, perhaps somebody else's words."""
        if start := START.fullmatch(text):
            self.start(account, start["payload"] or "")
            return
        with self._exchange.changed:
            must_be_open(account)
            self._say(account, text, self._reply(account, reply_to) | forwarded(forwarded_from))

    def edit(self, account: Account, message_id: int, text: str) -> None:
        """Change the words of an own message."""
        with self._exchange.changed:
            must_be_open(account)
            message = account.messages.get(message_id)
            if not message or not message.mine or message.kind != "text":
                raise Refused("There is no such message of one's own to edit.")
            message.words, message.edited = written(text), int(time.time())
            self._tell(account, "edited_message", self._speech.wire(account, message))

    def tap(self, account: Account, wanted: str, message_id: int = 0, *, stale: bool = False) -> None:
        """Tap a button under a message, or one in place of the keyboard."""
        with self._exchange.changed:
            must_be_open(account)
            for message in reversed(account.messages.values()):
                if message_id in (0, message.id) and (button := message.button(wanted, stale=stale)):
                    self._tap(account, message, button)
                    return
            self._press(account, wanted)

    def share_location(self, account: Account, latitude: float, longitude: float) -> None:
        place = {"latitude": latitude, "longitude": longitude}
        self._send(account, "location", {"location": place})

    def share_contact(self, account: Account, wanted: dict[str, Any]) -> None:
        """One's own card, or somebody else's. Telegram itself
        writes the `user_id` on it: none on one typed by hand."""
        number = str(wanted.get("number") or account.number.removeprefix("+"))
        if not number:
            raise Refused("This account has no number to share.")
        user = wanted.get("user_id", account.id)
        first, _, last = str(wanted.get("name") or account.name or "Somebody").partition(" ")
        card = {"phone_number": number, "first_name": first, "last_name": last, "user_id": user}
        self._send(account, "contact", {"contact": {name: value for name, value in card.items() if value}})

    def photo(self, account: Account, content: bytes, caption: str = "") -> None:
        file, sizes = self._files.photo(content)
        self._send(account, "photo", {"photo": sizes}, file, caption)

    def voice(self, account: Account, content: bytes, duration: int) -> None:
        file = self._files.keep("voice", content, "audio/ogg")
        self._send(
            account, "voice", {"voice": {**file.wire(), "duration": duration, "mime_type": file.mime}}, file
        )

    def document(self, account: Account, content: bytes, size: int, file_name: str, mime: str) -> None:
        """A file with its content, or one of which only the size is known."""
        file = self._files.keep("document", content, mime, size)
        self._send(
            account,
            "document",
            {"document": {**file.wire(), "file_name": file_name, "mime_type": mime}},
            file,
        )

    def sticker(self, account: Account) -> None:
        file = self._files.keep("sticker", b"sticker", "image/webp")
        shape = {
            "type": "regular",
            "width": 512,
            "height": 512,
            "is_animated": False,
            "is_video": False,
            "emoji": THUMB,
        }
        self._send(account, "sticker", {"sticker": {**file.wire(), **shape}}, file)

    def read(self, account: Account) -> None:
        """The holder has looked at every message."""
        with self._exchange.changed:
            for message in account.messages.values():
                message.read = True
            self._exchange.note()

    def _block(self, account: Account, blocked: bool) -> None:
        """Block the bot or let it write again, if that is a change."""
        if blocked == account.blocked:
            return
        account.blocked = blocked
        member, kicked = (
            {"user": self._me, "status": "member"},
            {"user": self._me, "status": "kicked", "until_date": 0},
        )
        old, new = (member, kicked) if blocked else (kicked, member)
        body = {"chat": account.wire(), "from": account.sender(), "date": int(time.time())}
        self._tell(account, "my_chat_member", {**body, "old_chat_member": old, "new_chat_member": new})

    def _reply(self, account: Account, to: int) -> Wire:
        if message := account.messages.get(to):
            return {"reply_to_message": self._speech.wire(account, message)}
        return {}

    def _tap(self, account: Account, message: Message, button: Wire) -> None:
        if "callback_data" not in button:
            raise Refused("This button opens an address; the hotline hears nothing of it.")
        account.toast = None
        query = {
            "id": self._speech.tapped(account),
            "from": account.sender(),
            "message": self._speech.wire(account, message),
        }
        self._tell(
            account,
            "callback_query",
            {**query, "chat_instance": str(-account.id), "data": button["callback_data"]},
        )

    def _press(self, account: Account, label: str) -> None:
        button = account.keyboard.button(label) if account.keyboard else None
        match kind(button) if button else "":
            case "text":
                self._say(account, label)
            case "contact":
                self.share_contact(account, {})
            case "location":
                raise Refused("This button asks for a place: send one.")
            case _:
                raise Refused(f"There is no button “{label}” to tap.")

    def _say(self, account: Account, text: str, extra: Wire | None = None) -> None:
        if account.keyboard and account.keyboard.one_time and account.keyboard.button(text):
            account.keyboard = None
        self._add(account, "text", written(text), extra or {})

    def _send(
        self, account: Account, kind: str, extra: Wire, file: File | None = None, caption: str = ""
    ) -> None:
        with self._exchange.changed:
            must_be_open(account)
            if account.keyboard and account.keyboard.one_time and kind in ("contact", "location"):
                account.keyboard = None
            self._add(account, kind, Formatted(caption.strip()), extra, file)

    def _add(
        self, account: Account, kind: str, words: Formatted, extra: Wire, file: File | None = None
    ) -> None:
        message = Message(self._chats.new_id(), True, kind, words, extra, file.id if file else "")
        account.messages[message.id] = message
        self._tell(account, "message", self._speech.wire(account, message))

    def _tell(self, account: Account, kind: str, body: Wire) -> None:
        self._floods.heard_from(account.id)
        self._updates.add(account.id, kind, body)
        self._exchange.note()


def must_exist(account: Account) -> None:
    """Raises Refused."""
    if account.deactivated:
        raise Refused("This account is gone.")


def must_be_open(account: Account) -> None:
    """Raises Refused unless the chat was started and the bot is not blocked."""
    must_exist(account)
    if account.blocked:
        raise Refused("The bot is blocked in this chat. Press START to unblock it.")
    if not account.started:
        raise Refused("This chat has not begun. Press START.")


def written(text: str) -> Formatted:
    """What somebody typed; a command at its beginning is marked as such. Raises Refused."""
    text = text.strip()
    if not text or units(text) > TEXT_LIMIT:
        raise Refused(f"A message has between 1 and {TEXT_LIMIT} characters.")
    command = COMMAND.match(text)
    return Formatted(text, [{"offset": 0, "length": command.end(), "type": "bot_command"}] if command else [])


def forwarded(name: str) -> Wire:
    """That a message is somebody else's, who does not say which account is theirs."""
    return (
        {"forward_origin": {"type": "hidden_user", "sender_user_name": name, "date": int(time.time())}}
        if name
        else {}
    )
