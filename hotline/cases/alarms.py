"""Something may be wrong with a liaison themselves: those who lead
them are told, and the coordinating bodies, on every channel."""

from sqlalchemy import or_, select

from hotline.cases import conflicts, liaison_phrases
from hotline.cases.case import Case
from hotline.context import UnitOfWork
from hotline.core.i18n import Phrase
from hotline.directory import shifts
from hotline.directory.bodies import Body
from hotline.directory.categories import BodyKind
from hotline.directory.liaisons import Liaison
from hotline.messaging.kinds import MessageKind
from hotline.messaging.message import write_message


def tell(work: UnitOfWork, about: Liaison, what: Phrase, case: Case | None) -> int:
    """Tell all who should see that this liaison is safe, and where they
    were sent, if somewhere. Returns how many there are to be told."""
    place = work.areas.full_name(work.areas[case.area_code]) if case is not None else ""
    if case is not None:
        case.note(work.session, work.now, "alarm", f"{about.name}, {about.body.name}")
    caring = _who_care(work, about, case)
    for each in caring:
        for address in each.person.ladder:
            key = f"alarm:{about.id}:{int(work.now.timestamp())}:{address.id}"
            write_message(
                work,
                address,
                MessageKind.ALARM,
                liaison_phrases.alarm(what, place),
                each.language,
                key=key,
                case=case.id if case is not None else None,
            )
    return len(caring)


def _who_care(work: UnitOfWork, about: Liaison, case: Case | None) -> list[Liaison]:
    """Those on duty who lead their body or one that it is under, and everybody of the coordinating bodies;
    but nobody who may not see the case."""
    above = [body.code for body in about.body.upwards]
    leading = select(Liaison).join(Body, Liaison.body_code == Body.code)
    leading = leading.where(
        or_(Liaison.supervisor & Liaison.body_code.in_(above), Body.kind == BodyKind.COORDINATION)
    )
    found = [each for each in work.session.scalars(leading.order_by(Liaison.id)) if each.id != about.id]
    there = shifts.on_duty(work.session, [each.id for each in found], work.country.zone, work.now)
    wanted = [each for each in found if each.id in there or each.body.kind == BodyKind.COORDINATION]
    return [each for each in wanted if case is None or conflicts.may_see(work.session, case, each, work.now)]
