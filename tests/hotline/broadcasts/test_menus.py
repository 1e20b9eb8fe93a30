"""What a liaison is asked about calm messages, on every path; what they can text; and what they are told."""

import json
import re
from collections.abc import Iterator, Mapping
from itertools import combinations

import pytest

from hotline.broadcasts import menus as broadcast_menus
from hotline.broadcasts import phrases as broadcast_phrases
from hotline.broadcasts.approval_policy import WhyNot, needed
from hotline.broadcasts.broadcast import BroadcastState
from hotline.broadcasts.menus import ACTS, STEPS, CommitteeCommand, Compose, Deal, at_committee
from hotline.broadcasts.phrases import STATES
from hotline.broadcasts.sms_commands import VERBS, understand
from hotline.broadcasts.templates import TEMPLATES
from hotline.carriers.africastalking import AfricasTalking
from hotline.conversation.replay import Answers, Asking, Said, resume
from hotline.conversation.screens import Ask, LookUp, Menu, Nothing
from hotline.core import codec, gsm
from hotline.core.i18n import Phrase, languages, say, verbatim
from hotline.directory.liaisons import LONGEST_NAME
from tests.scenery.county import AREAS
from ussd.pages import Limits, pages

LIMITS = Limits(AfricasTalking.page_septets, AfricasTalking.page_units)
NOW, AT, EMERGENCY, CODE, MARK = "14:30", "29/11 23:59", "999", "44170", "831"
KAPTEMBWO, LONDON = "KE0321750872", "KE0321750871"
LONGEST_STEP = "Nakuru Town West, 28 letters"
LONG = "long " * 200
ONE_TEXT = (f"Itikia {CODE}: " + "Nobody was hurt in Kaptembwo, says the chief. " * 5)[
    : broadcast_phrases.ROOM - 1
] + "."

BOARD = {
    "broadcasts": [
        {"code": f"4417{number}", "place": LONGEST_STEP, "state": state}
        for number, state in enumerate(sorted(STATES)[:8])
    ],
    "rumours": 12,
    "exercise": False,
}
BROADCAST = {
    "text": ONE_TEXT,
    "line": "It is waiting for approval.",
    "steps": list(STEPS),
    "mark": MARK,
    "areas": [KAPTEMBWO, LONDON],
}
PREVIEW = {"text": "Goes to 400 phones. One part. KES 320.00\n" + ONE_TEXT, "blocked": False}

TYPED = {
    "time": ("16:00", "14:10", "2530", "soon"),
    "source": ("Mzee Juma",),
    "why": ("they have not been asked",),
    "area": ("Kaptembwa", "?!"),
}
"""What is typed where one may type, by how the question's name begins."""

Found = Mapping[str, object]
KNOWN: Found = {"?board": BOARD, "?broadcast": BROADCAST, "?preview": PREVIEW}


class _Elsewhere(Exception):
    """The path leads to the rumours, which have tests of their own."""


def look_up(question: LookUp, known: Found = KNOWN) -> str:
    name = question.name.partition(":")[0].rstrip("0123456789")
    if name == "?now":
        return NOW
    if name not in known:
        raise _Elsewhere
    return json.dumps(known[name])


def answers_to(question: Menu | Ask) -> list[str]:
    if isinstance(question, Ask):
        return ["There is no trouble in Kaptembwo."]
    kind = question.name.rpartition(":")[2].rstrip("0123456789")
    return [*(key for key, _words in question.choices), *(TYPED.get(kind, ()) if question.typed else ())]


