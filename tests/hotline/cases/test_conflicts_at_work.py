"""The rule on conflicts where it works: random countries in a real database, a report about the police, and
everything that can happen to it."""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import settings as hypothesis_settings
from sqlalchemy import select

from hotline.carriers.carrier import Meaning, Sending
from hotline.cases import assignment, conflicts, dispatch, followups, liaison_phrases, reporting, responses
from hotline.cases.case import Bar, Case, bars_of
from hotline.cases.citizen_menus import Report
from hotline.cases.dispatch import Dispatch
from hotline.cases.liaison_menus import Act, StepName
from hotline.cases.reporting import Call
from hotline.context import UnitOfWork
from hotline.conversation.screens import LookUp
from hotline.directory import bodies, liaisons, people
from hotline.directory.bodies import Body
from hotline.directory.categories import BodyKind
from hotline.directory.liaisons import Liaison
from hotline.front_desk import lookups
from hotline.messaging.kinds import TO_LIAISONS, MessageKind
from hotline.messaging.message import Message, MessageState
from hotline.situation import records
from tests.scenery.county import (
    ACHIENG,
    BODIES,
    CITIZEN,
    DESK,
    KAPTEMBWO,
    KIPRUTO,
    LIAISONS,
    MORNING,
    NJERI,
    WANJIKU,
)
from tests.scenery.world import World

IS_LONG = hypothesis_settings.get_current_profile_name() == "long"
DETAILS = "askari alimpiga kijana"
STEPS: tuple[StepName, ...] = (
    "take",
    "take",
    "on_the_way",
    "there",
    "done",
    "still",
    "help",
    "cannot",
    "not_mine",
    "aside",
)
LEFT = (MessageState.SENDING, MessageState.SENT, MessageState.UNKNOWN)


@dataclass
class Known:
    """What the test itself knows of one liaison, beside the database."""

    listed: liaisons.Listed
    ever_at: set[str] = field(default_factory=set)
    ever_of: set[str] = field(default_factory=set)
    """Kinds."""

    def join(self, listed: liaisons.Listed, known: Iterable[str]) -> None:
        self.listed = listed
        places = {listed.body, *listed.also} & set(known)
        self.ever_at |= places
        self.ever_of |= set(listed.also) - places


@dataclass
class Shut:
    """What had reached somebody before the case was shut to them."""

    dispatches: set[int]
    messages: set[UUID]
    texts: int


