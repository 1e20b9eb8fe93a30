"""What a liaison is asked and told about calm messages: to write one, to say yes or no to one, to stop one."""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import count
from typing import Literal

from hotline.broadcasts import templates as calm
from hotline.broadcasts.approval_policy import Why
from hotline.broadcasts.templates import TEMPLATES, WHO, Field
from hotline.conversation.choose_area import choose_area
from hotline.conversation.screens import Ask, Choices, LookUp, Menu, Nothing, Scene
from hotline.core import gsm
from hotline.core.i18n import Words, _, means, own_name, verbatim
from hotline.places.areas import Areas
from hotline.rumours.menus import Look, WriteAbout, at_rumours

MOST_AREAS = 3
MOST_WHY = 200
"""Letters of a reason that are kept."""


@dataclass(frozen=True, slots=True)
class Compose:
    """A liaison has written a message."""

    template: str
    """Empty for their own words."""
    areas: tuple[str, ...]
    fields: tuple[tuple[str, str], ...]
    """What goes into each field: a choice's key, a time, a number."""
    own: tuple[tuple[str, str], ...]
    """Their own words, by language."""
    source: str
    """Who checked it: a choice's key, or typed."""
    hours: int
    """For so long it holds."""
    public: bool
    """On the web too."""
    exercise: bool
    """A drill."""
    emergency: bool
    corrects: str = ""
    """The code of the broadcast that it sets right."""
    edits: str = ""
    """The code of the draft that it replaces."""
    rumour: str = ""
    """The number of the rumour that it answers."""
    submit: bool = True
    """Others are asked to approve it at once; else it is kept as a draft."""


ActOf = Literal["submit", "approve", "object", "stop", "pause", "resume", "withdraw", "show", "review"]


@dataclass(frozen=True, slots=True)
class Deal:
    """What a liaison does with a broadcast."""

    act: ActOf
    code: str
    mark: str = ""
    why: str = ""


def to_text(compose: Compose) -> str:
    """What was written, as the key of `?preview`."""
    return json.dumps(asdict(compose), separators=(",", ":"))


def composed(text: str) -> Compose:
    """The opposite of `to_text`."""
    known = json.loads(text)
    pairs = {name: tuple((key, value) for key, value in known[name]) for name in ("fields", "own")}
    return Compose(**{**known, **pairs, "areas": tuple(known["areas"])})


