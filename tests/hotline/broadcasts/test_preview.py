"""What a broadcast would be if it went now: to whom, in which words, at what cost."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import count

from sqlalchemy import select

from hotline.broadcasts import phrases as broadcast_phrases
from hotline.broadcasts import preview as broadcast_preview
from hotline.broadcasts import recipients
from hotline.broadcasts.balance import note_balance
from hotline.broadcasts.broadcast import Broadcast, BroadcastState, Reach, Wording, as_sent, new_code
from hotline.broadcasts.content.rules import ContentRule, Finding
from hotline.broadcasts.copies import Copy, CopyState
from hotline.broadcasts.phrases import correction, numbered
from hotline.broadcasts.recipients import Readers
from hotline.context import UnitOfWork
from hotline.core.i18n import say, verbatim
from hotline.directory import people, subscriptions
from hotline.directory.people import PHONE, TELEGRAM, Address
from hotline.directory.subscriptions import Subscription, SubscriptionState
from tests.scenery.county import KAPTEMBWO, WANJIKU
from tests.scenery.labels import ENGLISH, KISWAHILI, en
from tests.scenery.world import World, liaison

LONDON, TOWN, NAKURU, KENYA, KAWANGWARE = "KE0321750871", "KE032175", "KE032", "KE", "KE0472751372"
CALM = {
    "en": "Kaptembwo is calm. Checked at 09:50 by elders.",
    "sw": "Kaptembwo ni shwari. Imekaguliwa saa 09:50 na wazee.",
}

numbers = count(1)


def reader(work: UnitOfWork, *areas: str, language: str = "en", channel: str = PHONE) -> Address:
    """Somebody who has asked for news of these places, and said yes once more."""
    number = f"+2547020{next(numbers):05}" if channel == PHONE else str(next(numbers))
    person = people.meet(
        work.session, work.keys, number, work.now, may_write=True, language=language, channel=channel
    )
    work.session.flush()
    address = person.at(channel)
    assert address is not None
    for area in areas:
        subscriptions.ask_for(work.session, address, area, language, "ussd", work.now)
    subscriptions.confirm(work.session, address, work.now)
    work.session.flush()
    return address


def broadcast(
    work: UnitOfWork,
    texts: dict[str, str] | None = None,
    areas: Sequence[str] = (KAPTEMBWO.code,),
    **values: object,
) -> Broadcast:
    """One that the peace committee has written."""
    made = Broadcast(
        code=new_code(work.session),
        mark="123",
        author_id=liaison(work, WANJIKU).id,
        source="elders",
        known_at=work.now,
        expires_at=work.now + timedelta(hours=6),
        written_at=work.now,
        template="",
        exercise=False,
        emergency=False,
        wordings=[
            Wording(language=language, text=text)
            for language, text in (CALM if texts is None else texts).items()
        ],
        reaches=[Reach(area_code=area) for area in areas],
    )
    for name, value in values.items():
        setattr(made, name, value)
    work.session.add(made)
    work.session.flush()
    return made


def listed(work: UnitOfWork, made: Broadcast, after: int = 0) -> list[tuple[int, int, str, str]]:
    return [(*row,) for row in work.session.execute(recipients.wanted(work.areas, made, after))]


def test_it_goes_to_whoever_wants_to_hear_of_the_place_once_each(world: World) -> None:
    with world.service.transaction() as work:
        ward, around, country = (
            reader(work, KAPTEMBWO.code),
            reader(work, NAKURU, language="sw"),
            reader(work, KENYA),
        )
        twice = reader(work, TOWN, KAPTEMBWO.code)
        neighbour, closed, out, unsure = (
            reader(work, area) for area in (LONDON, KAPTEMBWO.code, KAPTEMBWO.code, KAPTEMBWO.code)
        )
        elsewhere, ended = reader(work, KAWANGWARE), reader(work, KAPTEMBWO.code)
        closed.close(work.now)
        out.opted_out_at = work.now
        subscriptions.end(work.session, ended, work.now)
        for each in subscriptions.of(work.session, unsure):
            each.state = SubscriptionState.ASKED
        made = broadcast(work)
        rows = listed(work, made)
        assert [row[1] for row in rows] == [ward.id, around.id, country.id, twice.id]
        assert [row[0] for row in rows] == sorted(row[0] for row in rows)
        assert rows[1][2:] == ("sw", NAKURU)
        assert rows[3][3] == TOWN, "by the first of their subscriptions"
        assert recipients.how_many(work, made) == 4
        assert listed(work, made, after=rows[1][0]) == rows[2:]
        wide = [row[1] for row in listed(work, broadcast(work, areas=(NAKURU,)))]
        assert wide == [ward.id, around.id, country.id, twice.id, neighbour.id], "and to whatever lies inside"
        assert elsewhere.id not in wide


def test_whoever_is_on_the_list_is_not_put_there_again_by_another_subscription(world: World) -> None:
    with world.service.transaction() as work:
        twice, made = reader(work, TOWN, KAPTEMBWO.code), broadcast(work)
        first = listed(work, made)[0]
        work.session.add(Copy(broadcast_id=made.id, address_id=twice.id, language="en", area_code=TOWN))
        subscriptions.end(work.session, twice, work.now, TOWN)
        assert not listed(work, made, after=first[0])


def test_a_correction_goes_to_exactly_those_who_were_reached(world: World) -> None:
    with world.service.transaction() as work:
        wrong = broadcast(work, state=BroadcastState.SENT)
        states = {
            CopyState.GONE: reader(work, KAPTEMBWO.code),
            CopyState.DOUBTFUL: reader(work, KAPTEMBWO.code),
            CopyState.REFUSED: reader(work, KAPTEMBWO.code),
        }
        stopped, late = reader(work, KAPTEMBWO.code), reader(work, KAPTEMBWO.code)
        for state, address in (*states.items(), (CopyState.GONE, stopped)):
            copy = {
                "broadcast_id": wrong.id,
                "address_id": address.id,
                "language": "sw",
                "area_code": KAPTEMBWO.code,
            }
            work.session.add(Copy(**copy, state=state))
        stopped.opted_out_at = work.now
        subscriptions.end(work.session, states[CopyState.GONE], work.now)
        right = broadcast(work, corrects_id=wrong.id)
        assert [row[1:] for row in listed(work, right)] == [
            (states[state].id, "sw", KAPTEMBWO.code) for state in (CopyState.GONE, CopyState.DOUBTFUL)
        ]
        assert late.id not in {row[1] for row in listed(work, right)}
        kept = work.session.scalars(
            select(Copy.id).where(Copy.broadcast_id == wrong.id).order_by(Copy.id)
        ).all()
        assert [row[0] for row in listed(work, right)] == list(kept[:2])
        assert as_sent(right, "en") == en(numbered(right.code, correction(wrong.code, verbatim(CALM["en"]))))


def test_a_preview_says_what_it_costs_and_what_is_missing(world: World) -> None:
    with world.service.transaction() as work:
        for language, channel, number in (("en", PHONE, 3), ("sw", PHONE, 2), ("en", TELEGRAM, 2)):
            for _each in range(number):
                reader(work, KAPTEMBWO.code, language=language, channel=channel)
        priced = replace(work, settings=replace(work.settings, text_price="KES 0.80", bulk_rate=2))
        note_balance(work.session, work.settings.carrier, "KES 1,002.50", work.now - timedelta(minutes=7))
        made = broadcast(work, {"en": "“Kaptembwo” is calm. " + "x" * 130})
        shown = broadcast_preview.preview(priced, made, waits=timedelta(minutes=15))
        assert shown.readers == (
            Readers(KAPTEMBWO.code, "Kaptembwo", "en", 3, 2),
            Readers(KAPTEMBWO.code, "Kaptembwo", "sw", 2, 0),
        )
        assert (shown.phones, shown.chats, shown.missing) == (5, 2, ("sw",))
        (said,) = shown.said
        assert (said.parts, said.in_gsm, said.was_folded, said.phones, said.chats) == (2, True, True, 3, 2)
        assert said.text == en(numbered(made.code, verbatim('"Kaptembwo" is calm. ' + "x" * 130)))
        assert str(shown.cost) == "KES 4.80", "two parts to three phones; chats cost nothing"
        assert shown.balance_after is not None
        assert shown.balance_after.amount == Decimal("997.70")
        assert shown.balance_age == timedelta(minutes=7)
        assert shown.duration == timedelta(minutes=15, seconds=3)
        assert shown.need.hands == 2, "own words to a ward"
        assert {each.rule for each in shown.findings} == {ContentRule.NO_WORDING, ContentRule.LONG}
        lines = [say(line, "en") for line in broadcast_preview.lines(shown)]
        assert lines[0] == en(Finding(ContentRule.NO_WORDING, True, "", KISWAHILI).words)
        assert en(broadcast_preview.goes_to(phones=5, chats=2)) in lines
        assert en(broadcast_preview.costs("KES 4.80")) in lines
        assert en(broadcast_preview.left_then("KES 997.70")) in lines
        assert en(broadcast_preview.read_by(ENGLISH, 5, 2, said.text)) in lines
        assert lines[-1] == en(broadcast_preview.word_list(shown.lexicon))


def test_a_drill_costs_nothing_and_says_that_it_is_one(world: World) -> None:
    with world.service.transaction() as work:
        reader(work, KAPTEMBWO.code)
        priced = replace(work, settings=replace(work.settings, text_price="KES 0.80"))
        made = broadcast(work, exercise=True)
        shown = broadcast_preview.preview(priced, made)
        assert as_sent(made, "en") == en(
            broadcast_phrases.exercise_only(numbered(made.code, verbatim(CALM["en"])))
        )
        assert str(shown.cost) == "KES 0.00"
        assert broadcast_preview.lines(shown)[0] == broadcast_preview.NOTHING_LEAVES


def test_what_is_not_kept_yet_can_be_previewed(world: World) -> None:
    with world.service.read() as work:
        sketch = Broadcast(
            code="0000", mark="000", edition=1, state="draft", author_id=1,
            source="elders", known_at=work.now, written_at=work.now,
            expires_at=work.now + timedelta(hours=3), template="calm", emergency=False, exercise=False,
            wordings=[Wording(language=language, text=text) for language, text in CALM.items()],
            reaches=[Reach(area_code=KAPTEMBWO.code)],
        )  # fmt: skip
        shown = broadcast_preview.preview(work, sketch)
        assert not shown.findings
        assert (shown.phones, shown.cost, shown.balance) == (0, None, None)
        assert not work.session.scalars(select(Subscription)).all()
        assert sketch not in work.session
