"""An operator asks why a case went as it did, and what the standing
order is; and is told in plain words, without anybody's secrets."""

import re
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click import unstyle
from click.testing import CliRunner, Result
from sqlalchemy import select

import hotline
from hotline.cases import conflicts, followups, reporting, responses
from hotline.cases.case import Case, bar_liaison, lock_case
from hotline.cases.citizen_menus import Report
from hotline.cases.dispatch import Dispatch
from hotline.cases.escalation_policy import ORDERS, STILL
from hotline.cases.liaison_menus import REASONS, Act
from hotline.cases.reporting import Call
from hotline.cli.explain import HAPPENED, explained, why
from hotline.cli.order import RUNGS, URGENCIES, order
from hotline.cli.terminal import WIDTH
from hotline.core.database import Database
from hotline.directory import bodies, liaisons
from hotline.directory.categories import BodyKind
from hotline.directory.liaisons import Liaison
from hotline.settings import Settings
from tests.scenery.county import BODIES, CITIZEN, DESK, KAPTEMBWO, LIAISONS, MORNING, NJERI
from tests.scenery.labels import about, en
from tests.scenery.world import World

SECRET = "kisu nyumba ya tatu"


def opened(world: World, category: str = "violence", **other: object) -> Case:
    report = Report(category, KAPTEMBWO.code, SECRET, "text", **other)  # type: ignore[arg-type]
    with world.service.transaction() as work:
        reporting.open_case(work, report, Call("a sitting", "ussd", CITIZEN, "sw"))
    world.settle()
    (case,) = world.cases()
    return case


def told(world: World) -> str:
    with world.service.read() as work:
        return explained(work, work.session.scalars(select(Case)).one())


def asked(settings: Settings, *words: str) -> Result:
    return CliRunner().invoke(why, list(words), obj=settings)


def test_the_order_is_printed_as_it_is_followed() -> None:
    printed = CliRunner().invoke(order).output
    for urgency, name in URGENCIES.items():
        table = printed.partition(f"{name}\n")[2].partition("\n\n")[0].splitlines()[2:]
        assert [line[10:76].rstrip() for line in table] == [RUNGS[row.rung] for row in ORDERS[urgency]]
        assert [int(line[:8]) for line in table] == [
            sum(row.after for row in ORDERS[urgency][: at + 1]) for at in range(len(table))
        ]
    assert "Danger to life            10 min          20 min             1 h           5 min" in printed
    assert max(map(len, printed.splitlines())) <= 110
    assert set(URGENCIES) == set(ORDERS) == set(STILL)


def test_a_case_is_explained_from_beginning_to_end(world: World) -> None:
    case = opened(world)
    first = told(world)
    assert f"{case.spoken}: {about('violence', 'en')}, Kaptembwo, Nakuru" in first
    assert "Urgent; nobody has it." in first
    assert "Reported 21 Nov 10:00 in Kiswahili, by ussd." in first
    assert "21 Nov 10:00  Sgt. Kipruto, Kaptembwo Police Station" in first
    assert "Primary: Kaptembwo Police Station answers" in first
    assert "Told by phone, sent 21 Nov 10:00." in first
    assert "Has until 21 Nov 10:05 to answer." in first
    assert "An answer by 21 Nov 10:30: its time has not come." in first
    assert "They have not been asked yet." in first
    world.pass_minutes(6)
    with world.service.transaction() as work:
        second = work.session.scalars(select(Dispatch).order_by(Dispatch.id.desc())).first()
        assert second is not None
        responses.tap(work, second.liaison, second.id, "take")
    world.settle()
    after = told(world)
    assert "Did not answer; the next was asked 21 Nov 10:05." in after
    assert "Took it 21 Nov 10:06 and has it." in after
    assert "somebody has it: Cpl. Achieng, Kaptembwo Police Station." in after
    assert ": kept." in after


def test_what_the_citizen_says_stands_there_and_what_they_do_not_say_too(world: World) -> None:
    case = opened(world)
    with world.service.transaction() as work:
        (only,) = work.session.scalars(select(Dispatch))
        responses.tap(work, only.liaison, only.id, "take")
        responses.tap(work, only.liaison, only.id, "done")
    world.settle()
    assert "Of Sgt. Kipruto, Kaptembwo Police Station: unknown, asked 21 Nov 10:00." in told(world)
    with world.service.transaction() as work:
        followups.judge(work, lock_case(work.session, case.id), "not_helped")
    world.settle()
    after = told(world)
    assert "help did not come, said 21 Nov 10:00, asked 21 Nov 10:00." in after
    assert "the citizen has said no once." in after
    assert "(round 2)" in after


