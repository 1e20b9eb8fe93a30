"""`itikia telegram`: what an operator does about the bot by hand."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import click
from telegram import User, WebhookInfo
from telegram.error import BadRequest, InvalidToken, TelegramError

from bot.api import Bot, bot_of
from bot.budgets import Flood
from bot.conversation import ORIGIN
from bot.profile import connect, listens_at
from hotline.context import service_of
from hotline.core.errors import Misconfigured
from hotline.settings import Settings


@click.group()
def telegram() -> None:
    """The bot on Telegram: made known to it, and links that lead to it."""


@telegram.command("connect")
@click.pass_obj
def connect_(settings: Settings) -> None:
    """Tell Telegram where we listen, and what the bot's commands and descriptions are, in every language.

    To be done once, and again when TELEGRAM_TOKEN, PUBLIC_URL or a language changes.
    """

    async def act(bot: Bot) -> str:
        return await connect(bot, settings)

    click.echo(asking(settings, act))


@telegram.command()
@click.pass_obj
def check(settings: Settings) -> None:
    """Ask Telegram who we are to it, and whether what it brings
    arrives. Ends with 1 where something has to be mended."""

    async def act(bot: Bot) -> str:
        return "\n".join(standing(settings, await bot.get_me(), await bot.get_webhook_info()))

    told = asking(settings, act)
    click.echo(told)
    if "! " in told:
        raise SystemExit(1)


def standing(settings: Settings, me: User, webhook: WebhookInfo) -> Iterator[str]:
    """How we stand with Telegram, in plain words; what has to be mended begins with an exclamation mark."""
    expected = listens_at(settings)
    yield f"- The bot is @{me.username}. {webhook.pending_update_count} updates wait at Telegram."
    if webhook.url != expected:
        there = webhook.url or "nowhere, and waits to be asked"
        yield (
            f"! Telegram brings updates to {there}; it should be "
            f"{expected or 'nowhere'}. Do: itikia telegram connect"
        )
    if webhook.last_error_message and webhook.last_error_date:
        yield (
            f"! At {webhook.last_error_date:%Y-%m-%d %H:%M} UTC an "
            f"update could not be brought: {webhook.last_error_message}"
        )


@telegram.command()
@click.argument("area", required=False, default="")
@click.option(
    "--poster",
    default="",
    help="A word of your own for the poster or leaflet: small letters, and perhaps a number after them.",
)
@click.pass_obj
def link(settings: Settings, area: str, poster: str) -> None:
    """A link, for a poster or a QR code, that begins a report in
    AREA, which is an area's code. It holds nothing about anybody."""
    with service_of(settings) as service:
        if area and area not in service.areas:
            known = ", ".join(
                f"{found.area.code} {service.areas.full_name(found.area)}"
                for found in service.areas.closest(area)
            )
            raise Misconfigured(
                f"There is no area with the code {area!r}. {known and f'Did you mean: {known}?'}".strip()
            )
    origin = f"{area}-{poster}" if poster else area
    if not ORIGIN.fullmatch(origin):
        raise Misconfigured("A poster's word is up to 20 small letters, and up to three digits after them.")

    async def act(bot: Bot) -> str:
        return f"https://t.me/{(await bot.get_me()).username}?start={origin}"

    click.echo(asking(settings, act))


def asking(settings: Settings, act: Callable[[Bot], Awaitable[str]]) -> str:
    """Ask Telegram something, once, from a program that is over then."""

    async def ask() -> str:
        flood = Flood(settings.redis_url)
        bot = bot_of(settings, flood, patient=True)
        try:
            return await act(bot)
        except BadRequest as error:
            raise Misconfigured(f"Telegram does not take it: {error.message}. Look at PUBLIC_URL.") from None
        except InvalidToken:
            raise Misconfigured("Telegram does not know TELEGRAM_TOKEN. @BotFather shows it again.") from None
        except TelegramError as error:
            raise Misconfigured(
                f"Telegram does not answer ({type(error).__name__}). Is this machine connected?"
            ) from None
        finally:
            await bot.request.shutdown()
            await flood.close()

    return asyncio.run(ask())
