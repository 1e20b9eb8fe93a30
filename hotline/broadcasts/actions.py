"""What may be done with a broadcast: one table of who may, in which states,
what does it, and what is said where it may not.

A menu offers what `offered` names; whatever is wanted, by a menu, a text
or past both, goes through `deal`. Both ask `refusal`. Two rules decide
where the table has to choose: whoever writes never approves, and whatever
only holds a message back is open to more people than what brings it on.

What the moment has against a message (it is night, the place has just had one, nobody is
there to approve it) is no matter of who may: whoever tries is told, with what to do instead.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal

from hotline.broadcasts import approval, control, drafting, phrases
from hotline.broadcasts.broadcast import (
    GOING,
    LIVE,
    NEXT,
    ON_ITS_WAY,
    UNSENT,
    Broadcast,
    BroadcastState,
    DeedKind,
    broadcast_by_code,
    lock_broadcast,
)
from hotline.broadcasts.limits import NotNow, gone
from hotline.broadcasts.menus import ActionWord, Compose, Deal
from hotline.context import UnitOfWork
from hotline.core.i18n import Phrase
from hotline.directory.categories import BodyKind
from hotline.directory.liaisons import Liaison, is_one_now
from hotline.places.areas import Areas

ActionName = ActionWord | Literal["edit", "correct"]
"""What a `Deal` may name, and the two for which something is written."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A liaison before a broadcast, and what they have said or written about it."""

    work: UnitOfWork
    who: Liaison
    broadcast: Broadcast
    mark: str = ""
    why: str = ""
    written: Compose | None = None

    @property
    def is_authors(self) -> bool:
        return self.broadcast.author_id == self.who.id


# ------------------------------------------------------------------------------------------------ whose it is


def may_read(areas: Areas, who: Liaison, broadcast: Broadcast) -> bool:
    """Whether it is about a place that their body serves, or one around it or inside, whatever
    that body is; whether they wrote it; or they coordinate."""
    return (
        broadcast.author_id == who.id
        or who.body.kind == BodyKind.COORDINATION
        or any(areas.touch(each.area_code, code) for each in who.body.serves for code in broadcast.areas)
    )


def _anybody(_step: Attempt) -> bool:
    return True


def _whoever_reads_it(step: Attempt) -> bool:
    return may_read(step.work.areas, step.who, step.broadcast)


def _concerned(step: Attempt) -> bool:
    """They wrote it, or their body has to do with messages to the public and serves one of its places."""
    return step.is_authors or any(
        approval.answers_for(step.work.areas, step.who, code) for code in step.broadcast.areas
    )


def _takes_back(step: Attempt) -> bool:
    return step.is_authors or step.who.body.kind == BodyKind.COORDINATION


# ------------------------------------------------------------------------------------ what else is against it


def _nothing(_step: Attempt) -> Phrase | None:
    return None


def _hand_does_not_count(step: Attempt) -> Phrase | None:
    return approval.why_not_counted(step.work, step.broadcast, step.who)


def _is_paused(step: Attempt) -> Phrase | None:
    return phrases.paused(step.broadcast.code) if step.broadcast.is_paused else None


def _may_not_go_on(step: Attempt) -> Phrase | None:
    """What others have paused its author does not let go on."""
    if not step.broadcast.is_paused:
        return phrases.cannot_now(step.broadcast.code, phrases.NOT_PAUSED)
    if step.is_authors and control.paused_by_others(step.broadcast):
        return phrases.cannot_now(step.broadcast.code, phrases.NOT_YOURS)
    return None


def _nobody_had_it(step: Attempt) -> Phrase | None:
    """What goes out just now somebody may have, though no carrier has said so yet."""
    if step.broadcast.state in GOING or gone(step.work.session, step.broadcast):
        return None
    return phrases.cannot_now(step.broadcast.code, phrases.NOBODY_HAD_IT)


def _no_review(step: Attempt) -> Phrase | None:
    """Somebody of another body looks again at what warned of danger, each of them once."""
    broadcast = step.broadcast
    if not broadcast.emergency or broadcast.opens_at is None:
        return phrases.cannot_now(broadcast.code, phrases.NO_EMERGENCY)
    if not approval.stands_apart(step.work, broadcast, step.who):
        return phrases.cannot_now(broadcast.code, phrases.NOT_YOURS)
    did = any(deed.liaison_id == step.who.id for deed in broadcast.done(DeedKind.REVIEWED))
    return phrases.reviewed(broadcast.code) if did else None


