"""Nobody gets news who has not asked for it twice, and whoever has had enough says so once."""

from datetime import timedelta

from sqlalchemy import select

from hotline.cases import citizen_phrases, liaison_phrases
from hotline.cases.reference_number import spoken_reference
from hotline.context import UnitOfWork
from hotline.directory import people, subscriptions
from hotline.directory.people import Address
from hotline.directory.subscriptions import KEPT, MOST, Subscription, SubscriptionState
from hotline.front_desk import phrases as desk_phrases
from hotline.news import menus as news_menus
from hotline.news import phrases as news_phrases
from hotline.news import subscribing
from hotline.news.menus import Theirs
from tests.scenery.county import AREAS, CITIZEN, KAPTEMBWO, KIPRUTO, NEIGHBOUR
from tests.scenery.labels import ENGLISH, FIRST, en
from tests.scenery.reports import reports, word_of
from tests.scenery.world import Phone, World

ASKED, ON, OFF = SubscriptionState

LONDON, COUNTY = "KE0321750871", "KE032"
NAME = AREAS.full_name(KAPTEMBWO)
CODE, EMERGENCY = "*384*4455#", "999"


def has(world: World, number: str = CITIZEN, channel: str = people.PHONE) -> dict[str, str]:
    """What somebody has or has asked for, by its area."""
    with world.service.read() as work:
        address = address_of(work, number, channel)
        theirs = select(Subscription).where(Subscription.address_id == address.id)
        return {each.area_code: each.state for each in work.session.scalars(theirs)}


def address_of(work: UnitOfWork, number: str, channel: str = people.PHONE) -> Address:
    person = people.meet(
        work.session, work.keys, number, work.now, may_write=True, language="en", channel=channel
    )
    work.session.flush()
    address = person.at(channel)
    assert address is not None
    return address


def english(world: World, number: str = CITIZEN) -> Phone:
    """Somebody whose language we know."""
    with world.service.transaction() as work:
        address_of(work, number)
    return world.phone(number)


def reference(world: World) -> str:
    """The number of the only case, as it is shown."""
    (case,) = world.cases()
    return spoken_reference(case.reference)


def added(world: World) -> str:
    return en(citizen_phrases.added(reference(world), EMERGENCY))


def test_one_who_dials_in_says_yes_once_more_by_text(world: World) -> None:
    phone = world.phone(CITIZEN)
    phone.dial()
    phone.choose(ENGLISH)
    phone.choose(en(FIRST["news"]))
    phone.choose(en(news_menus.GET))
    phone.press("Kaptembwo")
    phone.choose("Kaptembwo")
    assert phone.screen == en(news_phrases.answer_the_text(NAME))
    assert phone.new_texts() == [en(news_phrases.do_you_want(NAME))]
    assert has(world) == {KAPTEMBWO.code: ASKED}, "and gets nothing yet"
    phone.text("1")
    assert phone.new_texts() == [en(news_phrases.you_get(KAPTEMBWO.name))]
    assert has(world) == {KAPTEMBWO.code: ON}
    with world.service.read() as work:
        (mine,) = work.session.scalars(select(Subscription))
        assert (mine.language, mine.how, mine.confirmed_at) == ("en", "ussd", world.now)
    phone.dial()
    phone.choose(en(FIRST["news"]))
    phone.choose(en(news_menus.NO_MORE))
    assert has(world) == {KAPTEMBWO.code: OFF}, "one key is enough"


def test_one_who_texts_says_yes_once_more(world: World) -> None:
    phone = english(world)
    phone.text("NEWS kaptembwa")
    assert phone.new_texts() == [en(news_phrases.do_you_want(NAME))]
    assert has(world) == {KAPTEMBWO.code: ASKED}
    phone.text("Yes")
    assert phone.new_texts() == [en(news_phrases.you_get(KAPTEMBWO.name))]
    phone.text("news Kaptembwo, Nakuru")
    assert phone.new_texts() == [en(news_phrases.you_have(NAME))]
    phone.text("NEWS Nakuru")
    phone.text("yes")
    assert has(world) == {KAPTEMBWO.code: ON, COUNTY: ON}, "the county alone has just that name"


def test_a_place_that_is_not_known_or_not_sure_is_asked_again(world: World) -> None:
    phone = english(world)
    near = ["Nakuru", "Nakuru Town West, Nakuru"]
    for place, told in (
        ("", news_phrases.which_place()),
        ("Timbuktu", news_phrases.unknown_place("Timbuktu", CODE, EMERGENCY)),
        ("Naku", news_phrases.which_of(near)),
    ):
        phone.text(f"NEWS {place}".strip())
        assert phone.new_texts() == [en(told)]
    assert has(world) == {}
    phone.text("News: there is fighting in Kaptembwo")
    assert phone.new_texts() == [en(desk_phrases.how_to_report(CODE, EMERGENCY))], (
        "that is no place, but a report"
    )
    assert has(world) == {}


