"""What anybody can read of our calm messages on the web, and what nobody ever can."""

import html
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from sqlalchemy import select

from hotline.broadcasts import cap
from hotline.broadcasts import feeds as broadcast_feeds
from hotline.broadcasts.broadcast import GOING, OUT, UNSENT, Broadcast, BroadcastState, broadcast_by_code
from hotline.broadcasts.cap import What
from hotline.core.database import Database
from hotline.directory.liaisons import Liaison
from tests.scenery.cap import broadcast, ended, schema
from tests.scenery.county import MORNING
from tests.scenery.world import World
from webhooks.feeds import feeds as pages

HOUR = timedelta(hours=1)
SITE = "https://hotline.example.org"


def names(told: Sequence[Broadcast], now: datetime = MORNING + HOUR) -> list[str]:
    """What stands in the feed of these."""
    return [event.name for _each, event in broadcast_feeds.in_feed(told, now)]


# What stands in the feed


@pytest.mark.parametrize("state", OUT)
def test_what_is_out_stands_until_it_expires(state: BroadcastState) -> None:
    out = broadcast(state)
    assert names([out]) == ["4071.1"]
    assert names([out], out.expires_at - timedelta(seconds=1)) == ["4071.1"]
    assert names([out], out.expires_at) == []


@pytest.mark.parametrize("state", BroadcastState)
def test_what_never_went_out_never_stands(state: BroadcastState) -> None:
    unsent = broadcast(state, out=None, ended_at=MORNING)
    unsent.note(MORNING, state if state not in GOING else BroadcastState.COOLING)
    assert names([unsent]) == []


@pytest.mark.parametrize(
    "state", [*OUT, BroadcastState.STOPPED, BroadcastState.CORRECTED, BroadcastState.WITHDRAWN]
)
def test_a_drill_and_what_is_not_for_the_web_never_stand(state: BroadcastState) -> None:
    seen = broadcast(state) if state in OUT else ended(state)
    assert len(names([seen])) == 1
    ways: list[dict[str, Any]] = [{"exercise": True}, {"public": False}, {"exercise": True, "public": False}]
    for hidden in ways:
        assert names([broadcast(state, **hidden) if state in OUT else ended(state, **hidden)]) == []


@pytest.mark.parametrize(
    "state", [BroadcastState.STOPPED, BroadcastState.CORRECTED, BroadcastState.WITHDRAWN]
)
def test_what_was_taken_back_says_so_for_a_day(state: BroadcastState) -> None:
    gone = ended(state)
    assert names([gone], MORNING + HOUR) == ["4071.2"]
    assert names([gone], MORNING + HOUR + timedelta(hours=24, seconds=-1)) == ["4071.2"]
    assert names([gone], MORNING + HOUR + timedelta(hours=24)) == []


@pytest.mark.parametrize("state", GOING)
def test_while_it_is_paused_nobody_new_comes_upon_it(state: BroadcastState) -> None:
    assert names([broadcast(state, paused_at=MORNING)]) == []


def test_a_correction_stands_in_the_place_of_what_it_sets_right_for_a_day_at_least() -> None:
    wrong = ended(BroadcastState.CORRECTED)
    right = broadcast(BroadcastState.SENDING, "5082", MORNING + HOUR, corrects=wrong)
    assert names([wrong, right]) == ["5082.1"]
    right.state = BroadcastState.EXPIRED
    assert names([wrong, right], MORNING + timedelta(hours=24)) == ["5082.1"]
    assert names([wrong, right], MORNING + timedelta(hours=25)) == []


def test_a_correction_that_is_not_for_the_web_leaves_the_first_one_taken_back() -> None:
    wrong = ended(BroadcastState.CORRECTED)
    for hidden in (
        broadcast(BroadcastState.SENT, "5082", corrects=wrong, public=False),
        broadcast(BroadcastState.COOLING, "5082", out=None, corrects=wrong),
    ):
        assert names([wrong, hidden]) == ["4071.2"]


def test_a_correction_that_is_taken_back_itself_does_not_bring_the_first_one_back() -> None:
    wrong = ended(BroadcastState.CORRECTED)
    again = ended(BroadcastState.WITHDRAWN, code="5082", corrects=wrong)
    assert sorted(names([wrong, again])) == ["4071.2", "5082.2"]


def test_the_newest_stands_first() -> None:
    told = [broadcast(BroadcastState.SENT, f"400{hour}", MORNING + hour * HOUR) for hour in (1, 3, 2)]
    assert names(told, MORNING + 4 * HOUR) == ["4003.1", "4002.1", "4001.1"]