def walk(language: str, known: Found = KNOWN) -> Iterator[Asking | Said[CommitteeCommand]]:
    """Every screen, and every answer to it at least once. Where all
    its answers were given on other paths, the first is given again."""
    todo: list[Answers] = [()]
    given: set[tuple[str, Phrase, str]] = set()
    while todo:
        try:
            there = resume(
                at_committee(AREAS, ("sw", "en"), EMERGENCY),
                todo.pop(),
                language,
                lambda question: look_up(question, known),
            )
        except _Elsewhere:
            continue
        yield there
        if isinstance(there, Asking):
            question, answers = there.question, answers_to(there.question)
            kind = question.name.rstrip("0123456789")  # the same one turn later shows nothing new
            fresh = [each for each in answers if (kind, question.text, each) not in given] or answers[:1]
            given |= {(kind, question.text, each) for each in fresh}
            todo += [(*there.answers, (question.name, each)) for each in fresh]


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("blocked", [False, True])
def test_every_screen_of_every_path_fits(language: str, *, blocked: bool) -> None:
    known = {**KNOWN, "?preview": {**PREVIEW, "blocked": blocked}}
    outcomes: list[object] = []
    for there in walk(language, known):
        if isinstance(there, Said):
            outcomes.append(there.outcome)
            continue
        for page in (
            *pages(there.question, language, LIMITS),
            *pages(there.question, language, LIMITS, again=True),
        ):
            assert gsm.fits(page, septets=LIMITS.septets, units=LIMITS.units), page
            assert not re.match(r"\d", say(there.question.text, language)), (
                "a question that begins with a figure looks like a choice"
            )
    composed_ones = [each for each in outcomes if isinstance(each, Compose)]
    assert {each.template for each in composed_ones} == {*TEMPLATES, ""}
    assert {each.act for each in outcomes if isinstance(each, Deal)} == set(ACTS)
    assert {each.submit for each in composed_ones} == ({False} if blocked else {True, False}), (
        "what must not be said is not put to anybody"
    )
    assert all(codec.decode(codec.encode(each), Compose) == each for each in composed_ones)
    for each in outcomes:
        if isinstance(each, Nothing):
            assert gsm.fits(say(each.words, language), septets=LIMITS.septets, units=LIMITS.units)


def play(*answers: str, known: Found = KNOWN, **board: object) -> object:
    """What comes of these answers, given one after another to
    whatever is asked; or the question that is open after the last."""
    there: Asking | Said[object] | None = None
    so_far: Answers = ()
    seen = {**known, "?board": {**BOARD, **board}}
    for answer in (*answers, None):
        there = resume(
            at_committee(AREAS, ("sw", "en"), EMERGENCY),
            so_far,
            "en",
            lambda question: look_up(question, seen),
        )
        if isinstance(there, Said) or answer is None:
            break
        assert there.question.takes(answer), (there.question, answer)
        so_far = (*there.answers, (there.question.name, answer))
    assert there is not None
    return there.outcome if isinstance(there, Said) else there.question


IN_KAPTEMBWO = ("KE032", "KE032175", KAPTEMBWO)


def test_a_message_is_written_from_a_template() -> None:
    made = play("write", "calm", *IN_KAPTEMBWO, "no", "14:10", "elders", "6", "yes", "real", "submit")
    assert made == Compose(
        "calm", (KAPTEMBWO,), (("time", "14:10"), ("who", "elders")), (), "elders", 6, True, False, False
    )


def test_a_message_may_be_about_three_places_each_once() -> None:
    made = play("write", "road", *IN_KAPTEMBWO, "yes", "KE032", "KE032175",
                LONDON, "yes", "Kaptembwa", KAPTEMBWO, "18:00", "Mzee Juma",
                "3", "no", "drill", "keep")  # fmt: skip
    assert made == Compose(
        "road",
        (KAPTEMBWO, LONDON),
        (("time", "18:00"),),
        (),
        "Mzee Juma",
        3,
        False,
        True,
        False,
        submit=False,
    )


def test_own_words_are_asked_in_every_language() -> None:
    made = play(
        "write",
        "own",
        *IN_KAPTEMBWO,
        "no",
        "Kuna utulivu.",
        "It is calm.",
        "peace",
        "12",
        "no",
        "real",
        "submit",
    )
    assert isinstance(made, Compose)
    assert (made.template, made.own, made.fields, made.source) == (
        "",
        (("sw", "Kuna utulivu."), ("en", "It is calm.")),
        (),
        "peace",
    )


def test_an_emergency_asks_for_little_and_fills_in_the_rest() -> None:
    made = play("write", "emergency", "indoors", *IN_KAPTEMBWO, "chief", "real", "submit")
    fields = (("time", NOW), ("number", EMERGENCY))
    assert made == Compose("indoors", (KAPTEMBWO,), fields, (), "chief", 3, False, False, True)


