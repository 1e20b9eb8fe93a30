"""What is said to liaisons about broadcasts."""

from collections.abc import Sequence

from hotline.broadcasts.approval_policy import WhyNot
from hotline.conversation.screens import Choices
from hotline.core import gsm
from hotline.core.i18n import Phrase, _, verbatim

STATES: dict[str, Phrase] = {
    "draft": _("a draft"),
    "checked": _("a draft, checked"),
    "submitted": _("waiting for approval"),
    "approved": _("approved"),
    "cooling": _("goes out soon"),
    "first": _("going out"),
    "sending": _("going out"),
    "sent": _("sent"),
    "stopped": _("stopped"),
    "corrected": _("set right by another"),
    "withdrawn": _("withdrawn"),
    "expired": _("over"),
    "paused": _("paused"),
}
"""How a broadcast stands."""

REASONS: Choices = (
    ("It is not true", _("It is not true")),
    ("It is not checked", _("It is not checked")),
    ("It blames somebody", _("It blames somebody")),
    ("The words could hurt", _("The words could hurt")),
    ("Not now", _("Not now")),
)
"""Why somebody objects, where they can choose it."""


# ----------------------------------------------------------------------------------------------- what is said

ROOM = 220
"""Septets of a message that leave room, in two texts, for what stands around it."""
LONGEST_WHO, LONGEST_WHY = 60, 100


def _fits(text: str) -> bool:
    return (gsm.septets(text) or ROOM + 1) <= ROOM


