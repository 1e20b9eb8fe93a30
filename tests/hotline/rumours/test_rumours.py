"""What is known of a rumour, which ones are alike, what a liaison's
text means, and whether every word of the desk fits a phone."""

import re
from collections.abc import Iterable, Iterator, Sequence

import pytest

from hotline.carriers.africastalking import AfricasTalking
from hotline.conversation.replay import Answers, Asking, Said, resume
from hotline.conversation.screens import LookUp, Nothing
from hotline.core import codec, gsm
from hotline.core.i18n import Phrase, languages, say
from hotline.places import areas, names
from hotline.places import loading as area_loading
from hotline.places.areas import Areas
from hotline.rumours import menus as rumour_menus
from hotline.rumours import phrases as rumour_phrases
from hotline.rumours.conclusions import RumourState, SourceSays, known
from hotline.rumours.menus import STEPS, AskRumour, Line, RumourCommand, WriteAbout
from hotline.rumours.phrases import KNOWN, Shown
from hotline.rumours.similar import LEAST, likeness
from hotline.rumours.sms_commands import VERBS, understand
from tests.scenery.county import AREAS, KAPTEMBWO
from ussd.pages import Limits, pages

# What is known


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ([("1", "peace", SourceSays.TRUE)], RumourState.PROBABLY_TRUE),
        ([("1", "peace", SourceSays.FALSE)], RumourState.PROBABLY_FALSE),
        ([("1", "peace", SourceSays.FALSE), ("2", "peace", SourceSays.FALSE)], RumourState.PROBABLY_FALSE),
        ([("1", "peace", SourceSays.FALSE), ("1", "women", SourceSays.FALSE)], RumourState.PROBABLY_FALSE),
        ([("1", "peace", SourceSays.FALSE), ("2", "women", SourceSays.FALSE)], RumourState.FALSE),
        ([("1", "peace", SourceSays.TRUE), ("2", "women", SourceSays.TRUE)], RumourState.TRUE),
        ([("1", "peace", SourceSays.TRUE), ("2", "women", SourceSays.FALSE)], RumourState.CHECKING),
        (
            [
                ("1", "peace", SourceSays.TRUE),
                ("2", "women", SourceSays.TRUE),
                ("3", "situation", SourceSays.FALSE),
            ],
            RumourState.CHECKING,
        ),
        (
            [
                ("1", "peace", SourceSays.TRUE),
                ("2", "women", SourceSays.FALSE),
                ("1", "peace", SourceSays.FALSE),
            ],
            RumourState.FALSE,
        ),
        ([("1", "peace", SourceSays.TRUE), ("2", "women", SourceSays.UNKNOWN)], RumourState.PROBABLY_TRUE),
        ([("1", "peace", SourceSays.UNKNOWN)], RumourState.CHECKING),
        ([("1", "peace", SourceSays.UNKNOWN), ("2", "women", SourceSays.UNKNOWN)], RumourState.UNVERIFIABLE),
        ([], RumourState.CHECKING),
    ],
)
def test_what_is_known_follows_from_what_bodies_say(
    said: Sequence[tuple[str, str, str]], state: RumourState
) -> None:
    assert known(said) == state


# Others like it

ALIKE = [
    ("They are burning houses in Kaptembwo tonight", "houses are being burned in kaptembwo"),
    ("Is it true that the well at the school was poisoned?", "they poisoned the school well"),
    ("ati wameweka sumu kwenye kisima cha shule", "Kuna sumu kisima cha shule"),
    ("Kijana ameuawa sokoni na umati", "kijana aliuawa sokoni jana usiku"),
    ("the bridge to London ward is closed by youths with stones", "youths hav closed the bridge with stones"),
    ("Trucks full of armed men are coming from the border", "armed men in trucks comming from border"),
    ("Mifugo imeibiwa na vijana wa ng'ambo", "vijana wa ngambo wameiba mifugo"),
]
UNLIKE = [
    ("They are burning houses in Kaptembwo tonight", "a teacher was arrested in kaptembwo"),
    ("Is it true that the well at the school was poisoned?", "the school is closed on Monday"),
    ("Trucks full of armed men are coming from the border", "the border market opens on friday"),
    ("Kijana ameuawa sokoni na umati", "bei ya mahindi imepanda sokoni"),
    ("the chief's son was killed", "the bridge was washed away"),
    ("a curfew starts at six", "the power is cut at six"),
    ("is it true?", "is it true?"),
    ("", "something happened at the market"),
]