# ---------------------------------------------------------------------------- what is said in any other state

Otherwise = Callable[[Broadcast], Phrase]


def _always(phrase: Phrase) -> Otherwise:
    return lambda _broadcast: phrase


def _goes_or_waits_for_nobody(broadcast: Broadcast) -> Phrase:
    return phrases.USE_STOP if broadcast.state in GOING else phrases.NOT_WAITING


def _gone_or_over(broadcast: Broadcast) -> Phrase:
    """Whether it had come as far as to have an hour at which it goes, whatever became of it then."""
    return phrases.OVER if broadcast.opens_at is None else phrases.GONE_ALREADY


def _cannot_be_stopped(broadcast: Broadcast) -> Phrase:
    if broadcast.state in UNSENT:
        return phrases.NOTHING_GOES
    return phrases.GONE_ALREADY if broadcast.state == BroadcastState.SENT else phrases.OVER


# ----------------------------------------------------------------------------------------------- what does it


def _edit(step: Attempt) -> Phrase:
    assert step.written is not None
    return drafting.change(step.work, step.who, step.broadcast, step.written)


def _correct(step: Attempt) -> Phrase:
    assert step.written is not None
    return drafting.set_right(step.work, step.who, step.broadcast, step.written)


def _show(step: Attempt) -> Phrase:
    """What it says, and how it stands; how to say yes or no only to one who may say either."""
    work, broadcast = step.work, step.broadcast
    asked = refusal(step, "approve") is None or refusal(step, "object") is None
    return phrases.stands(
        broadcast.code,
        BroadcastState(broadcast.state),
        gone(work.session, broadcast),
        broadcast.listed,
        approval.to_read(broadcast, step.who.language),
        broadcast.mark if asked else "",
        approved=len(approval.approvals(broadcast, work.now)),
    )


# -------------------------------------------------------------------------------------------------- the table


@dataclass(frozen=True, slots=True)
class Action:
    """Something that can be done with a broadcast."""

    who: Callable[[Attempt], bool]
    states: Collection[BroadcastState]
    otherwise: Otherwise
    """What is said in any other state."""
    does: Callable[[Attempt], Phrase]
    unless: Callable[[Attempt], Phrase | None] = _nothing
    """What is said where something else is against it."""


UNREAD = (BroadcastState.DRAFT, BroadcastState.CHECKED)
"""Nobody else was asked about it yet, or it was sent back."""
NOT_YET = (BroadcastState.SUBMITTED, BroadcastState.APPROVED, BroadcastState.COOLING)
"""Others were asked, and nothing has left."""
ONCE_OUT = tuple(state for state in BroadcastState if state not in UNSENT)
CAN_BE_WITHDRAWN = tuple(state for state in BroadcastState if BroadcastState.WITHDRAWN in NEXT[state])

TABLE: dict[ActionName, Action] = {
    "approve": Action(
        _whoever_reads_it, (BroadcastState.SUBMITTED,), _always(phrases.NOT_WAITING),
        lambda step: approval.approve(step.work, step.who, step.broadcast, step.mark),
        unless=_hand_does_not_count,
    ),
    "object": Action(
        _concerned, NOT_YET, _goes_or_waits_for_nobody,
        lambda step: control.object_to(step.work, step.who, step.broadcast, step.why),
    ),
    "submit": Action(
        _concerned, UNREAD, _always(phrases.NOT_A_DRAFT),
        lambda step: drafting.submit_again(step.work, step.who, step.broadcast),
    ),
    "edit": Action(_concerned, UNSENT, _gone_or_over, _edit),
    "stop": Action(
        _anybody, LIVE, _cannot_be_stopped,
        lambda step: control.stop(step.work, step.who, step.broadcast, step.why),
    ),
    "pause": Action(
        _concerned, ON_ITS_WAY, _always(phrases.NOTHING_GOES),
        lambda step: control.pause(step.work, step.who, step.broadcast), unless=_is_paused,
    ),
    "resume": Action(
        _concerned, ON_ITS_WAY, _always(phrases.NOT_PAUSED),
        lambda step: control.resume(step.work, step.who, step.broadcast), unless=_may_not_go_on,
    ),
    "correct": Action(
        _concerned, ONCE_OUT, _always(phrases.NOT_SENT_YET), _correct, unless=_nobody_had_it,
    ),
    "withdraw": Action(
        _takes_back, CAN_BE_WITHDRAWN, _always(phrases.OVER),
        lambda step: control.withdraw(step.work, step.who, step.broadcast),
    ),
    "review": Action(
        _concerned, ONCE_OUT, _always(phrases.NOTHING_GOES),
        lambda step: control.review(step.work, step.who, step.broadcast, step.why), unless=_no_review,
    ),
    "show": Action(_whoever_reads_it, tuple(BroadcastState), _always(phrases.OVER), _show),
}  # fmt: skip
"""Anybody may stop what is on its way. To object to it, pause it, bring it on or change what it
says is for its author and for those who answer for one of its places; a yes counts of those who
answer for all of them and had no hand in it. Whoever serves one of its places may read it, an
oversight authority too, which stays apart from all the rest. Whoever coordinates, wherever that
is, may read it and take it back."""


