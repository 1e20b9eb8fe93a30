"""What stands on the menus, found where the product keeps it, so that no test knows it by heart."""

from hotline.cases import citizen_menus
from hotline.cases.citizen_menus import Caller
from hotline.cases.liaison_menus import Assignments
from hotline.conversation.screens import Ask, Menu
from hotline.core.gsm import plain
from hotline.core.i18n import Phrase, own_name, say
from hotline.directory.categories import CATEGORIES
from hotline.front_desk import menu
from tests.scenery.carrier import PretendCarrier
from tests.scenery.county import AREAS, KAPTEMBWO
from tests.scenery.said import asked, labels
from ussd.pages import Limits, pages

ENGLISH, KISWAHILI = own_name("en"), own_name("sw")


def en(phrase: Phrase) -> str:
    """In English, as a phone shows it."""
    return plain(say(phrase, "en"))


def sw(phrase: Phrase) -> str:
    """In Kiswahili, as a phone shows it."""
    return plain(say(phrase, "sw"))


EVERYBODY = Caller("en", assignments=Assignments(on_duty=True, cases=()), asked="0")
"""A citizen who was asked for a verdict, and a liaison, in
one: they are offered all that can be done by dialling in."""

FIRST = labels(asked(menu.welcome(EVERYBODY, AREAS, ("en", "sw"), "999")))
CONTACT = labels(citizen_menus.may_we_text(Caller()))
REMEMBER = labels(citizen_menus.may_we_remember(AREAS, KAPTEMBWO))
WOMAN = labels(citizen_menus.a_woman())

LIMITS = Limits(PretendCarrier.page_septets, PretendCarrier.page_units)


def page(question: Menu | Ask, language: str, *, first: bool = False, again: bool = False) -> str:
    """The first page of a question. `first`: of a whole call,
    so that there is no way back; `again`: after a slip."""
    return pages(question, language, LIMITS, first=first, again=again)[0]


def about(category: str, language: str) -> str:
    """The name of a category, by its code. A name itself, as stories quote it, stays as it is."""
    return plain(say(CATEGORIES[category].name, language)) if category in CATEGORIES else category


def is_category(category: str, code: str) -> bool:
    """Whether a code, or how the name begins in any of our languages, is that of this category."""
    return category == code or any(about(code, language).startswith(category) for language in ("en", "sw"))
