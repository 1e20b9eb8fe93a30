"""`itikia`: everything that an operator does by hand."""

import logging
import os
import secrets
import sys
import threading
import time
import urllib.request
from dataclasses import replace
from importlib.metadata import entry_points
from pathlib import Path

import alembic.command
import alembic.config
import click
from granian.constants import Interfaces
from granian.server import Server as Granian

from hotline.carriers import carrier_of
from hotline.cli import broadcasts, explain, rosters, statistics
from hotline.cli.doctor import account, findings
from hotline.cli.rosters import bodies_into, liaisons_into
from hotline.context import Service, ready, service_of
from hotline.core.database import Locked
from hotline.core.errors import BadRows, Misconfigured
from hotline.directory import bodies
from hotline.operations import clock
from hotline.operations.queue import Poster, work_on
from hotline.operations.supervisor import Child, Supervisor, embedded_queue, leave_with_supervisor
from hotline.operations.worker import CARRIED, Worker
from hotline.outbox import Queue
from hotline.places import areas
from hotline.places import loading as area_loading
from hotline.settings import Settings, from_environment

CALLBACKS = {
    "ussd": "USSD callback: what people key in",
    "ended": "USSD events: the end of a dial-in",
    "texts": "SMS callback: incoming messages",
    "receipts": "SMS callback: delivery reports",
    "optouts": "SMS callback: bulk opt-out",
}
"""The addresses that a carrier calls, and where they belong in its dashboard."""

SIMULATED_TOKEN = "1000:simulated"  # noqa: S105 - it opens nothing

BROUGHT = "itikia.commands"
"""Where other packages name the commands that they bring."""

PROGRAM = Path(sys.argv[0]).with_name("itikia") if sys.argv else Path("itikia")


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


# -------------------------------------------------------------------------------------------------- the whole


@itikia.command()
@click.pass_obj
def run(settings: Settings) -> None:
    """Run the whole hotline on this machine.

    Without a carrier's key (CARRIER_API_KEY) the simulator plays the carrier, and shows phones in the
    browser.
    """
    settings = furnished(settings)
    environ = {
        **os.environ,
        "VAR": str(settings.var),
        "CALLBACK_SECRETS": ",".join(settings.callback_secrets),
    }
    release_to(settings)
    if settings.is_simulated:
        environ |= {"CARRIER_API_KEY": "simulated", "CARRIER_BASE_URL": settings.carrier_base_url}
        load_example(settings)
    if settings.telegram_is_simulated:
        environ |= {"TELEGRAM_TOKEN": SIMULATED_TOKEN, "TELEGRAM_BASE_URL": settings.carrier_base_url}
    click.echo("Starting…")
    threading.Thread(target=announce, args=(settings,), daemon=True).start()
    Supervisor(children(settings, environ)).run()


def announce(settings: Settings) -> None:
    """Tell where everything is, once the door is open, so that nobody dials a line that is not there yet."""
    while not is_open(f"http://127.0.0.1:{settings.port}/health"):
        time.sleep(0.2)
    click.echo(addresses(settings))


def is_open(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2):  # noqa: S310 - our own address
            return True
    except OSError:
        return False


def children(settings: Settings, environ: dict[str, str]) -> list[Child]:
    """The processes of a hotline on one machine, in the order in which they start."""
    own = [
        Child(name, [str(PROGRAM), *name.split()], environ)
        for name in ("web", *(f"work {queue}" for queue in CARRIED), "clock")
    ]
    own += telegram(environ) if environ.get("TELEGRAM_TOKEN") else []
    queue = [] if os.environ.get("REDIS_URL") else [embedded_queue(settings.redis_socket.parent, environ)]
    outside = [simulator(settings, environ)] if settings.is_simulated else []
    return [*queue, *outside, *own]


def telegram(environ: dict[str, str]) -> list[Child]:
    """The bot, and the worker that delivers by Telegram."""
    return [
        Child("bot", [sys.executable, "-m", "bot"], environ),
        Child("bot deliver", [sys.executable, "-m", "bot", "deliver"], environ),
    ]


def simulator(settings: Settings, environ: dict[str, str]) -> Child:
    """The outside world, where there is none: a carrier and phones on this machine."""
    port = settings.carrier_base_url.rpartition(":")[2]
    callbacks = callback_address(f"http://127.0.0.1:{settings.port}", settings)
    told = {
        "SIMULATOR_PORT": port,
        "SIMULATOR_CALLBACKS": callbacks,
        "SIMULATOR_SERVICE_CODE": settings.service_code,
        "SIMULATOR_SHORT_CODE": settings.sender,
        "SIMULATOR_PHONES": environ.get("SIMULATOR_PHONES") or example_phones(),
        "SIMULATOR_CHATS": environ.get("SIMULATOR_CHATS") or example_chats(),
        "SIMULATOR_TELEGRAM_TOKEN": SIMULATED_TOKEN,
    }
    return Child("simulator", [sys.executable, "-m", "simulator"], {**environ, **told})


def addresses(settings: Settings) -> str:
    lines = ["", "Itikia runs on this machine. Stop it with Ctrl-C.", ""]
    if settings.is_simulated:
        lines += [
            f"  Phones in your browser        {settings.carrier_base_url}/",
            f"  A phone in another terminal   {PROGRAM} phone +254733000444",
        ]
    lines += [
        f"  Health                        http://127.0.0.1:{settings.port}/health",
        f"  Data and keys                 {settings.var}",
        "",
    ]
    return "\n".join(lines)


