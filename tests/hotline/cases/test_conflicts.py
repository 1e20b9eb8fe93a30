"""A report about the police never reaches the police, however
a country is organised and whatever happens to a case."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hotline.cases.conflicts import NAMED, STEPPED_ASIDE, Eligibility, Subject, eligible
from hotline.directory.affiliations import Viewer, may_be, viewer_of
from hotline.directory.bodies import Body
from hotline.directory.categories import CATEGORIES, CONDUCT, BodyKind, Category
from hotline.directory.liaisons import Liaison, Role

NOW = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
IS_LONG = settings.get_current_profile_name() == "long"
MANY = settings(
    max_examples=100_000 if IS_LONG else 300, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)

STATION, COMMITTEE = ("station", BodyKind.POLICE), ("peace", BodyKind.PEACE)
AT_THE_OVERSIGHT = Viewer(1, frozenset({("oversight", BodyKind.OVERSIGHT)}))


def viewer(*belongs: tuple[str, BodyKind], serves: bool = True) -> Viewer:
    return Viewer(1, frozenset(belongs), serves)


# In words


def test_what_is_about_the_police_reaches_nobody_of_the_police() -> None:
    assert eligible(Subject(CONDUCT), viewer(STATION)) == Eligibility(
        False, "a report about the police does not go to anybody who is of the police or ever was"
    )
    assert eligible(Subject(CONDUCT), AT_THE_OVERSIGHT) == Eligibility(True, "nothing stands against it")


@pytest.mark.parametrize("beside", [STATION, ("", BodyKind.POLICE), ("division", BodyKind.POLICE)])
def test_nor_anybody_who_is_of_the_police_beside_something_else(beside: tuple[str, BodyKind]) -> None:
    assert not eligible(Subject(CONDUCT), viewer(COMMITTEE, beside)).allowed


@pytest.mark.parametrize("category", [each for each in CATEGORIES.values() if each != CONDUCT])
def test_everything_else_may_reach_the_police(category: Category) -> None:
    assert eligible(Subject(category), viewer(STATION)).allowed


def test_nobody_of_a_body_that_is_named_sees_it_whatever_it_is_about() -> None:
    about = Subject(CATEGORIES["land"], names="peace")
    assert (
        eligible(about, viewer(COMMITTEE)).reason
        == "the report is about a body that they belong to or once did"
    )
    assert eligible(about, viewer(STATION)).allowed


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("reported it", "they reported it"),
        (STEPPED_ASIDE, "they stepped aside from it"),
        (NAMED, "they are named in it"),
    ],
)
def test_one_who_is_barred_never_sees_it(why: str, said: str) -> None:
    assert eligible(Subject(CATEGORIES["land"], barred={1: why}), viewer(COMMITTEE)) == Eligibility(
        False, said
    )
    assert eligible(Subject(CATEGORIES["land"], barred={2: why}), viewer(COMMITTEE)).allowed


def test_one_whose_mandate_has_ended_sees_nothing() -> None:
    assert eligible(Subject(CATEGORIES["land"]), viewer(COMMITTEE, serves=False)) == Eligibility(
        False, "they no longer serve"
    )


@pytest.mark.parametrize(
    ("until", "serves"), [(None, True), (NOW, False), (NOW + timedelta(seconds=1), True)]
)
def test_a_mandate_ends_at_its_moment(until: datetime | None, serves: bool) -> None:
    somebody = Liaison(id=1, body=Body(code="peace", kind=BodyKind.PEACE), until=until, roles=[])
    assert viewer_of(somebody, NOW).serves is serves


# However a country is organised: the rule, asked of people as they are kept, beside an answer found from the
# other end


@dataclass(frozen=True)
class Post:
    """A body of the random country."""

    kind: BodyKind
    under: int | None


@dataclass(frozen=True)
class Officer:
    """A liaison of the random country: bodies and kinds, now and before."""

    works_at: int
    also: tuple[int, ...]
    kinds: tuple[BodyKind, ...]
    was_at: tuple[int, ...]
    was: tuple[BodyKind, ...]
    mandate: int | None
    """Minutes that it still lasts."""

    @property
    def places(self) -> set[int]:
        return {self.works_at, *self.also, *self.was_at}


@dataclass(frozen=True)
class Country:
    posts: tuple[Post, ...]
    officers: tuple[Officer, ...]

    def under(self, these: Iterable[int]) -> set[int]:
        """These posts and whatever is anywhere under them, found from the top."""
        found = set(these)
        while more := {number for number, post in enumerate(self.posts) if post.under in found} - found:
            found |= more
        return found

    @property
    def of_the_police(self) -> set[int]:
        return self.under(number for number, post in enumerate(self.posts) if post.kind == BodyKind.POLICE)


KINDS = st.sampled_from(list(BodyKind))
MOST_POSTS = 6


@st.composite
def countries(draw: st.DrawFn) -> Country:
    posts = []
    for number in range(draw(st.integers(1, MOST_POSTS))):
        under = draw(st.none() | st.integers(0, number - 1)) if number else None
        posts.append(Post(draw(KINDS), under))
    somewhere = st.integers(0, len(posts) - 1)
    few, kinds = st.lists(somewhere, max_size=2).map(tuple), st.lists(KINDS, max_size=1).map(tuple)
    mandate = st.sampled_from([None, None, None, 0, -60, 60])
    officers = st.builds(Officer, somewhere, few, kinds, few, kinds, mandate)
    return Country(tuple(posts), tuple(draw(st.lists(officers, min_size=1, max_size=4))))


def as_kept(country: Country) -> list[Liaison]:
    """The country's liaisons as the database would have them."""
    bodies = [
        Body(code=f"post-{number}", name="", kind=post.kind) for number, post in enumerate(country.posts)
    ]
    for body, post in zip(bodies, country.posts, strict=True):
        body.parent = bodies[post.under] if post.under is not None else None
    return [_as_kept(number, officer, bodies) for number, officer in enumerate(country.officers)]


