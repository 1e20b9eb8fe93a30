"""Where it happened: shared as a location, stepped down to through long lists, or typed."""

import pytest

from hotline.places import loading as area_loading
from hotline.places.areas import Area
from tests.scenery.chat_words import (
    BACK,
    ENGLISH,
    GO_ON_HERE,
    IN_YOUR_AREA,
    MAY_WE_WRITE,
    MORE,
    MY_LOCATION,
    NO_PLACE_NEAR_THERE,
    NONE_OF_THESE,
    NOT_ASKED_WHERE,
    PREVIOUS,
    REPORT,
    SHARE_LOCATION,
    SHARE_WHERE_YOU_ARE,
    THEFT,
    TO_THE_MENU,
    WHAT_HAPPENED,
    WHERE,
    WHICH_ONE,
    YES,
    is_it,
    promised,
    unknown_place,
    where_in,
)
from tests.scenery.chats import Hotline, Smartphone, on_sqlite
from tests.scenery.said import starts

pytestmark = on_sqlite

KAPTEMBWO, LAGOS, MOMBASA_ROAD = (-0.311, 36.041), (6.52, 3.38), (-1.28, 36.76)


@pytest.fixture
def asha(hotline: Hotline) -> Smartphone:
    """Somebody who is asked where."""
    asha = hotline.chat()
    asha.start()
    asha.choose(ENGLISH, REPORT, GO_ON_HERE, THEFT)
    assert asha.screen == WHERE
    return asha


def test_the_nearest_ward_is_asked_about(hotline: Hotline, asha: Smartphone) -> None:
    asha.choose(MY_LOCATION)
    assert asha.screen == SHARE_WHERE_YOU_ARE
    assert asha.row["keyboard"] == [[{"label": SHARE_LOCATION, "kind": "location"}]]
    asha.share_location(*KAPTEMBWO)
    assert asha.screen == is_it(*KAPTEMBWO)
    assert asha.choose(YES) == WHAT_HAPPENED
    asha.say("they took my phone")
    asha.finish()
    assert hotline.only_case().area_code == "KE0321750872"
    assert len(asha.screens) <= 1


def test_another_ward_nearby_can_be_meant(asha: Smartphone) -> None:
    asha.share_location(*KAPTEMBWO)
    assert "London, Nakuru" in asha.screen_buttons
    assert asha.choose("London, Nakuru") == WHAT_HAPPENED


def test_none_of_these_asks_where_anew(asha: Smartphone) -> None:
    asha.share_location(*KAPTEMBWO)
    assert asha.choose(NONE_OF_THESE) == WHERE
    asha.share_location(*MOMBASA_ROAD)
    assert asha.screen == is_it(*MOMBASA_ROAD)
    assert asha.choose(BACK) == WHERE


def test_on_another_continent_no_place_is_known(asha: Smartphone) -> None:
    asha.share_location(*LAGOS)
    assert asha.screen == NO_PLACE_NEAR_THERE
    assert asha.choose("Nakuru") == where_in("KE032")


@pytest.mark.parametrize("spot", [(0.0, 0.0), (90.0, 180.0), (-90.0, -180.0), (-0.31, 180.0)])
def test_nowhere_in_particular_is_no_place_either(asha: Smartphone, spot: tuple[float, float]) -> None:
    asha.share_location(*spot)
    assert asha.screen == NO_PLACE_NEAR_THERE


def test_a_location_that_nobody_asked_for_changes_nothing(hotline: Hotline) -> None:
    asha = hotline.chat()
    asha.begin()
    asha.share_location(*KAPTEMBWO)
    assert asha.screen == f"{NOT_ASKED_WHERE}\n\n{WHAT_HAPPENED}"
    asha.say("they took my phone")
    asha.share_location(*KAPTEMBWO)
    assert asha.screen == f"{NOT_ASKED_WHERE}\n\n{MAY_WE_WRITE}"
    asha.finish()
    asha.share_location(*KAPTEMBWO)
    assert asha.screen == NOT_ASKED_WHERE
    assert any(starts(said, promised()) for said in asha.said), "the promise stands where it stood"
    assert hotline.details() == "they took my phone"