STATES: dict[str, Words] = {
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

STEPS: dict[str, Words] = {
    "approve": _("Approve"),
    "object": _("Object"),
    "submit": _("Ask others to approve"),
    "edit": _("Change"),
    "stop": _("Stop now"),
    "pause": _("Pause"),
    "resume": _("Go on"),
    "correct": _("Set it right"),
    "withdraw": _("Withdraw"),
    "review": _("I have looked at it again"),
}
"""What can be done with one, in the order of the menu."""

ACTS: dict[str, ActOf] = {
    "approve": "approve", "object": "object", "submit": "submit", "stop": "stop", "pause": "pause", "resume": "resume",
    "withdraw": "withdraw", "review": "review",
}  # fmt: skip

REASONS: Choices = (
    ("It is not true", _("It is not true")),
    ("It is not checked", _("It is not checked")),
    ("It blames somebody", _("It blames somebody")),
    ("The words could hurt", _("The words could hurt")),
    ("Not now", _("Not now")),
)
"""Why somebody objects, where they can choose it."""

YES_NO: Choices = (("yes", _("Yes")), ("no", _("No")))
OWN, EMERGENCY = "own", "emergency"

CommitteeWish = Compose | Deal | Look | Nothing


def at_committee(areas: Areas, languages: Sequence[str], emergency: str) -> Scene[CommitteeWish]:
    """The messages that concern this liaison, and the rumours."""
    board = json.loads((yield LookUp("?board", "")))
    write = Writing(areas, tuple(languages), emergency, bool(board["exercise"]))
    match (yield Menu("board", _("Messages and rumours"), _on_the_board(board))):
        case "write":
            return (yield from write.anew())
        case "rumours":
            wish = yield from at_rumours()
            return (yield from write.anew(rumour=wish.number)) if isinstance(wish, WriteAbout) else wish
        case code:
            return (yield from _deal_with(write, code))


WRITE = _("Write a message")


def _on_the_board(board: Mapping[str, object]) -> Choices:
    listed = board["broadcasts"]
    assert isinstance(listed, list)
    there = tuple((each["code"], _one_line(each["code"], each["place"], each["state"])) for each in listed)
    return (("write", WRITE), *there, ("rumours", _("Rumours ({number})", number=str(board["rumours"]))))


def _one_line(code: str, place: str, state: str) -> Words:
    return Words("{code}: {place}, {state}", (("code", code), ("place", place), ("state", STATES[state])))


NOTHING_CHANGED = _("Nothing was changed.")


def _deal_with(write: "Writing", code: str) -> Scene[Compose | Deal | Nothing]:
    """One message: what it says, how it stands, and what this liaison may do."""
    found = json.loads((yield LookUp("?broadcast", code)))
    shown = _("Message {code}: {text}", code=code, text=found["text"])
    text = Words("{line}\n{shown}", (("line", verbatim(found["line"])), ("shown", shown)))
    choices = tuple((step, words) for step, words in STEPS.items() if step in found["steps"])
    step = yield Menu("deal", text, (*choices, ("nothing", _("Nothing now"))))
    match step:
        case "nothing":
            return Nothing(NOTHING_CHANGED)
        case "correct":
            return (yield from write.anew(tuple(found["areas"]), corrects=code))
        case "edit":
            return (yield from write.anew(tuple(found["areas"]), edits=code))
        case "object":
            return Deal("object", code, why=(yield Menu("why", _("Why? Choose, or write it:"), REASONS, typed=True))[:MOST_WHY])
        case _:
            return Deal(ACTS[step], code, found["mark"] if step == "approve" else "")


@dataclass(frozen=True, slots=True)
class Writing:
    """What is needed to write a message."""

    areas: Areas
    languages: tuple[str, ...]
    emergency: str
    """The country's emergency number."""
    exercise: bool
    """Whatever is written is a drill."""

    def anew(self, areas: tuple[str, ...] = (), *, corrects: str = "", edits: str = "", rumour: str = "") -> Scene[Compose | Nothing]:
        """Write a message, see it, and say what is to become of it. `areas` are those of the one that it sets right, or replaces."""
        template = yield from self._template(corrects)
        frozen = template in TEMPLATES and TEMPLATES[template].frozen
        if not areas or (edits and (yield Menu("same", _("About the same place?"), YES_NO)) == "no"):
            areas = yield from self._where(1 if frozen else MOST_AREAS)
        own = (yield from self._own_words()) if template == OWN else ()
        fields = (yield from self._fields(template)) if template != OWN else ()
        source = dict(fields).get("who") or (yield Menu("source", _("Who has checked it? Choose, or write it:"), WHO, typed=True))
        hours = "3" if frozen else (yield Menu("hours", _("For how long does it hold?"), HOURS))
        web = "no" if frozen else (yield Menu("web", _("On the web too, for everybody to read?"), YES_NO))
        drill = self.exercise or (
            not corrects and (yield Menu("drill", _("For real, or a drill? A drill goes to nobody."), REAL_OR_DRILL)) == "drill"
        )
        made = Compose(
            "" if template == OWN else template, areas, fields, own, source, int(hours), web == "yes", drill, frozen, corrects, edits,
            rumour,
        )  # fmt: skip
        return (yield from _see(made))

    def _template(self, corrects: str) -> Scene[str]:
        """Which message. What warns of danger is on a list of its own, and sets nothing right."""
        usual = tuple((each.code, each.name) for each in TEMPLATES.values() if not each.frozen and (not each.corrects or corrects))
        choices: Choices = (*usual, (OWN, _("In our own words")))
        if not corrects:
            choices = (*choices, (EMERGENCY, _("Emergency")))
        chosen = yield Menu("template", _("What should it say?"), choices)
        if chosen != EMERGENCY:
            return chosen
        frozen = tuple((each.code, each.name) for each in TEMPLATES.values() if each.frozen)
        return (yield Menu("frozen", _("Emergency: no waiting, any hour, one ward."), frozen))

    def _where(self, most: int) -> Scene[tuple[str, ...]]:
        chosen: list[str] = []
        for turn in range(1, most + 1):
            chosen.append((yield from choose_area(self.areas, which=f"{turn}:")).code)
            if turn == most or (yield Menu(f"more{turn}", _("Another place too?"), YES_NO)) == "no":
                break
        return tuple(dict.fromkeys(chosen))

    def _own_words(self) -> Scene[tuple[tuple[str, str], ...]]:
        own: dict[str, str] = {}
        for language in self.languages:
            own[language] = yield Ask(f"own:{language}", _("Write it in {language}:", language=own_name(language)))
        return tuple(own.items())

    def _fields(self, template: str) -> Scene[tuple[tuple[str, str], ...]]:
        filled: dict[str, str] = {}
        for field in TEMPLATES[template].fields:
            filled[field.name] = yield from self._field(field)
        return tuple(filled.items())

    def _field(self, field: Field) -> Scene[str]:
        match field.kind:
            case "choice":
                return (yield Menu(f"field:{field.name}", field.ask, field.choices))
            case "past" | "ahead":
                return (yield from _when(field))
            case "now":
                return (yield LookUp("?now", ""))
            case "number":
                return self.emergency


def no_such_time(now: str) -> Words:
    return _("That is not a time that it can be. It is {now} now. Choose, or write it like that:", now=now)


def _when(field: Field) -> Scene[str]:
    """A time of day: one that is offered, or as it is typed. Asked again until it is one, and lies where it can."""
    text = field.ask
    for turn in count(1):
        now = yield LookUp(f"?now{turn}", "")
        typed = yield Menu(f"time{turn}", text, _times(field, now), typed=True)
        time = calm.clock(typed)
        if time is not None and calm.suits(field.kind, time, now):
            break
        text = no_such_time(now)
    assert time is not None
    return time


def now_at(time: str) -> Words:
    return _("Now, {time}", time=time)


def _times(field: Field, now: str) -> Choices:
    if field.kind == "past":
        return ((now, now_at(now)),)
    return tuple((time, verbatim(time)) for time in (calm.in_hours(now, hours) for hours in (2, 3, 5)))


HOURS: Choices = tuple((str(hours), _("{hours} hours", hours=hours)) for hours in (3, 6, 12))
REAL_OR_DRILL: Choices = (("real", _("For real")), ("drill", _("A drill")))


def _see(made: Compose) -> Scene[Compose | Nothing]:
    """What would be sent, to how many, and at what cost; then what is to become of it."""
    preview = json.loads((yield LookUp("?preview:1", to_text(made))))
    choices: Choices = (("keep", _("Keep as a draft")), ("leave", _("Leave it")))
    if not preview["blocked"]:
        choices = (("submit", STEPS["submit"]), *choices)
    wish = yield Menu("preview", verbatim(preview["text"]), choices)
    if wish == "leave":
        return Nothing(_("Nothing was kept."))
    return replace(made, submit=wish == "submit")


# ------------------------------------------------------------------------------------------------------ what is texted

APPROVE, OBJECT, STOP = _("ok, okay, approve, yes"), _("no, object, against"), _("stop, unsubscribe")
PAUSE, GO, READ = _("pause, wait"), _("go, go on, resume"), _("read, show")
WITHDRAW, REVIEWED = _("withdraw, take back"), _("reviewed")
"""As liaisons text them before the code of a message; a translation may hold several, with commas between."""

VERBS: tuple[tuple[ActOf, Words], ...] = (
    ("stop", STOP), ("approve", APPROVE), ("object", OBJECT), ("pause", PAUSE), ("resume", GO), ("show", READ), ("withdraw", WITHDRAW),
    ("review", REVIEWED),
)  # fmt: skip

SAID = re.compile(r"\W*([^\W\d_](?:[^\d]*[^\W\d_])?)[\W_]*(\d{4,9})(?!\d)(.*)", re.DOTALL)
SAID_AFTER = re.compile(r"\W*(\d{4,6})[\W_]+([^\W\d_]+)\W*")
WITH_MARK = re.compile(r"\W*(?:[^\W\d_]+\W+){0,3}(\d{4,6})[\W_]+(\d{3})\W*")
MARK = re.compile(r"[\W_]*(\d{3})(?!\d)")
MARK_FIGURES, MOST_FIGURES = 3, 6


def understand(text: str) -> Deal | None:
    """What a liaison's text asks for: `OK 4417 831`, `ok 4417-831`, `4417 831`, `NO 4417 not true`, `STOP 4417`, `4417 stop`. None where it
    is something else, or names no message."""
    digits = _digits(text)
    return _with_the_verb_first(digits) or _with_the_verb_last(digits) or _without_a_verb(digits)


def _with_the_verb_first(text: str) -> Deal | None:
    found = SAID.fullmatch(text)
    act = _act_of(found[1]) if found else None
    if not found or not act:
        return None
    code, rest = found[2], found[3]
    if act == "approve":
        return Deal(act, *_code_and_mark(code, rest))
    return Deal(act, code, why=rest.strip(" \t\n.,:;-")[:MOST_WHY]) if len(code) <= MOST_FIGURES else None


def _with_the_verb_last(text: str) -> Deal | None:
    found = SAID_AFTER.fullmatch(text)
    act = _act_of(found[2]) if found else None
    return Deal(act, found[1]) if found and act else None


def _without_a_verb(text: str) -> Deal | None:
    """Nobody knows a message's mark but one who has been asked to say yes to it."""
    found = WITH_MARK.fullmatch(text)
    return Deal("approve", found[1], found[2]) if found and not _negative(text) else None


def _negative(text: str) -> bool:
    return any(means(word, OBJECT) for word in re.findall(r"[^\W\d_]+", text))


def _act_of(word: str) -> ActOf | None:
    return next((act for act, words in VERBS if means(word, words)), None)


def _code_and_mark(code: str, rest: str) -> tuple[str, str]:
    """The two numbers, whatever stands between them, were it nothing."""
    if len(code) > MOST_FIGURES:
        return code[:-MARK_FIGURES], code[-MARK_FIGURES:]
    mark = MARK.match(rest)
    return code, mark[1] if mark else ""


def _digits(text: str) -> str:
    """With digits of any script as 0 to 9."""
    return "".join(str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in text)


# ------------------------------------------------------------------------------------------------------ what is said

ROOM = 220
"""Septets of a message that leave room, in two texts, for what stands around it."""
LONGEST_WHO, LONGEST_WHY = 60, 100


def _fits(text: str) -> bool:
    return (gsm.septets(text) or ROOM + 1) <= ROOM


def _short(text: str, most: int) -> str:
    return gsm.shorten(text, most, most // 2)


def drill(words: Words, exercise: bool) -> Words:
    """The same, and that it is only practised."""
    return _("EXERCISE. {words}", words=words) if exercise else words


def asks_approval(code: str, mark: str, text: str, *, again: bool = False) -> Words:
    """The mark stands only where the whole message does: nobody says yes to what they have not seen."""
    if not _fits(text):
        asks = _("May this go out? {text} It is long. Text READ {code} to see all of it.", code=code, text=_short(text, 120))
    elif again:
        asks = _("Once more, may this go out? {text}\nYes: text OK {code} {mark}. No: NO {code} and why.", code=code, mark=mark, text=text)
    else:
        asks = _("May this go out? {text}\nYes: text OK {code} {mark}. No: NO {code} and why.", code=code, mark=mark, text=text)
    return asks


def going(code: str, time: str, text: str) -> Words:
    """To everybody who answers for the place, before it goes."""
    shown = _short(text, ROOM)
    return _("Goes out at {time}: {text}\nIf it is wrong: NO {code} and why, or STOP {code}.", code=code, time=time, text=shown)


def stands(code: str, state: str, gone: int, listed: int, text: str, mark: str) -> Words:
    """All of it, however long; with the mark where it waits for a yes."""
    if state == "submitted":
        return _("{text}\nIt waits for approval. Yes: text OK {code} {mark}. No: NO {code} and why.", code=code, mark=mark, text=text)
    return Words("{text}\n{line}", (("text", text), ("line", progress(state, gone=gone, listed=listed))))


def progress(state: str, *, approved: int = 0, gone: int = 0, listed: int = 0, at: str = "") -> Words:
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


def kept(code: str) -> Words:
    return _("{code} is kept as a draft. Others are not asked yet.", code=code)


def submitted(code: str, asked: int, hands: int) -> Words:
    return _("{code}: {asked} people are asked. Must say yes: {hands}. You hear from us.", code=code, asked=asked, hands=hands)


def waits_for_morning(code: str, time: str) -> Words:
    return _("{code}: it is night. Others are asked at {time}.", code=code, time=time)


def nobody_answers(code: str, names: str) -> Words:
    return _("{code}: these were asked and have not answered: {names}. Please ring them.", code=code, names=_short(names, ROOM))


def approved_thanks(code: str, more: int) -> Words:
    return _("Thank you, noted. {code} still needs a yes from others: {more}.", code=code, more=more)


def is_enough(code: str, minutes: int) -> Words:
    if not minutes:
        return _("{code} is approved and goes out now. To stop it text STOP {code}.", code=code)
    return _("{code} is approved and goes out in {minutes} minutes. To stop it text STOP {code}.", code=code, minutes=minutes)


def may_not_approve(code: str, why: Why | None) -> Words:
    """`why` is None where the place is not theirs."""
    match why:
        case Why.WROTE_IT:
            return _("You wrote or changed {code}. Somebody else must approve it.", code=code)
        case Why.TWICE:
            return _("You have approved {code} already. Thank you.", code=code)
        case Why.SAME_BODY:
            return _("Somebody of your own body wrote or approved {code}. It needs a yes from another.", code=code)
        case Why.TWO_POLICE:
            return _("One of the police wrote or approved {code}. It needs a yes from somebody who is not of the police.", code=code)
        case None:
            return _("{code} is not about a place of yours. Others are asked.", code=code)


def objected(code: str, who: str, why: str) -> Words:
    """To the author."""
    reason = dict(REASONS).get(why, verbatim(_short(why, LONGEST_WHY)))
    if not why:
        return _("{who} objects to {code}. It is a draft again. Please talk to them.", code=code, who=_short(who, LONGEST_WHO))
    return _("{who} objects to {code}: {why}. It is a draft again.", code=code, who=_short(who, LONGEST_WHO), why=reason)


def objection_taken(code: str) -> Words:
    return _("Thank you. {code} is a draft again, and its author is told.", code=code)


def stopped(code: str, who: str, gone: int, listed: int) -> Words:
    return _("{who} has stopped {code}. {gone} of {listed} had it.", code=code, who=_short(who, LONGEST_WHO), gone=gone, listed=listed)


def stop_done(code: str, gone: int, listed: int) -> Words:
    return _("{code} is stopped. {gone} of {listed} had it. A few may still get it.", code=code, gone=gone, listed=listed)


def paused(code: str) -> Words:
    return _("{code} is paused. GO {code} lets it go on, STOP {code} ends it.", code=code)


def paused_by_itself(code: str) -> Words:
    return _("{code} has paused: the carrier does not answer. GO {code} lets it go on, STOP {code} ends it.", code=code)


def resumed(code: str) -> Words:
    return _("{code} goes on. PAUSE {code} or STOP {code} if that is wrong.", code=code)


def sent(code: str, gone: int, listed: int, doubtful: int) -> Words:
    done = _("{code} was sent to {gone} of {listed}.", code=code, gone=gone, listed=listed)
    return _("{done} Of {doubtful} we do not know.", done=done, doubtful=doubtful) if doubtful else done


def withdrawn(code: str, gone: int) -> Words:
    if gone:
        return _("{code} is withdrawn. {gone} people had it: write a message that sets it right.", code=code, gone=gone)
    return _("{code} is withdrawn. Nobody had it.", code=code)


def expired(code: str) -> Words:
    return _("The time of {code} is over. Nothing more goes out.", code=code)


def corrected(code: str) -> Words:
    return _("{code} is set right. Those who had it are told.", code=code)


def approval_lapsed(code: str) -> Words:
    return _("{code} did not go out: it was approved too long ago. It is a draft again.", code=code)


def not_checked(code: str, findings: Sequence[Words]) -> Words:
    """What must not be said: the first thing, and how many more there are."""
    first, *more = findings
    if more:
        return _("{code} is kept but cannot go. {finding} And {number} more.", code=code, finding=first, number=len(more))
    return _("{code} is kept but cannot go. {finding}", code=code, finding=first)


def no_such(code: str) -> Words:
    return _("We know no message {code}.", code=code)


def review_due(code: str) -> Words:
    return _("{code} went out in an emergency on few words. Please look at it: READ {code}. Then text REVIEWED {code}.", code=code)


def reviewed(code: str) -> Words:
    return _("Thank you. It is noted that you looked at {code} again.", code=code)


def cannot_now(code: str, why: Words) -> Words:
    """`why` is one of the sentences below."""
    return Words("{code}: {why}", (("code", code), ("why", why)))


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
OVER = _("It is over.")

REFUSED: dict[str, Words] = {
    "it is about no place": _("It is about no place."),
    "an emergency message goes to one ward": _("An emergency message goes to one ward."),
    "it goes to one county at a time": _("A message goes to one county at a time."),
}
"""Why nobody can approve it, by what `approving` says."""


def had_one_today(time: str) -> Words:
    return _("This place had a message within twelve hours. The next can go at {time}.", time=time)


def had_three_this_week(time: str) -> Words:
    return _("This place had three messages this week. The next can go at {time}.", time=time)


def at_night(time: str) -> Words:
    return _("It would go out at night. Please say yes again at {time}.", time=time)


def what_to_text_broadcast() -> Words:
    return _("With a message's code: OK and its mark, NO and why, READ, PAUSE, GO, STOP, WITHDRAW. So: STOP 4417.")
