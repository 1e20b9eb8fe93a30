"""What the logs tell: how it goes, and never who, what they wrote, or the token."""

import logging

import pytest

from bot.__main__ import SILENCED
from simulator.network import TELEGRAM_TOKEN
from tests.scenery.chat_words import DONE_SW, I_HAVE_IT_SW
from tests.scenery.chats import ASHA, SERGEANT, Hotline, on_sqlite
from tests.scenery.county import KIPRUTO
from tests.scenery.media import PHOTO

pytestmark = on_sqlite


@pytest.fixture
def everything(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Every line of every logger that `python -m bot` does not silence."""
    caplog.set_level(logging.DEBUG)
    for name in SILENCED:
        caplog.set_level(logging.WARNING, name)
    return caplog


def test_the_logs_hold_no_token_no_number_and_nothing_that_was_written(
    hotline: Hotline, everything: pytest.LogCaptureFixture
) -> None:
    sergeant, asha = hotline.liaison(), hotline.chat()
    asha.begin()
    asha.photo(PHOTO)
    asha.say("they took my phone")
    asha.finish()
    hotline.town.trouble(telegram=[{"kind": "error", "code": 500}, {"kind": "reset"}])
    sergeant.tap(I_HAVE_IT_SW)
    hotline.world.pass_minutes(1)
    asha.block()
    sergeant.tap(DONE_SW)
    hotline.bring(
        {"update_id": 5, "message": {"chat": {"id": ASHA, "type": "private"}, "text": "they took my phone"}},
        "wrong",
    )
    said = "\n".join(record.getMessage() + str(record.exc_text or "") for record in everything.records)
    told = (
        TELEGRAM_TOKEN,
        "took my phone",
        KIPRUTO,
        KIPRUTO[1:],
        str(ASHA),
        str(SERGEANT),
        "Asha",
        hotline.only_case().reference,
    )
    assert [each for each in told if each in said] == []