@given(
    state=st.sampled_from(BroadcastState), public=st.booleans(),
    exercise=st.booleans(), went_out=st.booleans(), paused=st.booleans(),
    hours=st.integers(-30, 30), corrected=st.booleans(),
)  # fmt: skip
def test_whatever_stands_went_out_and_was_meant_for_everybody(
    state: BroadcastState,
    public: bool,
    exercise: bool,
    went_out: bool,
    paused: bool,
    hours: int,
    corrected: bool,
) -> None:
    went_out = went_out and state not in UNSENT
    values: dict[str, Any] = {
        "public": public,
        "exercise": exercise,
        "paused_at": MORNING if paused else None,
        "ended_at": MORNING,
    }
    one = broadcast(
        state,
        out=MORNING if went_out else None,
        corrects=ended(BroadcastState.CORRECTED, code="3000") if corrected else None,
        **values,
    )
    now = MORNING + hours * HOUR
    for each, event in broadcast_feeds.in_feed([one], now):
        assert each.public
        assert not each.exercise
        assert went_out
        assert event.what is What.CANCEL or not (paused and state in GOING)
        assert each.expires_at > now or event.at > now - timedelta(hours=24)


# How it is read


def site(world: World, address: str = SITE) -> FlaskClient:
    """The pages alone: what they answer is theirs, and not of whatever stands around them."""
    world.service.settings = replace(world.service.settings, public_url=address)
    app = Flask(__name__)
    app.register_blueprint(pages(world.service))
    return app.test_client()


def keep(world: World, *told: Broadcast) -> None:
    with world.service.database.writing() as session:
        author = session.scalars(select(Liaison).order_by(Liaison.id).limit(1)).one()
        for each in told:
            each.author = author
        session.add_all(told)


def channel(page: bytes) -> Element:
    """The channel of a feed that has all that RSS 2.0 requires, each once, and links that can be followed."""
    root = fromstring(page)
    assert (root.tag, root.get("version"), [child.tag for child in root]) == ("rss", "2.0", ["channel"])
    (found,) = root
    for tag in ("title", "link", "description", "language"):
        (only,) = found.findall(tag)
        assert only.text
    guids = [guid.text for guid in found.findall("item/guid")]
    assert len(set(guids)) == len(guids) == len(found.findall("item"))
    for link in found.iter("link"):
        assert urlsplit(link.text or "").scheme in ("http", "https")
        assert urlsplit(link.text or "").netloc
    for item in found.findall("item"):
        assert [child.tag for child in item] == ["title", "description", "link", "guid", "pubDate"]
        assert all(child.text for child in item)
    for moment in (*found.iter("pubDate"), *found.findall("lastBuildDate")):
        assert parsedate_to_datetime(moment.text or "").tzinfo is not None
    return found


def test_while_nothing_is_live_the_feed_is_empty_and_a_feed_all_the_same(world: World) -> None:
    web = site(world)
    unsent = [
        broadcast(state, f"100{place}", out=None)
        for place, state in enumerate(
            (
                BroadcastState.DRAFT,
                BroadcastState.CHECKED,
                BroadcastState.SUBMITTED,
                BroadcastState.APPROVED,
                BroadcastState.COOLING,
            )
        )
    ]
    stopped = broadcast(BroadcastState.STOPPED, "2001", out=None, ended_at=MORNING)
    stopped.note(MORNING, BroadcastState.STOPPED)
    hidden = [
        broadcast(BroadcastState.SENT, "2002", public=False),
        broadcast(BroadcastState.SENT, "2003", exercise=True),
        ended(BroadcastState.WITHDRAWN, code="2004", exercise=True),
    ]
    codes = [each.code for each in (*unsent, stopped, *hidden)]
    keep(world, *unsent, stopped, *hidden)
    world.now += HOUR
    answer = web.get("/feed/rss.xml")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/rss+xml; charset=utf-8")
    found = channel(answer.data)
    assert found.find("item") is None
    assert found.find("lastBuildDate") is None
    for code in codes:
        for number in (1, 2):
            assert web.get(f"/feed/{code}.{number}.xml").status_code == 404


