"""The two tables of the escalation policy make sense: they begin, they end, and nobody is forgotten."""

import pytest

from hotline.cases.escalation_policy import ORDERS, STILL, Row, Rung, Ways, order_of
from hotline.cases.matching import A_LAP, TURNS
from hotline.directory.categories import TIMED_AS, Urgency

URGENCIES = list(Urgency)
ORDERS_THERE_ARE = [(urgency, noes) for urgency in URGENCIES for noes in (0, 1, 2, 3)]


def minutes(order: tuple[Row, ...]) -> int:
    return sum(row.after for row in order)


def test_every_urgency_has_its_order_and_its_patience() -> None:
    assert set(ORDERS) == set(STILL) == set(Urgency)


def test_every_rung_has_its_turn() -> None:
    assert set(TURNS) == set(Rung)
    assert {row.rung for urgency in URGENCIES for row in order_of(urgency, 2)} == set(Rung), (
        "none is written down for nothing"
    )


@pytest.mark.parametrize(("urgency", "noes"), ORDERS_THERE_ARE)
def test_an_order_begins_at_once_and_ends_from_the_top(urgency: Urgency, noes: int) -> None:
    order = order_of(urgency, noes)
    assert order[0] == Row(0, Rung.COORDINATION if noes >= 2 else Rung.PRIMARY, order[0].ways)
    assert [row.rung for row in order].index(Rung.REPEAT) == len(order) - 1
    assert order[-1].after > 0, "else nobody would ever be left in peace"
    assert len(order) < A_LAP


@pytest.mark.parametrize(("urgency", "noes"), ORDERS_THERE_ARE)
def test_only_who_is_asked_together_is_asked_at_the_same_time(urgency: Urgency, noes: int) -> None:
    at_once = [
        (before.rung, row.rung)
        for before, row in zip(order_of(urgency, noes), order_of(urgency, noes)[1:], strict=False)
        if not row.after
    ]
    assert at_once == ([(Rung.COORDINATION, Rung.OVERSIGHT)] if noes >= 2 else []) + [
        (Rung.PRIMARY, Rung.BORDER)
    ]


@pytest.mark.parametrize("urgency", URGENCIES)
def test_the_coordinating_body_hears_of_it_before_the_promise_is_over(urgency: Urgency) -> None:
    """There is nobody behind it, so the order reaches it, with time
    for it to answer, before the citizen was to hear from somebody."""
    order = order_of(urgency)
    until_it_has_answered = minutes(order)
    rungs = [row.rung for row in order]
    assert rungs[-2:] == [Rung.COORDINATION, Rung.REPEAT]
    assert (
        until_it_has_answered
        <= {Urgency.LIFE: 30, Urgency.HIGH: 60, Urgency.ORDINARY: TIMED_AS[urgency].promise}[urgency]
    )
    assert rungs.index(Rung.NEXT) < rungs.index(Rung.SUPERVISOR) < rungs.index(Rung.SIDEWAYS)


def test_what_is_more_urgent_goes_on_sooner_and_lapses_sooner() -> None:
    for slower, faster in ((Urgency.ORDINARY, Urgency.HIGH), (Urgency.HIGH, Urgency.LIFE)):
        assert minutes(order_of(faster)) < minutes(order_of(slower))
        assert max(row.after for row in order_of(faster)) < max(row.after for row in order_of(slower))
        for step in ("taken", "on_the_way", "there", "answer"):
            assert getattr(STILL[faster], step) < getattr(STILL[slower], step)


def test_only_danger_to_life_rings_on_every_channel_at_once() -> None:
    assert {row.ways for row in ORDERS[Urgency.LIFE] if row.rung != Rung.REPEAT} == {Ways.ALL}
    assert {row.ways for urgency in (Urgency.HIGH, Urgency.ORDINARY) for row in ORDERS[urgency]} == {
        Ways.BEST
    }


@pytest.mark.parametrize("urgency", URGENCIES)
def test_after_two_noes_the_rest_waits_as_long_as_anybody_has(urgency: Urgency) -> None:
    coordination, oversight, primary, *rest = order_of(urgency, 2)
    assert [coordination.after, oversight.after] == [0, 0]
    assert {coordination.ways, oversight.ways} == {ORDERS[urgency][0].ways}, (
        "who is in danger still rings on every channel"
    )
    assert primary.after == ORDERS[urgency][2].after
    assert tuple(rest) == ORDERS[urgency][1:]
    assert order_of(urgency, 1) == ORDERS[urgency]


@pytest.mark.parametrize("urgency", URGENCIES)
def test_one_who_has_a_case_is_asked_only_after_more_than_the_time_to_answer(urgency: Urgency) -> None:
    still = STILL[urgency]
    assert 0 < still.answer < min(still.taken, still.on_the_way, still.there)