class Journey:
    """One random country, one report about its police, and what happens to both."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.random = world, random.Random(seed)
        self.bodies = {each.code: each for each in BODIES}
        self.people = {each.number: Known(each, {each.body}) for each in LIAISONS}
        self.shut: dict[str, Shut] = {}
        self.reporter = self.random.choice([CITIZEN, CITIZEN, KIPRUTO, WANJIKU])
        self.named = ""

    # The country

    def found(self) -> None:
        for which in range(self.random.randint(2, 7)):
            self.save_body(self.a_body(f"b{which}", list(self.bodies)))
        for which in range(self.random.randint(3, 9)):
            for _time in range(self.random.choice([1, 1, 2])):  # the second time, somewhere else
                self.save_liaison(self.a_liaison(f"+2547330005{which:02}"))
        if self.random.random() < 0.4:
            for number in (DESK, NJERI):
                self.save_liaison(replace(self.people[number].listed, until=MORNING - timedelta(days=1)))

    def a_body(self, code: str, above: list[str]) -> bodies.Listed:
        kind = self.random.choice(
            [
                BodyKind.POLICE,
                BodyKind.OVERSIGHT,
                BodyKind.OVERSIGHT,
                BodyKind.OVERSIGHT,
                BodyKind.COORDINATION,
                *BodyKind,
            ]
        )
        serves = [each.code for each in self.world.service.areas.outwards(KAPTEMBWO)] + ["KE0321750871"]
        parent = self.random.choice([None, None, None, *above])
        return bodies.Listed(code, f"Body {code}", kind, (self.random.choice(serves),), (), parent)

    def a_liaison(self, number: str) -> liaisons.Listed:
        also = self.random.choice(
            [
                (),
                (),
                (),
                (self.random.choice(list(self.bodies)),),
                (self.random.choice(list(BodyKind)).value,),
            ]
        )
        until = self.random.choice(
            [None] * 6 + [MORNING + timedelta(minutes=90), MORNING - timedelta(days=1)]
        )
        yes = self.random.choice([True, True, False])
        body = self.random.choice(list(self.bodies))
        return liaisons.Listed(
            body, f"Somebody {number[-2:]}", number, ("sw", "en"), yes, not yes, yes, also, until
        )

    def save_body(self, listed: bodies.Listed) -> None:
        self.bodies[listed.code] = listed
        with self.world.service.transaction() as work:
            bodies.save(work.session, [listed])

    def save_liaison(self, listed: liaisons.Listed) -> None:
        self.people.setdefault(listed.number, Known(listed)).join(listed, self.bodies)
        with self.world.service.transaction() as work:
            liaisons.save(work.session, work.keys, [listed], ("en", "sw"), work.now)

    # Who must not see it, found from the top down

    def under(self, codes: Iterable[str]) -> set[str]:
        found = set(codes)
        while more := {each.code for each in self.bodies.values() if each.parent in found} - found:
            found |= more
        return found

    def must_not_see(self) -> set[str]:
        police = self.under(code for code, each in self.bodies.items() if each.kind == BodyKind.POLICE)
        closed = police | self.under({self.named} - {""})
        shut = {
            number
            for number, known in self.people.items()
            if known.ever_at & closed or "police" in known.ever_of
        }
        ended = {
            number
            for number, known in self.people.items()
            if known.listed.until and known.listed.until <= self.world.now
        }
        with self.world.service.read() as work:
            barred = {self.number_of(work, bar.liaison_id) for bar in work.session.scalars(select(Bar))}
        return shut | ended | barred | ({self.reporter} & set(self.people))

    def number_of(self, work: UnitOfWork, liaison: int) -> str:
        return next(number for number in self.people if self.liaison(work, number).id == liaison)

    def liaison(self, work: UnitOfWork, number: str) -> Liaison:
        person = people.by_number(work.session, work.keys, number)
        assert person is not None
        found = liaisons.of(work.session, person)
        assert found is not None
        return found

    # What happens

    def report(self) -> None:
        self.named = self.random.choice(["", "", *self.bodies])
        about = Report(
            "conduct",
            KAPTEMBWO.code,
            DETAILS,
            "text",
            wants_woman=self.random.random() < 0.5,
            named_body=self.named,
        )
        self.note()  # nobody has heard anything yet
        with self.world.service.transaction() as work:
            reporting.open_case(work, about, Call("a sitting", "ussd", self.reporter, "sw"))
        self.world.settle()

    def wait(self) -> None:
        self.world.pass_minutes(self.random.choice([1, 15, 25, 90, 500]))

    def answer(self) -> None:
        """Somebody before whom it was ever put takes a step."""
        with self.world.service.transaction() as work:
            everything = list(work.session.scalars(select(Dispatch)))
            if everything:
                asked = self.random.choice(everything[-3:])
                responses.tap(work, asked.liaison, asked.id, self.random.choice(STEPS))
        self.world.settle()

    def meddle(self) -> None:
        """Anybody at all texts any word, and taps anything."""
        number, step = self.random.choice(list(self.people)), self.random.choice(STEPS)
        with self.world.service.transaction() as work:
            for asked in list(work.session.scalars(select(Dispatch)))[-3:]:
                responses.act(work, self.liaison(work, number), Act(step, asked.word))
                responses.tap(work, self.liaison(work, number), asked.id, step)
        self.world.settle()

    def no_help(self) -> None:
        with self.world.service.transaction() as work:
            followups.judge(work, self.case(work), self.random.choice(("not_helped", "danger")))
        self.world.settle()

    def transfer(self) -> None:
        self.save_liaison(self.a_liaison(self.random.choice(list(self.people))))

    def move_to_the_police(self) -> None:
        """Whoever has it, or was asked last, goes to the police."""
        with self.world.service.read() as work:
            asked = list(work.session.scalars(select(Dispatch)))
            number = self.number_of(work, asked[-1].liaison_id) if asked else None
        if number is not None:
            self.save_liaison(replace(self.people[number].listed, body="station"))

    def move_a_body(self) -> None:
        made = sorted(code for code in self.bodies if code.startswith("b"))
        which = self.random.choice(made)
        self.save_body(
            replace(
                self.bodies[which], parent=self.random.choice([None, "station", *made[: made.index(which)]])
            )
        )

    def duty(self) -> None:
        self.world.phone(self.random.choice(list(self.people))).text(self.random.choice(["ON", "OFF"]))

    def case(self, work: UnitOfWork) -> Case:
        return work.session.scalars(select(Case)).one()

    # And what must never

    def note(self) -> None:
        """Write down what had reached those to whom it is shut from now
        on. A mandate may begin again, and a body be under another."""
        shut = self.must_not_see()
        self.shut = {number: before for number, before in self.shut.items() if number in shut}
        for number in shut - set(self.shut):
            with self.world.service.read() as work:
                self.shut[number] = self.reached(work, number)

    def reached(self, work: UnitOfWork, number: str) -> Shut:
        who = self.liaison(work, number)
        asked = set(work.session.scalars(select(Dispatch.id).where(Dispatch.liaison_id == who.id)))
        addresses = [address.id for address in who.person.addresses]
        about_it = select(Message).where(
            Message.address_id.in_(addresses), Message.case_id.is_not(None), Message.state.in_(LEFT)
        )
        for_liaisons = {each.id for each in work.session.scalars(about_it) if each.kind in TO_LIAISONS}
        return Shut(asked, for_liaisons, len(self.world.carrier.to(number)))

    def check(self) -> None:
        for number, before in self.shut.items():
            with self.world.service.read() as work:
                now = self.reached(work, number)
                assert now.dispatches <= before.dispatches, "it was put before somebody who must not see it"
                assert now.messages <= before.messages, (
                    "a message about it went to somebody who must not see it"
                )
                assert not any(DETAILS in text for text in self.world.carrier.to(number)[before.texts :])
                self.check_sight(work, self.liaison(work, number))

    def check_sight(self, work: UnitOfWork, who: Liaison) -> None:
        everything = list(work.session.scalars(select(Dispatch)))
        assert dispatch.before(work.session, who, work.now) == []
        assert [each for each in everything if dispatch.own(work.session, who, each.id, work.now)] == []
        assert [each for each in everything if dispatch.recent(work.session, who, each.word, work.now)] == []
        assert [
            each
            for each in everything
            if each.liaison_id == who.id and each.may_be_read(work.session, work.now)
        ] == []
        sees = conflicts.sees(work.session, who, work.now)
        assert not sees(self.case(work))
        assert (
            len(
                records.gather(
                    work.session, MORNING - timedelta(days=1), work.now + timedelta(days=99), sees
                ).cases
            )
            == 0
        )
        assert who.id not in {each.liaison for each in assignment.could_be_asked(work, self.case(work))}
        call = Call("another sitting", "ussd", self.number_of(work, who.id), "sw")
        for word in {each.word for each in everything}:
            assert DETAILS not in lookups.look_up(work, LookUp("?details", word), call)


def travel(world: World, seed: int) -> Journey:
    journey = Journey(world, seed)
    journey.found()
    journey.report()
    journey.check()
    happenings: list[Callable[[], None]] = [
        journey.wait, journey.wait, journey.wait, journey.answer,
        journey.answer, journey.meddle, journey.no_help, journey.transfer,
        journey.move_to_the_police, journey.move_a_body, journey.duty,
    ]  # fmt: skip
    for _step in range(12):
        journey.random.choice(happenings)()
        journey.note()
        journey.check()
    return journey


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
@pytest.mark.parametrize("seed", range(1000 if IS_LONG else 6))
def test_a_report_about_the_police_never_reaches_the_police_whatever_happens(world: World, seed: int) -> None:
    travel(world, seed)


@pytest.mark.parametrize("seed", range(5000, 5100 if IS_LONG else 5002))
def test_nor_on_either_database(world: World, seed: int) -> None:
    travel(world, seed)


def test_the_journeys_go_somewhere(world: World) -> None:
    """Or they prove nothing: the case is put before several, and shut to one before whom it was put."""
    journey = Journey(world, 1)
    journey.found()
    journey.report()
    world.pass_minutes(500)
    assert len(asked(world)) > 3
    journey.note()
    shut = set(journey.shut)
    journey.move_to_the_police()
    journey.note()
    journey.check()
    (moved,) = set(journey.shut) - shut
    assert journey.shut[moved].dispatches
    assert journey.shut[moved].messages


# One thing at a time


def conduct(world: World, reporter: str = CITIZEN, named: str = "") -> None:
    with world.service.transaction() as work:
        reporting.open_case(
            work,
            Report("conduct", KAPTEMBWO.code, DETAILS, "text", named_body=named),
            Call("a sitting", "ussd", reporter, "sw"),
        )
    world.settle()


def asked(world: World) -> list[str]:
    with world.service.read() as work:
        return [each.liaison.name for each in work.session.scalars(select(Dispatch).order_by(Dispatch.id))]


def transfer(world: World, number: str, body: str, *also: str) -> None:
    (listed,) = (each for each in LIAISONS if each.number == number)
    with world.service.transaction() as work:
        liaisons.save(
            work.session, work.keys, [replace(listed, body=body, also=also)], ("en", "sw"), work.now
        )


def test_in_two_days_of_silence_it_goes_round_and_round_and_never_to_the_police(world: World) -> None:
    conduct(world)
    world.pass_minutes(2 * 24 * 60)
    names = asked(world)
    assert set(names) == {"Ms. Njeri", "Duty desk"}
    assert len(names) > 15
    assert world.phone(KIPRUTO).inbox == world.phone(ACHIENG).inbox == []


def test_what_was_written_before_a_transfer_to_the_police_is_held_back_after_it(world: World) -> None:
    world.carrier.answers.extend([Sending(Meaning.TRANSIENT, "500 Later")] * 2)
    conduct(world)
    assert asked(world) == ["Ms. Njeri"]
    assert world.phone(NJERI).inbox == [], "the carrier was busy"
    transfer(world, NJERI, "oversight", "police")
    world.pass_minutes(5)
    assert world.phone(NJERI).inbox == []
    with world.service.read() as work:
        (held,) = work.session.scalars(
            select(Message).where(
                Message.kind == MessageKind.DISPATCH, Message.state == MessageState.WITHHELD
            )
        )
        assert held.code == "this liaison may not see the case"


def test_one_who_has_a_case_and_goes_to_the_police_has_it_no_more_after_a_while(world: World) -> None:
    conduct(world)
    njeri = world.phone(NJERI)
    njeri.text(f"1 {njeri.inbox[0].partition(':')[0]}")
    heard = len(njeri.inbox)
    transfer(world, NJERI, "station")
    world.pass_minutes(24 * 60)
    assert len(njeri.inbox) == heard, "and hears nothing of it"
    assert asked(world)[1] == "Duty desk"


def test_a_body_put_under_the_police_is_of_the_police(world: World) -> None:
    with world.service.transaction() as work:
        work.session.get_one(Body, "oversight").parent_code = "station"
    conduct(world)
    assert asked(world) == ["Duty desk"]


def test_who_is_of_the_police_beside_something_else_is_of_the_police(world: World) -> None:
    transfer(world, NJERI, "oversight", "police")
    transfer(world, DESK, "situation", "station")
    conduct(world)
    assert asked(world) == []
    world.pass_minutes(24 * 60)
    assert asked(world) == []


def test_who_was_once_of_the_police_stays_so(world: World) -> None:
    transfer(world, NJERI, "station")
    transfer(world, NJERI, "oversight")
    conduct(world)
    assert asked(world) == ["Duty desk"]


def test_nobody_of_the_body_that_is_named_is_asked(world: World) -> None:
    conduct(world, named="oversight")
    assert asked(world) == ["Duty desk"]


def test_who_reported_it_is_not_asked(world: World) -> None:
    conduct(world, reporter=NJERI)
    assert asked(world) == ["Duty desk"]


def test_who_steps_aside_is_never_asked_again(world: World) -> None:
    conduct(world)
    with world.service.transaction() as work:
        (only,) = work.session.scalars(select(Dispatch))
        assert responses.tap(work, only.liaison, only.id, "aside") == liaison_phrases.sure_to_step_aside(
            only.word
        )
    assert asked(world) == ["Ms. Njeri"], "they are asked once whether they are sure"
    with world.service.transaction() as work:
        (only,) = work.session.scalars(select(Dispatch))
        responses.tap(work, only.liaison, only.id, "aside")
    world.settle()
    world.pass_minutes(24 * 60)
    assert asked(world).count("Ms. Njeri") == 1
    assert set(asked(world)[1:]) == {"Duty desk"}
    with world.service.read() as work:
        assert list(bars_of(work.session, work.session.scalars(select(Case)).one()).values()) == [
            conflicts.STEPPED_ASIDE
        ]