def test_what_sets_another_right_is_about_the_same_places() -> None:
    made = play("44170", "correct", "sorry", "16:00", "peace", "6", "no", "submit")
    assert isinstance(made, Compose)
    assert (made.corrects, made.areas, dict(made.fields)) == ("44170", (KAPTEMBWO, LONDON), {"time": "16:00"})
    templates = play("44170", "correct")
    assert isinstance(templates, Menu)
    assert "emergency" not in dict(templates.choices)
    offered = play("write")
    assert isinstance(offered, Menu)
    assert "sorry" not in dict(offered.choices), "there is nothing to be sorry for"


def test_a_change_keeps_the_places_unless_told() -> None:
    rest = ("18:00", "peace", "6", "no", "real", "submit")
    kept, other = (
        play("44170", "edit", "road", "yes", *rest),
        play("44170", "edit", "road", "no", *IN_KAPTEMBWO, "no", *rest),
    )
    assert isinstance(kept, Compose)
    assert isinstance(other, Compose)
    assert (kept.edits, kept.areas, other.edits, other.areas) == (
        "44170",
        (KAPTEMBWO, LONDON),
        "44170",
        (KAPTEMBWO,),
    )


def test_while_everybody_learns_nobody_is_asked_whether_it_is_a_drill() -> None:
    made = play("write", "calm", *IN_KAPTEMBWO, "no", "14:10", "elders", "6", "yes", "submit", exercise=True)
    assert isinstance(made, Compose)
    assert made.exercise


def test_a_time_that_cannot_be_is_asked_again() -> None:
    asked = ("write", "checking", *IN_KAPTEMBWO, "no", "attack")
    first, again = play(*asked), play(*asked, "soon")
    assert isinstance(first, Menu)
    assert isinstance(again, Menu)
    assert [key for key, _words in first.choices] == ["16:00", "17:00", "19:00"]
    assert again.text == broadcast_menus.no_such_time(NOW)
    assert play(*asked, "13:00") == again, "that is past"
    made = play(*asked, "13:00", "1615", "peace", "6", "no", "real", "submit")
    assert isinstance(made, Compose)
    assert dict(made.fields)["time"] == "16:15"


def test_what_is_left_is_not_kept() -> None:
    left = play("write", "calm", *IN_KAPTEMBWO, "no", "14:10", "elders", "6", "yes", "real", "leave")
    assert isinstance(left, Nothing)
    assert isinstance(play("44170", "nothing"), Nothing)


def test_only_what_may_be_done_is_offered() -> None:
    menu = play("44170", known={**KNOWN, "?broadcast": {**BROADCAST, "steps": ["stop", "pause"]}})
    assert isinstance(menu, Menu)
    assert [key for key, _words in menu.choices] == ["stop", "pause", "nothing"]
    assert ONE_TEXT in say(menu.text, "en"), "nobody decides on what they have not read"


def test_who_approves_names_the_mark_that_they_saw_and_who_objects_says_why() -> None:
    assert play("44170", "approve") == Deal("approve", "44170", MARK)
    assert play("44170", "object", "Not now") == Deal("object", "44170", why="Not now")
    assert play("44170", "object", "x" * 300) == Deal("object", "44170", why="x" * 200)
    assert play("44170", "stop") == Deal("stop", "44170"), "at once, and without a question"


# What is texted


@pytest.mark.parametrize(
    "text",
    ["OK 4417 831", "ok 4417-831", "Ok4417 831", "ok 4417831",
     "OK, 4417, 831.", " okay: 4417/831 thanks", "YES 4417 831",
     "4417 831", "yes please 4417 831", "approved: 4417-831",
     "ok #4417 831", "OK ٤٤١٧ ٨٣١", "approve 4417\n831", "“OK 4417 831”"],
)  # fmt: skip
def test_yes_is_understood_however_it_is_written(text: str) -> None:
    assert understand(text) == Deal("approve", "4417", "831")


