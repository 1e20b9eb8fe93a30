"""News on Telegram, asked for in a chat and brought there once; and a committee that works from chats."""

from datetime import timedelta

from sqlalchemy import select

from hotline.broadcasts import templates
from hotline.broadcasts.copies import Copy, CopyState
from hotline.cases import sms_commands as case_commands
from hotline.directory import people
from hotline.directory.subscriptions import Subscription, SubscriptionState
from hotline.news import phrases as news_phrases
from hotline.rumours.rumour import Question
from tests.scenery.broadcasts import ALL_CALM, stands, written
from tests.scenery.chat_words import ENGLISH, GET_NEWS, YES_DELETE, YES_TO_NEWS
from tests.scenery.chats import ASHA, BAHATI, Hotline, on_sqlite
from tests.scenery.county import KIPRUTO, WANJIKU
from tests.scenery.said import ANY, as_typed, en, says


def signs_up(hotline: Hotline) -> None:
    """Asha asks for news of Kaptembwo in her chat, and says yes once more."""
    asha = hotline.chat()
    asha.start()
    asha.choose(ENGLISH)
    asha.say("/news")
    asha.choose(GET_NEWS)
    asha.say("kaptembwo")
    asha.choose("Kaptembwo, Nakuru", YES_TO_NEWS)


def states(hotline: Hotline) -> list[str]:
    with hotline.world.service.read() as work:
        return list(work.session.scalars(select(Copy.state).order_by(Copy.id)))


def test_who_has_asked_for_it_in_a_chat_has_it_there_once(hotline: Hotline) -> None:
    signs_up(hotline)
    asha = hotline.chat()
    with hotline.world.service.read() as work:
        assert [each.state for each in work.session.scalars(select(Subscription))] == [SubscriptionState.ON]
    code, mark = written(hotline.world)
    hotline.world.phone(KIPRUTO).text(f"OK {code} {mark}")
    hotline.world.pass_minutes(20)
    calm_there = en(templates.TEMPLATES["calm"].text).format(place="Kaptembwo", time=ANY, who=ANY)
    assert sum(code in said and says(said, calm_there) for said in asha.said) == 1
    assert states(hotline) == [CopyState.GONE]
    assert stands(hotline.world, code) == "sent"


@on_sqlite
def test_once_it_is_stopped_what_waits_in_line_does_not_leave(hotline: Hotline) -> None:
    signs_up(hotline)
    asha = hotline.chat()
    code, mark = written(hotline.world)
    hotline.world.phone(KIPRUTO).text(f"OK {code} {mark}")
    hotline.town.trouble(telegram=[{"kind": "flood", "seconds": 3}])
    hotline.world.pass_minutes(10)
    hotline.world.phone(WANJIKU).text(f"STOP {code}")
    hotline.world.pass_minutes(20)
    assert not any(code in said for said in asha.said)
    assert states(hotline) == [CopyState.HELD]


@on_sqlite
def test_one_who_asks_before_anything_else_is_answered(hotline: Hotline) -> None:
    asha, bahati = hotline.chat(), hotline.chat(BAHATI, "Bahati", "sw")
    for chat in (asha, bahati):
        chat.start()
    hotline.world.now += timedelta(days=3)
    asha.say("4417")
    assert asha.said[-1] == en(news_phrases.not_ours("4417"))
    with hotline.world.service.read() as work:
        assert people.by_number(work.session, work.keys, str(ASHA), people.TELEGRAM) is None, (
            "for that nobody needs to know them"
        )
    bahati.say("Is it true that the chief fled?")
    assert "R1" in bahati.said[-1]
    with hotline.world.service.read() as work:
        (asked,) = work.session.scalars(select(Question))
        assert (asked.may_answer, asked.address.channel if asked.address else "") == (True, people.TELEGRAM)


@on_sqlite
def test_one_who_asks_at_the_first_question_is_answered_there(hotline: Hotline) -> None:
    asha = hotline.chat()
    asha.start()
    asha.say("is 4417 real?")
    assert asha.screen.startswith(en(news_phrases.not_ours("4417")))
    asha.say("Habari yako")
    assert "NEWS" not in asha.screen, "a greeting asks for nothing"
    asha.say("NEWS Kaptembwo")
    assert asha.screen.startswith(en(news_phrases.do_you_want("Kaptembwo, Nakuru")))
    asha.say(as_typed(case_commands.YES, "en"))
    with hotline.world.service.read() as work:
        assert [each.state for each in work.session.scalars(select(Subscription))] == [SubscriptionState.ON]


@on_sqlite
def test_a_sergeant_says_yes_in_the_chat(hotline: Hotline) -> None:
    signs_up(hotline)
    sergeant = hotline.liaison()
    code, mark = written(hotline.world, ALL_CALM)
    assert f"OK {code} {mark}" in sergeant.said[-1]
    sergeant.say(f"OK {code} {mark}")
    assert stands(hotline.world, code) == "cooling"


@on_sqlite
def test_whoever_has_their_data_deleted_gets_none_and_the_sum_stays_right(hotline: Hotline) -> None:
    signs_up(hotline)
    code, mark = written(hotline.world)
    hotline.world.phone(KIPRUTO).text(f"OK {code} {mark}")
    asha = hotline.chat()
    asha.say("/delete")
    asha.tap(YES_DELETE)
    hotline.world.pass_minutes(20)
    assert not any(code in said for said in hotline.chat(ASHA).said)
    assert states(hotline) == [CopyState.HELD]
    with hotline.world.service.read() as work:
        assert not work.session.scalars(select(Subscription)).all()
