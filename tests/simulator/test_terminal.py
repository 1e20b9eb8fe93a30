"""The phone in the terminal, and starting the simulator as a person would."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from click.testing import CliRunner

from simulator.__main__ import pairs, start
from simulator.client import Phone, Town
from simulator.server import Simulator
from simulator.terminal import in_frame, phone
from tests.scenery.pretend import Form, PretendHotline, Said, page
from tests.scenery.simulated import send

NUMBER = "+254711000333"


def menu(form: Form) -> Said:
    return page("END Thank you." if form["text"] else "CON Itikia\n1 Report")


def typed(simulator: Simulator, *lines: str) -> str:
    result = CliRunner().invoke(
        phone, [NUMBER, "--simulator", simulator.url], input="".join(f"{line}\n" for line in lines)
    )
    assert result.exit_code == 0, result.output
    return result.output


def test_one_dials_answers_and_reads_a_text(
    hotline: PretendHotline, simulator: Simulator, town: Town
) -> None:
    hotline.turn = menu
    town.phone(NUMBER)
    send(simulator, NUMBER, "Case K7M: reply 1")
    shown = typed(simulator, "", "1", "/wait 10", "/text 1", "/quit", "never typed")
    for words in (
        f"This is the phone {NUMBER}",
        "│ 1 Report",
        "Answer:",
        "│ Thank you.",
        "The call has ended.",
        "Text from 22384",
        "K7M",
    ):
        assert words in shown
    assert [form["text"] for form in hotline.forms("/ussd")] == ["", "1"]
    assert hotline.waited_for("/texts")[0]["text"] == "1"


def test_one_dials_deep_hangs_up_and_switches_off(hotline: PretendHotline, simulator: Simulator) -> None:
    shown = typed(
        simulator, "*384*4455*2#", "/hang", "/off", "", "/on", "/texts", "/wait 0.1", "/wait x", "/help"
    )
    assert hotline.forms("/ussd")[0]["text"] == "2"
    assert hotline.waited_for("/ended")[0]["status"] == "Incomplete"
    for words in (
        "(hung up)",
        "(switched off)",
        "(This phone is switched off.)",
        "(switched on)",
        "(no texts)",
        "(no text came)",
        "number of seconds",
    ):
        assert words in shown


def test_a_text_is_shown_once_and_again_on_request(simulator: Simulator, town: Town) -> None:
    other_hand = town.phone(NUMBER)
    send(simulator, NUMBER, "Only once")
    other_hand.wait_for_text()
    assert typed(simulator, "/wait 5", "/wait 0.1").count("Only once") == 1
    assert typed(simulator, "/wait 5", "/texts").count("Only once") == 2


def test_without_a_simulator_one_is_told_how_to_start_it() -> None:
    result = CliRunner().invoke(phone, [NUMBER, "--simulator", "http://127.0.0.1:9"])
    assert result.exit_code == 1
    assert "Start it with `itikia run`" in result.output


def test_a_wrong_number_is_said_to_be_one(simulator: Simulator) -> None:
    result = CliRunner().invoke(phone, ["12", "--simulator", simulator.url])
    assert result.exit_code == 1
    assert "no telephone number" in result.output


def test_a_long_line_is_broken_at_a_space() -> None:
    assert "│ somebody will come to you before  │" in in_frame(
        "", "somebody will come to you before the evening"
    ).replace("   │", "  │")


@contextmanager
def started(**settings: str) -> Iterator[str]:
    """The simulator as a process of its own; the address it says."""
    environment = {**os.environ, **{f"SIMULATOR_{name.upper()}": value for name, value in settings.items()}}
    with subprocess.Popen(
        [sys.executable, "-m", "simulator"], env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().split()[4]
        finally:
            process.terminate()


def test_it_starts_from_the_environment(hotline: PretendHotline) -> None:
    phones = "+254711000111=Citizen;+254722000101=Sgt. Kipruto, Kaptembwa Police"
    with (
        started(
            port="0", callbacks=hotline.callbacks, service_code="*123#", short_code="30300", phones=phones
        ) as address,
        Town(address) as town,
    ):
        rows: list[Phone] = town.phones()
        assert [row.row["label"] for row in rows] == ["Citizen", "Sgt. Kipruto, Kaptembwa Police"]
        assert town.short_code == "30300"
        assert rows[0].dial() == "Welcome"
    assert hotline.forms("/ussd")[0]["serviceCode"] == "*123#"


def test_bare_numbers_may_be_given_with_commas() -> None:
    assert pairs("+254711000111, +254722000222") == [("+254711000111", ""), ("+254722000222", "")]


@pytest.mark.parametrize("arguments", [["--phones", "12"], ["--host", "192.0.2.1"]])
def test_a_simulator_that_cannot_start_says_why(arguments: list[str]) -> None:
    result = CliRunner().invoke(start, ["--port", "0", "--callbacks", "http://127.0.0.1:9", *arguments])
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