def test_claims_in_other_words_are_alike_and_other_claims_are_not() -> None:
    assert [pair for pair in ALIKE if likeness(*pair) < LEAST or likeness(*pair[::-1]) < LEAST] == []
    assert [pair for pair in UNLIKE if likeness(*pair) >= LEAST or likeness(*pair[::-1]) >= LEAST] == []


def test_the_same_place_and_the_same_hour_count_a_little_more() -> None:
    pair = ALIKE[0]
    assert (
        likeness(*pair)
        < likeness(*pair, same_place=True)
        < likeness(*pair, same_place=True, same_hour=True)
        <= 100
    )
    assert likeness("x", "y", same_place=True, same_hour=True) == 0


def test_the_same_place_named_in_both_makes_no_claim_like_another() -> None:
    places = {word for area in AREAS for word in names.bare_words(area.name)}
    pairs = [
        ("Chief fled Kaptembwo", "Kaptembwo floods"), ("Kaptembwo is burning", "youths in Kaptembwo"),
        ("They burn houses in Kaptembwo, Nakuru", "a teacher was arrested in Nakuru, Kaptembwo"),
    ]  # fmt: skip
    near = [likeness(*pair, same_place=True, same_hour=True, places=places) for pair in pairs]
    assert [score for score in near if score >= LEAST] == []
    assert all(likeness(*pair, same_place=True, same_hour=True, places=places) >= LEAST for pair in ALIKE)
    assert likeness("Is Kaptembwo burning?", "they are burning Kaptembwo", places=places) >= LEAST


# What a liaison texts


@pytest.mark.parametrize(
    ("text", "look"),
    [
        ("CHECK R12", RumourCommand("check", "R12")),
        (" check r012. ", RumourCommand("check", "R12")),
        ("CheckR12", RumourCommand("check", "R12")),
        ("CHECK 12", RumourCommand("check", "R12")),
        ("TRUE R12 saw it myself", RumourCommand("true", "R12", note="saw it myself")),
        ("R12: true, Saw it", RumourCommand("true", "R12", note="Saw it")),
        ("FALSE R12 the elder; R7 says so", RumourCommand("false", "R12", note="the elder; R7 says so")),
        ("Not true  r 12", RumourCommand("false", "R12")),
        ("UNKNOWN R12", RumourCommand("unknown", "R12")),
        ("SAME R12 R7", RumourCommand("same", "R12", "R7")),
        ("same r12 as 7", RumourCommand("same", "R12", "R7")),
        ("same R12", RumourCommand("same", "R12")),
        ("APART R12", RumourCommand("apart", "R12")),
        ("ANSWER R12", RumourCommand("answer", "R12")),
        ("READ R12", RumourCommand("show", "R12")),
        ("r12?", RumourCommand("show", "R12")),
        ("READ 12", RumourCommand("show", "R12")),
        ("R1 true?", RumourCommand("show", "R1")),
        ("Kweli R1?", RumourCommand("show", "R1")),
        ("TRUE R1 ?!", RumourCommand("show", "R1")),
        ("R1 true or false?", RumourCommand("show", "R1")),
        ("R1 true or false", RumourCommand("show", "R1")),
        ("ANSWER R1?", RumourCommand("show", "R1")),
        ("TRUE R1 organizers told me", RumourCommand("true", "R1", note="organizers told me")),
    ],
)
def test_a_liaisons_text_about_a_rumour(text: str, look: RumourCommand) -> None:
    assert understand(text) == look


@pytest.mark.parametrize(
    "text",
    [
        "", "1 SIMBA", "2", "ON", "OFF 3", "yes", "true", "true 2 people died",
        "hello R12", "R2D2", "R1234567890", "truest R12", "R",
        "Jibu 1", "ANSWER 1", "TRUE 12", "Kweli 1?",
    ],
)  # fmt: skip
def test_a_text_about_something_else(text: str) -> None:
    assert understand(text) is None


@pytest.mark.parametrize("language", languages())
def test_each_word_that_we_write_is_one_that_we_understand(language: str) -> None:
    for act, words in VERBS.items():
        for verb in say(words, language).split(","):
            look = understand(f"{verb.strip().upper()} R12 R7")
            assert look is not None, verb
            assert (look.act, look.number) == (act, "R12"), verb
    for each in to_liaisons("Kaptembwo", "x"):
        for verb in re.findall(r"\b([A-Z]{3,}) R12345", say(each, language)):
            assert understand(f"{verb} R12345 R12344") is not None, say(each, language)


