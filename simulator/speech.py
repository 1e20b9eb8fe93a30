"""What the hotline says on Telegram: it sends messages, changes them, takes them back, and answers taps.
Strictly, in Telegram's own words.

| what goes too far                      | what Telegram says                                                |
| -------------------------------------- | ----------------------------------------------------------------- |
| a text of more than 4096               | message is too long                                               |
| data of a button of more than 64 bytes | BUTTON_DATA_INVALID                                               |
| a chat that nobody has started         | chat not found                                                    |
| a change that changes nothing          | message is not modified: …                                        |
| an answer to a tap after 15 seconds    | query is too old and response timeout expired or query ID is      |
|                                        | invalid                                                           |
"""

import secrets
import time
from collections import Counter

from simulator.asked import Asked, Declined, Method, bad
from simulator.chats import Account, Chat, Chats, Group, Message, Wire
from simulator.files import File, Files
from simulator.floods import Floods, Limits
from simulator.formatting import Formatted, asked_caption, asked_text
from simulator.keyboards import Keyboard, asked_inline, asked_markup

SENDING = ("sendMessage", "sendPhoto", "sendVoice")
EDITING = ("editMessageText", "editMessageReplyMarkup")
ANSWER_LIMIT = 200
TWO_DAYS = 48 * 3600
ACTIONS = {
    *("typing", "choose_sticker", "find_location"),
    *(f"{what}_{kind}" for what in ("record", "upload") for kind in ("video", "voice", "video_note")),
    *("upload_photo", "upload_document"),
}


