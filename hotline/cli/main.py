"""`itikia`: everything that an operator does by hand."""

import logging
import os
import secrets
from importlib.metadata import entry_points

import click

from hotline.carriers import carrier_of
from hotline.cli import areas, broadcasts, explain, order, rosters, rumours, running, shifts, statistics
from hotline.cli.doctor import account, findings
from hotline.context import service_of
from hotline.core.database import Locked
from hotline.core.errors import BadRows, Misconfigured
from hotline.operations.queue import Poster
from hotline.settings import Settings, from_environment

CALLBACKS = {
    "ussd": "USSD callback: what people key in",
    "ended": "USSD events: the end of a dial-in",
    "texts": "SMS callback: incoming messages",
    "receipts": "SMS callback: delivery reports",
    "optouts": "SMS callback: bulk opt-out",
}
"""The addresses that a carrier calls, and where they belong in its dashboard."""

BROUGHT = "itikia.commands"
"""Where other packages name the commands that they bring."""


class Plainly(click.Group):
    """Says what is wrong in a sentence, where a program would otherwise show how it fell over. Commands that
    other packages bring are loaded when they are asked for, so that no worker carries them about."""

    def list_commands(self, context: click.Context) -> list[str]:
        return sorted([*super().list_commands(context), *entry_points(group=BROUGHT).names])

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        brought = entry_points(group=BROUGHT, name=name)
        return next(iter(brought)).load() if brought else super().get_command(context, name)

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except Misconfigured as error:
            raise click.ClickException(str(error)) from None
        except BadRows as error:
            raise click.ClickException(
                f"nothing was loaded, for this is wrong with the file:\n{error}"
            ) from None
        except Locked as error:
            raise click.ClickException(
                "DATABASE_URL: the database does not answer "
                f"({str(getattr(error, 'orig', error)).splitlines()[0]})"
            ) from None


@click.group(cls=Plainly, context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def itikia(context: click.Context) -> None:
    """A hotline between citizens and the police that makes sure somebody answers.

    To try it, with no account anywhere: itikia run

    Settings come from the environment; hotline/settings.py lists them all.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s", datefmt="%H:%M:%S")
    logging.getLogger("rq").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    context.obj = settings = from_environment(os.environ)
    carrier_of(settings)


@itikia.command()
@click.pass_obj
def keys(settings: Settings) -> None:
    """Make the keys, where there are none. Keep a copy of them where the database's copies are not."""
    made = settings.keys.make()
    click.echo(f"{'Made' if made else 'There are keys already in'} {settings.keys.folder}")


@itikia.command()
@click.pass_obj
def urls(settings: Settings) -> None:
    """The callback addresses to paste into the carrier's dashboard."""
    if not settings.callback_secrets:
        raise Misconfigured(
            "CALLBACK_SECRETS is empty. Set it to a long random word; here is one: "
            + secrets.token_urlsafe(24)
        )
    base = running.callback_address(settings.public_url or f"http://127.0.0.1:{settings.port}", settings)
    for path, where in CALLBACKS.items():
        click.echo(f"{where:40} {base}/{path}")
    if settings.telegram_token:
        click.echo(f"{'Telegram is told by itself, with':40} itikia telegram connect")


@itikia.command()
@click.pass_obj
def check(settings: Settings) -> None:
    """What is misconfigured, in plain words. Ends with 1 where something keeps the hotline from answering."""
    with service_of(settings) as service:
        found = findings(service, Poster(settings.redis_url), os.environ)
    if not settings.is_simulated:
        found += account(carrier_of(settings))
    for finding in found:
        click.echo(f"{'! ' if finding.serious else '- '}{finding.sentence}")
    if any(finding.serious for finding in found):
        raise SystemExit(1)
    click.echo("Nothing keeps the hotline from answering.")


for brought in (
    *running.COMMANDS,
    *areas.COMMANDS,
    *rosters.COMMANDS,
    *shifts.COMMANDS,
    *order.COMMANDS,
    *explain.COMMANDS,
    *broadcasts.COMMANDS,
    *rumours.COMMANDS,
    statistics.stats,
):
    itikia.add_command(brought)