def _short(text: str, most: int) -> str:
    return gsm.shorten(text, most, most // 2)


def drill(phrase: Phrase, exercise: bool) -> Phrase:
    """The same, and that it is only practised."""
    return _("EXERCISE. {words}", words=phrase) if exercise else phrase


def asks_approval(code: str, mark: str, text: str, *, again: bool = False) -> Phrase:
    """The mark stands only where the whole message does: nobody says yes to what they have not seen."""
    if not _fits(text):
        asks = _(
            "May this go out? {text} It is long. Text READ {code} to see all of it.",
            code=code,
            text=_short(text, 120),
        )
    elif again:
        asks = _(
            "Once more, may this go out? {text}\nYes: text OK {code} {mark}. No: NO {code} and why.",
            code=code,
            mark=mark,
            text=text,
        )
    else:
        asks = _(
            "May this go out? {text}\nYes: text OK {code} {mark}. No: NO {code} and why.",
            code=code,
            mark=mark,
            text=text,
        )
    return asks


def going(code: str, time: str, text: str) -> Phrase:
    """To everybody who answers for the place, before it goes."""
    shown = _short(text, ROOM)
    return _(
        "Goes out at {time}: {text}\nIf it is wrong: NO {code} and why, or STOP {code}.",
        code=code,
        time=time,
        text=shown,
    )


def stands(
    code: str, state: str, gone: int, listed: int, text: str, mark: str, *, approved: int = 0
) -> Phrase:
    """All of it, however long; with the mark where it waits for a yes. Empty of one who may not say it."""
    if state == "submitted" and mark:
        return _(
            "{text}\nIt waits for approval. Yes: text OK {code} {mark}. No: NO {code} and why.",
            code=code,
            mark=mark,
            text=text,
        )
    line = progress(state, approved=approved, gone=gone, listed=listed)
    return Phrase("{text}\n{line}", (("text", text), ("line", line)))


def progress(state: str, *, approved: int = 0, gone: int = 0, listed: int = 0, at: str = "") -> Phrase:
    """How it stands, in a line. `at`: when it goes, where that is known."""
    if state == "submitted":
        return _("It is waiting for approval. Have said yes: {approved}.", approved=approved)
    if state == "cooling" and at:
        return _("It goes out at {time}.", time=at)
    if listed and state in WITH_COPIES:
        return _("It is {state}. {gone} of {listed} have it.", state=STATES[state], gone=gone, listed=listed)
    return _("It is {state}.", state=STATES[state])


WITH_COPIES = ("first", "sending", "sent", "stopped", "paused", "corrected", "withdrawn", "expired")
"""Where some may have it."""


def draft_saved(code: str) -> Phrase:
    return _("{code} is kept as a draft. Others are not asked yet.", code=code)


def submitted(code: str, asked: int, hands: int) -> Phrase:
    return _(
        "{code}: {asked} people are asked. Must say yes: {hands}. You hear from us.",
        code=code,
        asked=asked,
        hands=hands,
    )


def waits_for_morning(code: str, time: str) -> Phrase:
    return _("{code}: it is night. Others are asked at {time}.", code=code, time=time)


def nobody_answers(code: str, names: str) -> Phrase:
    return _(
        "{code}: these were asked and have not answered: {names}. Please ring them.",
        code=code,
        names=_short(names, ROOM),
    )


def approved_thanks(code: str, more: int) -> Phrase:
    return _("Thank you, noted. {code} still needs a yes from others: {more}.", code=code, more=more)


def is_enough(code: str, minutes: int) -> Phrase:
    if not minutes:
        return _("{code} is approved and goes out now. To stop it text STOP {code}.", code=code)
    return _(
        "{code} is approved and goes out in {minutes} minutes. To stop it text STOP {code}.",
        code=code,
        minutes=minutes,
    )


def may_not_approve(code: str, why: WhyNot | None) -> Phrase:
    """`why` is None where the place is not theirs."""
    match why:
        case WhyNot.WROTE_IT:
            return _("You wrote or changed {code}. Somebody else must approve it.", code=code)
        case WhyNot.TWICE:
            return _("You have approved {code} already. Thank you.", code=code)
        case WhyNot.SAME_BODY:
            return _(
                "Somebody of your own body wrote or approved {code}. It needs a yes from another.", code=code
            )
        case WhyNot.TWO_POLICE:
            return _(
                "One of the police wrote or approved {code}. It "
                "needs a yes from somebody who is not of the police.",
                code=code,
            )
        case None:
            return _("{code} is not about a place of yours. Others are asked.", code=code)


def objected(code: str, who: str, why: str) -> Phrase:
    """To the author."""
    reason = dict(REASONS).get(why, verbatim(_short(why, LONGEST_WHY)))
    if not why:
        return _(
            "{who} objects to {code}. It is a draft again. Please talk to them.",
            code=code,
            who=_short(who, LONGEST_WHO),
        )
    return _(
        "{who} objects to {code}: {why}. It is a draft again.",
        code=code,
        who=_short(who, LONGEST_WHO),
        why=reason,
    )


def objection_taken(code: str) -> Phrase:
    return _("Thank you. {code} is a draft again, and its author is told.", code=code)


def stopped(code: str, who: str, gone: int, listed: int) -> Phrase:
    return _(
        "{who} has stopped {code}. {gone} of {listed} had it.",
        code=code,
        who=_short(who, LONGEST_WHO),
        gone=gone,
        listed=listed,
    )


def stop_done(code: str, gone: int, listed: int) -> Phrase:
    return _(
        "{code} is stopped. {gone} of {listed} had it. A few may still get it.",
        code=code,
        gone=gone,
        listed=listed,
    )


def paused(code: str) -> Phrase:
    return _("{code} is paused. GO {code} lets it go on, STOP {code} ends it.", code=code)


def paused_by_itself(code: str) -> Phrase:
    return _(
        "{code} has paused: the carrier does not answer. GO {code} lets it go on, STOP {code} ends it.",
        code=code,
    )


def resumed(code: str) -> Phrase:
    return _("{code} goes on. PAUSE {code} or STOP {code} if that is wrong.", code=code)


def sent(code: str, gone: int, listed: int, doubtful: int) -> Phrase:
    done = _("{code} was sent to {gone} of {listed}.", code=code, gone=gone, listed=listed)
    return _("{done} Of {doubtful} we do not know.", done=done, doubtful=doubtful) if doubtful else done


def withdrawn(code: str, gone: int) -> Phrase:
    if gone:
        return _(
            "{code} is withdrawn. {gone} people had it: write a message that sets it right.",
            code=code,
            gone=gone,
        )
    return _("{code} is withdrawn. Nobody had it.", code=code)


def expired(code: str) -> Phrase:
    return _("The time of {code} is over. Nothing more goes out.", code=code)


def approval_lapsed(code: str) -> Phrase:
    return _("{code} did not go out: it was approved too long ago. It is a draft again.", code=code)


def not_checked(code: str, findings: Sequence[Phrase]) -> Phrase:
    """What must not be said: the first thing, and how many more there are."""
    first, *more = findings
    if more:
        return _(
            "{code} is kept but cannot go. {finding} And {number} more.",
            code=code,
            finding=first,
            number=len(more),
        )
    return _("{code} is kept but cannot go. {finding}", code=code, finding=first)


def no_such(code: str) -> Phrase:
    return _("We know no message {code}.", code=code)


def review_due(code: str) -> Phrase:
    return _(
        "{code} went out in an emergency on few words. Please "
        "look at it: READ {code}. Then text REVIEWED {code}.",
        code=code,
    )


def reviewed(code: str) -> Phrase:
    return _("Thank you. It is noted that you looked at {code} again.", code=code)


def cannot_now(code: str, why: Phrase) -> Phrase:
    """`why` is one of the sentences below."""
    return Phrase("{code}: {why}", (("code", code), ("why", why)))


NOT_SENT_YET = _("It was not sent yet. Change it instead.")
GONE_ALREADY = _("It has gone out. Set it right instead.")
CHANGED_JUST_NOW = _("Somebody changed it just now. Look again.")
NOBODY_TO_APPROVE = _("It is kept, but there are too few who could approve it.")
GOES_TO_NOBODY = _("It is kept, but nobody there has asked for messages.")
TOO_MANY = _("It is kept, but it would go to too many for an emergency message.")
TOO_LARGE = _("It is about too large a place.")
ENOUGH_EMERGENCIES = _("There were two emergency messages within a day. Ring the coordinating body.")
NOT_WAITING = _("It does not wait for approval.")
USE_STOP = _("It goes out now. Text STOP and its number to stop it.")
NOTHING_GOES = _("Nothing is going out.")
NOT_PAUSED = _("It is not paused.")
NOT_A_DRAFT = _("It is no draft.")
NOT_YOURS = _("That is for others to do.")
NOBODY_HAD_IT = _("Nobody had it: there is nothing to set right.")
NO_EMERGENCY = _("It was no emergency message.")
OVER = _("It is over.")

REFUSED: dict[str, Phrase] = {
    "it is about no place": _("It is about no place."),
    "an emergency message goes to one ward": _("An emergency message goes to one ward."),
    "it goes to one county at a time": _("A message goes to one county at a time."),
}
"""Why nobody can approve it, by what `approval_policy` says."""


def had_one_today(time: str) -> Phrase:
    return _("This place had a message within twelve hours. The next can go at {time}.", time=time)


def had_three_this_week(time: str) -> Phrase:
    return _("This place had three messages this week. The next can go at {time}.", time=time)


def at_night(time: str) -> Phrase:
    return _("It would go out at night. Please say yes again at {time}.", time=time)


def what_to_text_broadcast() -> Phrase:
    return _(
        "With a message's code: OK and its mark, NO and why, READ, PAUSE, GO, STOP, WITHDRAW. So: STOP 4417."
    )


def numbered(code: str, text: Phrase) -> Phrase:
    return _("Itikia {code}: {text}", code=code, text=text)


def correction(wrong: str, text: Phrase) -> Phrase:
    """`wrong`: the code of the one that it sets right."""
    return _("CORRECTION of {code}. {text}", code=wrong, text=text)


def exercise_only(text: Phrase) -> Phrase:
    return _("EXERCISE ONLY. {text}", text=text)