@pytest.mark.parametrize(
    ("text", "deal"),
    [
        ("OK 4417", Deal("approve", "4417")),
        ("4417 ok", Deal("approve", "4417")),
        ("4417 STOP", Deal("stop", "4417")),
        ("OK 4417 8311", Deal("approve", "4417")),
        ("OK 44170 831", Deal("approve", "44170", "831")),
        ("ok 44170831", Deal("approve", "44170", "831")),
        ("NO 4417 it is not true", Deal("object", "4417", why="it is not true")),
        ("no 4417: 300 people were there.", Deal("object", "4417", why="300 people were there")),
        ("No. 4417", Deal("object", "4417")),
        ("STOP 4417", Deal("stop", "4417")),
        ("stop4417!!", Deal("stop", "4417", why="!!")),
        ("Pause 4417", Deal("pause", "4417")),
        ("GO ON 4417", Deal("resume", "4417")),
        ("go 4417", Deal("resume", "4417")),
        ("READ 4417", Deal("show", "4417")),
        ("take back 4417", Deal("withdraw", "4417")),
        ("Reviewed 4417 it was right", Deal("review", "4417", why="it was right")),
    ],
)
def test_each_verb_is_understood(text: str, deal: Deal) -> None:
    assert understand(text) == deal


@pytest.mark.parametrize(
    "text",
    ["OK", "no", "STOP", "yes", "1 SIMBA", "1", "ON", "OFF 3", "4417",
     "4417 83", "", "OK 441", "there are 4417 people", "READ R12",
     "no help came, 4417 men are here", "NO 44170831", "ok 0722000101", "+254722000101"],
)  # fmt: skip
def test_anything_else_is_no_word_about_a_message(text: str) -> None:
    assert understand(text) is None


@pytest.mark.parametrize("language", languages())
def test_each_verb_works_in_every_language(language: str) -> None:
    for act, words in VERBS:
        for word in say(words, language).split(","):
            for text in (f"{word.strip()} 4417", f" {word.strip().upper()}: 4417. "):
                found = understand(text)
                assert found is not None, text
                assert (found.act, found.code) == (act, "4417"), text


def test_no_word_means_two_things_in_any_language() -> None:
    meant = {
        act: {word.strip() for language in languages() for word in say(words, language).casefold().split(",")}
        for act, words in VERBS
    }
    for one, other in combinations(meant, 2):
        assert not meant[one] & meant[other], (one, other)


# What is said


def replies() -> list[Phrase]:
    """Everything that may be the last screen of a dial-in."""
    reasons = [
        broadcast_phrases.NOT_SENT_YET, broadcast_phrases.GONE_ALREADY, broadcast_phrases.CHANGED_JUST_NOW,
        broadcast_phrases.NOBODY_TO_APPROVE, broadcast_phrases.GOES_TO_NOBODY,
        broadcast_phrases.TOO_MANY, broadcast_phrases.TOO_LARGE,
        broadcast_phrases.ENOUGH_EMERGENCIES, broadcast_phrases.had_one_today(AT),
        broadcast_phrases.had_three_this_week(AT),
        broadcast_phrases.NOT_WAITING, broadcast_phrases.USE_STOP, broadcast_phrases.NOTHING_GOES,
        broadcast_phrases.NOT_PAUSED, broadcast_phrases.NOT_A_DRAFT,
        broadcast_phrases.NOT_YOURS, broadcast_phrases.OVER,
        broadcast_phrases.NOBODY_HAD_IT, broadcast_phrases.NO_EMERGENCY,
        broadcast_phrases.at_night(AT), *broadcast_phrases.REFUSED.values(),
    ]  # fmt: skip
    return [
        broadcast_phrases.draft_saved(CODE), broadcast_phrases.submitted(CODE, 8, 4),
        broadcast_phrases.waits_for_morning(CODE, AT), broadcast_phrases.approved_thanks(CODE, 3),
        broadcast_phrases.is_enough(CODE, 10), broadcast_phrases.is_enough(CODE, 0),
        *(broadcast_phrases.may_not_approve(CODE, why) for why in (None, *WhyNot)),
        broadcast_phrases.objection_taken(CODE), broadcast_phrases.stop_done(CODE, 10000, 10000),
        broadcast_phrases.paused(CODE), broadcast_phrases.resumed(CODE),
        broadcast_phrases.withdrawn(CODE, 0), broadcast_phrases.withdrawn(CODE, 10000),
        broadcast_phrases.no_such(CODE), broadcast_phrases.reviewed(CODE),
        *(broadcast_phrases.cannot_now(CODE, why) for why in reasons),
    ]  # fmt: skip


