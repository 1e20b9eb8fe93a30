"""Broadcasts as CAP files: what the standard allows, what
we promise, and nothing that the world must not see."""

import random
import string
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from hotline.broadcasts import cap
from hotline.broadcasts.broadcast import Broadcast, BroadcastState, Deed
from hotline.broadcasts.templates import TEMPLATES
from hotline.core.i18n import say
from tests.scenery.cap import TEXT, broadcast, ended, schema
from tests.scenery.county import AREAS, KAPTEMBWO, MORNING

CAP = {"cap": cap.NAMESPACE}
CALM = say(cap.CALM_MESSAGE, "en")
SENDER, ADDRESS, DIAL = "itikia@hotline.example.org", "https://hotline.example.org", "*384*4455#"


@pytest.fixture(scope="module")
def standard() -> Any:
    return schema()


def file(each: Broadcast, contact: str = DIAL) -> bytes:
    return cap.alert(each, AREAS, SENDER, ADDRESS, contact)


def read(each: Broadcast) -> Element:
    root: Element = fromstring(file(each))
    return root


def said(element: Element, tag: str) -> str | None:
    return element.findtext(f"cap:{tag}", None, CAP)


def head(each: Broadcast) -> dict[str, str]:
    return {child.tag.partition("}")[2]: child.text or "" for child in read(each) if len(child) == 0}


def infos(each: Broadcast) -> dict[str, Element]:
    return {said(info, "language") or "": info for info in read(each).findall("cap:info", CAP)}


# What the standard says


CHARACTERS = (
    string.printable
    + "\x00\x01\x08\x0b\x0c\x1b\x7f\x85\ud800\udfff\ufffe\uffff\ufeff\u202e\u2066\u200f\u2028"
    + "مرحبا שלום ñŋ’“”😀🇰🇪👩‍👩‍👧\U0010ffff<>&\"'"
)
PIECES = (
    "]]>",
    "<![CDATA[",
    "&amp;",
    "&#0;",
    "<!--",
    "-->",
    "<?xml?>",
    "<info>",
    "\r\n",
    "\r",
    "<!DOCTYPE a [<!ENTITY x 'y'>]>&x;",
)


def any_text(chance: random.Random, most: int = 60) -> str:
    letters = chance.choices(CHARACTERS, k=chance.randrange(most))
    pieces = chance.choices(PIECES, k=chance.randrange(3))
    odd = [chr(chance.randrange(0x110000)) for _each in range(chance.randrange(4))]
    mixed = [*letters, *pieces, *odd]
    chance.shuffle(mixed)
    return "".join(mixed)


def any_broadcast(chance: random.Random, corrects: Broadcast | None = None) -> Broadcast:
    out = MORNING + timedelta(seconds=chance.uniform(-4e8, 4e8))
    state = chance.choice(
        [
            BroadcastState.FIRST,
            BroadcastState.SENDING,
            BroadcastState.SENT,
            BroadcastState.STOPPED,
            BroadcastState.CORRECTED,
            BroadcastState.WITHDRAWN,
            BroadcastState.EXPIRED,
        ]
    )
    made = broadcast(
        state, str(chance.randrange(1000, 100000)), out,
        template=chance.choice(["", "long-gone", *TEMPLATES]),
        exercise=chance.random() < 0.2, emergency=chance.random() < 0.2, public=chance.random() < 0.5,
        known_at=out - timedelta(seconds=chance.randrange(9999)),
        expires_at=out + timedelta(seconds=chance.randrange(50_000)),
        texts={language: any_text(chance) for language in chance.choice([("en",), ("sw",), ("en", "sw")])},
        areas=chance.sample([*(area.code for area in AREAS), "gone<&"], chance.randrange(1, 4)),
        source=any_text(chance), corrects=corrects,
    )  # fmt: skip
    if state in cap.TAKEN_BACK:
        made.note(out + timedelta(seconds=chance.randrange(90_000)), state, why=any_text(chance))
    return made


def generated(number: int) -> Iterator[Broadcast]:
    chance = random.Random(20261121)
    for _each in range(number):
        original = any_broadcast(chance) if chance.random() < 0.3 else None
        yield any_broadcast(chance, original)