def test_a_location_is_taken_where_a_place_was_only_to_be_confirmed(hotline: Hotline) -> None:
    asha = hotline.chat()
    asha.start("KE0321750872")
    asha.choose(ENGLISH, REPORT, GO_ON_HERE, THEFT)
    assert asha.screen == IN_YOUR_AREA
    assert MY_LOCATION in asha.screen_buttons
    asha.share_location(*MOMBASA_ROAD)
    assert asha.screen == is_it(*MOMBASA_ROAD), "and not the place of the link"
    assert MY_LOCATION in asha.screen_buttons
    asha.share_location(*KAPTEMBWO)
    assert asha.screen == is_it(*KAPTEMBWO), "and not the place of before"
    asha.choose(YES)
    asha.say("they took my phone")
    asha.choose(YES)
    assert hotline.only_case().area_code == "KE0321750872"


@pytest.mark.parametrize("otherwise", ["typed", "chosen", "home", "left"])
def test_the_button_that_shares_a_location_goes_when_another_way_is_taken(
    asha: Smartphone, otherwise: str
) -> None:
    asha.choose(MY_LOCATION)
    question = next(message.id for message in asha.messages if message.text == WHERE)
    match otherwise:
        case "typed":
            asha.say("kawangware")
        case "chosen":
            asha.tap("Nakuru", question)
        case "home":
            asha.tap(TO_THE_MENU, question)
        case _:
            asha.say("/report")
    assert asha.row["keyboard"] is None
    assert not {"…", SHARE_WHERE_YOU_ARE} & set(asha.said)
    assert len(asha.screens) == 1


def test_no_exact_spot_is_kept(hotline: Hotline, asha: Smartphone) -> None:
    asha.share_location(-0.3111117, 36.0412345)
    asha.choose(YES)
    asha.say("x")
    asha.finish()
    with hotline.world.service.read() as work:
        raw = work.session.connection().exec_driver_sql("SELECT * FROM cases").all()
    assert "36.04" not in str(raw)
    assert "36.04" not in hotline.details()


def test_a_name_that_is_typed_is_found(asha: Smartphone) -> None:
    asha.say("Kawangwaree")
    assert asha.screen == WHICH_ONE
    assert asha.choose("Kawangware, Nairobi") == WHAT_HAPPENED


def test_a_name_that_nobody_knows_leaves_the_list_there(asha: Smartphone) -> None:
    asha.say("qqqqqq <b>")
    assert asha.screen == unknown_place("qqqqqq <b>")
    assert asha.choose("Nairobi") == where_in("KE047")
    assert asha.choose(BACK) == unknown_place("qqqqqq <b>")


# A long list

COUNTIES = [Area(f"KE{number:03}", f"County {number:03}", "KE", "county") for number in range(100, 135)]


@pytest.fixture
def far(hotline: Hotline) -> Smartphone:
    """Somebody asked where in a country of 37 counties."""
    with hotline.world.service.transaction() as work:
        area_loading.save(work.session, [*work.areas, *COUNTIES])
    hotline.world.service._areas = None
    asha = hotline.chat()
    asha.start()
    asha.choose(ENGLISH, REPORT, GO_ON_HERE, THEFT)
    return asha


def test_every_place_of_a_long_list_is_on_one_of_its_pages(far: Smartphone) -> None:
    pages = [far.screen_buttons]
    while MORE in far.screen_buttons:
        far.tap(MORE)
        pages.append(far.screen_buttons)
    places = [
        label
        for page in pages
        for label in page
        if label not in (MORE, PREVIOUS, BACK, MY_LOCATION, TO_THE_MENU)
    ]
    assert places == [*(county.name for county in COUNTIES), "Nairobi", "Nakuru"]
    assert [len(page) for page in pages] == [14, 15, 15, 11]
    back = [far.screen_buttons]
    while PREVIOUS in far.screen_buttons:
        far.tap(PREVIOUS)
        back.append(far.screen_buttons)
    assert back == pages[::-1]
    assert len(far.said) == 1, "it is one message all the while"


def test_a_place_of_a_later_page_can_be_typed_and_chosen(far: Smartphone) -> None:
    far.say("county 117")
    assert far.screen == WHAT_HAPPENED, "it is on the list already"
    assert "County 117" not in far.choose(BACK)
    assert far.choose("County 133") == WHAT_HAPPENED
