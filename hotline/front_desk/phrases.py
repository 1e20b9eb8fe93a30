"""What any door may have to say."""

from hotline.core.i18n import Phrase, _


def how_to_report(service_code: str, emergency: str, *, has_news: bool = False) -> Phrase:
    """To one who texts without a case: the way in. One who
    `has_news` is told how to have more of it, and none."""
    if has_news:
        return _(
            "To reach us dial {code}. In an emergency call {number}. "
            "For news of another place text NEWS and its name; for no more, STOP NEWS.",
            code=service_code, number=emergency,
        )  # fmt: skip
    return _("To reach us dial {code}. In an emergency call {number}.", code=service_code, number=emergency)


def not_saved(emergency: str) -> Phrase:
    """Something broke on our side. It says so, and what to do."""
    return _(
        "We could not take this just now. Please try again. In an emergency call {number}.", number=emergency
    )


def texts_stopped() -> Phrase:
    return _("You will get no more messages from us. Write START to have them again.")


def texts_resumed(*, had_news: bool = False) -> Phrase:
    """One who `had_news` has it no more, and is told so."""
    if had_news:
        return _("You will get our messages again. For news text NEWS and the name of your ward.")
    return _("You will get our messages again.")


def forgotten(emergency: str) -> Phrase:
    return _("What we kept of you is deleted. In an emergency call {number}.", number=emergency)


def words_kept() -> Phrase:
    return _("Your words are kept for the report. Go on with the buttons.")


def not_asked_where() -> Phrase:
    return _("We do not ask for a place just now.")


def share_your_location() -> Phrase:
    return _("Press the button below to share where you are.")


def only_photos_and_voice() -> Phrase:
    return _("We can take photos, voice notes, words and your location here, and nothing else.")


def changes_are_not_seen() -> Phrase:
    return _("We do not see changes to what was sent. Write it anew.")


def earlier_question() -> Phrase:
    return _("That was an earlier question.")


def only_in_private(name: str) -> Phrase:
    return _("I speak to people one by one only. Write to me: {name}", name=name)


def too_many(emergency: str) -> Phrase:
    return _("That was a lot at once. Please wait a minute. In an emergency call {number}.", number=emergency)
