"""What each kind of update means: which turn of a conversation it
is, or which step in a case, or that somebody comes or goes."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from telegram import BotCommandScopeChat, CallbackQuery, Message, ReplyKeyboardRemove, Update
from telegram.constants import ChatMemberStatus, ChatType
from telegram.error import BadRequest, Forbidden, NetworkError
from telegram.ext import (
    Application,
    ApplicationHandlerStop,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    TypeHandler,
    filters,
)

from bot import attachments, identity, taps
from bot.api import Bot, may_have_left
from bot.keyboards import SHARE_LOCATION, SHARE_NUMBER, Button, pressed, sharing
from bot.profile import liaison_commands
from bot.screens import Screens, html, no_chat
from bot.talks import ANSWERED, Talks, Why
from bot.turn import Shown, Who
from hotline.cases import citizen_phrases, evidence, liaison_phrases
from hotline.context import Service
from hotline.core.database import Locked
from hotline.core.errors import NotTaken
from hotline.core.i18n import Phrase
from hotline.front_desk import phrases as desk_phrases

log = logging.getLogger(__name__)

Context = ContextTypes.DEFAULT_TYPE


class Updates:
    """Does updates, one by one. Exceptions are raised to the intake, which retries."""

    def __init__(self, service: Service, bot: Bot) -> None:
        self._service, self._bot, self._talks = service, bot, Talks(service)
        self._screens = Screens(bot, self._talks)
        self._failed: dict[int, Exception] = {}
        self.application: Application[Any, Any, Any, Any, Any, Any] = (
            Application.builder().bot(bot).updater(None).job_queue(None).build()
        )
        self._listen()

    async def do(self, raw: dict[str, Any]) -> None:
        """Do all that one update asks for. Idempotent: it may be done again, and has its effect once."""
        update = Update.de_json(raw, self._bot)
        await self.application.process_update(update)
        failed = self._failed.pop(update.update_id, None)
        if failed is not None and may_have_left(failed):
            log.warning("nobody knows whether an answer was shown; it is not shown twice")
        elif failed is not None:
            raise failed

    async def sorry(self, raw: dict[str, Any], why: Why) -> None:
        """Tell whoever sent it that it was not taken."""
        update = Update.de_json(raw, self._bot)
        if update.effective_chat is not None and update.effective_chat.type == ChatType.PRIVATE:
            words = self._talks.sorry(why)
            who = who_of(update)
            await self._bot.send_message(who.chat, html(words, await self._language_if_known(who)))

    def _listen(self) -> None:
        private, new = filters.ChatType.PRIVATE, filters.UpdateType.MESSAGE
        on = self.application.add_handler
        on(TypeHandler(Update, self._elsewhere), group=-1)
        on(CallbackQueryHandler(self._pressed))
        on(ChatMemberHandler(self._membership, ChatMemberHandler.MY_CHAT_MEMBER))
        on(CommandHandler(list(ANSWERED), self._command, filters=private & new))
        on(CommandHandler("liaison", self._liaison, filters=private & new))
        for what, act in (
            (filters.CONTACT, self._contact),
            (filters.LOCATION, self._location),
            (filters.PHOTO, self._photo),
            (filters.VOICE, self._voice),
            (filters.TEXT, self._wrote),
            (filters.ALL, self._something_else),
        ):
            on(MessageHandler(private & new & what, act))
        on(MessageHandler(private & filters.UpdateType.EDITED_MESSAGE & filters.TEXT, self._edited))
        self.application.add_error_handler(self._note_failure)

    async def _note_failure(self, update: object, context: Context) -> None:
        if isinstance(update, Update) and isinstance(context.error, Exception):
            self._failed[update.update_id] = context.error

    # ------------------------------------------------------------------------------------------- conversation

    async def _command(self, update: Update, context: Context) -> None:
        message = _message(update)
        command = (message.text or "").split()[0].lstrip("/").partition("@")[0].casefold()
        payload = context.args[0] if command == "start" and context.args else ""
        await self._below(update, self._talks.commanded, command, payload)

    async def _wrote(self, update: Update, _context: Context) -> None:
        await self._below(update, self._talks.wrote, _message(update).text or "")

    async def _location(self, update: Update, _context: Context) -> None:
        place = _message(update).location
        assert place is not None
        await self._below(update, self._talks.placed, place.latitude, place.longitude)

    async def _edited(self, update: Update, _context: Context) -> None:
        await self._below(update, self._talks.said, desk_phrases.changes_are_not_seen())

    async def _something_else(self, update: Update, _context: Context) -> None:
        await self._below(update, self._talks.said, desk_phrases.only_photos_and_voice())

    async def _below(self, update: Update, act: Callable[..., Shown], *what: object) -> None:
        """Do it, and show what comes of it below whatever they
        wrote; the message that showed the question before goes."""
        who = who_of(update)
        shown: Shown = await asyncio.to_thread(act, who, *what)
        await self._screens.below(who, shown)

    # ---------------------------------------------------------------------------------------------- buttons

    async def _pressed(self, update: Update, _context: Context) -> None:
        query = update.callback_query
        assert query is not None
        if update.effective_chat is None:  # on a message that somebody has made of us elsewhere
            await self._screens.answer(query)
            return
        who, button = who_of(update), pressed(query.data or "")
        match button.kind:
            case "d":
                await self._step(query, who, button)
            case "e":
                await self._show_evidence(query, who, button)
            case "v":
                await self._judged(query, who, button)
            case "l":
                await self._ask_location(query, who)
            case _:
                await self._turned(query, who, button)

    async def _turned(self, query: CallbackQuery, who: Who, button: Button) -> None:
        shown = await asyncio.to_thread(self._talks.pressed, who, button)
        await self._screens.turn(who, query.message.message_id if query.message else None, shown)
        await self._screens.answer(query, shown.toast)

    async def _step(self, query: CallbackQuery, who: Who, button: Button) -> None:
        done = await asyncio.to_thread(taps.step, self._service, who, button)
        if done is None:
            await self._screens.dead(query, who.chat, await self._language(who))
            return
        card, toast = done
        assert query.message is not None
        await self._screens.change(who.chat, query.message.message_id, card.text, card.buttons)
        await self._screens.answer(query, toast)

    async def _judged(self, query: CallbackQuery, who: Who, button: Button) -> None:
        done = await asyncio.to_thread(taps.judged, self._service, who, button)
        if done is None:
            await self._screens.dead(query, who.chat, await self._language(who))
            return
        assert query.message is not None
        await self._screens.change(who.chat, query.message.message_id, done.text, done.buttons)
        await self._screens.answer(query)

    # ----------------------------------------------------------------------------------------- what is shared

    async def _ask_location(self, query: CallbackQuery, who: Who) -> None:
        language = await self._language(who)
        with no_chat():
            keyboard = sharing(SHARE_LOCATION, language, contact=False)
            sent = await self._bot.send_message(
                who.chat, html(desk_phrases.share_your_location(), language), reply_markup=keyboard
            )
            await asyncio.to_thread(self._talks.shares, who, sent.message_id)
        await self._screens.answer(query)

    async def _liaison(self, update: Update, _context: Context) -> None:
        await self._ask_number(who_of(update), liaison_phrases.share_your_number())

    async def _ask_number(self, who: Who, phrase: Phrase) -> None:
        language = await self._language(who)
        with no_chat():
            sent = await self._bot.send_message(
                who.chat, html(phrase, language), reply_markup=sharing(SHARE_NUMBER, language, contact=True)
            )
            await asyncio.to_thread(self._talks.shares, who, sent.message_id)

    async def _contact(self, update: Update, _context: Context) -> None:
        """Their own number, or somebody else's: only Telegram itself
        can say whose it is, and a forwarded one says nothing."""
        message, who = _message(update), who_of(update)
        contact, sender = message.contact, message.from_user
        if (
            contact is None
            or sender is None
            or contact.user_id != sender.id
            or message.forward_origin is not None
        ):
            await self._ask_number(who, liaison_phrases.not_your_own())
            return
        words, language, is_liaison = await asyncio.to_thread(
            identity.link, self._service, who, contact.phone_number
        )
        with no_chat():
            await self._bot.send_message(who.chat, html(words, language), reply_markup=ReplyKeyboardRemove())
            await asyncio.to_thread(self._talks.shares, who, None)
            if is_liaison:
                await self._bot.set_my_commands(
                    liaison_commands(language), scope=BotCommandScopeChat(who.chat)
                )

    async def _photo(self, update: Update, _context: Context) -> None:
        message = _message(update)
        sizes = [size for size in message.photo if (size.file_size or 0) <= evidence.LARGEST]
        await self._evidence(update, "photo", sizes[-1].file_id if sizes else None, message.caption or "")

    async def _voice(self, update: Update, _context: Context) -> None:
        message = _message(update)
        voice = message.voice
        assert voice is not None
        fits = (voice.file_size or 0) <= evidence.LARGEST
        await self._evidence(update, "voice", voice.file_id if fits else None, message.caption or "")

    async def _evidence(
        self, update: Update, kind: evidence.EvidenceKind, file: str | None, caption: str
    ) -> None:
        who = who_of(update)
        refusal = await asyncio.to_thread(attachments.refusal, self._service, who)
        content = b""
        if refusal is None and file is None:
            refusal = citizen_phrases.evidence_too_large()
        if refusal is None and file is not None:
            try:
                content = await asyncio.to_thread(evidence.REBUILT[kind], await self._fetched(file))
            except NotTaken as error:
                refusal = (
                    citizen_phrases.evidence_too_large()
                    if error.reason == "too_large"
                    else citizen_phrases.evidence_refused()
                )
        if refusal is not None:
            await self._below(update, self._talks.said, refusal)
        else:
            await self._below(update, self._talks.sent, kind, content, caption)

    async def _fetched(self, file: str) -> bytes:
        try:
            found = await self._bot.get_file(file)
            return bytes(await found.download_as_bytearray())
        except BadRequest:  # "file is too big", and whatever else will not change when asked again
            raise NotTaken("too_large") from None
        except NetworkError:  # and so nothing has happened yet
            raise NetworkError("not fetched") from None

    async def _show_evidence(self, query: CallbackQuery, who: Who, button: Button) -> None:
        found = await asyncio.to_thread(taps.pieces, self._service, who, button)
        if found is None:
            await self._screens.dead(query, who.chat, await self._language(who))
            return
        await self._screens.answer(query)
        with no_chat():
            for kind, content in found.pieces:
                if kind == "photo":
                    await self._bot.send_photo(who.chat, content, caption=found.caption, protect_content=True)
                else:
                    await self._bot.send_voice(who.chat, content, caption=found.caption, protect_content=True)

    # ------------------------------------------------------------------------------------- comings and goings

    async def _membership(self, update: Update, _context: Context) -> None:
        change = update.my_chat_member
        assert change is not None
        closed = change.new_chat_member.status == ChatMemberStatus.BANNED
        await asyncio.to_thread(identity.closed, self._service, who_of(update), closed=closed)

    async def _elsewhere(self, update: Update, _context: Context) -> None:
        """A group or a channel: we say that we speak in private only, and leave."""
        chat = update.effective_chat
        if chat is None or chat.type == ChatType.PRIVATE:
            return
        with suppress(BadRequest, Forbidden):
            if chat.type != ChatType.CHANNEL and not _is_leaving(update):
                language = (update.effective_user.language_code if update.effective_user else "") or ""
                phrase = desk_phrases.only_in_private(f"@{self._bot.username}")
                await self._bot.send_message(chat.id, html(phrase, self._talks.hinted(language)))
            await self._bot.leave_chat(chat.id)
        raise ApplicationHandlerStop

    async def _language(self, who: Who) -> str:
        return await asyncio.to_thread(identity.language_of, self._service, who)

    async def _language_if_known(self, who: Who) -> str:
        """The same, also while the database is away."""
        try:
            return await self._language(who)
        except Locked:
            return self._talks.hinted(who.hint)


def _is_leaving(update: Update) -> bool:
    change = update.my_chat_member
    return change is not None and change.new_chat_member.status in (
        ChatMemberStatus.LEFT,
        ChatMemberStatus.BANNED,
    )


def who_of(update: Update) -> Who:
    chat, user = update.effective_chat, update.effective_user
    assert chat is not None
    return Who(chat.id, update.update_id, (user.language_code if user else "") or "")


def _message(update: Update) -> Message:
    message = update.effective_message
    assert message is not None
    return message