def refusal(step: Attempt, name: ActionName) -> Phrase | None:
    """What is said to one who may not do this now; None to one who may."""
    action, broadcast = TABLE[name], step.broadcast
    if not action.who(step):
        if not _whoever_reads_it(step):
            return phrases.no_such(broadcast.code)
        return phrases.cannot_now(broadcast.code, phrases.NOT_YOURS)
    if broadcast.state not in action.states:
        return phrases.cannot_now(broadcast.code, action.otherwise(broadcast))
    return action.unless(step)


def offered(work: UnitOfWork, who: Liaison, broadcast: Broadcast) -> list[ActionName]:
    """What this liaison may do with it now, besides reading it."""
    step = Attempt(work, who, broadcast)
    return [name for name in TABLE if name != "show" and refusal(step, name) is None]


# ------------------------------------------------------------------------------------- one door for all of it


def deal(work: UnitOfWork, who: Liaison, command: Compose | Deal) -> Phrase:
    """Do what a liaison wants of a broadcast, and say what has come of it."""
    code = (command.edits or command.corrects) if isinstance(command, Compose) else command.code
    if not is_one_now(who, work.now):
        return phrases.no_such(code)
    try:
        words = _done(work, who, command, code)
    except NotNow as stands:
        words = stands.words
    if isinstance(command, Compose) or command.act == "show":
        return words
    found = broadcast_by_code(work.session, code)
    return phrases.drill(words, found is not None and found.exercise)


def _done(work: UnitOfWork, who: Liaison, command: Compose | Deal, code: str) -> Phrase:
    """Raises `NotNow`."""
    if isinstance(command, Compose) and not code:
        return drafting.write(work, who, command)
    step, name = _meant(work, who, command, _locked(work, code))
    if (words := refusal(step, name)) is not None:
        raise NotNow(words)
    return TABLE[name].does(step)


def _meant(
    work: UnitOfWork, who: Liaison, command: Compose | Deal, broadcast: Broadcast
) -> tuple[Attempt, ActionName]:
    """To stop a draft is to withdraw it: nothing of it is on its way."""
    if isinstance(command, Compose):
        return Attempt(work, who, broadcast, written=command), "edit" if command.edits else "correct"
    name = "withdraw" if command.act == "stop" and broadcast.state in UNREAD else command.act
    return Attempt(work, who, broadcast, command.mark, command.why), name


def stop_by_operator(work: UnitOfWork, code: str, why: str) -> Phrase:
    """Whoever keeps the machine may stop it as anybody may. Raises `NotNow`."""
    broadcast = _locked(work, code)
    if broadcast.state not in TABLE["stop"].states:
        raise NotNow(phrases.cannot_now(code, TABLE["stop"].otherwise(broadcast)))
    return control.stop(work, None, broadcast, why)


def _locked(work: UnitOfWork, code: str) -> Broadcast:
    """The broadcast with this code, its row locked. Raises `NotNow`."""
    found = broadcast_by_code(work.session, code)
    if found is None:
        raise NotNow(phrases.no_such(code))
    return lock_broadcast(work.session, found.id)
