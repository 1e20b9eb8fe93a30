"""`itikia why`: who was asked about this case and what came of it, who could be asked, and who never will."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

import click
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from hotline.cases.case import Case, CaseState, Entry, case_by_reference, history_of
from hotline.cases.dispatch import Dispatch, DispatchState
from hotline.cases.promises import Promise, PromiseState
from hotline.cases.reference_number import read_reference, spoken_reference
from hotline.cases.verdicts import Verdict
from hotline.cli.eligibility import who_could, who_never
from hotline.cli.order import URGENCIES
from hotline.cli.terminal import heading, indented
from hotline.context import UnitOfWork, ready
from hotline.core.i18n import SOURCE, own_name, say
from hotline.directory.categories import Urgency
from hotline.messaging.kinds import MessageKind
from hotline.messaging.message import Message, MessageState
from hotline.settings import Settings

VERDICTS = {
    "helped": "help came",
    "not_helped": "help did not come",
    "danger": "help did not come, and they are in danger",
}

STATES = {
    CaseState.OPEN: "nobody has it",
    CaseState.ACKNOWLEDGED: "somebody has it",
    CaseState.RESOLVED: "the liaison says done",
    CaseState.CLOSED: "closed",
}


@click.command()
@click.argument("case")
@click.pass_obj
def why(settings: Settings, case: str) -> None:
    """Who was asked about a CASE, by its number such as 4071-3826,
    and why; who could ever see it, and who never will.

    Nothing of what was reported is shown, and nobody's number.
    """
    with ready(settings) as service, service.read() as work:
        click.echo(explained(work, _found(work, case)))


def _found(work: UnitOfWork, typed: str) -> Case:
    reference = read_reference(typed)
    if reference is None:
        raise click.ClickException(
            f"{typed!r} is no case's number. Write all eight digits, "
            "such as 4071-3826; a slip in one shows in the last."
        )
    case = case_by_reference(work.session, reference)
    if case is None:
        raise click.ClickException(f"there is no case {spoken_reference(reference)}")
    return case


def explained(work: UnitOfWork, case: Case) -> str:
    """All there is to say of one case, as lines for a terminal."""
    return "\n\n".join("\n".join(part(work, case)) for part in PARTS)


def _standing(work: UnitOfWork, case: Case) -> Iterator[str]:
    place = work.areas.full_name(work.areas[case.area_code])
    yield from heading(f"{case.spoken}: {say(case.category.name, SOURCE)}, {place}")
    has = (
        f": {case.liaison.name}, {case.liaison.body.name}"
        if case.liaison and case.state == CaseState.ACKNOWLEDGED
        else ""
    )
    yield from indented(f"{URGENCIES[Urgency(case.urgency)]}; {STATES[CaseState(case.state)]}{has}.")
    spoken = " They would rather speak to a woman." if case.wants_woman else ""
    yield from indented(
        f"Reported {_time(work, case.opened_at)} in {own_name(case.language)}, by {case.channel}.{spoken}"
    )
    if case.round > 1:
        yield from indented(
            f"Round {case.round}, since {_time(work, case.round_began_at)}: "
            f"the citizen has said no {_times(case.round - 1)}."
        )


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def _asked(work: UnitOfWork, case: Case) -> Iterator[str]:
    yield from heading("Who was asked")
    asked = list(
        work.session.scalars(select(Dispatch).where(Dispatch.case_id == case.id).order_by(Dispatch.step))
    )
    told = _how_told(work, case)
    for each in asked:
        again = f"  (round {each.round})" if case.round > 1 else ""
        yield f"  {_time(work, each.at)}  {each.who}{again}"
        for line in (
            f"{each.rung.capitalize()}: {each.reason}",
            told.get(each.id, "No way to tell them."),
            _became(work, each),
        ):
            yield from indented(line, 4)
    if not asked:
        yield "  Nobody yet."


def _how_told(work: UnitOfWork, case: Case) -> dict[int, str]:
    """Of each dispatch, on which channels it was told, and what is known of that."""
    written = (
        select(Message)
        .where(Message.case_id == case.id, Message.kind == MessageKind.DISPATCH)
        .order_by(Message.written_at, Message.key)
    )
    told: dict[int, list[str]] = defaultdict(list)
    for message in work.session.scalars(written.options(joinedload(Message.address))):
        assert message.dispatch_id is not None
        told[message.dispatch_id].append(f"{message.address.channel}, {_left(work, message)}")
    return {identity: f"Told by {'; by '.join(each)}." for identity, each in told.items()}


def _left(work: UnitOfWork, message: Message) -> str:
    """What became of a message that puts the case before somebody."""
    if message.state == MessageState.SENT:
        arrived = f", arrived {_time(work, message.delivered_at)}" if message.delivered_at else ""
        return f"sent{f' {_time(work, message.sent_at)}' if message.sent_at else ''}{arrived}"
    return {
        MessageState.UNKNOWN: "and nobody knows whether it left",
        MessageState.FAILED: f"which failed ({message.code})",
        MessageState.WITHHELD: f"held back: {message.code}",
    }.get(MessageState(message.state), "which has not left yet")


BECAME = {
    DispatchState.TAKEN: "{took} and has it{asked_whether}.",
    DispatchState.DONE: "{took}, and said{ended} that it is done.",
    DispatchState.CANNOT: "{took}, and passed it on{ended}.",
    DispatchState.LAPSED: "{took}; nothing followed, so they have it no more since{ended}.",
    DispatchState.UNANSWERED: "Did not answer; the next was asked{ended}.",
    DispatchState.SUPERSEDED: "{took}; the case went on without them{ended}.",
}
NEVER_TAKEN = {
    **BECAME,
    DispatchState.CANNOT: "Passed it on{ended}.",
    DispatchState.SUPERSEDED: "The case went on without them{ended}.",
}
"""What became of a case that was put before somebody; and the same where they had never taken it on."""


def _became(work: UnitOfWork, each: Dispatch) -> str:
    if each.state == DispatchState.ASKED:
        until = f"Has until {_time(work, each.answer_by)} to answer."
        return until if each.answer_by else "Has not answered yet."
    asked = f", and was asked {_time(work, each.wondered_at)} whether they are still on it"
    return (BECAME if each.taken_at else NEVER_TAKEN)[DispatchState(each.state)].format(
        took=f"Took it {_time(work, each.taken_at)}" if each.taken_at else "",
        ended=f" {_time(work, each.ended_at)}" if each.ended_at else "",
        asked_whether=asked if each.wondered_at else "",
    )


# What happened to it


HAPPENED = {
    "reported": "Reported by {why}.",
    "evidence": "The citizen sent something with it: {why}.",
    "more words": "The citizen had more to say.",
    "linked": "Linked to others: {why}.",
    "in danger": "The citizen said that they are in danger.",
    "more urgent": "More urgent from now on: {why}.",
    "dispatched": "Put before {who}.",
    "nobody": "{why}",
    "not told": "{who}, could not be told ({why}).",
    "goes elsewhere": "A message takes another way: {why}.",
    "unanswered": "{who}, did not answer in time.",
    "acknowledged": "{who}, has it.",
    "on the way": "{who}, is on the way.",
    "there": "{who}, is there.",
    "still on it?": "{who}, was asked whether they are still on it.",
    "still on it": "{who}, is still on it.",
    "lapsed": "{who}, has it no more: nothing followed.",
    "alarm": "Alarm about {who}: something may be wrong with them.",
    "passed on": "{who}, passed it on{because}.",
    "step aside?": "{who}, was asked whether they are sure.",
    "stepped aside": "{who}, may not see it from now on.",
    "withdrawn": "Taken from {who}: they may not see it any more.",
    "resolved": "{who}, said that it is done.",
    "not done after all": "{who}, said that it is not done after all.",
    "promise missed": "The time that the citizen was promised passed, and nobody had it.",
    "asked": "The citizen was asked whether help came.",
    "verdict": "The citizen said: {why}.",
    "reopened": "It began anew.",
    "closed": "Closed{because}.",
    "forgotten": "The citizen {why}.",
    "mended": "The auditor mended it: {why}.",
}
"""Each kind of line in a case's history, in plain words. One that
was written when the hotline knew others is told as it stands."""


def _happened(work: UnitOfWork, case: Case) -> Iterator[str]:
    yield from heading("What happened")
    own = _own_reasons(work, case)
    for entry in history_of(work.session, case):
        yield from indented(
            f"{_time(work, entry.at)}  {_as_verdicts(entry, own.get((entry.at, entry.who), ''))}"
        )


def _own_reasons(work: UnitOfWork, case: Case) -> dict[tuple[datetime | None, str], str]:
    """What those who passed it on said themselves of why, by when that was and who they are."""
    passed = select(Dispatch).where(
        Dispatch.case_id == case.id, Dispatch.state == DispatchState.CANNOT, Dispatch.locked_why.is_not(None)
    )
    return {(each.ended_at, each.who): f"“{each.why(work.keys)}”" for each in work.session.scalars(passed)}


def _as_verdicts(entry: Entry, own: str) -> str:
    why = (
        entry.why.partition(", sha256")[0] if entry.what == "evidence" else VERDICTS.get(entry.why, entry.why)
    )
    because = ", ".join(filter(None, (why, own if entry.what == "passed on" else "")))
    sentence = HAPPENED.get(entry.what, "{what}: {who}{because}.")
    return sentence.format(what=entry.what, who=entry.who, why=why, because=f": {because}" if because else "")


def _promised(work: UnitOfWork, case: Case) -> Iterator[str]:
    yield from heading("What the citizen was promised")
    made = list(work.session.scalars(select(Promise).where(Promise.case_id == case.id).order_by(Promise.id)))
    for each in made:
        yield f"  An answer by {_time(work, each.due_at)}: {PROMISES[PromiseState(each.state)]}."
    if not made:
        yield "  Nothing."


PROMISES = {
    PromiseState.OPEN: "its time has not come",
    PromiseState.KEPT: "kept",
    PromiseState.MISSED: "missed",
    PromiseState.VOID: "void, for the case was over or began anew before",
}


def _verdicts(work: UnitOfWork, case: Case) -> Iterator[str]:
    yield from heading("What the citizen says")
    asked = list(work.session.scalars(select(Verdict).where(Verdict.case_id == case.id).order_by(Verdict.id)))
    for each in asked:
        whose = work.session.get(Dispatch, each.dispatch_id) if each.dispatch_id is not None else None
        yield f"  Of {whose.who if whose else 'it'}: {_verdict(work, each)}."
    if not asked:
        yield "  They have not been asked yet."


def _verdict(work: UnitOfWork, verdict: Verdict) -> str:
    asked = f", asked {_time(work, verdict.asked_at)}" if verdict.asked_at else ", unasked"
    if verdict.word is None:
        return f"unknown{asked}"
    return (
        f"{VERDICTS.get(verdict.word, verdict.word)}, "
        f"said{f' {_time(work, verdict.said_at)}' if verdict.said_at else ''}{asked}"
    )


PARTS = (_standing, _asked, _happened, _promised, _verdicts, who_could, who_never)
"""What is said of a case, in turn."""


def _time(work: UnitOfWork, moment: datetime | None) -> str:
    """A time with its day; and with the year, where it is not this one."""
    if moment is None:
        return ""
    there, here = (each.astimezone(work.country.zone) for each in (moment, work.now))
    return f"{there:%-d %b %H:%M}" if there.year == here.year else f"{there:%-d %b %Y %H:%M}"


COMMANDS: tuple[click.Command, ...] = (why,)