def texts() -> list[Phrase]:
    """Everything that is texted to a liaison, with names and reasons as long as they may be."""
    name, why, finding = "x" * LONGEST_NAME, "y" * broadcast_menus.MOST_WHY, verbatim("z" * 120)
    return [
        *replies(), broadcast_phrases.nobody_answers(CODE, name * 5),
        broadcast_phrases.paused_by_itself(CODE),
        broadcast_phrases.objected(CODE, name, why), broadcast_phrases.objected(CODE, name, ""),
        *(broadcast_phrases.objected(CODE, name, key) for key, _words in broadcast_phrases.REASONS),
        broadcast_phrases.stopped(CODE, name, 10000, 10000),
        broadcast_phrases.sent(CODE, 9990, 10000, 10), broadcast_phrases.sent(CODE, 10000, 10000, 0),
        broadcast_phrases.expired(CODE),
        broadcast_phrases.approval_lapsed(CODE), broadcast_phrases.not_checked(CODE, [finding]),
        broadcast_phrases.not_checked(CODE, [finding] * 9),
        broadcast_phrases.review_due(CODE), broadcast_phrases.what_to_text_broadcast(),
        *(
            broadcast_phrases.asks_approval(CODE, MARK, text, again=again)
            for text in (ONE_TEXT, LONG) for again in (True, False)
        ),
        *(broadcast_phrases.going(CODE, AT, text) for text in (ONE_TEXT, LONG)),
        *(broadcast_phrases.stands(CODE, state, 10000, 10000, ONE_TEXT, MARK) for state in STATES),
    ]  # fmt: skip


@pytest.mark.parametrize("language", languages())
def test_what_a_liaison_is_told_is_two_parts_at_most_and_one_page_where_it_ends_a_call(language: str) -> None:
    for words in replies():
        said = say(words, language)
        assert gsm.fits(said, septets=LIMITS.septets, units=LIMITS.units), said
    for words in texts():
        said = say(words, language)
        assert gsm.parts(said) <= 2, said


@pytest.mark.parametrize("language", languages())
def test_what_they_are_told_to_text_is_understood(language: str) -> None:
    told = [
        said
        for words in texts()
        for said in re.findall(rf"[A-Z]{{2,}} {CODE}(?: {MARK})?", say(words, language))
    ]
    meant = [understand(each) for each in told]
    assert all(meant), told
    assert {each.act for each in meant if each} == {act for act, _words in VERBS if act != "withdraw"}


@pytest.mark.parametrize("language", languages())
def test_the_mark_stands_only_under_the_whole_message(language: str) -> None:
    shown, cut = (
        say(broadcast_phrases.asks_approval(CODE, MARK, text), language) for text in (ONE_TEXT, LONG)
    )
    assert ONE_TEXT in shown
    assert f"{CODE} {MARK}" in shown
    assert MARK not in cut
    whole = say(broadcast_phrases.stands(CODE, "submitted", 0, 0, LONG, MARK), language)
    assert LONG in whole
    assert f"{CODE} {MARK}" in whole
    assert MARK not in say(broadcast_phrases.stands(CODE, "sent", 4, 4, ONE_TEXT, MARK), language)


def test_a_reason_that_was_chosen_is_told_in_the_authors_language() -> None:
    for language in languages():
        said = say(broadcast_phrases.objected(CODE, "Mama Wanjiku", "Not now"), language)
        assert say(dict(broadcast_phrases.REASONS)["Not now"], language) in said


def test_there_are_words_for_every_state_and_every_refusal() -> None:
    assert set(STATES) == {*BroadcastState, "paused"}
    refused = [needed([], own_words=False, sorry=False, emergency=False),
               needed([1], own_words=False, sorry=False, emergency=True),
               needed([0], own_words=False, sorry=False, emergency=False)]  # fmt: skip
    assert [each.refused for each in refused] == list(broadcast_phrases.REFUSED)
    assert set(ACTS) == set(STEPS) - {"edit", "correct"}
    assert {act for act, _words in VERBS} == {*ACTS, "show"} - {"submit"}
