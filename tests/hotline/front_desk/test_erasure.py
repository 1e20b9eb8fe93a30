"""Somebody is forgotten: by this channel, and wholly with their last one."""

from uuid import UUID

from sqlalchemy import select

from hotline.cases import evidence, followups, notify_citizen
from hotline.cases.case import ERASED, Case, CaseState
from hotline.cases.citizen_menus import Report
from hotline.cases.citizen_phrases import received
from hotline.cases.evidence import Destination
from hotline.cases.reporting import Call, open_case
from hotline.directory import people
from hotline.directory.people import PHONE, TELEGRAM, Address, Person
from hotline.front_desk import erasure
from hotline.messaging.kinds import MessageKind
from hotline.messaging.message import Message
from tests.scenery.county import CITIZEN, KIPRUTO
from tests.scenery.world import World

CHAT = "7001"


def reported(world: World, sitting: str = "c" * 32) -> Case:
    """By Telegram, with leave to write, and something written."""
    with world.service.transaction() as work:
        report = Report("theft", "KE0321750872", "they took my phone", "text", remember=True)
        case = open_case(work, report, Call(sitting, TELEGRAM, CHAT, "en"))
        notify_citizen.tell(work, case, received("1", "12:00", "999"), MessageKind.CASE, f"told:{sitting}")
        identity = case.id
    return case_of(world, identity)


def forget(world: World, number: str = CHAT, channel: str = TELEGRAM) -> None:
    with world.service.transaction() as work:
        person = people.by_number(work.session, work.keys, number, channel)
        assert person is not None
        erasure.forget(work, person, channel)


def at(world: World, number: str, channel: str) -> Person | None:
    with world.service.read() as work:
        return people.by_number(work.session, work.keys, number, channel)


def case_of(world: World, identity: UUID) -> Case:
    with world.service.read() as work:
        return work.session.get_one(Case, identity)


def test_with_the_last_address_the_person_goes_and_the_open_case_stays(world: World) -> None:
    case = reported(world)
    forget(world)
    assert at(world, CHAT, TELEGRAM) is None
    with world.service.read() as work:
        assert work.session.scalars(select(Message)).all() == []
        assert len(work.session.scalars(select(Person)).all()) == 6
    left = case_of(world, case.id)
    assert (left.person_id, left.contact) == (None, ERASED)
    assert left.details(world.service.settings.keys) == "they took my phone"


def test_of_a_closed_case_the_words_go_too(world: World) -> None:
    case = reported(world)
    with world.service.transaction() as work:
        work.session.get_one(Case, case.id).state = CaseState.CLOSED
    forget(world)
    assert case_of(world, case.id).details(world.service.settings.keys) == ""


def test_of_a_case_that_is_closed_later_the_words_and_the_pictures_go_then(world: World) -> None:
    case = reported(world)
    with world.service.transaction() as work:
        evidence.keep(work, Destination("c" * 32, work.session.get_one(Case, case.id)), "photo", b"a picture")
    forget(world)
    with world.service.transaction() as work:
        left = work.session.get_one(Case, case.id)
        assert (left.details(work.keys), len(evidence.of(work.session, case.id))) == ("they took my phone", 1)
        left.state = CaseState.RESOLVED
        assert followups.judge(work, left, "helped")
    assert case_of(world, case.id).details(world.service.settings.keys) == ""
    with world.service.read() as work:
        assert evidence.of(work.session, case.id) == []


def test_of_a_case_whose_citizen_is_known_the_words_stay_when_it_is_closed(world: World) -> None:
    case = reported(world)
    with world.service.transaction() as work:
        work.session.get_one(Case, case.id).state = CaseState.RESOLVED
        assert followups.judge(work, case, "helped")
    assert case_of(world, case.id).details(world.service.settings.keys) == "they took my phone"


def test_one_who_can_be_reached_elsewhere_is_forgotten_here_alone(world: World) -> None:
    reported(world)
    with world.service.transaction() as work:
        person = people.by_number(work.session, work.keys, CHAT, TELEGRAM)
        assert person is not None
        work.session.add(
            Address(person_id=person.id, channel=PHONE, number_index=people.number_index(work.keys, CITIZEN))
        )
    forget(world)
    assert at(world, CHAT, TELEGRAM) is None
    stays = at(world, CITIZEN, PHONE)
    assert stays is not None
    assert stays.home_area is None, "what they let us remember is forgotten all the same"


def test_a_liaison_stays_one(world: World) -> None:
    with world.service.transaction() as work:
        person = people.by_number(work.session, work.keys, KIPRUTO)
        assert person is not None
        work.session.add(
            Address(
                person_id=person.id,
                channel=TELEGRAM,
                number_index=people.number_index(work.keys, CHAT, TELEGRAM),
            )
        )
    forget(world)
    assert at(world, CHAT, TELEGRAM) is None
    assert at(world, KIPRUTO, PHONE) is not None


def test_to_be_forgotten_twice_is_no_harm(world: World) -> None:
    reported(world)
    forget(world)
    reported(world, "d" * 32)
    forget(world)
    assert at(world, CHAT, TELEGRAM) is None