# What is said

NUMBER, OTHER, AT, EMERGENCY = "R12345", "R12344", "21/11 23:59", "999"
STATES = tuple(KNOWN)
LONGEST_NAME = "Superintendent Wanjiku wa Kaptembwo the Elder of Nakuru"
LIMITS = Limits(AfricasTalking.page_septets, AfricasTalking.page_units)


def to_citizens() -> list[Phrase]:
    answers = [rumour_phrases.answer(NUMBER, state, AT) for state in STATES]
    received = [rumour_phrases.received(NUMBER, EMERGENCY, may_answer) for may_answer in (True, False)]
    return [*answers, *map(rumour_phrases.corrected, answers), *received, rumour_phrases.too_many()]


def on_the_last_page() -> list[Phrase]:
    """What a liaison is answered at the end of a call."""
    noted = [
        *(rumour_phrases.noted(NUMBER, state,
                               otherwise=otherwise) for state in STATES for otherwise in (True, False)),
        *(rumour_phrases.noted_sure(NUMBER, state, people) for state in STATES for people in (0, 99999)),
        rumour_phrases.how_do_you_know(NUMBER, "true"), rumour_phrases.how_do_you_know(NUMBER, "false"),
        rumour_phrases.how_do_you_know(NUMBER, "unknown"),
    ]  # fmt: skip
    return [
        *noted, *(rumour_phrases.answering(NUMBER, 99999, state) for state in STATES),
        rumour_phrases.yours(NUMBER), rumour_phrases.noted_disagree(NUMBER),
        rumour_phrases.being_checked(NUMBER, LONGEST_NAME), rumour_phrases.nobody_waits(NUMBER),
        rumour_phrases.not_known_yet(NUMBER), rumour_phrases.same(NUMBER, OTHER),
        rumour_phrases.same(NUMBER, OTHER, is_answered=True), rumour_phrases.same_already(NUMBER, OTHER),
        rumour_phrases.which_other(NUMBER), rumour_phrases.apart(NUMBER),
        rumour_phrases.not_joined(NUMBER), rumour_phrases.no_such_rumour("R" * 40),
        rumour_phrases.no_rumours(), rumour_phrases.what_to_text(),
    ]  # fmt: skip