def what_xml_holds(text: str) -> str | None:
    """By the letter of XML 1.0, section 2.2: written down once more, one character at a time."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    ranges = ((0x9, 0xA), (0x20, 0xD7FF), (0xE000, 0xFFFD), (0x10000, 0x10FFFF))
    return (
        "".join(letter for letter in lines if any(first <= ord(letter) <= last for first, last in ranges))
        or None
    )


def test_five_thousand_files_are_as_the_standard_wants_them_and_hold_what_was_said(standard: Any) -> None:
    kinds = set()
    for each in generated(5000):
        written = file(each)
        standard.assertValid(etree.fromstring(written))
        root = fromstring(written)
        kinds.add((said(root, "status"), said(root, "msgType"), said(root, "references") is not None))
        _holds_what_was_said(each, root)
    assert {(status, what) for status, what, _refers in kinds} == {
        (status, what) for status in ("Actual", "Exercise") for what in ("Alert", "Update", "Cancel")
    }
    assert all(refers is (what != "Alert") for _status, what, refers in kinds)


def _holds_what_was_said(each: Broadcast, root: Element) -> None:
    found = {said(info, "language"): info for info in root.findall("cap:info", CAP)}
    assert set(found) == set(each.texts)
    for language, text in each.texts.items():
        info = found[language]
        areas = [area.findtext("cap:geocode/cap:value", None, CAP) for area in info.findall("cap:area", CAP)]
        assert areas == sorted(each.areas)
        if said(root, "msgType") != "Cancel":
            assert said(info, "description") == what_xml_holds(text)
            assert datetime.fromisoformat(said(info, "expires") or "") == each.expires_at.replace(
                microsecond=0
            )


def test_the_schema_would_notice(standard: Any) -> None:
    right = file(broadcast()).decode()
    for wrong in (
        right.replace("<scope>Public</scope>", ""),
        right.replace("Actual", "Real"),
        right.replace("10:00:00+03:00", "07:00:00Z"),
        right.replace("<category>Safety</category>", ""),
        right.replace("<web>", "<image>").replace("</web>", "</image>"),
    ):
        assert wrong != right
        assert not standard.validate(etree.fromstring(wrong.encode()))


@given(st.text(st.characters()))
def test_what_xml_cannot_hold_is_dropped_and_nothing_else(text: str) -> None:
    assert (cap.in_xml(text) or None) == what_xml_holds(text)


@given(st.text(st.characters(exclude_categories=[]), max_size=200), st.randoms(use_true_random=False))
def test_the_same_rows_give_the_same_bytes_in_whatever_order_they_come(
    text: str, chance: random.Random
) -> None:
    one, other = (
        broadcast(texts={"en": text, "sw": TEXT}, areas=["KE032", KAPTEMBWO.code, "KE047"])
        for _time in range(2)
    )
    for rows in (other.wordings, other.reaches):
        chance.shuffle(rows)
    assert file(one) == file(other) == file(one)


# What it says


def test_one_that_is_out() -> None:
    assert head(broadcast()) == {
        "identifier": "itikia.4071.1", "sender": SENDER,
        "sent": "2026-11-21T10:00:00+03:00", "status": "Actual", "msgType": "Alert",
        "scope": "Public",
    }  # fmt: skip
    info = infos(broadcast())["en"]
    assert [(child.tag.partition("}")[2], child.text) for child in info if len(child) == 0] == [
        ("language", "en"), ("category", "Safety"), ("event", CALM),
        ("responseType", "None"), ("urgency", "Unknown"),
        ("severity", "Unknown"), ("certainty", "Unknown"), ("effective", "2026-11-21T10:00:00+03:00"),
        ("onset", "2026-11-21T09:40:00+03:00"),
        ("expires", "2026-11-21T16:00:00+03:00"), ("senderName", "Itikia, Kenya"),
        ("headline", f"{CALM}: Kaptembwo, Nakuru"), ("description", TEXT),
        ("instruction", say(cap.how_to_ask(DIAL, "4071"), "en")),
        ("web", "https://hotline.example.org/feed/rss.xml"), ("contact", DIAL),
    ]  # fmt: skip


def test_each_language_has_its_own_words_and_the_same_area() -> None:
    found = infos(broadcast())
    assert list(found) == ["en", "sw"]
    assert said(found["sw"], "description") == "Soko limefunguliwa."
    for info in found.values():
        (area,) = info.findall("cap:area", CAP)
        assert [child.tag.partition("}")[2] for child in area] == ["areaDesc", "geocode"]
        assert said(area, "areaDesc") == "Kaptembwo, Nakuru"
        assert [child.text for child in area[1]] == ["KE P-code", KAPTEMBWO.code]


@pytest.mark.parametrize("code", TEMPLATES)
def test_a_template_says_what_people_should_do_and_how_bad_it_is(code: str) -> None:
    info, template = infos(broadcast(template=code))["en"], TEMPLATES[code]
    assert said(info, "event") == say(template.name, "en")
    assert said(info, "responseType") == template.response
    assert (said(info, "category") == "Security") is template.frozen
    assert (said(info, "severity") == "Severe") is template.frozen
    assert template.frozen or template.response in cap.WEIGHTS, "nobody has said how bad this is"


def test_a_drill_says_so() -> None:
    assert head(broadcast(exercise=True))["status"] == "Exercise"


@pytest.mark.parametrize(
    "state", [BroadcastState.FIRST, BroadcastState.SENDING, BroadcastState.SENT, BroadcastState.EXPIRED]
)
def test_while_it_goes_out_and_after_its_time_it_is_the_same_file(state: BroadcastState) -> None:
    assert file(broadcast(state)) == file(broadcast())


@pytest.mark.parametrize(
    "state", [BroadcastState.STOPPED, BroadcastState.CORRECTED, BroadcastState.WITHDRAWN]
)
def test_one_that_was_taken_back_is_cancelled_and_not_said_again(state: BroadcastState) -> None:
    told = head(ended(state))
    assert (told["identifier"], told["msgType"], told["sent"]) == (
        "itikia.4071.2",
        "Cancel",
        "2026-11-21T11:00:00+03:00",
    )
    assert told["references"] == f"{SENDER},itikia.4071.1,2026-11-21T10:00:00+03:00"
    assert b"market" not in file(ended(state))
    assert b"Soko" not in file(ended(state))
    info = infos(ended(state))["en"]
    assert said(info, "description") == say(cap.do_not_go_by("4071"), "en")
    assert (said(info, "responseType"), said(info, "urgency")) == ("None", "Past")


def test_one_that_is_stopped_and_then_withdrawn_was_taken_back_when_it_was_stopped() -> None:
    stopped, withdrawn = ended(BroadcastState.STOPPED), ended(BroadcastState.STOPPED)
    withdrawn.state, withdrawn.ended_at = BroadcastState.WITHDRAWN, MORNING + timedelta(hours=3)
    withdrawn.note(MORNING + timedelta(hours=3), BroadcastState.WITHDRAWN)
    assert file(withdrawn) == file(stopped)


def test_a_correction_refers_to_what_it_sets_right() -> None:
    correction = broadcast(
        BroadcastState.SENDING, "5082", MORNING + timedelta(hours=2), corrects=ended(BroadcastState.CORRECTED)
    )
    told = head(correction)
    assert (told["msgType"], told["identifier"]) == ("Update", "itikia.5082.1")
    assert told["references"] == f"{SENDER},itikia.4071.1,2026-11-21T10:00:00+03:00"
    original = head(broadcast())
    assert told["references"] == ",".join(original[part] for part in ("sender", "identifier", "sent"))


def test_a_correction_of_what_the_world_never_saw_refers_to_nothing() -> None:
    for unseen in ({"public": False}, {"exercise": True}, {"out": None}):
        told = head(
            broadcast(BroadcastState.SENT, "5082", corrects=ended(BroadcastState.CORRECTED, **unseen))
        )
        assert told["msgType"] == "Alert"
        assert "references" not in told
    among_us = broadcast(
        BroadcastState.SENT, "5082", public=False, corrects=ended(BroadcastState.CORRECTED, public=False)
    )
    assert head(among_us)["msgType"] == "Update"


def test_every_moment_has_the_offset_of_the_country_and_greenwich_is_written_as_cap_wants_it() -> None:
    assert cap.moment(MORNING, ZoneInfo("Africa/Lagos")) == "2026-11-21T08:00:00+01:00"
    assert (
        cap.moment(MORNING + timedelta(microseconds=999), ZoneInfo("Africa/Accra"))
        == "2026-11-21T07:00:00-00:00"
    )


# What it never says


@pytest.mark.parametrize(
    "state",
    [
        BroadcastState.SUBMITTED,
        BroadcastState.COOLING,
        BroadcastState.STOPPED,
        BroadcastState.WITHDRAWN,
        BroadcastState.EXPIRED,
    ],
)
def test_what_never_went_out_has_no_file(state: BroadcastState) -> None:
    unsent = broadcast(state, out=None)
    unsent.note(MORNING, state)
    with pytest.raises(ValueError, match="not gone out"):
        file(unsent)


def test_an_approval_of_an_earlier_edition_does_not_count() -> None:
    edited = broadcast(BroadcastState.SUBMITTED)
    edited.edition += 1
    with pytest.raises(ValueError, match="not gone out"):
        file(edited)


def test_nothing_is_told_but_what_was_approved() -> None:
    busy = broadcast(
        listed=4711, listed_to=8812, rumour_id=9913, source="Mzee Kamau", author_id=7714, mark="655", id=6616
    )
    busy.deeds.append(
        Deed(
            edition=1,
            at=MORNING,
            what="objected",
            why="a private reason",
            liaison_id=7714,
            body_code="station",
        )
    )
    written = file(busy).decode()
    for secret in ("4711", "8812", "9913", "Kamau", "7714", "655", "6616", "private", "station", "objected"):
        assert secret not in written


def test_our_names_are_as_cap_wants_them() -> None:
    told = head(broadcast())
    for part in (told["identifier"], told["sender"]):
        assert not set(part) & set(" ,<&\t\n")
    assert urlsplit(said(infos(broadcast())["en"], "web") or "").scheme == "https"


def test_where_nothing_is_dialled_nothing_is_said_of_it() -> None:
    root = fromstring(file(broadcast(), contact=""))
    assert root.find("cap:info/cap:instruction", CAP) is None
    assert root.find("cap:info/cap:contact", CAP) is None
