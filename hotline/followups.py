"""The citizen, not the office, says whether help came."""

from hotline import cases, dispatch, messages
from hotline.cases import ACKNOWLEDGED, CLOSED, OPEN, RESOLVED, Case
from hotline.dialogues import citizen as words
from hotline.dialogues.citizen import Verdict
from hotline.language import Words
from hotline.messages import About
from hotline.outbox import Queue, What
from hotline.work import Work


def plan(work: Work, case: Case) -> None:
    """Ask at the time that the category says, counted from now."""
    work.put(What.FOLLOW_UP, _subject(case), work.in_minutes(case.pace.follow_up), Queue.ORDINARY)


def ask_now(work: Work, case: Case) -> None:
    """The liaison says that it is done: ask the citizen at once."""
    work.put(What.FOLLOW_UP, _subject(case), queue=Queue.ORDINARY)


def _subject(case: Case) -> str:
    return f"{case.id}/{case.round}"


def ask(work: Work, case: Case, round_: int) -> None:
    """Ask whether help came, if nobody has asked in this round. One who wants no texts is asked when they dial in."""
    if case.round != round_ or case.state not in (ACKNOWLEDGED, RESOLVED) or case.asked_at is not None:
        return
    case.asked_at = work.now
    case.note(work.session, work.now, "asked")
    tell(work, case, words.did_help_come(case.spoken), About.FOLLOW_UP, f"asked:{case.id}/{case.round}")


def tell(work: Work, case: Case, what: Words, about: About, key: str) -> None:
    """Write to the citizen of a case; the gate decides whether it leaves."""
    address = case.person.phone if case.person else None
    if address is not None:
        messages.write(work, address, about, what, case.language, key=key, case=case)


def judge(work: Work, case: Case, verdict: Verdict) -> bool:
    """Take the citizen's word. False where nobody has taken the case yet, or it is closed, so that there is nothing to judge."""
    case = cases.hold(work.session, case.id)
    if not case.open_to_verdict:
        return False
    case.verdict, case.verdict_at = verdict, work.now
    case.note(work.session, work.now, "verdict", "citizen", verdict)
    if verdict == "helped":
        _close(work, case)
    else:
        _reopen(work, case, in_danger=verdict == "danger")
    return True


def _close(work: Work, case: Case) -> None:
    case.state, case.closed_at = CLOSED, work.now
    dispatch.supersede(work.session, case, work.now)
    case.note(work.session, work.now, "closed")


def _reopen(work: Work, case: Case, *, in_danger: bool) -> None:
    """Help did not come: the case begins a new round and goes to a body that has not had it."""
    dispatch.supersede(work.session, case, work.now)
    case.state, case.round = OPEN, case.round + 1
    case.in_danger = case.in_danger or in_danger
    case.liaison_id = case.acknowledged_at = case.resolved_at = case.asked_at = None
    case.note(work.session, work.now, "reopened")
    work.session.flush()
    dispatch.put_before_next(work, case)
