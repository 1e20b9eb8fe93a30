"""What citizens hear of what was checked, what they text about it, and whether a message is ours."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from hotline.broadcasts import phrases as broadcast_phrases
from hotline.broadcasts.broadcast import Broadcast, BroadcastState, Reach, Wording
from hotline.broadcasts.copies import Copy, CopyState
from hotline.carriers.africastalking import AfricasTalking
from hotline.context import UnitOfWork
from hotline.conversation.screens import LookUp, Menu, Nothing, Scene
from hotline.core import codec, gsm
from hotline.core.i18n import languages, say, verbatim
from hotline.front_desk import phrases as desk_phrases
from hotline.news import menus as news_menus
from hotline.news import phrases as news_phrases
from hotline.news import published
from hotline.news import sms_commands as news_commands
from hotline.news.menus import Item, Subscribe, Theirs, Unsubscribe, at_news
from hotline.news.sms_commands import IsOurs, IsTrue, WantsNews, understand
from hotline.rumours.conclusions import RumourState
from hotline.rumours.menus import AskRumour
from hotline.rumours.rumour import Rumour, encrypt_claim
from tests.scenery.county import AREAS, CITIZEN, KAPTEMBWO, WANJIKU
from tests.scenery.walk import walk
from tests.scenery.world import World, liaison
from ussd.pages import Limits, pages

LIMITS = Limits(AfricasTalking.page_septets, AfricasTalking.page_units)
NAIROBI, LONDON, COUNTY = "KE047", "KE0321750871", "KE032"
LONGEST_PLACE = "Kaptembwo Kwa Rhonda na Mwariki Mashariki, Nakuru Town West"


# What they text


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("NEWS Kaptembwo", WantsNews("Kaptembwo", "en")),
        (" news:  kaptembwo, nakuru. ", WantsNews("kaptembwo, nakuru", "en")),
        ("News for Nakuru Town West", WantsNews("Nakuru Town West", "en")),
        ("HABARI Kaptembwo", WantsNews("Kaptembwo", "sw")),
        ("Habari za London", WantsNews("London", "sw")),
        ("NEWS", WantsNews("", "en")),
        ("habari!", WantsNews("", "sw")),
        ("STOP NEWS", Unsubscribe()),
        ("news stop.", Unsubscribe()),
        ("Stop  news Kaptembwo", Unsubscribe()),
        ("ACHA HABARI", Unsubscribe()),
        ("habari acha", Unsubscribe()),
        ("4417", IsOurs("4417")),
        (" 44170 ", IsOurs("44170")),
        ("is 4417 real?", IsOurs("4417")),
        ("Is message number 4417 from you", IsOurs("4417")),
        ("is it true 4417", IsOurs("4417")),
        ("Je, 4417 ni ujumbe wenu?", IsOurs("4417")),
        ("٤٤١٧", IsOurs("4417")),
        ("Itikia 4417: All is calm in Kaptembwo at 09:50.", IsOurs("4417")),
        ("Is it true that the well is poisoned?", IsTrue("the well is poisoned", "en", is_question=True)),
        ("is it true the well is poisoned", IsTrue("the well is poisoned", "en", is_question=False)),
        ("The well is poisoned, is it true?", IsTrue("The well is poisoned", "en", is_question=True)),
        ("True or false: youths block the road", IsTrue("youths block the road", "en", is_question=False)),
        ("Ni kweli kwamba kisima kina sumu?", IsTrue("kisima kina sumu", "sw", is_question=True)),
        ("Je, ni kweli kisima kina sumu", IsTrue("kisima kina sumu", "sw", is_question=False)),
        ("Kisima kina sumu, ni kweli?", IsTrue("Kisima kina sumu", "sw", is_question=True)),
        ("is it true?", IsTrue("", "en", is_question=True)),
    ],
)
def test_a_text_about_news_is_understood(text: str, wanted: object) -> None:
    assert understand(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "", "1", "yes", "ndiyo", "STOP", "acha", "4071-3826", "40713826",
        "417", "4 DUMA", "12 youths at house 4417", "they asked for 5000",
        "newspapers burn", "Wamekuja, ni kweli", "no news yet",
        "stop news of the fighting from spreading today", "no", "?",
    ],
)  # fmt: skip
def test_what_is_about_something_else_is_left_to_others(text: str) -> None:
    assert understand(text) is None


@pytest.mark.parametrize(
    "greeting",
    ["", "yako", "yako mkuu", "za asubuhi", "zenu", "gani", "njema", "ya mchana", "za jioni", "please"],
)
def test_a_greeting_names_no_place(greeting: str) -> None:
    assert news_commands.greets(greeting)
    assert not news_commands.greets(f"{greeting} Kaptembwo")


@pytest.mark.parametrize(
    "text",
    [
        "STOP ALL", "Please stop", "stop it", "stop sending me these",
        "STOP itikia", "acha kunitumia", "sitaki", "Sitaki jumbe zenu tena!",
        "Stop message 4417", "stop 4417", "I am tired of your messages, stop",
        "Tafadhali acha", "StopAll", "QUIT",
    ],
)  # fmt: skip
def test_whoever_has_had_enough_of_our_texts_may_say_so_in_many_ways(text: str) -> None:
    assert news_commands.is_enough(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "4417", "people are fighting, please make them stop",
        "make them stop", "Stop them", "stop killing us", "sitaki kufa",
        "acha kunipiga", "acha nikuambie, kuna vita hapa",
        "Stop the fighting in Kaptembwo now", "please", "they do not stop",
        "the police must stop this", "news", "hizi habari zenu",
    ],
)  # fmt: skip
def test_whoever_begs_others_to_stop_has_not_had_enough_of_our_texts(text: str) -> None:
    assert not news_commands.is_enough(text)
    assert not news_commands.may_be_enough(text)


@pytest.mark.parametrize(
    "text",
    [
        "STOP NEWS please I am tired of it now",
        "stop 4417 it is wrong",
        "acha kunitumia hizi jumbe kila siku",
        "Stop, your texts wake me",
    ],
)
def test_a_text_that_begins_with_stop_and_names_our_texts_may_be_enough(text: str) -> None:
    assert news_commands.may_be_enough(text)


@pytest.mark.parametrize("language", languages())
def test_whatever_a_text_of_ours_asks_for_is_understood_in_every_language(language: str) -> None:
    """Translators put the first word into our own texts."""
    for word in say(news_commands.NEWS, language).split(","):
        assert isinstance(found := understand(f"{word.strip().upper()} Kaptembwo"), WantsNews)
        assert found.place == "Kaptembwo"
    assert all(
        understand(each) == Unsubscribe() for each in say(news_commands.NO_NEWS, language).upper().split(",")
    )
    for ask in say(news_commands.ASKS, language).split(","):
        for that in ("", *say(news_commands.THAT, language).split(",")):
            found = understand(f"{ask} {that} kisima kina sumu?")
            assert isinstance(found, IsTrue)
            assert found.claim == "kisima kina sumu"
    for each in say(news_commands.AROUND, language).split(","):
        assert understand(f"{each} 4417") == IsOurs("4417")


# The menu


def told(scene: Callable[[], Scene[object]], answers: dict[str, str]) -> Callable[[], Scene[object]]:
    """The scene, with these answers to what it looks up."""

    def played() -> Scene[object]:
        inner = scene()
        try:
            question = next(inner)
            while True:
                known = isinstance(question, LookUp) and question.name in answers
                question = inner.send(answers[question.name] if known else (yield question))
        except StopIteration as end:
            return end.value

    return played


LONG = "Itikia 4417: " + "Kila kitu ni shwari katika soko la Kaptembwo. " * 8
NOTHING_KNOWN = {"?mine": codec.encode(Theirs()), "?news": codec.encode([]), "?ours": "4417 is not ours."}
MUCH_KNOWN = {
    "?mine": codec.encode(Theirs(2)),
    "?news": codec.encode(
        [
            Item(f"Message 441{number}, Kaptembwo, 10:30", text)
            for number, text in enumerate(("All is calm.", LONG))
        ]
    ),
    "?ours": LONG,
}
ONE_KNOWN = {
    **NOTHING_KNOWN,
    "?mine": codec.encode(Theirs(5, room=False)),
    "?news": codec.encode([Item("Message 4417", LONG)]),
}


@pytest.mark.parametrize("chat", [False, True])
@pytest.mark.parametrize("language", languages())
def test_every_screen_fits_and_no_question_is_asked_twice(language: str, chat: bool) -> None:
    outcomes, texts = set(), set()
    for known in (NOTHING_KNOWN, MUCH_KNOWN, ONE_KNOWN):
        for stop in walk(told(lambda: at_news(AREAS, KAPTEMBWO.code, chat), known), language):
            names = [name for name, _answer in stop.answers]
            assert len(names) == len(set(names))
            if stop.asked is None:
                outcomes.add(type(stop.outcome))
                assert not isinstance(stop.outcome, Subscribe) or stop.outcome.sure == chat
                if isinstance(stop.outcome, Nothing):
                    texts.add(said := say(stop.outcome.words, language))
                    assert chat or gsm.fits(gsm.plain(said), **news_menus.LAST_PAGE), said
                continue
            turned = pages(stop.asked, language, LIMITS, first=not stop.answers)
            assert all(gsm.fits(page, septets=LIMITS.septets, units=LIMITS.units) for page in turned)
    assert outcomes == {AskRumour, Subscribe, Unsubscribe, Nothing}
    assert "All is calm." in texts
    assert (LONG in texts) == chat, "what is too long for the last page is shown before it"


def choices(known: dict[str, str]) -> list[str]:
    first = next(told(lambda: at_news(AREAS, None, False), known)())
    assert isinstance(first, Menu)
    return [key for key, _words in first.choices]


def test_only_what_makes_sense_is_offered() -> None:
    assert choices(NOTHING_KNOWN) == ["rumour", "read", "ours", "get"]
    assert choices(MUCH_KNOWN) == ["rumour", "read", "ours", "get", "no_more"]
    assert choices(ONE_KNOWN) == ["rumour", "read", "ours", "no_more"], "five areas are enough"


def test_what_was_looked_up_comes_back_as_it_was() -> None:
    items = [Item("Ujumbe 4417", 'Ni "shwari" | ëŋ\n{kweli}'), Item("", "")]
    assert codec.decode(codec.encode(items), list[Item]) == items
    assert codec.decode(codec.encode(Theirs(3, room=False)), Theirs) == Theirs(3, room=False)


@pytest.mark.parametrize("language", languages())
def test_what_is_said_fits_one_text_and_the_last_page(language: str) -> None:
    place, code, many = LONGEST_PLACE, "441700", ", ".join(["Kaptembwo Mashariki"] * 5)
    told_once = [
        news_phrases.do_you_want(place), news_phrases.answer_the_text(place),
        news_phrases.you_get(many), news_phrases.you_have(place), news_phrases.enough_areas(5),
        news_phrases.no_more_news(), news_phrases.had_no_news(), news_phrases.no_number(),
        news_phrases.no_news(place), news_phrases.ours_no_more(code),
        news_phrases.then_nothing(), news_phrases.looked_at_again(code),
        news_phrases.no_more_texts("*384*4455#", "999"),
        news_phrases.exercise(code), news_phrases.not_ours(code),
        news_phrases.which_place(), news_phrases.what_have_you_heard(),
    ]  # fmt: skip
    for each in told_once:
        assert gsm.fits(say(each, language), **news_menus.LAST_PAGE), say(each, language)
    texted = [
        news_phrases.unknown_place("x" * 80, "*384*4455#", "999"),
        desk_phrases.how_to_report("*384*4455#", "999", has_news=True),
        desk_phrases.texts_resumed(had_news=True),
    ]  # fmt: skip
    for each in texted:
        assert gsm.parts(say(each, language)) == 1, say(each, language)
    assert gsm.parts(say(news_phrases.which_of([place] * 3), language)) <= 2


# What is known


def written(
    work: UnitOfWork,
    code: str,
    state: BroadcastState,
    *,
    gone: str = "",
    area: str = KAPTEMBWO.code,
    **values: object,
) -> Broadcast:
    """A broadcast in this state, `gone` to one phone, if it is."""
    author = liaison(work, WANJIKU)
    times = {"written_at": work.now, "opens_at": work.now, "expires_at": work.now + timedelta(hours=3)}
    values = {
        "mark": "123",
        "author_id": author.id,
        "source": "elders",
        "known_at": work.now,
        **times,
        **values,
    }
    made = Broadcast(code=code, state=state, **values)
    made.wordings = [
        Wording(language="en", text=f"All is calm {code}."),
        Wording(language="sw", text=f"Ni shwari {code}."),
    ]
    made.reaches = [Reach(area_code=area)]
    work.session.add(made)
    work.session.flush()
    if gone:
        work.session.add(Copy(broadcast_id=made.id, language="en", area_code=area, state=gone))
    return made


def numbered(code: str, text: str, language: str) -> str:
    return say(broadcast_phrases.numbered(code, verbatim(text)), language)


def as_sent(code: str, language: str) -> str:
    return numbered(code, f"All is calm {code}." if language == "en" else f"Ni shwari {code}.", language)


def test_whether_a_message_is_ours_in_every_state(world: World) -> None:
    with world.service.transaction() as work:
        for code, state in (
            ("1001", BroadcastState.DRAFT),
            ("1002", BroadcastState.APPROVED),
            ("1003", BroadcastState.COOLING),
        ):
            written(work, code, state)
        for code, state in (
            ("1011", BroadcastState.STOPPED),
            ("1012", BroadcastState.WITHDRAWN),
            ("1013", BroadcastState.EXPIRED),
        ):
            written(work, code, state, gone=CopyState.HELD)
        for code, state in (
            ("2001", BroadcastState.FIRST),
            ("2002", BroadcastState.SENDING),
            ("2003", BroadcastState.SENT),
        ):
            written(work, code, state, gone=CopyState.GONE)
        written(work, "2004", BroadcastState.SENT, gone=CopyState.GONE).wordings = [
            Wording(language="sw", text="Ni shwari.")
        ]
        written(work, "3001", BroadcastState.EXPIRED, gone=CopyState.GONE)
        written(work, "3002", BroadcastState.SENT, gone=CopyState.GONE, expires_at=work.now)
        written(work, "3003", BroadcastState.STOPPED, gone=CopyState.DOUBTFUL)
        written(work, "3005", BroadcastState.SENDING, gone=CopyState.GONE, paused_at=work.now)
        written(work, "2005", BroadcastState.SENT, gone=CopyState.GONE, paused_at=work.now)
        written(work, "3004", BroadcastState.WITHDRAWN, gone=CopyState.GONE)
        written(work, "4001", BroadcastState.SENT, exercise=True)
        wrong = written(work, "5001", BroadcastState.CORRECTED, gone=CopyState.GONE)
        written(work, "5004", BroadcastState.DRAFT, corrects_id=wrong.id)
        assert published.is_it_ours(work, "5001", "en") == news_phrases.ours_no_more("5001"), (
            "what sets it right has not left"
        )
        wrong_again = written(
            work, "5002", BroadcastState.CORRECTED, gone=CopyState.GONE, corrects_id=wrong.id
        )
        written(work, "5003", BroadcastState.SENT, gone=CopyState.GONE, corrects_id=wrong_again.id)

    with world.service.read() as work:
        ask = partial(published.is_it_ours, work)
        for code in ("1001", "1002", "1003", "1011", "1012", "1013", "9999", "abc"):
            assert ask(code, "en") == news_phrases.not_ours(code if code.isdecimal() else "abc")
        for code in ("2001", "2002", "2003", "2005"):
            assert ask(f"Itikia {code}: All", "en") == news_phrases.ours(as_sent(code, "en"))
            assert ask(code, "sw") == news_phrases.ours(as_sent(code, "sw"))
        assert ask("2004", "en") == news_phrases.ours(numbered("2004", "Ni shwari.", "sw")), (
            "in another language rather than not at all"
        )
        for code, until in (("3001", "13:00"), ("3002", "10:00")):
            assert ask(code, "en") == news_phrases.ours_until(until, as_sent(code, "en"))
        for code in ("3003", "3004"):
            assert ask(code, "en") == news_phrases.ours_no_more(code)
        assert ask("3005", "en") == news_phrases.looked_at_again("3005"), "what is halted is not said again"
        assert ask("4001", "en") == news_phrases.exercise("4001")
        for code in ("5001", "5002"):
            right = say(
                broadcast_phrases.numbered(
                    "5003", broadcast_phrases.correction("5002", verbatim("All is calm 5003."))
                ),
                "en",
            )
            assert ask(code, "en") == news_phrases.set_right(code, right), "what was wrong is not said again"


def rumoured(
    work: UnitOfWork, state: str, hours: int, area: str = KAPTEMBWO.code, told: str | None = None
) -> Rumour:
    """A rumour in this state, of which those who asked were told; or were told something else."""
    at = work.now - timedelta(hours=hours)
    claim = encrypt_claim(work.keys, "the well is poisoned", area, at)
    made = Rumour(
        locked_claim=claim,
        language="en",
        area_code=area,
        state=state,
        told=state if told is None else told,
        opened_at=at,
        checked_at=at,
    )
    work.session.add(made)
    work.session.flush()
    return made


def test_what_was_checked_and_holds_is_listed_for_a_place_and_what_lies_around_it(world: World) -> None:
    with world.service.transaction() as work:
        written(work, "1001", BroadcastState.SENT, opens_at=work.now - timedelta(hours=2))
        written(work, "1002", BroadcastState.FIRST, area=COUNTY)
        written(work, "1003", BroadcastState.SENT, area=NAIROBI)
        written(work, "1004", BroadcastState.SENT, exercise=True)
        written(work, "1005", BroadcastState.SENT, expires_at=work.now)
        written(work, "1006", BroadcastState.FIRST, paused_at=work.now)
        for number, state in enumerate(
            (
                BroadcastState.DRAFT,
                BroadcastState.COOLING,
                BroadcastState.STOPPED,
                BroadcastState.WITHDRAWN,
                BroadcastState.CORRECTED,
                BroadcastState.EXPIRED,
            )
        ):
            written(work, f"200{number}", state, gone=CopyState.GONE)
        answered = [
            rumoured(work, state, hours).id
            for state, hours in ((RumourState.FALSE, 30), (RumourState.TRUE, 3))
        ]
        rumoured(work, RumourState.TRUE, 1, told="")
        rumoured(work, RumourState.FALSE, 1, told=RumourState.UNVERIFIABLE)
        rumoured(work, RumourState.PROBABLY_TRUE, 1)
        rumoured(work, RumourState.NEW, 1)
        rumoured(work, RumourState.FALSE, 73)
        rumoured(work, RumourState.FALSE, 1, NAIROBI)
        rumoured(work, RumourState.FALSE, 1).same_as_id = answered[0]
    with world.service.read() as work:
        titles = [item.title for item in published.verified(work, KAPTEMBWO.code, "en")]
        messages = [
            news_phrases.message_title("1002", "Nakuru", "10:00"),
            news_phrases.message_title("1001", "Kaptembwo", "08:00"),
        ]
        checked = ("07:00", "20/11 04:00")
        rumours = [
            news_phrases.rumour_title(f"R{each}", "Kaptembwo", at)
            for each, at in zip(reversed(answered), checked, strict=True)
        ]
        assert titles == [say(title, "en") for title in (*messages, *rumours)]
        texts = [item.text for item in published.verified(work, KAPTEMBWO.code, "sw")]
        assert texts[1] == as_sent("1001", "sw")
        assert not any("poisoned" in text for text in texts), "what is not true is not said again"
        assert [item.title for item in published.verified(work, LONDON, "en")] == titles[:1], (
            "another ward's own is not"
        )
        assert len(published.verified(work, COUNTY, "en")) == 4, "everything that lies inside"
        assert (
            codec.decode(codec.encode(published.verified(work, NAIROBI, "en")), list[Item])
            == published.verified(work, NAIROBI, "en")
            != []
        )


def test_a_citizen_asks_by_text_whether_a_message_is_ours_and_whether_something_is_true(world: World) -> None:
    with world.service.transaction() as work:
        written(work, "4417", BroadcastState.SENT, gone=CopyState.GONE)
    phone = world.phone(CITIZEN)
    phone.text("is 4417 real?")
    assert phone.new_texts() == [say(news_phrases.ours(as_sent("4417", "sw")), "sw")]
    phone.text("4418")
    assert phone.new_texts() == [say(news_phrases.not_ours("4418"), "sw")]
    phone.text("Is it true that the well in Kaptembwo is poisoned?")
    assert "R1" in phone.new_texts()[0]
    with world.service.read() as work:
        (asked,) = work.session.scalars(select(Rumour))
        assert asked.area_code == KAPTEMBWO.code, "the place that they named"
        assert asked.claim(work.keys) == "the well in Kaptembwo is poisoned"
