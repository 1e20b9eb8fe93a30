"""`itikia order`: who is asked about a case, and when. `itikia why`: who was asked about this one, who could
be, and who never will."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

import click
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload, selectinload

from hotline.cases import assignment, conflicts
from hotline.cases.case import Case, CaseState, Entry, case_by_reference, history_of
from hotline.cases.conflicts import Subject
from hotline.cases.dispatch import Dispatch, DispatchState
from hotline.cases.escalation_policy import AFTER_TWO_NOES, STILL, Row, Rung, Ways, order_of
from hotline.cases.matching import Candidate
from hotline.cases.promises import Promise, PromiseState
from hotline.cases.reference_number import read_reference, spoken_reference
from hotline.cases.verdicts import Verdict
from hotline.cli.terminal import heading, indented, wrapped
from hotline.context import UnitOfWork, ready
from hotline.core.i18n import SOURCE, own_name, say
from hotline.directory import affiliations, shifts
from hotline.directory.bodies import Serves
from hotline.directory.categories import CATEGORIES, Urgency
from hotline.directory.liaisons import Liaison
from hotline.messaging.kinds import MessageKind
from hotline.messaging.message import Message, MessageState
from hotline.settings import Settings

WHO = 66
"""Letters of the column that says who."""

URGENCIES = {Urgency.LIFE: "Danger to life", Urgency.HIGH: "Urgent", Urgency.ORDINARY: "Ordinary"}

RUNGS = {
    Rung.PRIMARY: "whose it is: nearest, on duty, their language, least to do",
    Rung.BORDER: "at a border: somebody of the other body that names the place",
    Rung.NEXT: "another one on duty of a body that was asked",
    Rung.SUPERVISOR: "who leads a body that was asked, or one above it",
    Rung.SIDEWAYS: "another body: first of another kind, then a neighbour",
    Rung.OVERSIGHT: "an oversight authority, whatever it is about",
    Rung.COORDINATION: "the coordinating body, on duty or not",
    Rung.REPEAT: "from the top again: first those who were asked least",
}
WAYS = {Ways.BEST: "the best channel, then the next", Ways.ALL: "all channels at once"}

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

NEVER = (
    "Nobody on our list may see this case and answers what it is about. Take it to the oversight "
    "authority by hand: {oversight}."
)


# ----------------------------------------------------------------------------------------- the standing order


@click.command()
def order() -> None:
    """Who is asked about a case, one after another, and how long each has."""
    click.echo("\n\n".join([*map(_order_in_words, URGENCIES), _after_noes(), _patience()]))


def _order_in_words(urgency: Urgency) -> str:
    about = "; ".join(say(each.name, SOURCE) for each in CATEGORIES.values() if each.urgency == urgency)
    return "\n".join([*heading(URGENCIES[urgency]), *indented(about), *_rows(order_of(urgency))])


def _rows(order: Sequence[Row]) -> Iterator[str]:
    yield click.style(f"  minute  {'who is asked':{WHO}}on", dim=True)
    minute = 0
    for row in order:
        minute += row.after
        yield f"  {minute:6}  {RUNGS[row.rung]:{WHO}}{WAYS[row.ways] if row.rung != Rung.REPEAT else ''}".rstrip()


def _after_noes() -> str:
    first = (f"       0  {RUNGS[row.rung]}" for row in AFTER_TWO_NOES)
    then = "Then comes the order above, once they have had as long to answer as anybody has."
    skipped = (
        "A row with nobody to ask is skipped at once. Who may not see a case is never asked: itikia why "
        "CASE shows who that is."
    )
    return "\n".join(
        [
            *heading("Before that, where the citizen has said no twice"),
            *first,
            *indented(then),
            "",
            *wrapped(skipped),
        ]
    )


def _patience() -> str:
    """The table of those who have a case."""
    said = (
        "Who has a case and takes no step is asked whether they are still on it; and on the way, whether "
        "they are safe"
    )
    columns = "".join(f"{title:>16}" for title in ("having it", "on the way", "being there", "to answer"))
    lines = [
        f"  {URGENCIES[urgency]:16}{''.join(f'{each:>16}' for each in _still(urgency))}"
        for urgency in URGENCIES
    ]
    after = "Who does not answer in that time has the case no more, and it goes to somebody else."
    return "\n".join(
        [*heading(said), click.style(f"  {'after so long':16}{columns}", dim=True), *lines, *indented(after)]
    )


def _still(urgency: Urgency) -> tuple[str, ...]:
    still = STILL[urgency]
    return tuple(map(_minutes, (still.taken, still.on_the_way, still.there, still.answer)))


def _minutes(minutes: int) -> str:
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"


# --------------------------------------------------------------------------------------------------- one case


@click.command()
@click.argument("case")
@click.pass_obj
def why(settings: Settings, case: str) -> None:
    """Who was asked about a CASE, by its number such as 4071-3826, and why; who could ever see it, and who
    never will.

    Nothing of what was reported is shown, and nobody's number.
    """
    with ready(settings) as service, service.read() as work:
        click.echo(explained(work, _found(work, case)))


def _found(work: UnitOfWork, typed: str) -> Case:
    reference = read_reference(typed)
    if reference is None:
        raise click.ClickException(
            f"{typed!r} is no case's number. Write all eight digits, such as 4071-3826; a slip in one "
            "shows in the last."
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
            f"Round {case.round}, since {_time(work, case.round_began_at)}: the citizen has said no "
            f"{_times(case.round - 1)}."
        )


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def _had_it(work: UnitOfWork, case: Case) -> Iterator[str]:
    yield from heading("Who was asked")
    asked = list(
        work.session.scalars(select(Dispatch).where(Dispatch.case_id == case.id).order_by(Dispatch.step))
    )
    told = _tellings(work, case)
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


def _tellings(work: UnitOfWork, case: Case) -> dict[int, str]:
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


def _became(work: UnitOfWork, each: Dispatch) -> str:
    took = f"Took it {_time(work, each.taken_at)}" if each.taken_at else ""
    ended = f" {_time(work, each.ended_at)}" if each.ended_at else ""
    match each.state:
        case DispatchState.ASKED:
            return (
                f"Has until {_time(work, each.answer_by)} to answer."
                if each.answer_by
                else "Has not answered yet."
            )
        case DispatchState.TAKEN:
            wondered = (
                f", and was asked {_time(work, each.wondered_at)} whether they are still on it"
                if each.wondered_at
                else ""
            )
            return f"{took} and has it{wondered}."
        case DispatchState.DONE:
            return f"{took}, and said{ended} that it is done."
        case DispatchState.CANNOT:
            return f"{took}, and passed it on{ended}." if took else f"Passed it on{ended}."
        case DispatchState.LAPSED:
            return f"{took}; nothing followed, so they have it no more since{ended}."
        case DispatchState.UNANSWERED:
            return f"Did not answer; the next was asked{ended}."
        case _:
            return f"{took + '; the' if took else 'The'} case went on without them{ended}."


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
"""Each kind of line in a case's history, in plain words. One that was written when the hotline knew others is
told as it stands."""


def _happened(work: UnitOfWork, case: Case) -> Iterator[str]:
    yield from heading("What happened")
    own = _own_words(work, case)
    for entry in history_of(work.session, case):
        yield from indented(f"{_time(work, entry.at)}  {_as_said(entry, own.get((entry.at, entry.who), ''))}")


def _own_words(work: UnitOfWork, case: Case) -> dict[tuple[datetime | None, str], str]:
    """What those who passed it on said themselves of why, by when that was and who they are."""
    passed = select(Dispatch).where(
        Dispatch.case_id == case.id, Dispatch.state == DispatchState.CANNOT, Dispatch.locked_why.is_not(None)
    )
    return {(each.ended_at, each.who): f"“{each.why(work.keys)}”" for each in work.session.scalars(passed)}


def _as_said(entry: Entry, own: str) -> str:
    why = (
        entry.why.partition(", sha256")[0] if entry.what == "evidence" else VERDICTS.get(entry.why, entry.why)
    )
    because = ", ".join(filter(None, (why, own if entry.what == "passed on" else "")))
    words = HAPPENED.get(entry.what, "{what}: {who}{because}.")
    return words.format(what=entry.what, who=entry.who, why=why, because=f": {because}" if because else "")


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


def _said(work: UnitOfWork, case: Case) -> Iterator[str]:
    yield from heading("What the citizen says")
    asked = list(work.session.scalars(select(Verdict).where(Verdict.case_id == case.id).order_by(Verdict.id)))
    for each in asked:
        whose = work.session.get(Dispatch, each.dispatch_id) if each.dispatch_id is not None else None
        yield f"  Of {whose.who if whose else 'it'}: {_word(work, each)}."
    if not asked:
        yield "  They have not been asked yet."


def _word(work: UnitOfWork, verdict: Verdict) -> str:
    asked = f", asked {_time(work, verdict.asked_at)}" if verdict.asked_at else ", unasked"
    if verdict.word is None:
        return f"unknown{asked}"
    return (
        f"{VERDICTS.get(verdict.word, verdict.word)}, "
        f"said{f' {_time(work, verdict.said_at)}' if verdict.said_at else ''}{asked}"
    )


# Who could ever see it


def _could(work: UnitOfWork, case: Case) -> Iterator[str]:
    yield from heading("Who could be asked, now or later")
    could = assignment.could_be_asked(work, case)
    for who in sorted(could, key=lambda each: (each.neighbour, each.body_name, each.liaison)):
        yield from indented(f"{who.body_name}, {who.name}: {_fits(work, who)}")
    for leader, led in _leading(work, case, could):
        yield from indented(
            f"{leader.body.name}, {leader.name}: leads {', '.join(led)}, asked after one of "
            f"theirs{_off(work, leader)}."
        )
    if not could:
        yield from indented(NEVER.format(oversight=work.country.oversight))


def _fits(work: UnitOfWork, who: Candidate) -> str:
    said = [f"serves {work.areas[who.area].name}", "on duty" if who.on_duty else "off duty"]
    leads = ["leads it"] if who.supervisor else []
    return f"{', '.join([*said, *leads])}; nothing stands against it."


def _leading(
    work: UnitOfWork, case: Case, could: Collection[Candidate]
) -> Iterator[tuple[Liaison, list[str]]]:
    """Who is asked only because they lead some of those, and the bodies that they lead."""
    under = {
        above: sorted({each.body_name for each in could if above in each.above})
        for who in could
        for above in who.above
    }
    here = work.areas[case.area_code]
    near = [area.code for area in (*work.areas.outwards(here), *work.areas.nearby(here))]
    leads = (
        Liaison.supervisor.is_(True),
        Liaison.body_code.in_(under),
        Liaison.id.not_in([each.liaison for each in could]),
    )
    subject = conflicts.subject_of(work.session, case)
    for who in _of_bodies_serving(work, near, *leads):
        if conflicts.eligible(subject, affiliations.viewer_of(who, work.now)).allowed:
            yield who, under[who.body_code]


def _off(work: UnitOfWork, who: Liaison) -> str:
    return "" if shifts.on_duty(work.session, [who.id], work.country.zone, work.now) else "; off duty now"


def _of_bodies_serving(
    work: UnitOfWork, areas: Collection[str], *where: ColumnElement[bool]
) -> Sequence[Liaison]:
    there = Liaison.body_code.in_(select(Serves.body_code).where(Serves.area_code.in_(areas)))
    whole = (joinedload(Liaison.body), selectinload(Liaison.roles))
    return work.session.scalars(
        select(Liaison).where(there, *where).options(*whole).order_by(Liaison.body_code, Liaison.id)
    ).all()


def _never(work: UnitOfWork, case: Case) -> Iterator[str]:
    yield from heading("Who never will, though their body serves the place")
    shut_out: dict[tuple[str, str], list[str]] = defaultdict(list)
    for who, reason in _shut_out(work, case):
        shut_out[who.body.name, reason].append(who.name)
    for (body, reason), names in shut_out.items():
        yield from indented(f"{body}, {', '.join(names)}: {reason}.")
    if not shut_out:
        yield "  Nobody."


def _shut_out(work: UnitOfWork, case: Case) -> Iterator[tuple[Liaison, str]]:
    """Liaisons of the bodies that serve the place who may not see it, and why."""
    subject = conflicts.subject_of(work.session, case)
    around = [area.code for area in work.areas.outwards(work.areas[case.area_code])]
    for who in _of_bodies_serving(work, around):
        if reason := _against(work, subject, who):
            yield who, reason


def _against(work: UnitOfWork, subject: Subject, who: Liaison) -> str:
    """Why they may not see it; empty where they may. Of one who is barred no more than that is told, for it
    would say who reported the case or whom it names; and where another reason stands against them as well,
    that one, so that they are as their colleagues."""
    viewer = affiliations.viewer_of(who, work.now)
    if conflicts.eligible(subject, viewer).allowed:
        return ""
    unbarred = conflicts.eligible(replace(subject, barred={}), viewer)
    return BARRED if unbarred.allowed else unbarred.reason


BARRED = "may not see this case"

PARTS = (_standing, _had_it, _happened, _promised, _said, _could, _never)
"""What is said of a case, in turn."""


# ----------------------------------------------------------------------------------------------- how it looks


def _time(work: UnitOfWork, moment: datetime | None) -> str:
    """A time with its day; and with the year, where it is not this one."""
    if moment is None:
        return ""
    there, here = (each.astimezone(work.country.zone) for each in (moment, work.now))
    return f"{there:%-d %b %H:%M}" if there.year == here.year else f"{there:%-d %b %Y %H:%M}"


COMMANDS: tuple[click.Command, ...] = (order, why)
