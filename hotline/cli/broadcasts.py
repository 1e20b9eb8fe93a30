"""`itikia broadcasts`, `itikia subscriptions`: what is said to everybody, for whoever asks at a terminal."""

from collections.abc import Iterator

import click
from sqlalchemy import func, select

from hotline.broadcasts import actions as broadcast_actions
from hotline.broadcasts import ledger, limits, templates
from hotline.broadcasts import preview as broadcast_preview
from hotline.broadcasts.broadcast import UNSENT, Broadcast, BroadcastState, Deed, as_sent, broadcast_by_code
from hotline.broadcasts.copies import Copy
from hotline.cli.terminal import heading, indented
from hotline.context import UnitOfWork, ready
from hotline.core.errors import Misconfigured
from hotline.core.i18n import SOURCE, own_name, say
from hotline.directory.subscriptions import Subscription, SubscriptionState
from hotline.settings import Settings

LATEST = 20
"""Broadcasts that are listed unless all are asked for."""


@click.group("broadcasts")
def broadcasts_() -> None:
    """Calm messages: what was written, who approved it, and whom it reached."""


@broadcasts_.command("list")
@click.option("--all", "everything", is_flag=True, help="All of them, not only the latest.")
@click.pass_obj
def list_broadcasts(settings: Settings, everything: bool) -> None:
    """The broadcasts, the newest first."""
    with ready(settings) as service, service.read() as work:
        newest = select(Broadcast).order_by(Broadcast.id.desc()).limit(None if everything else LATEST)
        lines = [_line(work, each) for each in work.session.scalars(newest)]
    for line in lines or [
        "Nobody has written one yet. A liaison does, by dialling in or on Telegram: Messages to the public."
    ]:
        click.echo(line)


def _line(work: UnitOfWork, broadcast: Broadcast) -> str:
    dealt, listed, _left = ledger.progress(work, broadcast)
    drill = " (exercise)" if broadcast.exercise else ""
    at = work.clock_time(broadcast.written_at)
    return (
        f"{broadcast.code:6} {_state(broadcast):10} {dealt:6}/{listed:<6} {at:12} "
        f"{_places(work, broadcast)}{drill}"
    )


def _state(broadcast: Broadcast) -> str:
    return "paused" if broadcast.is_paused else broadcast.state


def _places(work: UnitOfWork, broadcast: Broadcast) -> str:
    return ", ".join(work.areas.full_name(work.areas[code]) for code in broadcast.areas)


@broadcasts_.command("show")
@click.argument("code")
@click.pass_obj
def show_broadcast(settings: Settings, code: str) -> None:
    """What the broadcast CODE says, how it stands, whom it goes
    to and what it costs, and every hand that was laid on it."""
    with ready(settings) as service, service.read() as work:
        found = _found(work, code)
        lines = [*_text(work, found), *_preview(work, found), *_ledger(work, found), *_history(work, found)]
    click.echo("\n".join(lines))


def _found(work: UnitOfWork, code: str) -> Broadcast:
    found = broadcast_by_code(work.session, code)
    if found is None:
        raise Misconfigured(f"There is no broadcast {code}. Do: itikia broadcasts list")
    return found


def _text(work: UnitOfWork, broadcast: Broadcast) -> Iterator[str]:
    yield (
        f"{broadcast.code}: {_state(broadcast)}. {_places(work, broadcast)}. Holds until "
        f"{work.clock_time(broadcast.expires_at)}."
    )
    yield f"  Checked by {say(templates.checked_by(broadcast.source), SOURCE)}."
    for language in broadcast.texts:
        yield f"  {own_name(language)}: {as_sent(broadcast, language)}"


def _preview(work: UnitOfWork, broadcast: Broadcast) -> Iterator[str]:
    if broadcast.state in UNSENT:
        yield from heading("If it went now")
        for each in broadcast_preview.lines(
            broadcast_preview.preview(work, broadcast, waits=limits.waits(work, broadcast))
        ):
            yield from indented(say(each, SOURCE))


def _ledger(work: UnitOfWork, broadcast: Broadcast) -> Iterator[str]:
    if not broadcast.listed:
        return
    _dealt, listed, left = ledger.progress(work, broadcast)
    yield from heading(
        f"Recipients: {listed}"
        + (f", done at {work.clock_time(work.now + left)}" if left is not None else "")
    )
    yield from (
        f"  {number:6} {state}" for state, number in ledger.tally(work.session, broadcast).items() if number
    )
    where = select(Copy.area_code, Copy.language, func.count()).where(Copy.broadcast_id == broadcast.id)
    rows = work.session.execute(where.group_by(Copy.area_code, Copy.language).order_by(func.count().desc()))
    yield from (
        f"  {number:6} {own_name(language)}, {work.areas.full_name(work.areas[area])}"
        for area, language, number in rows
    )


def _history(work: UnitOfWork, broadcast: Broadcast) -> Iterator[str]:
    yield from heading("What was done")
    for deed in broadcast.deeds:
        yield from indented(
            f"{work.clock_time(deed.at)} {deed.what} {_by(deed)}{f': {deed.why}' if deed.why else ''}"
        )


def _by(deed: Deed) -> str:
    if deed.liaison is not None and deed.body is not None:
        return f"{deed.liaison.name}, {deed.body.name}"
    return "the operator" if deed.what == BroadcastState.STOPPED else "by itself"


@broadcasts_.command("stop")
@click.argument("code")
@click.option("--why", default="", help="For the history.")
@click.pass_obj
def stop_broadcast(settings: Settings, code: str, why: str) -> None:
    """Stop the broadcast CODE, at once and for good. At most the batch that is in hand still leaves."""
    with ready(settings) as service, service.transaction() as work:
        try:
            words = broadcast_actions.stop_by_operator(work, code, why)
        except limits.NotNow as stands:
            words = stands.words
        said = say(words, SOURCE)
    click.echo(said)


@click.command("subscriptions")
@click.pass_obj
def subscriptions_(settings: Settings) -> None:
    """How many want news of which place, by language. Whoever
    asked and never said yes once more does not count."""
    with ready(settings) as service, service.read() as work:
        on = select(Subscription.area_code, Subscription.language, func.count()).where(
            Subscription.state == SubscriptionState.ON
        )
        rows = work.session.execute(
            on.group_by(Subscription.area_code, Subscription.language).order_by(func.count().desc())
        ).all()
        lines = [
            f"{number:7} {own_name(language):12} {work.areas.full_name(work.areas[area])}"
            for area, language, number in rows
        ]
    for line in lines or [
        "Nobody yet. People ask for news by dialling in, by texting NEWS and a place, or on Telegram."
    ]:
        click.echo(line)


COMMANDS = (broadcasts_, subscriptions_)
