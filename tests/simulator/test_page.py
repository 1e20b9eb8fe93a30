"""The page with the phones and the chats, and what guards it."""

import re

import pytest
import requests

from simulator.client import NotPossible, Town
from simulator.page import PLACES
from simulator.server import Simulator
from simulator.troubles import STANDING
from tests.scenery.waiting import PATIENCE

SCRIPTS = ("page.js", "phones.js", "chats.js", "bubbles.js", "small.js")


def test_the_page_says_what_it_is_and_what_to_dial(simulator: Simulator) -> None:
    answer = requests.get(simulator.url, timeout=PATIENCE)
    assert answer.status_code == 200
    for words in (
        "Itikia on this machine",
        "Nothing leaves it",
        "*384*4455#",
        "22384",
        "Try this",
        "START",
        "One more chat",
        "One more phone",
    ):
        assert words in answer.text


def test_the_page_needs_nothing_from_elsewhere_and_runs_only_its_own_script(simulator: Simulator) -> None:
    answer = requests.get(simulator.url, timeout=PATIENCE)
    assert "default-src 'none'; script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "img-src 'self'; media-src 'self'; connect-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert not re.search(
        r"<script(?![^>]* src=)|\sstyle=|\son\w+=|(?:src|href)=\"(?:https?:)?//", answer.text
    )
    for address in re.findall(r'(?:src|href)="(/[^"]+)"', answer.text):
        assert requests.get(simulator.url + address, timeout=PATIENCE).status_code == 200


@pytest.fixture
def scripts(simulator: Simulator) -> dict[str, str]:
    """Every script by its name, as the browser gets it."""
    answers = {name: requests.get(f"{simulator.url}/static/{name}", timeout=PATIENCE) for name in SCRIPTS}
    assert {answer.headers["Content-Type"].partition(";")[0] for answer in answers.values()} == {
        "text/javascript"
    }
    return {name: answer.text for name, answer in answers.items()}


def test_every_name_that_a_script_takes_from_another_is_there(scripts: dict[str, str]) -> None:
    taken = [
        found
        for text in scripts.values()
        for found in re.findall(r'import \{ (.+?) \} from "\./(.+?)";', text)
    ]
    assert {script for _, script in taken} == {*SCRIPTS} - {"page.js"}
    for names, script in taken:
        for name in names.split(", "):
            assert re.search(
                rf"export (?:async )?(?:const|function|class) {re.escape(name)}(?!\w)", scripts[script]
            ), (name, script)


@pytest.mark.parametrize(("script", "card"), [("phones.js", "phone"), ("chats.js", "chat")])
def test_every_part_that_a_script_looks_for_is_on_the_card(
    simulator: Simulator, scripts: dict[str, str], script: str, card: str
) -> None:
    page = requests.get(simulator.url, timeout=PATIENCE).text
    template = page.partition(f'<template id="{card}">')[2].partition("</template>")[0]
    there = set(" ".join(re.findall(r'class="([^"]+)"', template)).split())
    wanted = set(re.findall(r'(?:\$|part|on)\("\.([\w-]+)', scripts[script]))
    assert len(wanted) > 10
    assert wanted <= there


def test_every_part_of_the_page_that_a_script_looks_for_is_there(
    simulator: Simulator, scripts: dict[str, str]
) -> None:
    page = requests.get(simulator.url, timeout=PATIENCE).text
    wanted = {found for text in scripts.values() for found in re.findall(r'"#([\w-]+)[" ]', text)}
    assert wanted
    assert wanted <= set(re.findall(r'id="([\w-]+)"', page))


def test_every_button_that_is_only_a_drawing_has_a_name(
    simulator: Simulator, scripts: dict[str, str]
) -> None:
    buttons = re.findall(r"<button ([^>]+)><svg", requests.get(simulator.url, timeout=PATIENCE).text)
    unnamed = [button for button in buttons if "aria-label=" not in button]
    assert len(buttons) > len(unnamed) > 0
    named_later = set(
        re.findall(r'name\((?:\$|this\.part)\("\.(\w+)"', scripts["phones.js"] + scripts["chats.js"])
    )
    classes = {re.search(r'class="(\w+)"', button)[1] for button in unnamed}  # type: ignore[index]
    assert classes == named_later


def test_every_switch_makes_a_trouble_that_there_is(simulator: Simulator) -> None:
    switches = re.findall(r'data-trouble="(\w+)"', requests.get(simulator.url, timeout=PATIENCE).text)
    assert switches == ["carrier_down", "telegram_down", "twice", "shuffled"]
    assert set(switches) <= set(STANDING)


def test_every_place_of_the_list_can_be_sent(simulator: Simulator) -> None:
    page, chat = requests.get(simulator.url, timeout=PATIENCE).text, f"{simulator.url}/simulator/chats/7001"
    requests.post(f"{chat}/start", json={}, timeout=PATIENCE).raise_for_status()
    offered = re.findall(r'data-latitude="([-.\d]+)" data-longitude="([-.\d]+)">([^<]+)<', page)
    assert [(name, float(latitude), float(longitude)) for latitude, longitude, name in offered] == list(
        PLACES
    )
    for latitude, longitude, _ in offered:
        place = {"latitude": float(latitude), "longitude": float(longitude)}
        answer = requests.post(f"{chat}/location", json=place, timeout=PATIENCE).json()
        assert (answer["messages"][-1]["kind"], answer["messages"][-1]["mine"]) == ("location", True)


def test_one_look_at_the_town_shows_the_chats_and_the_bot(simulator: Simulator) -> None:
    requests.put(
        f"{simulator.url}/simulator/chats/7001",
        json={"name": "Asha", "number": "0711 000 999"},
        timeout=PATIENCE,
    ).raise_for_status()
    town = requests.get(f"{simulator.url}/simulator/town", timeout=PATIENCE).json()
    assert town["bot"]
    assert [(chat["name"], chat["number"], chat["started"]) for chat in town["chats"]] == [
        ("Asha", "+254711000999", False)
    ]


def test_every_key_of_the_phone_is_a_button_with_a_name(simulator: Simulator) -> None:
    text = requests.get(simulator.url, timeout=PATIENCE).text
    assert re.findall(r'<button type="button" data-key="(.)">', text) == list("123456789*0#")
    for key in ("Green key", "Red key", "Scroll up", "Scroll down"):
        assert f'aria-label="{key}' in text


def test_a_wrong_address_gets_a_friendly_word(simulator: Simulator) -> None:
    answer = requests.get(simulator.url + "/nowhere", timeout=PATIENCE)
    assert (answer.status_code, answer.text) == (404, "There is nothing here. The phones are at /")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded"])
def test_another_page_of_the_browser_cannot_press_our_keys(simulator: Simulator, kind: str) -> None:
    url = f"{simulator.url}/simulator/phones/+254711000111/dial"
    answer = requests.post(url, data="{}", headers={"Content-Type": kind}, timeout=PATIENCE)
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
