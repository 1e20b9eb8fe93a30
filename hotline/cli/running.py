"""`itikia run` and the processes that it starts, each a command of its own: release, web, work, clock."""

import os
import secrets
import sys
import threading
import time
import urllib.request
from dataclasses import replace
from pathlib import Path

import alembic.command
import alembic.config
import click
from granian.constants import Interfaces
from granian.server import Server as Granian

from hotline.carriers import carrier_of
from hotline.cli.rosters import bodies_into, liaisons_into
from hotline.context import refuse_another_release_at_start, service_of
from hotline.directory import bodies
from hotline.operations import clock
from hotline.operations.queue import Poster, work_on
from hotline.operations.supervisor import Child, Supervisor, embedded_queue, leave_with_supervisor
from hotline.operations.worker import CARRIED, Worker
from hotline.outbox import Queue
from hotline.places import areas
from hotline.places import loading as area_loading
from hotline.settings import Settings

SIMULATED_TOKEN = "1000:simulated"  # noqa: S105 - it opens nothing

PROGRAM = Path(sys.argv[0]).with_name("itikia") if sys.argv else Path("itikia")


@click.command()
@click.pass_obj
def run(settings: Settings) -> None:
    """Run the whole hotline on this machine.

    Without a carrier's key (CARRIER_API_KEY) the simulator
    plays the carrier, and shows phones in the browser.
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
    """Settings with what a machine of its own can make for
    itself: a folder, keys, and a secret for the callbacks."""
    settings.var.mkdir(parents=True, exist_ok=True)
    settings.keys.make()
    if settings.callback_secrets:
        return settings
    file = settings.var / "callback-secret"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(24))
    return replace(settings, callback_secrets=(file.read_text().strip(),))


@click.command()
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


@click.command()
@click.pass_obj
def web(settings: Settings) -> None:
    """The public door, where carriers call."""
    leave_with_supervisor()
    with service_of(settings) as service:
        refuse_another_release_at_start(service.database)
    Granian(
        "webhooks.app:from_environment", address=settings.bind,
        port=settings.port, interface=Interfaces.WSGI, factory=True,
        workers=2, blocking_threads=4, respawn_failed_workers=True, respawn_interval=0.5, log_access=False,
    ).serve()  # fmt: skip


@click.command()
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
        refuse_another_release_at_start(service.database)
        posting = replace(service, post=Poster(settings.redis_url))
        work_on(Queue(queue), Worker(posting, carrier_of(settings), Queue(queue)), settings.redis_url)


@click.command("clock")
@click.pass_obj
def clock_(settings: Settings) -> None:
    """The clock: posts whatever has fallen due."""
    leave_with_supervisor()
    with service_of(settings) as service:
        refuse_another_release_at_start(service.database)
        clock.tick(service, Poster(settings.redis_url), threading.Event())


def callback_address(base: str, settings: Settings) -> str:
    return f"{base}/{settings.carrier}/{settings.callback_secrets[0]}"


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


COMMANDS: tuple[click.Command, ...] = (run, release, web, work, clock_)
