"""Every command leads where it says, for a citizen and for a liaison:
one whose question was renamed would silently open the menu."""

from itertools import count

import pytest

from bot import identity
from bot.talks import ANSWERED, Talks
from bot.turn import Who
from hotline.news import phrases as news_phrases
from tests.scenery.chat_words import (
    ALL_CALM,
    AT_BOARD,
    AT_DESK,
    AT_NEWS,
    CANNOT_FIND_IT,
    CHECKED_NEWS,
    CHOOSE_LANGUAGE,
    ENGLISH,
    FORGOTTEN,
    GO_OFF_DUTY,
    GO_ON_HERE,
    IN_DANGER,
    KISWAHILI,
    MENU,
    MENU_SW,
    NOT_SURE,
    OFF_DUTY,
    ON_DUTY,
    STOPPED,
    SURE_TO_DELETE,
    TELEGRAM_CAN_SEE,
    WHERE,
    WHICH_NUMBER,
    WHOEVER_KEEPS_THE_LIST,
    WRITE_A_MESSAGE,
    YES,
    YES_DELETE,
    promised,
)
from tests.scenery.chats import ASHA, SERGEANT, on_sqlite
from tests.scenery.county import KIPRUTO
from tests.scenery.said import en, starts
from tests.scenery.world import World

NOT_TOLD_WHERE = ("nakuru", NOT_SURE)
A_REPORT = (GO_ON_HERE, IN_DANGER, *NOT_TOLD_WHERE, YES)
CITIZEN = {
    "start": (MENU, (), MENU),
    "report": (TELEGRAM_CAN_SEE, A_REPORT, promised()),
    "case": (WHICH_NUMBER, ("1", "2", "3"), CANNOT_FIND_IT),
    "news": (AT_NEWS, (CHECKED_NEWS, *NOT_TOLD_WHERE), en(news_phrases.no_news("Nakuru"))),
    "messages": (MENU, (), MENU),
    "cases": (MENU, (), MENU),
    "on": (MENU, (), MENU),
    "off": (MENU, (), MENU),
    "language": (CHOOSE_LANGUAGE, (KISWAHILI,), MENU_SW),
    "stop": (STOPPED, (), STOPPED),
    "delete": (SURE_TO_DELETE, (YES_DELETE,), FORGOTTEN),
}
"""What is shown at once, what is then written, and what is shown at the end."""
LIAISON = {
    **CITIZEN,
    "messages": (AT_BOARD, (WRITE_A_MESSAGE, ALL_CALM), WHERE),
    "cases": (AT_DESK, (GO_OFF_DUTY,), OFF_DUTY),
    "on": (ON_DUTY, (), ON_DUTY),
    "off": (OFF_DUTY, (), OFF_DUTY),
    "stop": (OFF_DUTY, (), OFF_DUTY),
    "delete": (WHOEVER_KEEPS_THE_LIST, (), WHOEVER_KEEPS_THE_LIST),
}

updates = count(1)


def who(chat: int) -> Who:
    return Who(chat, next(updates), "en")


@on_sqlite
@pytest.mark.parametrize("command", ANSWERED)
@pytest.mark.parametrize(
    ("chat", "table"), [(ASHA, CITIZEN), (SERGEANT, LIAISON)], ids=["a citizen", "a liaison"]
)
def test_every_command_leads_to_its_end(
    world: World, command: str, chat: int, table: dict[str, tuple[str, tuple[str, ...], str]]
) -> None:
    talks = Talks(world.service)
    if chat == SERGEANT:
        identity.link(world.service, who(chat), KIPRUTO)
    talks.commanded(who(chat), "start")
    talks.commanded(who(chat), "language")
    assert talks.wrote(who(chat), ENGLISH).text == MENU
    if command == "on":
        talks.commanded(who(chat), "off")
    at_once, written, at_the_end = table[command]
    shown = talks.commanded(who(chat), command)
    assert shown.text.startswith(at_once)
    for typed in written:
        shown = talks.wrote(who(chat), typed.lower())
    assert starts(shown.text, at_the_end)


def test_the_tables_hold_every_command() -> None:
    assert set(CITIZEN) == set(LIAISON) == set(ANSWERED)
