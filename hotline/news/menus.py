"""What citizens can hear from us, and ask of us: is it true,
is this message yours, what is known, and news by text."""

from collections.abc import Sequence
from dataclasses import dataclass

from hotline.conversation.choose_area import choose_area
from hotline.conversation.screens import Ask, Choices, LookUp, Menu, Nothing, Scene, looked_up
from hotline.core.gsm import fits, plain
from hotline.core.i18n import _, verbatim
from hotline.news.phrases import no_news, then_nothing
from hotline.places.areas import Areas
from hotline.rumours import menus as rumour_menus
from hotline.rumours.menus import AskRumour

LAST_PAGE = {"septets": 156, "units": 78}
"""What the last page of a call holds, which nobody can turn."""


@dataclass(frozen=True, slots=True)
class Subscribe:
    """They want news about this area by text."""

    area: str
    sure: bool = False
    """They have said yes twice already; else they are asked once more by a text."""


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """No more news. What concerns their own case still comes."""


NewsCommand = AskRumour | Subscribe | Unsubscribe | Nothing


@dataclass(frozen=True, slots=True)
class Item:
    """Something that was checked: a line to choose it by, which says
    nothing that could be taken for the whole, and what it says."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Theirs:
    """What news they get already."""

    areas: int = 0
    room: bool = True
    """They may have one more area."""


def at_news(areas: Areas, home: str | None, chat: bool) -> Scene[NewsCommand]:
    """Everything about news and rumours. `chat`: what is said there stays, however long it is."""
    already = yield from looked_up("?mine", "", Theirs)
    match (yield Menu("news", _("News and rumours"), _wishes(already))):
        case "rumour":
            return (yield from rumour_menus.ask(areas, home, chat))
        case "read":
            return (yield from _read(areas, home, chat))
        case "ours":
            code = yield Ask("code", _("Key in the number that stands before the message."), number=True)
            return (yield from _show((yield LookUp("?ours", code)), chat))
        case "get":
            return (yield from _get(areas, home, chat))
        case _:
            return Unsubscribe()


GET, NO_MORE = _("Get news by text"), _("No more news")


def _wishes(already: Theirs) -> Choices:
    return (
        ("rumour", _("Is it true that ..?")),
        ("read", _("Checked news")),
        ("ours", _("Is this message real?")),
        *((("get", GET),) if already.room else ()),
        *((("no_more", NO_MORE),) if already.areas else ()),
    )


def _read(areas: Areas, home: str | None, chat: bool) -> Scene[Nothing]:
    area = yield from choose_area(areas, home, "news:")
    items = yield from looked_up("?news", area.code, list[Item])
    if not items:
        return Nothing(no_news(areas.full_name(area)))
    chosen = "0" if len(items) == 1 else (yield _which(items))
    return (yield from _show(items[int(chosen)].text, chat))


def _which(items: Sequence[Item]) -> Menu:
    return Menu(
        "item",
        _("What was checked:"),
        tuple((str(number), verbatim(item.title)) for number, item in enumerate(items)),
    )


def _show(text: str, chat: bool) -> Scene[Nothing]:
    """The last words; where they are longer than the last page, the page before, which can be turned."""
    if chat or fits(plain(text), **LAST_PAGE):
        return Nothing(verbatim(text))
    yield Menu("enough", verbatim(text), (("enough", _("Enough")),))
    return Nothing(_("Thank you. Please pass on only what was checked."))


def _get(areas: Areas, home: str | None, chat: bool) -> Scene[Subscribe | Nothing]:
    area = yield from choose_area(areas, home, "get:")
    if not chat:
        return Subscribe(area.code)
    question = _(
        "Shall we write to you here what was checked about {place}? You can end it at any time.",
        place=areas.full_name(area),
    )
    sure = yield Menu("get_sure", question, (("yes", _("Yes, write to me")), ("no", _("No"))))
    return Subscribe(area.code, sure=True) if sure == "yes" else Nothing(then_nothing())
