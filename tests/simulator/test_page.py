"""The page with the phones, and what guards it."""

import re

import pytest
import requests

from simulator.client import NotPossible, Town
from simulator.server import Simulator


def test_the_page_says_what_it_is_and_what_to_dial(simulator: Simulator) -> None:
    answer = requests.get(simulator.url, timeout=10)
    assert answer.status_code == 200
    for words in ("Itikia on this machine", "Nothing leaves it", "*384*4455#", "22384", "Try this"):
        assert words in answer.text


def test_the_page_needs_nothing_from_elsewhere_and_runs_only_its_own_script(simulator: Simulator) -> None:
    answer = requests.get(simulator.url, timeout=10)
    assert "default-src 'none'; script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert not re.search(r"<script(?![^>]* src=)|\sstyle=|\son\w+=|(?:src|href)=\"(?:https?:)?//", answer.text)
    for address in re.findall(r'(?:src|href)="(/[^"]+)"', answer.text):
        assert requests.get(simulator.url + address, timeout=10).status_code == 200


def test_every_key_of_the_phone_is_a_button_with_a_name(simulator: Simulator) -> None:
    text = requests.get(simulator.url, timeout=10).text
    assert re.findall(r'<button type="button" data-key="(.)">', text) == list("123456789*0#")
    for key in ("Green key", "Red key", "Scroll up", "Scroll down"):
        assert f'aria-label="{key}' in text


def test_a_wrong_address_gets_a_friendly_word(simulator: Simulator) -> None:
    answer = requests.get(simulator.url + "/nowhere", timeout=10)
    assert (answer.status_code, answer.text) == (404, "There is nothing here. The phones are at /")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded"])
def test_another_page_of_the_browser_cannot_press_our_keys(simulator: Simulator, kind: str) -> None:
    url = f"{simulator.url}/simulator/phones/+254711000111/dial"
    answer = requests.post(url, data="{}", headers={"Content-Type": kind}, timeout=10)
    assert answer.status_code == 415
    assert answer.json()["error"]


def test_numbers_may_be_typed_as_people_write_them(town: Town) -> None:
    for typed in ("0733 000-444", "+254733000444", "00254733000444"):
        assert town.phone(typed).number == "+254733000444"


@pytest.mark.parametrize("typed", ["12", "hello", "+2547330004445556667"])
def test_what_is_no_number_makes_no_phone(town: Town, typed: str) -> None:
    with pytest.raises(NotPossible, match="no telephone number"):
        town.phone(typed)


def test_a_phone_keeps_its_label_when_it_is_asked_for_again(town: Town) -> None:
    town.phone("+254711000111")
    assert town.phone("+254711000111").row["label"] == "Citizen"
    assert town.phone("+254711000111", "Wanjiku").row["label"] == "Wanjiku"


def test_the_page_hears_of_a_change_at_once(town: Town) -> None:
    phone = town.phone("+254711000111")
    seen = phone.row["version"]
    phone.dial()
    assert phone.row_after(seen, 10)["version"] != seen