def test_what_may_be_about_their_case_goes_to_their_case(world: World) -> None:
    phone = english(world)
    reports(world)
    phone.new_texts()
    for text in ("news", "News: fighting Kaptembwo", "is it true they come back", "news moto"):
        phone.text(text)
        assert phone.new_texts() == [added(world)]
    assert has(world) == {}
    phone.text("NEWS Kaptembwo")
    assert phone.new_texts() == [en(news_phrases.do_you_want(NAME))]


def test_the_word_that_a_stranger_uses_tells_their_language(world: World) -> None:
    world.phone(CITIZEN).text("NEWS Kaptembwo")
    world.phone(NEIGHBOUR).text("HABARI Kaptembwo")
    with world.service.read() as work:
        asked = work.session.scalars(select(Subscription).order_by(Subscription.id)).all()
        assert [(each.language, each.address.person.language) for each in asked] == [
            ("en", "en"),
            ("sw", "sw"),
        ]


def test_one_who_never_said_yes_has_not_asked(world: World) -> None:
    phone = english(world)
    phone.text("NEWS Kaptembwo")
    world.now += KEPT + timedelta(minutes=1)
    phone.text("1")
    assert has(world) == {KAPTEMBWO.code: ASKED}, "too late"
    phone.text("NEWS London")
    phone.text("1")
    assert has(world) == {KAPTEMBWO.code: ASKED, LONDON: ON}, "a yes to another place is none to this one"
    phone.text("NEWS Kaptembwo")
    with world.service.transaction() as work:
        subscriptions.forget_unconfirmed(work.session, work.now)
    phone.text("1")
    assert has(world) == {KAPTEMBWO.code: ON, LONDON: ON}, "but they can ask again"


def test_stop_ends_it_start_does_not_bring_it_back_and_asking_does(world: World) -> None:
    phone = english(world)
    for text in ("NEWS Kaptembwo", "1", "NEWS London", "STOP", "1"):
        phone.text(text)
    assert has(world) == {KAPTEMBWO.code: OFF, LONDON: OFF}, "and what waited for a yes does too"
    phone.text("START")
    assert has(world) == {KAPTEMBWO.code: OFF, LONDON: OFF}
    assert phone.inbox[-1] == en(desk_phrases.texts_resumed(had_news=True)), "and is told so"
    for text in ("STOP", "NEWS Kaptembwo", "1"):
        phone.text(text)
    assert has(world) == {KAPTEMBWO.code: ON, LONDON: OFF}
    with world.service.read() as work:
        assert address_of(work, CITIZEN).opted_out_at is None, "they have said yes to it twice since"


def test_start_says_nothing_of_news_to_one_who_had_none_or_has_it_still(world: World) -> None:
    phone = english(world)
    for text in ("STOP", "START", "NEWS Kaptembwo", "1", "START"):
        phone.text(text)
    resumed = {en(desk_phrases.texts_resumed(had_news=had)): had for had in (False, True)}
    assert [resumed[each] for each in phone.inbox if each in resumed] == [False, False]


def test_one_who_has_news_may_end_it_in_their_own_words(world: World) -> None:
    phone = english(world)
    for text in ("NEWS Kaptembwo", "1"):
        phone.text(text)
    phone.text("people are fighting, please make them stop")
    assert phone.inbox[-1] == en(desk_phrases.how_to_report(CODE, EMERGENCY, has_news=True)), (
        "the way in tells how to end it"
    )
    assert has(world) == {KAPTEMBWO.code: ON}
    phone.text("stop 4417 it is wrong")
    assert phone.inbox[-1] == en(news_phrases.no_more_texts(CODE, EMERGENCY)), (
        "whoever meant something else knows whom to call"
    )
    assert has(world) == {KAPTEMBWO.code: OFF}


def test_while_a_case_is_open_only_a_plain_stop_is_one(world: World) -> None:
    phone = english(world)
    for text in ("NEWS Kaptembwo", "1"):
        phone.text(text)
    reports(world)
    for text in ("Please stop it", "stop the news and come", "sitaki"):
        phone.text(text)
        assert phone.inbox[-1] == added(world)
    assert has(world) == {KAPTEMBWO.code: ON}
    phone.text("stop 4417")
    assert has(world) == {KAPTEMBWO.code: OFF}


def test_a_greeting_is_asked_for_the_place(world: World) -> None:
    phone = english(world)
    for text in ("habari yako", "Habari za asubuhi", "NEWS please"):
        phone.text(text)
        assert phone.new_texts() == [en(news_phrases.which_place())]


