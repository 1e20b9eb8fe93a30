"""Forty liaisons take the same case at the same instant, by
every way there is. One has it, and the others are told who."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from html import unescape

from sqlalchemy import select

from bot.keyboards import Button, pressed
from bot.talks import Talks
from bot.taps import step
from bot.turn import Who
from hotline.carriers.carrier import InboundText
from hotline.cases import liaison_phrases
from hotline.cases.dispatch import Dispatch
from hotline.directory import liaisons
from hotline.directory.liaisons import Liaison
from hotline.directory.people import TELEGRAM
from hotline.front_desk import link_chat, texts
from tests.scenery.chat_words import GIVEN_TO_ME, I_HAVE_IT, somebody_has_it
from tests.scenery.chats import Hotline
from tests.scenery.county import CITIZEN, MORNING
from tests.scenery.dialling import report
from tests.scenery.said import en, says
from tests.scenery.waiting import PATIENCE

CROWD = [f"+2547220009{number:02}" for number in range(40)]
Way = Callable[[], str]
"""Takes the case; what the liaison is told or shown then, in plain letters."""


def name_of(place: int) -> str:
    return f"Officer {place:02}"


def test_forty_at_once_by_four_ways_and_exactly_one_has_it(hotline: Hotline) -> None:
    word, dispatches = asked(hotline)
    ways = [way(hotline, place, word, dispatches[name_of(place)]) for place in range(40)]
    together = threading.Barrier(len(ways))

    def take(act: Way) -> str:
        together.wait(PATIENCE)
        return act()

    with ThreadPoolExecutor(len(ways)) as threads:
        told = list(threads.map(take, ways))
    hotline.settle()
    told = [told[place] or hotline.world.phone(CROWD[place]).inbox[-1] for place in range(40)]
    winners = [
        place
        for place, text in enumerate(told)
        if any(en(each(word)) in text for each in (liaison_phrases.yours, liaison_phrases.you_have_it))
    ]
    assert len(winners) == 1, told
    others = [text for place, text in enumerate(told) if place not in winners]
    assert [
        text for text in others if en(liaison_phrases.first_was(word, name_of(winners[0]))) not in text
    ] == []
    assert [line for line in hotline.history() if line.startswith("acknowledged")] == [
        f"acknowledged {name_of(winners[0])}, Kaptembwo Police Station"
    ]
    assert states(hotline).count("taken") == 1
    assert states(hotline).count("asked") == 0, "nobody need answer any more"
    (said,) = [text for text in hotline.world.phone(CITIZEN).inbox if says(text, somebody_has_it())]
    assert said == somebody_has_it(hotline.only_case().spoken)


def asked(hotline: Hotline) -> tuple[str, dict[str, int]]:
    """A case that is before all forty, twenty of whom have
    a chat with us: its word, and the dispatch of each."""
    world = hotline.world
    with world.service.transaction() as work:
        listed = [
            liaisons.Listed("station", name_of(place), number, ("en",), True)
            for place, number in enumerate(CROWD)
        ]
        liaisons.save(work.session, work.keys, listed, ("en", "sw"), MORNING)
    report(world.phone(CITIZEN))
    for place in range(40):
        if place % 4 > 1:
            hotline.chat(chat_of(place), name_of(place))
            with world.service.transaction() as work:
                link_chat.link(work, TELEGRAM, str(chat_of(place)), CROWD[place])
    with world.service.transaction() as work:
        first = work.session.scalars(select(Dispatch)).first()
        assert first is not None
        have = set(work.session.scalars(select(Dispatch.liaison_id)))
        crowd = list(work.session.scalars(select(Liaison).where(Liaison.name.like("Officer %"))))
        for each in [each for each in crowd if each.id not in have]:
            work.session.add(
                Dispatch(
                    case=first.case,
                    step=100 + each.id,
                    round=1,
                    liaison_id=each.id,
                    body_code=each.body_code,
                    word=first.word,
                    at=work.now,
                    answer_by=work.now + timedelta(minutes=30),
                    reason="Everybody is asked.",
                )
            )
        work.session.flush()
        rows = work.session.execute(
            select(Liaison.name, Dispatch.id).join(Dispatch, Dispatch.liaison_id == Liaison.id)
        )
        return first.word, {name: dispatch for name, dispatch in rows}


def chat_of(place: int) -> int:
    return 8000 + place


def way(hotline: Hotline, place: int, word: str, dispatch: int) -> Way:
    """By a text, by dialling in, by a card's button or by
    words in the chat, in turn: ready but for the last key."""
    service, number = hotline.world.service, CROWD[place]
    who = Who(chat_of(place), 5000 + place, "en")
    match place % 4:
        case 0:
            return lambda: texted(hotline, InboundText(f"crowd-{place}", number, "22384", f"1 {word}"))
        case 1:
            phone = hotline.world.phone(number)
            phone.dial()
            phone.choose(GIVEN_TO_ME)
            assert f"1. {I_HAVE_IT}" in phone.press("1")
            return lambda: phone.send_turn(f"{phone.transcript}*1")[0]
        case 2:
            button = pressed(f"d:{in_base_36(dispatch)}:take:asked")
            return lambda: tapped(hotline, who, button)
        case _:
            return lambda: unescape(Talks(service).wrote(who, f"1 {word}").text)


def texted(hotline: Hotline, text: InboundText) -> str:
    """What comes back is a text, too, and comes later."""
    with hotline.world.service.transaction() as work:
        texts.text_arrives(work, text)
    return ""


def tapped(hotline: Hotline, who: Who, button: Button) -> str:
    shown = step(hotline.world.service, who, button)
    assert shown is not None
    return unescape(shown[0].text)


def in_base_36(number: int) -> str:
    figures = "0123456789abcdefghijklmnopqrstuvwxyz"
    return (in_base_36(number // 36) if number >= 36 else "") + figures[number % 36]


def states(hotline: Hotline) -> list[str]:
    with hotline.world.service.read() as work:
        return list(work.session.scalars(select(Dispatch.state)))
