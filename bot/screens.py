"""How a chat looks: one message shows the conversation, changed in place when a button was pressed, and sent
anew below when somebody wrote, so that the question is always the last thing in the chat.
"""

import asyncio
from contextlib import suppress
from html import escape

from telegram import CallbackQuery, InlineKeyboardMarkup, ReplyKeyboardRemove
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.api import Bot
from bot.talks import Talks
from bot.turn import Shown, Who
from hotline.core.i18n import Phrase, say
from hotline.front_desk import phrases as desk_phrases

NOT_MODIFIED = "not modified"
GONE = ("to edit not found", "can't be edited")
LONGEST_TOAST = 200
"""Letters."""


class Screens:
    """What is shown in every chat. Somebody who has blocked us, or
    is gone, is shown nothing; what they did is done all the same."""

    def __init__(self, bot: Bot, talks: Talks) -> None:
        self._bot, self._talks = bot, talks

    async def below(self, who: Who, shown: Shown) -> None:
        """Show it below whatever they wrote; the message that showed the question before goes."""
        with no_chat():
            sent = await self._bot.send_message(who.chat, shown.text, reply_markup=shown.buttons)
            await asyncio.to_thread(self._talks.seen, who, sent.message_id)
            if shown.before is not None:
                await self._take_away(who.chat, shown.before)
            await self._put_away(who.chat, shown.shares)

    async def turn(self, who: Who, on: int | None, shown: Shown) -> None:
        """Show it in place of the message whose button was pressed;
        below, where that one is an earlier screen, or gone."""
        if (
            on is not None
            and on == shown.before
            and await self.change(who.chat, on, shown.text, shown.buttons)
        ):
            with no_chat():
                await self._put_away(who.chat, shown.shares)
            return
        await self.below(who, shown)
        if on is not None and on != shown.before:
            await self.strip(who.chat, on)

    async def change(self, chat: int, message: int, text: str, buttons: InlineKeyboardMarkup | None) -> bool:
        """Change a message. True if it shows this now, or nobody can see it; False if it is there no more."""
        try:
            with no_chat():
                await self._bot.edit_message_text(text, chat, message, reply_markup=buttons)
        except BadRequest as error:
            if any(words in error.message for words in GONE):
                return False
            if NOT_MODIFIED not in error.message:
                raise
        return True

    async def strip(self, chat: int, message: int) -> None:
        """Take the buttons off a message."""
        with no_chat(), suppress(BadRequest):
            await self._bot.edit_message_reply_markup(chat, message, reply_markup=None)

    async def answer(self, query: CallbackQuery, toast: str = "") -> None:
        """Let the button be a button again. One that was pressed
        long ago cannot be answered, and that is fine."""
        with suppress(TelegramError):
            await self._bot.answer_callback_query(query.id, toast[:LONGEST_TOAST] or None)

    async def dead(self, query: CallbackQuery, chat: int, language: str) -> None:
        """A button that is nobody's any more: its message loses its buttons."""
        await self.answer(query, say(desk_phrases.earlier_question(), language))
        if query.message is not None:
            await self.strip(chat, query.message.message_id)

    async def _take_away(self, chat: int, message: int) -> None:
        """Delete an earlier screen; where it is too old for that, at least its buttons go."""
        try:
            await self._bot.delete_message(chat, message)
        except BadRequest:
            await self.strip(chat, message)

    async def _put_away(self, chat: int, shares: int | None) -> None:
        """Take the button that shares something off the screen.
        Only a message can do that, and that one goes at once."""
        if shares is not None:
            broom = await self._bot.send_message(
                chat, "…", reply_markup=ReplyKeyboardRemove(), disable_notification=True
            )
            for message in (broom.message_id, shares):
                await self._take_away(chat, message)


def html(phrase: Phrase, language: str) -> str:
    """A sentence as Telegram takes it, whatever stands in its gaps."""
    return escape(say(phrase, language), quote=False)


def no_chat() -> suppress:
    return suppress(Forbidden)
