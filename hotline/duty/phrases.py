"""What is said of duty: the question before the night, and what
the coordinating bodies are told where the night has holes."""

from dataclasses import dataclass, fields

from hotline.core.i18n import Phrase, _, verbatim


@dataclass(frozen=True, slots=True)
class Tonight:
    """What is not well with the coming night, each as a list of names or of names and hours."""

    unanswered: tuple[str, ...] = ()
    """Who was asked whether they are there, and has not said."""
    silent: tuple[str, ...] = ()
    """Who has not for several evenings, nor done anything else."""
    unreachable: tuple[str, ...] = ()
    """Whom nothing that we write would reach."""
    empty: tuple[str, ...] = ()
    """Bodies, and the hours in which nobody of theirs is on duty."""

    @property
    def longest(self) -> int:
        """How long the longest of the lists is; 0 where all is well."""
        return max(len(getattr(self, each.name)) for each in fields(self))


def are_you_there() -> Phrase:
    return _("You are on duty tonight. Are you there? Text 1 if you are, OFF if you cannot be.")


def thanks_ready() -> Phrase:
    return _("Thank you. We count on you tonight.")


def lines(tonight: Tonight, most: int) -> list[Phrase]:
    """A line for each thing that is not well, with at most so many names each; with 0 only their number."""
    told = (
        (tonight.empty, nobody_on_duty(_some(tonight.empty, most))),
        (tonight.unreachable, cannot_be_reached(_some(tonight.unreachable, most))),
        (tonight.silent, silent(_some(tonight.silent, most))),
        (tonight.unanswered, not_answered(_some(tonight.unanswered, most))),
    )
    return [line for names, line in told if names]


def nobody_on_duty(who: Phrase) -> Phrase:
    return _("Nobody on duty: {who}", who=who)


def cannot_be_reached(who: Phrase) -> Phrase:
    return _("Cannot be reached: {who}", who=who)


def silent(who: Phrase) -> Phrase:
    return _("Silent for three evenings: {who}", who=who)


def not_answered(who: Phrase) -> Phrase:
    return _("Have not answered: {who}", who=who)


TONIGHT = _("Tonight:")


def warning(tonight: Tonight, most: int) -> Phrase:
    """The same in one text."""
    text = TONIGHT
    for line in lines(tonight, most):
        text = Phrase("{before}\n{line}", (("before", text), ("line", line)))
    return text


def _some(names: tuple[str, ...], most: int) -> Phrase:
    if not most:
        return verbatim(str(len(names)))
    named = "; ".join(names[:most])
    return and_more(named, len(names) - most) if len(names) > most else verbatim(named)


def and_more(names: str, number: int) -> Phrase:
    return _("{names} and {number} more", names=names, number=number)
