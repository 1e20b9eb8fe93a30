"""What is said, apart from the language it is said in.

The hotline's sentences are written in English with `_()`, which only notes them down. They are put into a
person's language at the last moment, by `say`. A language is a folder under `locales/`; nothing else has to
be told of it but the country that offers it.
"""

import gettext
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel import Locale

from hotline.core.errors import Misconfigured

LOCALES = Path(__file__).parents[2] / "locales"
DOMAIN = "hotline"
SOURCE = "en"
"""The language in which the sentences stand in the code."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A sentence not yet said: its English, and what goes into
    its {gaps}. The gaps may hold sentences themselves."""

    english: str
    values: tuple[tuple[str, "Phrase | str | int"], ...] = ()


def _(english: str, /, **values: Phrase | str | int) -> Phrase:
    """Note a sentence down to be said later. Translators find it by this call's name."""
    return Phrase(english, tuple(values.items()))


def verbatim(text: str) -> Phrase:
    """A text that is the same in every language: a name, or what somebody wrote."""
    return Phrase("{text}", (("text", text),))


def say(phrase: Phrase, language: str) -> str:
    """The sentence in this language, or in English where its translation is missing."""
    english = phrase.english
    said = english if language == SOURCE or english == "{text}" else _catalog(language).gettext(english)
    if not phrase.values:
        return said
    return said.format(
        **{
            name: say(value, language) if isinstance(value, Phrase) else value
            for name, value in phrase.values
        }
    )


def means(text: str, phrase: Phrase) -> bool:
    """Whether somebody wrote one of these words, in any
    language we speak. Translators put commas between them."""
    said = text.strip().casefold().rstrip(".!)")
    return any(
        said in (each.strip() for each in say(phrase, language).casefold().split(","))
        for language in languages()
    )


@cache
def languages() -> tuple[str, ...]:
    """Every language the hotline can speak."""
    return (SOURCE, *sorted(path.parent.parent.name for path in LOCALES.glob(f"*/LC_MESSAGES/{DOMAIN}.po")))


@cache
def own_name(language: str) -> str:
    """What its speakers call a language: Kiswahili, English."""
    return str(Locale.parse(language).get_language_name(language)).capitalize()


@cache
def _catalog(language: str) -> gettext.NullTranslations:
    if language not in languages():
        raise Misconfigured(f"There is no language {language!r}: no folder locales/{language}.")
    try:
        return gettext.translation(DOMAIN, LOCALES, [language])
    except FileNotFoundError:
        raise Misconfigured(
            f"The sentences in {own_name(language)} are not "
            "compiled. Install the project again: make install."
        ) from None
