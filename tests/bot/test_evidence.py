"""Pictures and voice notes: taken with a report, made anew, kept sealed, and shown to the liaison alone."""

import hashlib
from datetime import timedelta

import pytest

from hotline.cases import citizen_phrases, evidence, image_sanitizer, liaison_phrases
from hotline.cases.case import history_of
from hotline.front_desk import phrases as desk_phrases
from hotline.operations.clock import tidy
from tests.scenery.chat_words import (
    ABOUT_WHAT,
    BEGIN_A_REPORT_FIRST,
    EARLIER_QUESTION,
    ENGLISH,
    GO_ON_HERE,
    HELPED,
    IN_DANGER,
    MAY_WE_WRITE,
    NOT_SURE,
    ONLY_PHOTOS_AND_VOICE,
    REPORT,
    THEFT,
    TO_THE_MENU,
    WHAT_HAPPENED,
    WHICH_LANGUAGE,
    YES,
    added_to,
    photos_button,
    sent_so_far,
)
from tests.scenery.chats import ASHA, BAHATI, CORPORAL, Hotline, Smartphone, on_sqlite
from tests.scenery.county import KIPRUTO
from tests.scenery.media import PHOTO, TRACES, kept, note, with_traces
from tests.scenery.said import ANY, en, ends, starts, sw

pytestmark = on_sqlite

LARGE = 25 * 1024 * 1024


def on_disk(hotline: Hotline) -> bytes:
    """What somebody sees who has the database and no key."""
    with hotline.world.service.read() as work:
        return b"".join(
            bytes(row[0]) for row in work.session.connection().exec_driver_sql("SELECT locked FROM evidence")
        )


def seen_in(chat: Smartphone, kind: str) -> list[bytes]:
    """The files of this kind that the bot has sent to this chat."""
    account = chat.hotline.simulator.network.telegram.chats.account(chat.user)
    sent = [message for message in account.messages.values() if message.kind == kind and not message.mine]
    files = chat.hotline.simulator.network.telegram.files
    return [found.read() for message in sent if (found := files.file(message.file_id))]


def test_a_photo_in_the_middle_of_a_report_reaches_the_liaison_without_its_traces(hotline: Hotline) -> None:
    sergeant, asha = hotline.liaison(), hotline.chat()
    asha.begin()
    asha.photo(with_traces())
    assert asha.screen == f"{sent_so_far(1)}\n\n{WHAT_HAPPENED}"
    asha.say("they took my phone")
    assert asha.screen == MAY_WE_WRITE, "it is said once"
    asha.finish()
    ((piece, content),) = kept(hotline)
    assert content == image_sanitizer.rebuilt(with_traces())
    assert not [trace for trace in TRACES if trace in content]
    assert content[:20] not in on_disk(hotline), "at rest it is sealed"
    assert on_disk(hotline)
    assert (piece.case_id, piece.sha256, piece.size) == (
        hotline.only_case().id,
        hashlib.sha256(content).hexdigest(),
        len(content),
    )
    with hotline.world.service.read() as work:
        lines = [f"{line.what} {line.why}" for line in history_of(work.session, hotline.only_case())]
    assert f"evidence photo, {len(content)} bytes, sha256 {piece.sha256}" in lines
    sergeant.tap(photos_button(1))
    assert seen_in(sergeant, "photo") == [content]
    assert sergeant.last.protected


def test_the_words_beside_a_photo_are_the_answer(hotline: Hotline) -> None:
    asha = hotline.chat()
    asha.begin()
    asha.photo(PHOTO, "they took my phone")
    assert asha.screen == f"{sent_so_far(1)}\n\n{MAY_WE_WRITE}"
    asha.finish()
    assert hotline.details() == "they took my phone"
    assert len(kept(hotline)) == 1


def test_a_photo_after_the_report_is_added_to_the_case_and_its_card(hotline: Hotline) -> None:
    sergeant, asha = hotline.liaison(), hotline.chat()
    number = asha.report()
    assert photos_button(1) not in sergeant.last.buttons
    asha.photo(PHOTO)
    assert asha.screen.startswith(added_to(number))
    assert ends(sergeant.screen, sw(liaison_phrases.sent_something(ANY)))
    assert photos_button(1) in sergeant.card.buttons
    asha.voice(note())
    assert [piece.kind for piece, _content in kept(hotline)] == ["photo", "voice"]
    sergeant.tap(photos_button(2))
    assert [len(seen_in(sergeant, kind)) for kind in ("photo", "voice")] == [1, 1]
    title = sergeant.card.text.split("\n")[0]
    assert "Kaptembwo, Nakuru" in title
    assert [message.text for message in sergeant.messages if message.kind in ("photo", "voice")] == [
        title,
        title,
    ], "which case they are of"


