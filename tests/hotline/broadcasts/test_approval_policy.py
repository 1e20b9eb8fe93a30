"""Who may approve a broadcast: the rule alone, over whatever hands there are."""

from hypothesis import given
from hypothesis import strategies as st

from hotline.broadcasts.approval_policy import Hand, Need, WhyNot, is_enough, may_approve, needed

BODIES = ("station", "division", "peace", "women", "situation")

hands = st.builds(
    Hand,
    st.integers(1, 6),
    st.frozensets(st.sampled_from(BODIES), min_size=1, max_size=2),
    st.booleans(),
    st.booleans(),
)


def test_not_by_whoever_wrote_it_nor_by_anybody_of_their_body_nor_twice() -> None:
    author, colleague, other = (
        Hand(1, frozenset({"peace"}), False),
        Hand(2, frozenset({"peace", "women"}), False),
        Hand(3, frozenset({"women"}), False),
    )
    assert may_approve([author], [], author) is WhyNot.WROTE_IT
    assert may_approve([author], [], colleague) is WhyNot.SAME_BODY
    assert may_approve([author], [], other) is None
    assert may_approve([author], [other], other) is WhyNot.TWICE


def test_never_two_police_were_they_of_two_stations() -> None:
    sergeant, inspector, elder = (
        Hand(1, frozenset({"a"}), True),
        Hand(2, frozenset({"b"}), True),
        Hand(3, frozenset({"c"}), False),
    )
    assert may_approve([sergeant], [], inspector) is WhyNot.TWO_POLICE
    assert may_approve([elder], [sergeant], inspector) is WhyNot.TWO_POLICE
    assert may_approve([elder], [], inspector) is None


@given(st.lists(hands, min_size=1, max_size=3), st.lists(hands, max_size=6))
def test_the_hands_that_count_are_of_different_people_and_bodies_and_at_most_one_of_the_police(
    wrote: list[Hand], others: list[Hand]
) -> None:
    approved: list[Hand] = []
    for hand in others:
        if may_approve(wrote, approved, hand) is None:
            approved.append(hand)
    for place, hand in enumerate(approved):
        before = [*wrote, *approved[:place]]
        assert all(hand.liaison != each.liaison and not hand.bodies & each.bodies for each in before)
        assert not (hand.of_the_police and any(each.of_the_police for each in before))


def test_the_larger_the_area_the_more_hands() -> None:
    def need(
        *levels: int, counties: int = 1, own: bool = False, emergency: bool = False, sorry: bool = False
    ) -> Need:
        return needed(levels, counties=counties, own_words=own, sorry=sorry, emergency=emergency)

    assert need(-3).hands == need(-3, -3, -3).hands == 1
    assert need(-3, own=True).hands == 2, "their own words are read by one more"
    assert need(-3, -3, -3, -3).hands == need(2).hands == 2
    assert need(1) == Need(3, coordination=True)
    assert need(0).refused
    assert need().refused
    assert need(1, sorry=True) == Need(1), "that it was wrong is said at once"
    assert need(-3, -3, counties=2).refused
    assert need(-3, emergency=True) == Need(1)
    assert need(2, emergency=True).refused
    assert need(-3, -3, emergency=True).refused


@given(st.integers(1, 4), st.booleans(), st.lists(hands, max_size=5))
def test_enough_is_so_many_and_one_who_coordinates_where_that_is_needed(
    number: int, coordination: bool, approved: list[Hand]
) -> None:
    enough = is_enough(Need(number, coordination), approved)
    assert enough == (
        len(approved) >= number and (not coordination or any(each.coordinates for each in approved))
    )
    assert not is_enough(Need(number, refused="it is about no place"), approved)