def to_liaisons(place: str, claim: str) -> list[Phrase]:
    shown = [
        Shown(NUMBER, place, claim, 99999, AT, 99, state, checker)
        for state in STATES
        for checker in ("", LONGEST_NAME)
    ]
    return [
        *on_the_last_page(), rumour_phrases.new_rumour(NUMBER, place, claim),
        rumour_phrases.new_rumour(NUMBER, place, claim, OTHER),
        rumour_phrases.nobody_checks(NUMBER, place, 99999), rumour_phrases.spreads(NUMBER, 99999, 60, 99),
        rumour_phrases.second_needed(NUMBER, place, claim),
        rumour_phrases.they_disagree(NUMBER),
        *(rumour_phrases.told_otherwise(NUMBER, state) for state in STATES),
        rumour_phrases.still_checking(NUMBER),
        rumour_phrases.lapsed(NUMBER), *(rumour_phrases.they_wait(NUMBER, state, 99999) for state in STATES),
        *map(rumour_phrases.in_brief, shown),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def longest_place() -> str:
    kenya = Areas(area_loading.read(areas.GAZETTEER / "kenya.csv"))
    return max((kenya.full_name(area) for area in kenya), key=len)


@pytest.mark.parametrize("language", languages())
def test_what_a_citizen_is_told_is_one_text_and_one_page(language: str) -> None:
    for words in to_citizens():
        said = say(words, language)
        assert gsm.parts(said) == 1, said
        assert gsm.fits(said, septets=156), said


@pytest.mark.parametrize("language", languages())
def test_what_a_liaison_is_told_is_two_texts_at_most_and_one_page_at_the_end_of_a_call(
    language: str, longest_place: str
) -> None:
    for words in to_liaisons(longest_place, "they say that " + "a very long story " * 40):
        assert gsm.parts(say(words, language)) <= 2, say(words, language)
    for words in on_the_last_page():
        assert gsm.fits(say(words, language), septets=156), say(words, language)


@pytest.mark.parametrize("language", languages())
def test_an_answer_is_honest_and_each_state_has_its_own(language: str) -> None:
    said = [say(rumour_phrases.answer(NUMBER, state, AT), language) for state in STATES]
    assert len(set(said)) == len(STATES)
    assert all(NUMBER in each for each in said)


# The menus

SHOWN = Shown(
    NUMBER, "Kaptembwo, Nakuru", "they say that " + "a very long story " * 20,
    12, "10:00", 3, "checking", "Mama Wanjiku",
    tuple(step for step, _words in STEPS), ((OTHER, 88, "they say " * 9), ("R3", 71, "another")), ("R7",), 5,
)  # fmt: skip
LINES = [
    Line(f"R{number}", "Kaptembwo", "new", number, "they say that something happened " * 2)
    for number in range(1, 13)
]
LISTED = codec.encode(LINES)


def every_end(
    listed: str = LISTED, shown: str = codec.encode(None)
) -> Iterator[tuple[RumourCommand | WriteAbout | Nothing, list[Asking]]]:
    """Every path through what a liaison can choose, and the screens on the way."""

    def look_up(question: LookUp) -> str:
        return listed if question.name == "?rumours" else shown

    todo: list[tuple[Answers, list[Asking]]] = [((), [])]
    while todo:
        answers, seen = todo.pop()
        there = resume(rumour_menus.at_rumours(), answers, "en", look_up)
        if isinstance(there, Said):
            yield there.outcome, seen
            continue
        keys = [key for key, _words in getattr(there.question, "choices", ())] or ["I was there"]
        todo += [((*there.answers, (there.question.name, key)), [*seen, there]) for key in keys]


def test_every_path_of_a_liaison_ends_in_what_they_want() -> None:
    ends = list(every_end(shown=codec.encode(SHOWN)))
    assert {look for look, _seen in ends if isinstance(look, RumourCommand)} == {
        RumourCommand("check", NUMBER), RumourCommand("true", NUMBER, note="I was there"),
        RumourCommand("false", NUMBER, note="I was there"),
        RumourCommand("unknown", NUMBER, note="I was there"), RumourCommand("answer", NUMBER),
        RumourCommand("same", NUMBER, OTHER), RumourCommand("same", NUMBER, "R3"),
        RumourCommand("apart", "R7"),
    }  # fmt: skip
    assert said(ends) == {rumour_menus.NOTHING_CHANGED, rumour_menus.NOTHING_SENT}
    for asking in (asking for _end, seen in ends for asking in seen):
        assert all(
            gsm.fits(page, septets=LIMITS.septets, units=LIMITS.units)
            for page in pages(asking.question, "en", LIMITS)
        )


def said(ends: Iterable[tuple[RumourCommand | WriteAbout | Nothing, list[Asking]]]) -> set[Phrase]:
    """The last words of those paths that lead to nothing."""
    return {end.words for end, _seen in ends if isinstance(end, Nothing)}


def test_where_there_is_nothing_to_see_it_is_said() -> None:
    assert said(every_end(codec.encode([]))) == {rumour_phrases.no_rumours()}
    assert said(every_end(shown=codec.encode(None))) == {
        rumour_phrases.no_such_rumour(line.number) for line in LINES
    }


@pytest.mark.parametrize(
    ("chat", "asked"), [(False, rumour_menus.MAY_WE_TEXT), (True, rumour_menus.MAY_WE_WRITE)]
)
def test_a_citizen_asks(chat: bool, asked: Phrase) -> None:
    answers: Answers = (("heard", " the well is poisoned "), ("rumour:home", KAPTEMBWO.code))

    def nothing(question: LookUp) -> str:
        raise AssertionError(question)

    there = resume(rumour_menus.ask(AREAS, KAPTEMBWO.code, chat), answers, "en", nothing)
    assert isinstance(there, Asking)
    assert there.question.text == asked
    for answer in ("yes", "no"):
        end = resume(
            rumour_menus.ask(AREAS, KAPTEMBWO.code, chat), (*answers, ("may_answer", answer)), "en", nothing
        )
        assert isinstance(end, Said)
        assert end.outcome == AskRumour("the well is poisoned", KAPTEMBWO.code, answer == "yes")
