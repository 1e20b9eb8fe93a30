"""A report becomes a case."""

from dataclasses import dataclass
from functools import partial
from uuid import uuid4

from hotline.cases import (
    assignment,
    citizen_phrases,
    evidence,
    incidents,
    lapses,
    liaison_phrases,
    named_officers,
    notify_citizen,
    notify_liaison,
    promises,
)
from hotline.cases.case import Case, CaseState, case_by_session, details_place
from hotline.cases.citizen_menus import Report
from hotline.cases.promises import PromiseState
from hotline.cases.reference_number import new_reference
from hotline.context import UnitOfWork
from hotline.core.database import insert_once
from hotline.directory import people
from hotline.directory.categories import CATEGORIES, CONDUCT
from hotline.directory.people import Person
from hotline.messaging.kinds import MessageKind
from hotline.outbox import TaskKind


@dataclass(frozen=True, slots=True)
class Call:
    """One sitting with somebody: which, how, who if the carrier told us, and in what language."""

    session_index: str
    channel: str
    number: str | None
    """In international form, or the channel's own; None where what the carrier gave us is no number. Such a
    caller can report all the same."""
    language: str
    origin: str = ""
    """The poster or the link that brought them, if one did."""

    @property
    def address(self) -> str:
        """The channel of the address that they speak from."""
        return people.TELEGRAM if self.channel == people.TELEGRAM else people.PHONE


def open_case(work: UnitOfWork, report: Report, call: Call) -> Case:
    """Make a report a case. Idempotent by its sitting: the same sitting again gets the same case."""
    person = _reporter(work, report, call)
    while True:
        values = _values(work, report, call, person)
        if insert_once(work.session, Case, **values):
            break
        if known := case_by_session(work.session, call.session_index):
            return known
    case = Case(**values)
    promises.make(work, case)
    if case.category is CONDUCT:
        named_officers.keep_from_named(work, case, f"{report.named_officer} {report.details}")
    case.note(work.session, work.now, "reported", "citizen", f"{call.channel} {call.origin}".strip())
    evidence.belongs_to(work.session, call.session_index, case, work.now)
    work.schedule(TaskKind.OPEN, case.id)
    return case


def _values(work: UnitOfWork, report: Report, call: Call, person: Person | None) -> dict[str, object]:
    identity, category = uuid4(), CATEGORIES[report.category]
    return {
        "id": identity,
        "reference": new_reference(),
        "session_index": call.session_index,
        "channel": call.channel,
        "category_code": category.code,
        "area_code": report.area,
        "locked_details": work.keys.vault.encrypt(_details_of(report), details_place(identity)),
        "contact": report.contact if person else "none",
        "language": call.language,
        "person_id": person.id if person else None,
        "opened_at": work.now,
        "round": 1,
        "round_began_at": work.now,
        "urgency": category.urgency,
        "wants_woman": report.wants_woman,
        "named_body": report.named_body or None,
    }


def _details_of(report: Report) -> str:
    return f"{report.details} ({report.named_officer})" if report.named_officer else report.details


def _reporter(work: UnitOfWork, report: Report, call: Call) -> Person | None:
    """Whoever reports, as little of them as they allow."""
    if call.number is None:
        return None
    may_write = report.contact == "text"
    person = people.meet(
        work.session,
        work.keys,
        call.number,
        work.now,
        may_write=may_write,
        language=call.language,
        channel=call.address,
    )
    if report.remember:
        person.home_area = report.area
    if may_write and (address := person.at(call.address)):
        address.opted_out_at = None
    return person


def take_up(work: UnitOfWork, case: Case) -> None:
    """What happens first to a case: its citizen hears that it was received, it is linked with others about
    the same event, and put before a liaison."""
    promise = promises.latest(work.session, case)
    if promise is not None and promise.state == PromiseState.OPEN:
        promises.watch(work, promise)
    if case.state != CaseState.OPEN:
        return
    for risen in incidents.join(work, case):
        lapses.hasten(work, risen)
    _tell_of_call(work, case)
    asked = assignment.put_before_next(work, case)
    if not asked and assignment.nobody_may(work, case):
        notify_citizen.tell(
            work,
            case,
            citizen_phrases.there_is_news(case.spoken, work.settings.service_code),
            MessageKind.NOBODY,
            f"nobody:{case.id}",
        )
    else:
        _tell_received(work, case)


def _tell_of_call(work: UnitOfWork, case: Case) -> None:
    """Whoever has the same event already hears that it was reported again."""
    calls = incidents.calls(work.session, case, work.now)
    if calls.nth == 1:
        return
    case.note(
        work.session, work.now, "linked", why=f"report number {calls.nth} about the same place and kind"
    )
    if incidents.is_news(calls.nth):
        another_call = partial(
            liaison_phrases.another_call, nth=calls.nth, minutes=calls.minutes, phones=calls.phones
        )
        notify_liaison.tell_of_event(work, case, another_call, f"call:{case.id}")


def _tell_received(work: UnitOfWork, case: Case) -> None:
    if case.channel != people.TELEGRAM:  # where the last screen is a message that stays
        received = citizen_phrases.received(
            case.spoken, work.clock_time(promises.due(work.session, case)), work.country.emergency
        )
        notify_citizen.tell(work, case, received, MessageKind.RECEIVED, f"received:{case.id}")
