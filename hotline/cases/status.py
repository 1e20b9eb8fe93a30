"""How a case stands, for the citizen who asks."""

from hotline.cases import assignment, dispatch, missed_promises, promises
from hotline.cases.case import Case, CaseState
from hotline.cases.citizen_phrases import Standing
from hotline.context import UnitOfWork
from hotline.core.i18n import say


def standing_of(work: UnitOfWork, case: Case) -> Standing:
    """How a case stands, for its citizen."""
    judged = case.may_be_judged(work.now)
    match case.state:
        case CaseState.OPEN:
            return _waiting_still(work, case)
        case CaseState.ACKNOWLEDGED:
            return Standing(
                "there" if case.there_at else "coming" if case.on_the_way_at else "taken",
                open_to_verdict=judged,
            )
        case CaseState.RESOLVED:
            return Standing("done", open_to_verdict=judged)
        case _:
            return Standing("closed", open_to_verdict=judged)


def _waiting_still(work: UnitOfWork, case: Case) -> Standing:
    asked = dispatch.asked_now(work.session, case)
    if not asked and assignment.nobody_may(work, case):
        return Standing("nobody", asked=work.country.oversight)
    promise = promises.latest(work.session, case)
    missed = promises.missed(work.session, case) > 0 or promise is None or promise.due_at <= work.now
    by = max(promise.due_at, work.now) if promise else work.now
    who = say(missed_promises.named(case, asked[-1].body.name), case.language) if asked else ""
    return Standing("waiting", work.clock_time(by), missed=missed, asked=who)
