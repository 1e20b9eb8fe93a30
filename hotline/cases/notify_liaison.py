"""What liaisons are told about a case: that it is put before
them, with what is known so far, and what is new in it."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.cases import evidence, incidents, liaison_phrases
from hotline.cases.case import Case, Entry
from hotline.cases.dispatch import EXPECTED, Dispatch, DispatchState, redraw, tells
from hotline.cases.escalation_policy import Ways
from hotline.context import UnitOfWork
from hotline.core.gsm import fits
from hotline.core.i18n import Phrase, say
from hotline.directory import people
from hotline.directory.bodies import Body
from hotline.directory.people import Address
from hotline.messaging.kinds import MessageKind
from hotline.messaging.message import Message, MessageState, write_message

TWO_TEXTS = {"septets": 306, "units": 134}


def put_before(work: UnitOfWork, dispatch: Dispatch, ways: Ways) -> None:
    """Tell a liaison that a case is before them, on these channels."""
    ladder = dispatch.liaison.person.ladder
    for address in ladder if ways == Ways.ALL else ladder[:1]:
        _write_to(work, dispatch, address)


def write_next(work: UnitOfWork, dispatch: Dispatch) -> bool:
    """Try the next way of telling them, after one that failed. False where there is none left."""
    tried = set(work.session.scalars(select(Message.address_id).where(tells(dispatch))))
    left = [address for address in dispatch.liaison.person.ladder if address.id not in tried]
    for address in left[:1]:
        _write_to(work, dispatch, address)
    return bool(left)


def is_being_told(session: Session, dispatch: Dispatch) -> bool:
    """Whether a message that puts the case before them has left, or may still leave."""
    hopeful = Message.state.not_in((MessageState.FAILED, MessageState.WITHHELD))
    return session.scalars(select(Message.id).where(tells(dispatch), hopeful).limit(1)).first() is not None


def _write_to(work: UnitOfWork, dispatch: Dispatch, address: Address) -> None:
    case, liaison = dispatch.case, dispatch.liaison
    language = liaison.language
    text = _fitting(work, dispatch, language)
    first = work.session.scalars(select(Message.id).where(tells(dispatch)).limit(1)).first() is None
    key = f"dispatch:{dispatch.id}" if first else f"dispatch:{dispatch.id}/{address.channel}"
    kind = MessageKind.DISPATCH
    write_message(work, address, kind, text, language, key=key, case=case.id, dispatch=dispatch.id)
    if address.channel == people.PHONE and evidence.number_of(work.session, case.session_index, case):
        tell(work, dispatch, liaison_phrases.sent_something(dispatch.word), f"sent:{dispatch.id}")


def _fitting(work: UnitOfWork, dispatch: Dispatch, language: str) -> Phrase:
    """The text to a liaison, with as much of the details as two parts hold; dialling in shows the rest."""
    case, by = dispatch.case, work.clock_time(dispatch.answer_by or work.now)
    place, details = work.areas.full_name(work.areas[case.area_code]), case.details(work.keys)
    so_far, more = so_far_of(work, case), ""
    while not fits(
        say(
            text := liaison_phrases.please_take(dispatch.word, case.about, place, details + more, by, so_far),
            language,
        ),
        **TWO_TEXTS,
    ):
        if details:
            details, more = details[: int(len(details) * 0.9)].rstrip(), ".."
        elif len(so_far) > 1:
            so_far = so_far[1:]
        else:
            break
    return text


def so_far_of(work: UnitOfWork, case: Case) -> list[Phrase]:
    """What a liaison should know before anything else: that somebody went there and is silent, that others
    call about it too, that help did not come last time, and that a woman is wished."""
    told = [
        liaison_phrases.went_and_is_silent(each.who, work.clock_time(each.stepped_at or each.at))
        for each in _silent_there(work, case)
    ]
    calls = incidents.calls(work.session, case, work.now)
    told += [liaison_phrases.one_of_several(calls.nth, calls.minutes, calls.phones)] if calls.nth > 1 else []
    told += (
        [liaison_phrases.no_help_came(", ".join(dict.fromkeys(_had_it(work.session, case))))]
        if case.round > 1
        else []
    )
    return [*told, liaison_phrases.wishes_a_woman()] if case.wants_woman else told


def _silent_there(work: UnitOfWork, case: Case) -> list[Dispatch]:
    """Who went there last in this round, and has said nothing since."""
    lapsed = select(Dispatch).where(
        Dispatch.case_id == case.id, Dispatch.round == case.round, Dispatch.state == DispatchState.LAPSED
    )
    went = [
        each
        for each in work.session.scalars(lapsed.order_by(Dispatch.ended_at.desc()))
        if _set_out(work.session, each)
    ]
    return went[:1]


def _set_out(session: Session, dispatch: Dispatch) -> bool:
    setting_out = (
        Entry.case_id == dispatch.case_id,
        Entry.what.in_(("on the way", "there")),
        Entry.who == dispatch.who,
    )
    return session.scalars(select(Entry.id).where(*setting_out).limit(1)).first() is not None


def _had_it(session: Session, case: Case) -> list[str]:
    """The bodies that had the case in earlier rounds."""
    earlier = (
        select(Body.name).join(Dispatch, Dispatch.body_code == Body.code).where(Dispatch.case_id == case.id)
    )
    return list(
        session.scalars(
            earlier.where(Dispatch.round < case.round, Dispatch.taken_at.is_not(None)).order_by(Dispatch.step)
        )
    )


def tell(
    work: UnitOfWork, dispatch: Dispatch, what: Phrase, key: str, kind: MessageKind = MessageKind.NEWS
) -> None:
    """Tell a liaison what is new in a case that is before them."""
    address, language = dispatch.liaison.person.best, dispatch.liaison.language
    if address is not None:
        write_message(work, address, kind, what, language, key=key, case=dispatch.case_id)


def tell_all(work: UnitOfWork, case: Case, what: Callable[[str], Phrase], key: str) -> None:
    """Tell everybody before whom the case is, or who has it, once for each key; cards show it too."""
    for each in work.session.scalars(
        select(Dispatch).where(Dispatch.case_id == case.id, Dispatch.state.in_(EXPECTED))
    ):
        if each.may_be_read(work.session, work.now):
            tell(work, each, what(each.word), f"{key}:{each.liaison_id}")
    redraw(work, case)


def tell_of_event(work: UnitOfWork, case: Case, what: Callable[[str], Phrase], key: str) -> None:
    """Tell everybody before whom another case of the same event
    is, or who has one: each once, by the last of theirs."""
    others = (
        select(Dispatch)
        .join(Case, Dispatch.case_id == Case.id)
        .where(Case.incident_id == case.incident_id, Case.id != case.id)
    )
    waiting = work.session.scalars(others.where(Dispatch.state.in_(EXPECTED)).order_by(Dispatch.id))
    for each in {each.liaison_id: each for each in waiting}.values():
        if each.may_be_read(work.session, work.now):
            tell(work, each, what(each.word), f"{key}:{each.liaison_id}")
        redraw(work, each.case)
