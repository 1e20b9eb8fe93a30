"""A committee that works by dialling in: it writes, others see
it and say yes, and whom it does not concern sees nothing."""

from dataclasses import replace

from hotline.broadcasts import board as broadcast_board
from hotline.broadcasts import menus as broadcast_menus
from hotline.broadcasts import phrases as broadcast_phrases
from hotline.broadcasts import preview as broadcast_preview
from hotline.broadcasts import templates
from hotline.broadcasts.actions import may_read
from hotline.broadcasts.content.rules import ContentRule, Finding
from hotline.core.i18n import verbatim
from hotline.rumours import questions as rumour_questions
from hotline.rumours.menus import AskRumour
from tests.scenery.broadcasts import ALL_CALM, copies, readers, stands, written
from tests.scenery.county import ACHIENG, CHEBET, DESK, KAPTEMBWO, KIPRUTO, WANJIKU
from tests.scenery.labels import FIRST, en
from tests.scenery.world import Phone, World, liaison


def at_the_board(world: World, number: str) -> Phone:
    with world.service.transaction() as work:
        liaison(work, number).person.language = "en"
    phone = world.phone(number)
    phone.dial()
    phone.choose(en(FIRST["board"]))
    return phone


def test_a_message_is_written_and_approved_without_a_word_of_sms(world: World) -> None:
    numbers = readers(world, 21)
    author = at_the_board(world, CHEBET)
    for words in (broadcast_menus.WRITE, templates.TEMPLATES["calm"].name):
        author.choose(en(words))
    author.press("Kaptembwo")
    author.choose("Kaptembwo")
    no, real = dict(broadcast_menus.YES_NO)["no"], dict(broadcast_menus.REAL_OR_DRILL)["real"]
    elders, three_hours = dict(templates.WHO)["elders"], dict(broadcast_menus.HOURS)["3"]
    for words in (
        no,
        broadcast_menus.now_at("10:00"),
        elders,
        three_hours,
        no,
        real,
        broadcast_menus.STEPS["submit"],
    ):
        author.choose(en(words))
    assert not author.in_call
    code = author.screen.partition(":")[0]
    assert stands(world, code) == "submitted", author.screen

    sergeant = at_the_board(world, ACHIENG)
    sergeant.choose(f"{code}: Kaptembwo")
    text = templates.render("calm", {"time": "10:00", "who": "elders"}, "Kaptembwo", "en")
    assert text[:40] in sergeant.screen, "the rest is on the next page"
    sergeant.choose(en(broadcast_menus.STEPS["approve"]))
    assert stands(world, code) == "cooling"
    world.pass_minutes(20)
    assert copies(world, code) == {"gone": 21}
    sent = en(broadcast_phrases.numbered(code, verbatim(text)))
    assert all(sent in world.carrier.to(number) for number in numbers)


def test_whom_it_does_not_concern_does_not_see_it(world: World) -> None:
    readers(world, 3)
    code, _mark = written(world)
    with world.service.read() as work:
        seen = {
            number: broadcast_board.seen_by(work, liaison(work, number))
            for number in (KIPRUTO, CHEBET, DESK, WANJIKU)
        }
        assert {number: [each.code for each in those] for number, those in seen.items()} == {
            number: [code] for number in seen
        }
        (found,) = seen[DESK]
        for reach in found.reaches:
            reach.area_code = "KE047"
        assert not may_read(work.areas, liaison(work, KIPRUTO), found)
        assert may_read(work.areas, liaison(work, WANJIKU), found), "who wrote it always does"
        assert may_read(work.areas, liaison(work, DESK), found)


def test_what_one_may_do_is_what_one_is_offered(world: World) -> None:
    readers(world, 3)
    code, _mark = written(world)
    with world.service.read() as work:
        offered = {
            number: list(broadcast_board.broadcast_of(work, liaison(work, number), code).steps)
            for number in (WANJIKU, KIPRUTO)
        }
    assert offered == {
        WANJIKU: ["object", "edit", "stop", "withdraw"],
        KIPRUTO: ["approve", "object", "edit", "stop"],
    }


def test_a_preview_says_what_blocks_it_and_what_it_costs(world: World) -> None:
    readers(world, 3)
    unwritten = replace(ALL_CALM, template="", fields=())
    with world.service.read() as work:
        who = liaison(work, WANJIKU)
        shown = broadcast_board.preview_of(work, who, ALL_CALM, "en")
        assert not shown.blocked
        assert en(broadcast_preview.goes_to(phones=3, chats=0)) in shown.text
        blocked = broadcast_board.preview_of(work, who, unwritten, "en")
        assert blocked.blocked, "somebody reads English, and nobody has written it"


def test_a_message_about_a_rumour_is_warned_not_to_say_it_again(world: World) -> None:
    readers(world, 3)
    claim = "they have poisoned the well of the school"
    with world.service.transaction() as work:
        rumour_questions.ask(
            work, AskRumour(claim, KAPTEMBWO.code, may_answer=False), "en", "ussd", None, "1" * 32
        )
    says_it = replace(
        ALL_CALM,
        template="",
        fields=(),
        own=(("en", f"{claim.capitalize()}, people say."), ("sw", "Msieneze uvumi.")),
    )
    with world.service.read() as work:
        who = liaison(work, WANJIKU)
        about, not_about = (
            broadcast_board.preview_of(work, who, replace(says_it, rumour=rumour), "en").text
            for rumour in ("R1", "")
        )
    repeats = en(Finding(ContentRule.REPEATS, False, "en", claim).words)
    assert repeats in about
    assert repeats not in not_about