class Speech:
    """The bot's own messages in every chat, with a count of them."""

    def __init__(self, me: Wire, chats: Chats, files: Files, floods: Floods, limits: Limits) -> None:
        self._me, self._chats, self._files, self._floods, self._limits = me, chats, files, floods, limits
        self.forget()

    def forget(self) -> None:
        """Begin to count anew, and forget every tap."""
        self.sent: Counter[tuple[int, str]] = Counter()
        self.edits = 0
        self._taps: dict[str, tuple[Account, float]] = {}

    @property
    def methods(self) -> dict[str, Method]:
        """Whoever calls them holds the lock of the exchange."""
        return {
            "sendMessage": self._send_text,
            "sendPhoto": self._send_photo,
            "sendVoice": self._send_voice,
            "editMessageText": self._edit_text,
            "editMessageReplyMarkup": self._edit_buttons,
            "deleteMessage": self._delete,
            "answerCallbackQuery": self._answer_tap,
            "sendChatAction": self._act,
            "getChat": self._look,
            "leaveChat": self._leave,
        }

    def tapped(self, account: Account) -> str:
        """Somebody tapped a button; the id under which the tap can be answered."""
        query = str(secrets.randbits(62))
        self._taps[query] = account, time.monotonic() + self._limits.query
        return query

    def wire(self, chat: Chat, message: Message) -> Wire:
        """A message as it goes over the wire, with who wrote it and where."""
        return {"from": chat.sender() if message.mine else self._me, "chat": chat.wire(), **message.wire()}

    def _send_text(self, asked: Asked) -> Wire:
        chat = self._chats.writable(asked)
        return self._send(asked, chat, "text", asked_text(asked), {})

    def _send_photo(self, asked: Asked) -> Wire:
        chat, words = self._chats.writable(asked), asked_caption(asked)
        file, sizes = self._files.photo(self._content(asked, "photo"))
        return self._send(asked, chat, "photo", words, {"photo": sizes}, file)

    def _send_voice(self, asked: Asked) -> Wire:
        chat, words = self._chats.writable(asked), asked_caption(asked)
        file = self._files.keep("voice", self._content(asked, "voice"), "audio/ogg")
        voice = {**file.wire(), "duration": asked.number("duration"), "mime_type": file.mime}
        return self._send(asked, chat, "voice", words, {"voice": voice}, file)

    def _content(self, asked: Asked, name: str) -> bytes:
        """A file that came along, or one that Telegram has already. Raises Declined."""
        if upload := asked.upload(name):
            content: bytes = upload.read()
            if not content:
                raise bad("file must be non-empty")
            return content
        if known := self._files.file(asked.text(name)):
            return known.read()
        raise bad(
            "wrong file identifier/HTTP URL specified"
            if name in asked
            else f"there is no {name} in the request"
        )

    def _send(
        self, asked: Asked, chat: Chat, kind: str, words: Formatted, extra: Wire, file: File | None = None
    ) -> Wire:
        markup = asked_markup(asked, private=chat.is_private)
        extra = {**extra, **self._answered(asked, chat), **previewed(asked)}
        self._floods.let_through(chat.id)
        message = Message(
            self._chats.new_id(), False, kind, words, extra, file.id if file else "", markup.inline
        )
        message.protected = asked.flag("protect_content")
        chat.messages[message.id] = message
        if markup.keyboard is not None:
            chat.keyboard = Keyboard(markup.keyboard, markup.one_time) if markup.keyboard else None
        self.sent[chat.id, words.text] += 1
        return self.wire(chat, message)

    def _answered(self, asked: Asked, chat: Chat) -> Wire:
        """The message that this one is an answer to. Raises Declined."""
        to = asked.thing("reply_parameters", dict) or {"message_id": asked.number("reply_to_message_id")}
        if message := chat.messages.get(int(to.get("message_id", 0))):
            return {"reply_to_message": self.wire(chat, message)}
        if to.get("message_id") and not (
            to.get("allow_sending_without_reply") or asked.flag("allow_sending_without_reply")
        ):
            raise bad("message to be replied not found")
        return {}

    def _edit_text(self, asked: Asked) -> Wire:
        chat = self._chats.writable(asked)
        message, words, buttons = self._own(asked, chat), asked_text(asked), asked_inline(asked)
        if message.kind != "text":
            raise bad("there is no text in the message to edit")
        message.change(words, buttons)
        message.extra |= previewed(asked)
        self.edits += 1
        return self.wire(chat, message)

    def _edit_buttons(self, asked: Asked) -> Wire:
        chat = self._chats.writable(asked)
        message = self._own(asked, chat)
        message.change(message.words, asked_inline(asked))
        self.edits += 1
        return self.wire(chat, message)

    def _own(self, asked: Asked, chat: Chat) -> Message:
        """Raises Declined."""
        message = chat.message(asked, "edit")
        if message.mine:
            raise bad("message can't be edited")
        return message

    def _delete(self, asked: Asked) -> bool:
        chat = self._chats.writable(asked)
        message = chat.message(asked, "delete")
        if time.time() - message.date > TWO_DAYS:
            raise bad("message can't be deleted")
        del chat.messages[message.id]
        return True

    def _answer_tap(self, asked: Asked) -> bool:
        account, until = self._taps.pop(asked.text("callback_query_id"), (None, 0.0))
        if not account or time.monotonic() >= until:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        text = asked.text("text")
        if len(text) > ANSWER_LIMIT:
            raise bad("MESSAGE_TOO_LONG")
        account.toast = {"text": text, "alert": asked.flag("show_alert")} if text else None
        return True

    def _act(self, asked: Asked) -> bool:
        self._chats.writable(asked)
        if asked.text("action") not in ACTIONS:
            raise bad("wrong parameter action in request")
        return True

    def _look(self, asked: Asked) -> Wire:
        chat = self._chats.writable(asked)
        gifts = dict.fromkeys(
            (
                "unlimited_gifts",
                "limited_gifts",
                "unique_gifts",
                "premium_subscription",
                "gifts_from_channels",
            ),
            False,
        )
        return {
            **chat.wire(),
            "accent_color_id": chat.id % 7,
            "max_reaction_count": 11,
            "accepted_gift_types": gifts,
        }

    def _leave(self, asked: Asked) -> bool:
        chat = self._chats.writable(asked)
        if not isinstance(chat, Group):
            raise Declined(400, "Bad Request: chat member status can't be changed in private chats")
        chat.left = True
        return True


def previewed(asked: Asked) -> Wire:
    """Whether addresses in the text are shown as pictures, if that was said."""
    if options := asked.thing("link_preview_options", dict):
        return {"link_preview_options": options}
    return {"link_preview_options": {"is_disabled": True}} if asked.flag("disable_web_page_preview") else {}
