"""What people see of the bot before they have said a word: its commands
and what it says of itself, in each language of the country."""

from collections.abc import Iterator, Sequence

from telegram import BotCommandScopeAllPrivateChats
from telegram.constants import BotDescriptionLimit

from bot.api import Bot
from hotline.core.i18n import Phrase, _, own_name, say
from hotline.settings import Settings

COMMANDS: dict[str, Phrase] = {
    "report": _("Report something"),
    "case": _("My case"),
    "news": _("News and rumours"),
    "language": _("Choose another language"),
    "stop": _("No more messages"),
    "delete": _("Delete my data"),
    "liaison": _("I work for the police or a committee"),
}
"""For everybody. /start is Telegram's own button."""
FOR_LIAISONS: dict[str, Phrase] = {
    "cases": _("Cases given to me"),
    "messages": _("Messages to the public"),
    "on": _("Come on duty"),
    "off": _("Go off duty"),
}
ALLOWED = ["message", "edited_message", "callback_query", "my_chat_member"]
"""Kinds of update that we want. Not to say so would keep whatever was wanted before."""

DESCRIPTION = _(
    "A hotline between citizens and the police. "
    "Report a threat or ask for help; somebody answers, and you are told by when. "
    "In an emergency call {number}. Press START to begin."
)
SHORT = _("Report a threat or ask for help. In an emergency call {number}.")


async def connect(bot: Bot, settings: Settings) -> str:
    """Tell Telegram who we are and where we listen; with no public
    address, that we come and ask. May be done at any time, and again."""
    await introduce(bot, settings)
    address = listens_at(settings)
    if not address:
        await bot.delete_webhook()
        return "Telegram is asked for updates, for there is no PUBLIC_URL."
    await bot.set_webhook(
        address, secret_token=settings.telegram_secret, allowed_updates=ALLOWED, max_connections=20
    )
    return f"Telegram brings updates to {address}."


def listens_at(settings: Settings) -> str:
    """Where Telegram is to bring updates; empty where the bot asks for them."""
    return f"{settings.public_url}/telegram" if settings.public_url else ""


async def introduce(bot: Bot, settings: Settings) -> None:
    for language, code in codes(settings.country.languages):
        await bot.set_my_commands(
            commands(language), scope=BotCommandScopeAllPrivateChats(), language_code=code
        )
        await bot.set_my_description(description(DESCRIPTION, settings, language), language_code=code)
        await bot.set_my_short_description(description(SHORT, settings, language), language_code=code)


def codes(languages: Sequence[str]) -> Iterator[tuple[str, str | None]]:
    """Each language with the code that Telegram knows it by; the
    country's first also for everybody else. It knows two letters only."""
    yield languages[0], None
    yield from ((language, language) for language in languages if len(language) == 2)


def commands(language: str) -> list[tuple[str, str]]:
    return [(command, say(words, language)) for command, words in COMMANDS.items()]


def liaison_commands(language: str) -> list[tuple[str, str]]:
    """What a liaison's own chat offers."""
    return [
        (command, say(words, language))
        for command, words in {**FOR_LIAISONS, **COMMANDS}.items()
        if command != "liaison"
    ]


def description(phrase: Phrase, settings: Settings, language: str) -> str:
    said = say(Phrase(phrase.english, (("number", settings.country.emergency),)), language)
    assert len(said) <= BotDescriptionLimit.MAX_DESCRIPTION_LENGTH, own_name(language)
    return said
