"""Every command leads where it says, for a citizen and for a liaison: one whose question was renamed would silently open the menu."""

from itertools import count

import pytest

from bot.talks import WISHES, Talks, Who
from tests.bot.conftest import ASHA, MENU, SERGEANT, on_sqlite
from tests.builders import KIPRUTO
from tests.world import World

REPORT = ("go on here", "danger to life now", "nakuru", "i am not sure", "yes")
CITIZEN = {
    "start": (MENU, (), MENU),
    "report": ("Telegram can see", REPORT, "Case "),
    "case": ("Key in your case number.", ("1", "2", "3"), "We cannot find that case."),
    "news": ("News and rumours", ("checked news", "nakuru", "i am not sure"), "There is no news"),
    "messages": (MENU, (), MENU),
    "cases": (MENU, (), MENU),
    "on": (MENU, (), MENU),
    "off": (MENU, (), MENU),
    "language": ("Lugha / Language", ("kiswahili",), "Itikia. Dharura?"),
    "stop": ("You will get no more messages", (), "You will get no more messages"),
    "delete": ("Delete what we keep of you?", ("yes, delete",), "What we kept of you is deleted."),
}
"""What is shown at once, what is then written, and what is shown at the end."""
LIAISON = {
    **CITIZEN,
    "messages": ("Messages and rumours", ("write a message", "the place is calm"), "Where?"),
    "cases": ("You are on duty.", ("go off duty",), "You are off duty. Text ON"),
    "on": ("You are on duty. Text OFF when you go.", (), "You are on duty. Text OFF"),
    "off": ("You are off duty. Text ON when you are back.", (), "You are off duty. Text ON"),
    "stop": ("You are off duty. Text ON when you are back.", (), "You are off duty."),
    "delete": ("You are on the list of those who answer.", (), "You are on the list"),
}

updates = count(1)


def who(chat: int) -> Who:
    return Who(chat, next(updates), "en")


@on_sqlite
@pytest.mark.parametrize("command", WISHES)
@pytest.mark.parametrize(("chat", "table"), [(ASHA, CITIZEN), (SERGEANT, LIAISON)], ids=["a citizen", "a liaison"])
def test_every_command_leads_to_its_end(world: World, command: str, chat: int, table: dict[str, tuple[str, tuple[str, ...], str]]) -> None:
    talks = Talks(world.service)
    if chat == SERGEANT:
        talks.link(who(chat), KIPRUTO)
    talks.commanded(who(chat), "start")
    talks.commanded(who(chat), "language")
    assert talks.wrote(who(chat), "english").text == MENU
    if command == "on":
        talks.commanded(who(chat), "off")
    at_once, written, at_the_end = table[command]
    shown = talks.commanded(who(chat), command)
    assert shown.text.startswith(at_once)
    for typed in written:
        shown = talks.wrote(who(chat), typed)
    assert shown.text.startswith(at_the_end)


def test_the_tables_hold_every_command() -> None:
    assert set(CITIZEN) == set(LIAISON) == set(WISHES)