def test_who_could_see_what_is_about_the_police_and_who_never_will(world: World) -> None:
    opened(world, "conduct")
    printed = told(world)
    could, never = printed.partition("Who could be asked, now or later")[2].split(
        "Who never will, though their body serves the place"
    )
    assert "Police Oversight Authority, Ms. Njeri: serves Kenya, on duty; nothing stands against it." in could
    assert "National Situation Room, Duty desk" in could
    assert "Kipruto" not in could
    joined = " ".join(never.split())
    assert (
        "Kaptembwo Police Station, Sgt. Kipruto, Cpl. Achieng: a "
        "report about the police does not go to anybody who is of the"
    ) in joined
    assert "Njeri" not in never


@pytest.mark.parametrize("bar", [conflicts.NAMED, conflicts.STEPPED_ASIDE, "reported it"])
@pytest.mark.parametrize("category", ["violence", "conduct"])
def test_why_somebody_is_barred_is_never_told(world: World, bar: str, category: str) -> None:
    case = opened(world, category)
    with world.service.transaction() as work:
        chebet = work.session.scalars(select(Liaison).where(Liaison.name == "Ms. Chebet")).one()
        kipruto = work.session.scalars(select(Liaison).where(Liaison.name == "Sgt. Kipruto")).one()
        if bar == "reported it":
            work.session.get_one(Case, case.id).person_id = chebet.person_id
        for each in (kipruto,) if bar == "reported it" else (chebet, kipruto):
            bar_liaison(work.session, case, each.id, bar, work.now)
    never = told(world).partition("Who never will")[2]
    assert "Nakuru Women's Desk, Ms. Chebet: may not see this case." in never
    if category == "conduct":
        assert "Kaptembwo Police Station, Sgt. Kipruto, Cpl. Achieng: a report about the police" in never, (
            "he is as his colleagues are"
        )
    else:
        assert "Kaptembwo Police Station, Sgt. Kipruto: may not see this case." in never
    for word in ("reported", "named", "aside"):
        assert word not in never


def test_who_only_leads_others_is_told_as_one_who_could_be_asked(world: World) -> None:
    with world.service.transaction() as work:
        division = [bodies.Listed("division", "Nakuru Division", BodyKind.POLICE, ("KE032",), ("land",))]
        bodies.save(work.session, [*division, replace(BODIES[0], parent="division")])
        leader = liaisons.Listed("division", "Insp. Mwangi", "+254722000177", ("sw",), False, supervisor=True)
        liaisons.save(work.session, work.keys, [leader], ("en", "sw"), work.now)
    opened(world)
    could = " ".join(told(world).partition("Who could be asked")[2].partition("Who never will")[0].split())
    assert (
        "Nakuru Division, Insp. Mwangi: leads Kaptembwo Police "
        "Station, asked after one of theirs; off duty now."
    ) in could


# What happened


def happened(world: World) -> str:
    return " ".join(
        unstyle(told(world))
        .partition("What happened\n")[2]
        .partition("What the citizen was promised")[0]
        .split()
    )


def test_everything_that_happened_is_told_with_its_time(world: World) -> None:
    opened(world)
    world.pass_minutes(5)
    with world.service.transaction() as work:
        second = work.session.scalars(select(Dispatch).order_by(Dispatch.id.desc())).first()
        assert second is not None
        for step in ("take", "on_the_way"):
            responses.tap(work, second.liaison, second.id, step)
    world.pass_minutes(24 * 60)
    lines = happened(world)
    for line in (
        "21 Nov 10:00 Reported by ussd.",
        "21 Nov 10:00 Put before Sgt. Kipruto, Kaptembwo Police Station.",
        "21 Nov 10:05 Sgt. Kipruto, Kaptembwo Police Station, did not answer in time.",
        "21 Nov 10:05 Cpl. Achieng, Kaptembwo Police Station, is on the way.",
        "Cpl. Achieng, Kaptembwo Police Station, was asked whether they are still on it.",
        "Cpl. Achieng, Kaptembwo Police Station, has it no more: nothing followed.",
        "Alarm about Cpl. Achieng, Kaptembwo Police Station: something may be wrong with them.",
        "The time that the citizen was promised passed, and nobody had it.",
    ):
        assert line in lines, lines
    world.now += timedelta(days=60)
    assert "21 Nov 2026 10:00 Reported by ussd." in happened(world)


