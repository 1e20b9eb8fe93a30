"""What is said to citizens about news."""

from collections.abc import Sequence

from hotline.core.gsm import shorten
from hotline.core.i18n import Phrase, _

LONGEST_PLACE = 40
"""Letters of a place's name where one text must hold everything."""


def _short(place: str) -> str:
    return shorten(place, LONGEST_PLACE, LONGEST_PLACE)


def no_news(place: str) -> Phrase:
    return _("There is no news for {area} just now.", area=_short(place))


def message_title(code: str, place: str, time: str) -> Phrase:
    return _("Message {code}, {place}, {time}", code=code, place=place, time=time)


def rumour_title(number: str, place: str, time: str) -> Phrase:
    return _("Rumour {number}, {place}, {time}", number=number, place=place, time=time)


def do_you_want(place: str) -> Phrase:
    """A text. Nothing is sent to one who does not say yes
    to it: whoever held the phone may not be whose it is."""
    return _("Do you want checked news about {place} by text? Answer 1 for yes.", place=_short(place))


def answer_the_text(place: str) -> Phrase:
    return _(
        "A text comes to this phone now. "
        "Answer it with 1 (yes), and you will get checked news about {place}.",
        place=_short(place),
    )


def then_nothing() -> Phrase:
    """To one who was asked whether they want news, and does not."""
    return _("Then we write nothing.")


def you_get(places: str) -> Phrase:
    return _(
        "You will get checked news about {places}. To end it, text STOP NEWS.", places=shorten(places, 80, 30)
    )


def you_have(place: str) -> Phrase:
    return _("You get checked news about {place} already. To end it, text STOP NEWS.", place=_short(place))


def enough_areas(most: int) -> Phrase:
    return _(
        "You get news about {most} places already, and there "
        "is no room for more. To end them all, text STOP NEWS.",
        most=most,
    )


def no_more_news() -> Phrase:
    return _("You will get no more news. You are still told about your own case.")


def had_no_news() -> Phrase:
    return _("No news is sent to you.")


def no_number() -> Phrase:
    return _("We cannot see the number of this phone, so we cannot text it.")


def no_more_texts(service_code: str, emergency: str) -> Phrase:
    """To one who has had enough, as far as we understand them. Should
    they have meant something else, they know whom to turn to."""
    return _(
        "You will get no more messages from us. To have them again text "
        "START. To reach us dial {code}. In an emergency call {number}.",
        code=service_code, number=emergency,
    )  # fmt: skip


def which_place() -> Phrase:
    """To one who texts NEWS and nothing more."""
    return _("For checked news by text, text NEWS and the name of your ward or town.")


def which_of(places: Sequence[str]) -> Phrase:
    return _(
        "Which one? Text NEWS and the whole name: {places}",
        places="; ".join(_short(place) for place in places),
    )


def unknown_place(place: str, service_code: str, emergency: str) -> Phrase:
    return _(
        "We know no place {place}. Text NEWS and the name of your "
        "ward or town, or dial {code}. In an emergency call {number}.",
        place=place[:30], code=service_code, number=emergency,
    )  # fmt: skip


def what_have_you_heard() -> Phrase:
    return _("What have you heard? Text IS IT TRUE, then what is said and where.")


def ours(text: str) -> Phrase:
    return _("This is from us: {text}", text=text)


def ours_until(time: str, text: str) -> Phrase:
    return _("This was from us. It held until {time} and holds no more: {text}", time=time, text=text)


def looked_at_again(code: str) -> Phrase:
    """Somebody has halted it, and nobody knows yet whether it holds. It is not said again."""
    return _(
        "{code} is from us, but it is being looked at again. Please do not pass it on before you hear more.",
        code=code,
    )


def ours_no_more(code: str) -> Phrase:
    return _("{code} was from us, but it holds no more. Please do not pass it on.", code=code)


def set_right(code: str, text: str) -> Phrase:
    """What is right goes first, and what was wrong is not said again."""
    return _("{text} This sets right our message {code}, which holds no more.", text=text, code=code)


def exercise(code: str) -> Phrase:
    return _("{code} was only an exercise. Nothing has happened. Please do not pass it on.", code=code)


def not_ours(code: str) -> Phrase:
    return _("{code} is not ours. Please do not pass it on.", code=code)