def _as_kept(number: int, officer: Officer, bodies: list[Body]) -> Liaison:
    now = [Role(body=bodies[each]) for each in (officer.works_at, *officer.also)] + [
        Role(kind=each) for each in officer.kinds
    ]
    before = [Role(body=bodies[each], ended_at=NOW) for each in officer.was_at] + [
        Role(kind=each, ended_at=NOW) for each in officer.was
    ]
    until = NOW + timedelta(minutes=officer.mandate) if officer.mandate is not None else None
    return Liaison(id=number, body=bodies[officer.works_at], roles=[*now, *before], until=until)


@MANY
@pytest.mark.timeout(7200)
@given(countries(), st.sampled_from([CONDUCT, CONDUCT, *CATEGORIES.values()]), st.data())
def test_however_a_country_is_organised_whoever_must_not_see_a_case_never_may(
    country: Country, category: Category, data: st.DataObject
) -> None:
    named = data.draw(st.none() | st.integers(0, len(country.posts) - 1), "the body that the report names")
    barred = data.draw(st.sets(st.integers(0, len(country.officers) - 1), max_size=2), "who is barred")
    subject = Subject(
        category, f"post-{named}" if named is not None else None, dict.fromkeys(barred, STEPPED_ASIDE)
    )
    closed = country.of_the_police if category.code == "conduct" else set()
    closed = closed | country.under([named] if named is not None else [])
    for number, (officer, liaison) in enumerate(zip(country.officers, as_kept(country), strict=True)):
        was_police = category.code == "conduct" and "police" in (*officer.kinds, *officer.was)
        ended = officer.mandate is not None and officer.mandate <= 0
        must_not = bool(officer.places & closed) or was_police or ended or number in barred
        answer = eligible(subject, viewer_of(liaison, NOW))
        assert answer.allowed is not must_not, answer.reason
        assert (answer.reason == "nothing stands against it") is answer.allowed


# Who may be the officer whom a report names


@pytest.mark.parametrize(
    ("named", "name"),
    [
        ("Kipruto", "Sgt. Kipruto"),
        ("sergeant kipruto of kaptembwo", "Sgt. Kipruto"),
        ("afande Kiprutto", "Sgt. Kipruto"),
        ("wanjiku", "Mama Wanjikũ"),
        ("Giithunguri", "Cpl. Gĩthũngũri"),
        ("OCS Ali", "Insp. Ali Noor"),
    ],
)
def test_the_officer_whom_a_report_names_is_known_however_it_is_spelt(named: str, name: str) -> None:
    assert may_be(named, name)


@pytest.mark.parametrize(
    ("named", "name"),
    [
        ("Sgt. Otieno", "Sgt. Kipruto"),
        ("the OCS", "OCS Noor"),
        ("officer", "Officer Ali"),
        ("", "Sgt. Kipruto"),
        ("number 4071", "No. 4071"),
    ],
)
def test_a_rank_is_no_name(named: str, name: str) -> None:
    assert not may_be(named, name)