TOO_FAR = en(dict(REASONS)["too_far"])


@pytest.mark.parametrize(
    ("command", "because"),
    [
        (Act("cannot", "", "no fuel", sure=True), ": “no fuel”."),
        (Act("cannot", "", TOO_FAR, sure=True), f": {TOO_FAR}."),
        (Act("not_mine", "", "ask Njoro", sure=True), ": it is not theirs to answer, “ask Njoro”."),
        (Act("cannot", "", "", sure=True), "."),
    ],
)
def test_why_it_was_passed_on_is_told_in_their_words_or_ours(
    world: World, command: Act, because: str
) -> None:
    opened(world)
    with world.service.transaction() as work:
        (asked_,) = work.session.scalars(select(Dispatch))
        responses.act(work, asked_.liaison, replace(command, word=asked_.word))
    assert f"Sgt. Kipruto, Kaptembwo Police Station, passed it on{because}" in happened(world)


def test_that_somebody_stepped_aside_is_not_told(world: World) -> None:
    opened(world)
    with world.service.transaction() as work:
        (asked_,) = work.session.scalars(select(Dispatch))
        responses.act(work, asked_.liaison, Act("aside", asked_.word, sure=True))
    printed = told(world)
    assert "aside" not in printed
    assert "Sgt. Kipruto, Kaptembwo Police Station, may not see it from now on." in printed


def test_every_kind_of_line_that_the_hotline_writes_has_plain_words() -> None:
    written = re.compile(r'\.note\(\s*(?:work\.)?session,\s*(?:work\.)?\w+,\s*"([^"]+)"')
    folder = Path(hotline.__file__).parent
    kinds = {kind for file in folder.rglob("*.py") for kind in written.findall(file.read_text())}
    assert len(kinds) > 20
    assert kinds | {responses.SURE} <= set(HAPPENED)


def test_where_nobody_may_it_says_so_and_where_to_take_it(world: World) -> None:
    with world.service.transaction() as work:
        gone = [
            replace(each, until=MORNING - timedelta(days=1))
            for each in LIAISONS
            if each.number in (NJERI, DESK)
        ]
        liaisons.save(work.session, work.keys, gone, ("en", "sw"), work.now)
    opened(world, "conduct")
    printed = " ".join(told(world).split())
    assert "Nobody yet." in printed
    assert (
        f"Take it to the oversight authority by hand: {world.service.settings.country.oversight}." in printed
    )
    assert "Police Oversight Authority, Ms. Njeri: they no longer serve." in printed


@pytest.mark.parametrize("category", ["violence", "conduct", "gender"])
def test_nothing_of_the_report_and_nobodys_number_is_shown(world: World, category: str) -> None:
    opened(world, category)
    world.pass_minutes(24 * 60)
    printed = told(world)
    assert SECRET not in printed
    assert not [each.number for each in LIAISONS if each.number[4:] in printed]
    assert CITIZEN[4:] not in printed
    assert max(map(len, printed.splitlines())) <= WIDTH


def test_it_is_asked_by_the_number_as_people_write_it(world: World, settings: Settings) -> None:
    case = opened(world)
    for written in (case.spoken, case.reference):
        answer = asked(settings, written)
        assert answer.exit_code == 0
        assert f"{case.spoken}: {about('violence', 'en')}" in answer.output


def test_a_slip_and_an_unknown_number_are_told_apart(world: World, settings: Settings) -> None:
    case = opened(world)
    slip = case.reference[:-1] + str((int(case.reference[-1]) + 1) % 10)
    assert "is no case's number. Write all eight digits" in asked(settings, slip).output
    assert asked(settings, slip).exit_code == 1
    assert "there is no case 1000-0000" not in asked(settings, case.reference).output
    with closing(Database(settings.database_url)) as database, database.writing() as session:
        session.get_one(Case, case.id).reference = "00000000"
    assert f"there is no case {case.spoken}" in asked(settings, case.spoken).output