def test_what_is_sent_belongs_to_a_report_from_the_moment_that_one_wants_to_make_it(hotline: Hotline) -> None:
    asha = hotline.chat()
    asha.report("first")
    asha.start()
    asha.photo(PHOTO)
    assert starts(asha.screen, added_to()), "at the menu it is of the case before"
    hotline.world.now += timedelta(minutes=1)
    asha.choose(REPORT)
    asha.photo(PHOTO)
    assert asha.screen == f"{sent_so_far(1)}\n\n{ABOUT_WHAT}"
    asha.choose(THEFT)
    asha.say("kaptembwa")
    asha.choose("Kaptembwo, Nakuru")
    asha.say("second")
    asha.finish()
    first, second = hotline.world.cases()
    assert [piece.case_id for piece, _content in kept(hotline)] == [first.id, second.id]


def test_in_danger_too_it_belongs_to_the_report(hotline: Hotline) -> None:
    asha = hotline.chat()
    asha.start()
    asha.choose(ENGLISH, IN_DANGER)
    asha.photo(PHOTO)
    asha.choose(GO_ON_HERE, "Nakuru", NOT_SURE, YES)
    ((piece, _content),) = kept(hotline)
    assert piece.case_id == hotline.only_case().id


def test_a_case_that_is_closed_takes_nothing_more(hotline: Hotline) -> None:
    asha, kipruto = hotline.chat(), hotline.world.phone(KIPRUTO)
    asha.report()
    kipruto.text("1")
    kipruto.text("3")
    asha.tap(HELPED)
    asha.photo(PHOTO)
    assert asha.screen == BEGIN_A_REPORT_FIRST
    assert kept(hotline) == []


def test_a_liaison_without_telegram_is_told_that_there_is_something_to_see(hotline: Hotline) -> None:
    asha, kipruto = hotline.chat(), hotline.world.phone(KIPRUTO)
    asha.begin()
    asha.photo(PHOTO, "they took my phone")
    asha.finish()
    assert ends(kipruto.inbox[1], sw(liaison_phrases.sent_something(ANY)))
    asha.photo(PHOTO)
    assert len(kipruto.inbox) == 3


def test_a_voice_note_goes_with_the_report(hotline: Hotline) -> None:
    sergeant, asha = hotline.liaison(), hotline.chat()
    asha.begin()
    asha.voice(note())
    assert asha.screen.startswith(sent_so_far(1))
    asha.say("listen")
    asha.finish()
    sergeant.tap(photos_button(1))
    (sound,) = seen_in(sergeant, "voice")
    assert sound == kept(hotline)[0][1]
    assert b"Nokia" in note()
    assert b"Nokia" not in sound


def test_without_a_report_one_is_told_to_begin_one(hotline: Hotline) -> None:
    asha = hotline.chat()
    asha.start()
    asha.photo(PHOTO)
    assert asha.screen == f"{BEGIN_A_REPORT_FIRST}\n\n{WHICH_LANGUAGE}"
    stranger = hotline.chat(BAHATI, "Bahati")
    stranger.start()
    stranger.voice(note())
    assert BEGIN_A_REPORT_FIRST in stranger.screen
    assert kept(hotline) == []


def test_a_sixth_piece_is_not_kept(hotline: Hotline) -> None:
    asha = hotline.chat()
    asha.begin()
    for _ in range(5):
        asha.photo(PHOTO)
    asha.photo(PHOTO)
    assert asha.screen.startswith(en(citizen_phrases.evidence_enough(5)))
    asha.say("they took my phone")
    asha.finish()
    asha.photo(PHOTO)
    assert asha.screen.startswith(en(citizen_phrases.evidence_enough(5)))
    assert len(kept(hotline)) == 5


