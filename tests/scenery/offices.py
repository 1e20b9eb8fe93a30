"""Offices above and beside the station, and what they are asked about."""

from hotline.cases.citizen_menus import NOT_KNOWN
from hotline.core.i18n import own_name, say
from hotline.directory import bodies, liaisons
from tests.scenery.county import ACHIENG, BODIES, CHEBET, DESK, KIPRUTO, LIAISONS, NJERI, WANJIKU
from tests.scenery.labels import CONTACT, FIRST, KISWAHILI, REMEMBER, WOMAN, about, is_category, sw
from tests.scenery.said import number_in
from tests.scenery.world import Phone, World

CHIEF, COMMANDER, LONDON, AMINA, LAST_IN_LINE = (f"+2547220002{number:02}" for number in range(1, 6))
NAMES = {
    KIPRUTO: "Kipruto", ACHIENG: "Achieng", WANJIKU: "Wanjiku",
    CHEBET: "Chebet", NJERI: "Njeri", DESK: "desk",
    CHIEF: "chief", COMMANDER: "commander", LONDON: "London", AMINA: "Amina",
}  # fmt: skip

Rings = list[tuple[int, str]]
"""Minutes since the story began, and who was asked then to take a case."""


def rings(world: World) -> Rings:
    """A list that grows while phones ring."""
    began, rung = world.now, Rings()

    def note(number: str, text: str) -> None:
        if "\n" in text:  # only what puts a case before a liaison has two lines
            rung.append((round((world.now - began).total_seconds() / 60), NAMES[number]))

    world.carrier.on_send = note
    return rung


def call(
    citizen: Phone,
    category: str = "violence",
    place: str = "Kaptembwo",
    *,
    language: str = "sw",
    woman: str = "",
) -> str:
    """A citizen reports something and may be texted. Returns the case's
    number as it is shown. `woman`: what they say to that question."""
    if KISWAHILI in citizen.dial():
        citizen.choose(own_name(language))
    citizen.choose(say(FIRST["report"], language))
    citizen.choose(about(category, language))
    if place not in citizen.screen:
        citizen.press(place)
    citizen.choose(place)
    if not is_category(category, "danger"):
        citizen.press("vijana wenye silaha")
    if woman:
        citizen.choose(say(WOMAN[woman], language))
    citizen.choose(say(CONTACT["text"], language))
    if citizen.in_call:
        citizen.choose(say(REMEMBER["no"], language))
    return number_in(citizen.screen)


def found(world: World, *listed: bodies.Listed) -> None:
    """These bodies are there too, or are otherwise than before."""
    with world.service.transaction() as work:
        bodies.save(work.session, listed)


def employ(world: World, *listed: liaisons.Listed) -> None:
    """These liaisons are there too, or are somewhere else than before."""
    with world.service.transaction() as work:
        liaisons.save(work.session, work.keys, listed, ("en", "sw"), work.now)


def leads(body: str, name: str, number: str) -> liaisons.Listed:
    return liaisons.Listed(body, name, number, ("sw",), on_duty=True, supervisor=True)


def works_at(body: str, name: str, number: str) -> liaisons.Listed:
    return liaisons.Listed(body, name, number, ("sw",), on_duty=True)


def body(code: str) -> bodies.Listed:
    return next(each for each in BODIES if each.code == code)


def listed(number: str) -> liaisons.Listed:
    return next(each for each in LIAISONS if each.number == number)


def complain(citizen: Phone, station: str = "", officer: str = "") -> str:
    """A citizen reports what the police did, and may be texted. Returns the case's number as it is shown."""
    if KISWAHILI in citizen.dial():
        citizen.choose(KISWAHILI)
    citizen.choose(sw(FIRST["report"]))
    citizen.choose(about("conduct", "sw"))
    citizen.press("kaptembwa")
    citizen.choose("Kaptembwo")
    citizen.choose(station or sw(NOT_KNOWN))
    if officer:
        citizen.press(officer)
    else:
        citizen.choose(sw(NOT_KNOWN))
    citizen.press("askari alimpiga kijana")
    citizen.choose(sw(CONTACT["text"]))
    citizen.choose(sw(REMEMBER["no"]))
    return number_in(citizen.screen)