def test_a_no_to_news_is_for_the_news_and_reopens_no_case(world: World) -> None:
    phone = english(world)
    reports(world)
    asked_whether_help_came(world)
    phone.text("1")
    for text, no in (("NEWS Kaptembwo", "2"), ("NEWS London", "no")):
        world.now += timedelta(minutes=1)
        phone.text(text)
        phone.text(no)
        assert phone.inbox[-1] == en(news_phrases.then_nothing())
    (case,) = world.cases()
    assert (world.verdict(case), case.round) == ("helped", 1)
    assert has(world) == {KAPTEMBWO.code: OFF, LONDON: OFF}
    phone.text("2")
    assert world.verdict(case) == "not_helped", "the next one is for the case again"


def test_stop_news_keeps_the_texts_about_ones_case(world: World) -> None:
    phone = english(world)
    for text in ("NEWS Kaptembwo", "1"):
        phone.text(text)
    reports(world)
    phone.text("STOP NEWS")
    assert phone.new_texts()[-1] == en(news_phrases.no_more_news())
    assert has(world) == {KAPTEMBWO.code: OFF}
    world.phone(KIPRUTO).text("1")
    assert phone.new_texts()[-1] == en(citizen_phrases.somebody_has_it(reference(world)))
    phone.text("stop news")
    assert phone.new_texts()[-1] == en(news_phrases.had_no_news())


def test_a_yes_is_for_what_was_asked_last(world: World) -> None:
    phone = english(world)
    phone.text("NEWS Kaptembwo")
    reports(world)
    asked_whether_help_came(world)
    phone.text("NEWS London")
    world.now += timedelta(minutes=1)
    phone.text("1")
    assert has(world) == {KAPTEMBWO.code: ON, LONDON: ON}
    (case,) = world.cases()
    assert world.verdict(case) is None, "whether help came, they have not said"
    phone.text("1")
    assert world.verdict(case) == "helped"


def test_a_yes_to_whether_help_came_is_no_yes_to_news(world: World) -> None:
    phone = english(world)
    phone.text("NEWS Kaptembwo")
    reports(world)
    asked_whether_help_came(world)
    phone.text("1")
    (case,) = world.cases()
    assert world.verdict(case) == "helped"
    assert has(world) == {KAPTEMBWO.code: ASKED}


def asked_whether_help_came(world: World) -> None:
    world.now += timedelta(minutes=1)
    world.phone(KIPRUTO).text("1")
    world.phone(KIPRUTO).text("3")
    world.pass_minutes(1)
    assert world.phone(CITIZEN).inbox[-1] == en(citizen_phrases.did_help_come(reference(world)))


def test_in_a_chat_the_second_yes_is_a_button_and_five_places_are_enough(world: World) -> None:
    with world.service.transaction() as work:
        address = address_of(work, "7001", people.TELEGRAM)
        wards = [area.code for area in work.areas][1 : MOST + 2]
        told = [en(subscribing.subscribe(work, address, ward, "en", "telegram", sure=True)) for ward in wards]
        assert told == [
            *[en(news_phrases.you_get(work.areas[ward].name)) for ward in wards[:MOST]],
            en(news_phrases.enough_areas(MOST)),
        ]
        again = subscribing.subscribe(work, address, wards[0], "sw", "telegram", sure=True)
        assert en(again) == en(news_phrases.you_have(AREAS.full_name(AREAS[wards[0]])))
        assert subscribing.theirs(work, "7001", people.TELEGRAM) == Theirs(5, room=False)
        assert (
            subscribing.theirs(work, "7001", people.PHONE)
            == Theirs(0, room=True)
            == subscribing.theirs(work, None, people.PHONE)
        )
    assert list(has(world, "7001", people.TELEGRAM).values()) == [ON] * MOST
    with world.service.read() as work:
        mine = work.session.scalars(select(Subscription).where(Subscription.area_code == wards[0])).one()
        assert mine.language == "sw", "the language chosen last"


def test_a_liaisons_key_takes_the_case_that_waits_and_not_the_news(world: World) -> None:
    phone = english(world, KIPRUTO)
    phone.text("NEWS Kaptembwo")
    reports(world)
    phone.text("1")
    (case,) = world.cases()
    assert case.liaison_id is not None
    assert has(world, KIPRUTO) == {KAPTEMBWO.code: ASKED}
    phone.text("yes")
    assert has(world, KIPRUTO) == {KAPTEMBWO.code: ON}


def test_a_liaison_who_cannot_take_the_case_has_not_said_no_to_the_news(world: World) -> None:
    phone = english(world, KIPRUTO)
    phone.text("NEWS Kaptembwo")
    reports(world)
    phone.text("2")
    assert has(world, KIPRUTO) == {KAPTEMBWO.code: ASKED}
    assert phone.inbox[-1] == en(liaison_phrases.passed_on(word_of(phone.inbox[-2])))