@pytest.mark.parametrize("kind", ["photo", "voice"])
@pytest.mark.parametrize("told", [True, False], ids=["its size is told", "its size is not told"])
def test_what_is_too_large_is_refused(hotline: Hotline, kind: str, told: bool) -> None:
    asha = hotline.chat()
    asha.begin()
    large = hotline.simulator.network.telegram.files.keep(kind, b"", "image/jpeg", LARGE)
    wire = (
        {**large.wire(), "width": 4000, "height": 4000}
        if kind == "photo"
        else {**large.wire(), "duration": 600}
    )
    if not told:
        del wire["file_size"]
    assert hotline.bring(hotline.written_by(ASHA, 5, **{kind: [wire] if kind == "photo" else wire})) == 200
    hotline.settle()
    assert asha.screen.startswith(en(citizen_phrases.evidence_too_large()))
    assert kept(hotline) == []
    assert len(asha.screens) == 1


@pytest.mark.parametrize("what", ["document", "sticker", "video", "location in words"])
def test_anything_else_is_refused_politely(hotline: Hotline, what: str) -> None:
    asha = hotline.chat()
    asha.begin()
    match what:
        case "document":
            asha.document(b"plain words", file_name="story.txt", mime_type="text/plain")
        case "sticker":
            asha.sticker()
        case "video":
            video = {"file_id": "x", "file_unique_id": "y", "width": 1, "height": 1, "duration": 1}
            assert hotline.bring(hotline.written_by(ASHA, 5, video=video)) == 200
        case _:
            assert hotline.bring(hotline.written_by(ASHA, 5, dice={"emoji": "🎲", "value": 3})) == 200
    hotline.settle()
    assert asha.screen.startswith(ONLY_PHOTOS_AND_VOICE)
    assert asha.screen.endswith(WHAT_HAPPENED)


@pytest.mark.parametrize("kind", ["photo", "voice"])
def test_what_cannot_be_opened_is_refused(hotline: Hotline, kind: str) -> None:
    asha = hotline.chat()
    asha.begin()
    content = b"MZ this is no picture and no sound" * 20
    asha.photo(content) if kind == "photo" else asha.voice(content)
    assert asha.screen.startswith(en(citizen_phrases.evidence_refused()))
    assert kept(hotline) == []


def test_evidence_is_for_the_liaison_whose_case_it_is(hotline: Hotline) -> None:
    sergeant, corporal, asha = hotline.liaison(), hotline.liaison(CORPORAL), hotline.chat()
    asha.report()
    asha.photo(PHOTO)
    forged = sergeant.data(photos_button(1))
    for user in (CORPORAL, ASHA, BAHATI):
        stranger = hotline.chat(user)
        stranger.start()
        hotline.press(user, stranger.last.id, forged, 50 + user)
        assert seen_in(stranger, "photo") == []
        assert stranger.toast in ("", EARLIER_QUESTION, sw(desk_phrases.earlier_question()))
    hotline.world.phone(KIPRUTO).text("2")
    assert corporal.last.buttons[-1] == photos_button(1, "en")
    sergeant.tap(forged, stale=True)
    assert seen_in(sergeant, "photo") == [], "one who has passed it on sees it no more"
    corporal.tap(photos_button(1, "en"))
    assert len(seen_in(corporal, "photo")) == 1


@pytest.mark.parametrize("leave", [TO_THE_MENU, "/report", "/delete"])
def test_what_was_sent_with_a_report_that_is_left_is_forgotten_at_once(hotline: Hotline, leave: str) -> None:
    asha = hotline.chat()
    asha.begin()
    asha.photo(PHOTO)
    asha.start()
    assert asha.screen == WHAT_HAPPENED, "to press START by mistake costs nothing"
    assert len(kept(hotline)) == 1
    asha.say(leave) if leave.startswith("/") else asha.choose(leave)
    assert kept(hotline) == []


def test_what_was_sent_with_a_report_that_was_forgotten_is_forgotten_too(hotline: Hotline) -> None:
    asha = hotline.chat()
    asha.begin()
    asha.photo(PHOTO)
    hotline.world.now += evidence.UNCLAIMED * 1.1
    asha.photo(PHOTO)
    assert asha.screen.startswith(BEGIN_A_REPORT_FIRST)
    tidy(hotline.world.service)
    assert kept(hotline) == []
