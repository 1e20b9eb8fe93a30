"""What any carrier must be, whichever company it is."""

import dataclasses

import pytest

from hotline.carriers import CARRIERS
from hotline.carriers.carrier import Account, Carrier, Meaning, Sending

ACCOUNT = Account("itikia", "not-to-be-seen", "22384", "http://127.0.0.1:9")


@pytest.fixture(params=CARRIERS)
def carrier(request: pytest.FixtureRequest) -> Carrier:
    return CARRIERS[request.param](ACCOUNT)


@pytest.mark.parametrize("name", CARRIERS)
def test_a_carrier_is_listed_under_its_own_name(name: str) -> None:
    assert CARRIERS[name](ACCOUNT).name == name


def test_a_page_leaves_room_for_what_the_carrier_puts_before_it(carrier: Carrier) -> None:
    prefix = len(carrier.page("", False))
    assert carrier.page_septets + prefix <= 160
    assert carrier.page_units + prefix <= 80


def test_whether_the_line_closes_can_be_told_from_the_page(carrier: Carrier) -> None:
    assert carrier.page("Karibu", True) != carrier.page("Karibu", False)


def test_a_carrier_that_is_away_is_no_exception(carrier: Carrier) -> None:
    assert carrier.send("+254711000111", "Habari").meaning == Meaning.TRANSIENT


def test_the_key_of_an_account_is_never_shown() -> None:
    assert "not-to-be-seen" not in repr(ACCOUNT)


def test_what_a_carrier_has_said_cannot_be_changed() -> None:
    sending = Sending(Meaning.ACCEPTED, "102 Success")
    with pytest.raises(dataclasses.FrozenInstanceError):
        sending.meaning = Meaning.PERMANENT  # type: ignore[misc]