def furnished(settings: Settings) -> Settings:
    """Settings with what a machine of its own can make for itself: a folder, keys, and a secret for the
    callbacks."""
    settings.var.mkdir(parents=True, exist_ok=True)
    settings.keys.make()
    if settings.callback_secrets:
        return settings
    file = settings.var / "callback-secret"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(24))
    return replace(settings, callback_secrets=(file.read_text().strip(),))


# ------------------------------------------------------------------------------------------- one process each


@itikia.command()
@click.pass_obj
def release(settings: Settings) -> None:
    """Bring the database up to date.

    The country's areas are loaded where there are none and its file comes with the hotline.
    """
    release_to(settings)
    click.echo("The database is up to date.")


def release_to(settings: Settings, *, with_areas: bool = True) -> None:
    settings.var.mkdir(parents=True, exist_ok=True)
    config = alembic.config.Config()
    config.set_main_option("script_location", str(Path(__file__).parent.parent / "migrations"))
    config.attributes["url"] = settings.database_url
    alembic.command.upgrade(config, "head")
    shipped = areas.GAZETTEER / f"{settings.country.name.lower()}.csv"
    with service_of(settings) as service, service.database.writing() as session:
        if with_areas and shipped.exists() and not areas.version(session, settings.country.code):
            area_loading.save(session, area_loading.read(shipped))


@itikia.command()
@click.pass_obj
def web(settings: Settings) -> None:
    """The public door, where carriers call."""
    leave_with_supervisor()
    Granian(
        "webhooks.app:from_environment", address=settings.bind, port=settings.port, interface=Interfaces.WSGI, factory=True,
        workers=2, blocking_threads=4, respawn_failed_workers=True, respawn_interval=0.5, log_access=False,
    ).serve()  # fmt: skip


@itikia.command()
@click.argument("queue", type=click.Choice([queue.value for queue in CARRIED]), required=False)
@click.pass_obj
def work(settings: Settings, queue: str | None) -> None:
    """The workers: all three, a process each, or the one for QUEUE."""
    leave_with_supervisor()
    if queue is None:
        Supervisor(
            [Child(f"work {each}", [str(PROGRAM), "work", each], os.environ) for each in CARRIED]
        ).run()
        return
    with service_of(settings) as service:
        posting = replace(service, post=Poster(settings.redis_url))
        work_on(Queue(queue), Worker(posting, carrier_of(settings), Queue(queue)), settings.redis_url)


@itikia.command("clock")
@click.pass_obj
def clock_(settings: Settings) -> None:
    """The clock: posts whatever has fallen due."""
    leave_with_supervisor()
    with service_of(settings) as service:
        clock.tick(service, Poster(settings.redis_url), threading.Event())


# ---------------------------------------------------------------------------------------------------- by hand


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
    base = callback_address(settings.public_url or f"http://127.0.0.1:{settings.port}", settings)
    for path, where in CALLBACKS.items():
        click.echo(f"{where:40} {base}/{path}")
    if settings.telegram_token:
        click.echo(f"{'Telegram is told by itself, with':40} itikia telegram connect")


def callback_address(base: str, settings: Settings) -> str:
    return f"{base}/{settings.carrier}/{settings.callback_secrets[0]}"


@itikia.command()
@click.pass_obj
def check(settings: Settings) -> None:
    """What is misconfigured, in plain words. Ends with 1 where something keeps the hotline from answering."""
    with service_of(settings) as service:
        found = findings(service, Poster(settings.redis_url), os.environ)
    if not settings.is_simulated:
        found += account(carrier_of(settings))
    for finding in found:
        click.echo(f"{'! ' if finding.serious else '- '}{finding.words}")
    if any(finding.serious for finding in found):
        raise SystemExit(1)
    click.echo("Nothing keeps the hotline from answering.")


@itikia.group("areas")
def areas_() -> None:
    """Where: counties, constituencies, wards."""


@areas_.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def load_areas(settings: Settings, file: Path) -> None:
    """Load the country's areas from a CSV FILE with the columns code, name, parent and aliases.

    The country itself is the one row without a parent. Nothing is loaded if any row is wrong.
    """
    read = area_loading.read(file)
    country = next(area.code for area in read if area.parent is None)
    if country != settings.country.code:
        raise Misconfigured(
            f"The file is about {country}, and COUNTRY is {settings.country.code}. Nothing was loaded."
        )
    with ready(settings) as service:
        number = areas_into(service, read)
    click.echo(f"Loaded {number} areas.")


def areas_into(service: Service, read: list[areas.Area]) -> int:
    with service.database.writing() as session:
        area_loading.save(session, read)
    return len(read)


for brought in (*rosters.COMMANDS, *explain.COMMANDS, *broadcasts.COMMANDS, statistics.stats):
    itikia.add_command(brought)


# ------------------------------------------------------------------------------------------------ the example

EXAMPLES = Path(__file__).parent.parent / "directory" / "examples"


def load_example(settings: Settings) -> None:
    """Where there is no body yet: invented ones, so that there is somebody to answer."""
    folder = EXAMPLES / settings.country.name.lower()
    with service_of(settings) as service:
        with service.database.reading() as session:
            if bodies.by_code(session) or not folder.exists():
                return
        bodies_into(service, folder / "bodies.csv")
        liaisons_into(service, folder / "liaisons.csv")


def example_phones() -> str:
    """The phones that the page shows first: somebody in Nakuru, and the sergeant there."""
    return "+254711000123=Citizen;+254722000101=Sgt. Kipruto, police"


def example_chats() -> str:
    """Who has a smartphone there: a citizen, and the corporal, whose number the roster has."""
    return "7001=Asha;7002=Cpl. Achieng, police=+254722000102"