def test_a_message_goes_out_is_read_set_right_and_taken_back(world: World) -> None:
    web, standard = site(world), schema()
    text = "Market <open> & calm ]]> 😀\x07 until 16:00"
    keep(world, broadcast(BroadcastState.SENDING, texts={"en": text, "sw": "Soko <wazi>"}))
    world.now += HOUR

    (item,) = channel(web.get("/feed/rss.xml").data).findall("item")
    assert item.findtext("guid") == "itikia.4071.1"
    assert item.findtext("description") == html.escape("Soko <wazi>"), (
        "in the first language of the country, and no HTML"
    )
    assert parsedate_to_datetime(item.findtext("pubDate") or "") == MORNING
    link = item.findtext("link") or ""
    assert link == f"{SITE}/feed/4071.1.xml"
    answer = web.get(urlsplit(link).path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/cap+xml; charset=utf-8")
    standard.assertValid(etree.fromstring(answer.data))
    original = fromstring(answer.data)
    assert original.findtext("cap:sender", None, {"cap": cap.NAMESPACE}) == "itikia@hotline.example.org"
    assert "Market <open> & calm ]]> 😀 until 16:00" in [element.text for element in original.iter()]
    assert web.get(urlsplit(link).path).data == answer.data

    with world.service.database.writing() as session:
        wrong = broadcast_by_code(session, "4071")
        assert wrong is not None
        wrong.state, wrong.ended_at = BroadcastState.CORRECTED, world.now
        wrong.note(world.now, BroadcastState.CORRECTED)
        right = broadcast(
            BroadcastState.FIRST, "5082", world.now, corrects=wrong, expires_at=world.now + 3 * HOUR
        )
        right.author = wrong.author
        session.add(right)
    (item,) = channel(web.get("/feed/rss.xml").data).findall("item")
    assert item.findtext("guid") == "itikia.5082.1"
    update = fromstring(web.get("/feed/5082.1.xml").data)
    refers = ",".join(
        original.findtext(f"cap:{part}", "", {"cap": cap.NAMESPACE})
        for part in ("sender", "identifier", "sent")
    )
    assert update.findtext("cap:references", None, {"cap": cap.NAMESPACE}) == refers
    assert web.get("/feed/4071.1.xml").status_code == 404

    with world.service.database.writing() as session:
        held = broadcast_by_code(session, "5082")
        assert held is not None
        held.state, held.ended_at = BroadcastState.WITHDRAWN, world.now + HOUR
        held.note(world.now + HOUR, BroadcastState.WITHDRAWN)
    world.now += HOUR
    assert [item.text for item in channel(web.get("/feed/rss.xml").data).findall("item/guid")] == [
        "itikia.5082.2",
        "itikia.4071.2",
    ]
    for name in ("5082.2", "4071.2"):
        page = web.get(f"/feed/{name}.xml").data
        standard.assertValid(etree.fromstring(page))
        assert fromstring(page).findtext("cap:msgType", None, {"cap": cap.NAMESPACE}) == "Cancel"
    world.now += timedelta(hours=20)
    assert len(channel(web.get("/feed/rss.xml").data).findall("item")) == 2, (
        "longer than the messages themselves would have held"
    )
    world.now += timedelta(hours=5)
    assert channel(web.get("/feed/rss.xml").data).find("item") is None


def test_whoever_has_it_already_is_told_so_and_nobody_keeps_it_for_long(world: World) -> None:
    web = site(world, "")
    keep(world, broadcast(BroadcastState.SENT, expires_at=MORNING + 40 * HOUR))
    world.now += 30 * HOUR
    for path in ("/feed/rss.xml", "/feed/4071.1.xml"):
        answer = web.get(path)
        assert answer.headers["Cache-Control"] == "public, max-age=60"
        assert f"http://127.0.0.1:{world.service.settings.port}/feed/".encode() in answer.data
        world.now += timedelta(minutes=1)
        again = web.get(path, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", answer.headers["ETag"])
        assert web.get(path, headers={"If-None-Match": '"another"'}).status_code == 200
        head = web.head(path)
        assert (head.status_code, head.data) == (200, b"")
        assert head.headers["ETag"] == answer.headers["ETag"]
        assert head.headers["Content-Length"] == str(len(answer.data))


def test_there_is_nothing_else(world: World) -> None:
    web = site(world)
    keep(world, broadcast(BroadcastState.SENT))
    for name in (
        "4071",
        "4071.2",
        "4071.1.1",
        "4072.1",
        " 4071.1",
        "4071.1%00",
        "itikia.4071.1",
        "٤٠٧١.1",
        "x" * 3000,
    ):
        answer = web.get(f"/feed/{name}.xml")
        assert (answer.status_code, answer.text, answer.mimetype) == (404, "Not Found\n", "text/plain")


def test_while_the_database_is_gone_it_says_so(world: World) -> None:
    web, there = site(world), world.service.database
    assert web.get("/feed/rss.xml").status_code == 200
    world.service.database = Database(
        "sqlite:////nowhere/itikia.db" if there.is_sqlite else "postgresql+psycopg://nobody@127.0.0.1:9/x"
    )
    for path in ("/feed/rss.xml", "/feed/4071.1.xml"):
        answer = web.get(path)
        assert (answer.status_code, answer.text, answer.mimetype) == (
            503,
            "Service Unavailable\n",
            "text/plain",
        )
    world.service.database = there
    assert web.get("/feed/rss.xml").status_code == 200
