"""What a broadcast would be if it went now: to how many, in which
words, what it costs, how long it takes, and what is wrong with it."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from hotline.broadcasts import approval_policy, phrases, templates
from hotline.broadcasts.approval_policy import Need
from hotline.broadcasts.balance import Balance
from hotline.broadcasts.broadcast import Broadcast, as_sent
from hotline.broadcasts.content import lexicon, rules
from hotline.broadcasts.content.rules import Facts, Finding
from hotline.broadcasts.recipients import Readers, readers
from hotline.context import UnitOfWork
from hotline.core import gsm
from hotline.core.i18n import Phrase, _, languages, own_name, verbatim
from hotline.places.areas import Area, Areas
from hotline.rumours.rumour import Rumour

CHATS_A_SECOND = 25
"""What Telegram takes of one bot."""

MOST_PLACES = 4
"""That are named with their readers, where there are more."""


# --- what is wrong with it


def findings_of(work: UnitOfWork, broadcast: Broadcast) -> list[Finding]:
    """What must not stand in it, and what had better not."""
    return _findings(work, broadcast, readers(work, broadcast))


def _findings(work: UnitOfWork, broadcast: Broadcast, found: Iterable[Readers]) -> list[Finding]:
    read: Counter[str] = Counter()
    for each in found:
        read[each.language] += each.number
    facts = Facts(
        areas=work.areas,
        languages=work.country.languages,
        numbers=_numbers(work, broadcast),
        expires_at=broadcast.expires_at,
        known_at=broadcast.known_at,
        source=broadcast.source,
        now=work.now,
        claim=_claim(work, broadcast),
        own_words=not broadcast.template,
        readers=read,
        sent={language: as_sent(broadcast, language) for language in broadcast.texts},
    )
    return rules.findings(broadcast.texts, facts)


def _numbers(work: UnitOfWork, broadcast: Broadcast) -> frozenset[str]:
    """The numbers that it may name: the country's, ours, and its own."""
    country, settings = work.country, work.settings
    codes = (broadcast.code, broadcast.corrects.code if broadcast.corrects is not None else "")
    written = (
        country.emergency,
        *country.oversight.split(","),
        settings.service_code,
        settings.sender,
        *codes,
    )
    return frozenset(digits for each in written if (digits := "".join(filter(str.isdecimal, each))))


def _claim(work: UnitOfWork, broadcast: Broadcast) -> str:
    rumour = work.session.get(Rumour, broadcast.rumour_id) if broadcast.rumour_id is not None else None
    return rumour.claim(work.keys) if rumour is not None else ""


# --- the whole


@dataclass(frozen=True, slots=True)
class Said:
    """What it says in one language, and to how many."""

    language: str
    text: str
    """As it leaves, with plain punctuation."""
    was_folded: bool
    """Some of the author's punctuation was not plain."""
    in_gsm: bool
    """GSM-7; else UCS-2, with less than half the room."""
    parts: int
    phones: int
    chats: int


@dataclass(frozen=True, slots=True)
class Money:
    """A sum in some currency."""

    currency: str
    amount: Decimal

    def __str__(self) -> str:
        return f"{self.currency} {self.amount:.2f}"


@dataclass(frozen=True, slots=True)
class Preview:
    """A broadcast as it would be if it went now."""

    readers: tuple[Readers, ...]
    said: tuple[Said, ...]
    missing: tuple[str, ...]
    """Languages that somebody reads, and nobody has written it in."""
    cost: Money | None
    """None where nobody has told us what a text costs."""
    balance: Money | None
    balance_age: timedelta | None
    duration: timedelta
    need: Need
    findings: tuple[Finding, ...]
    exercise: bool
    lexicon: str = lexicon.VERSION

    @property
    def phones(self) -> int:
        return sum(each.phones for each in self.readers)

    @property
    def chats(self) -> int:
        return sum(each.chats for each in self.readers)

    @property
    def balance_after(self) -> Money | None:
        """What is left then, where both are in one currency."""
        if self.cost is None or self.balance is None or self.cost.currency != self.balance.currency:
            return None
        return Money(self.cost.currency, self.balance.amount - self.cost.amount)


def preview(work: UnitOfWork, broadcast: Broadcast, *, waits: timedelta = timedelta()) -> Preview:
    """The whole of it. `waits` is how long it cools, and rests after the first few."""
    found = readers(work, broadcast)
    said = tuple(_said(broadcast, language, found) for language in sorted(broadcast.texts))
    balance = work.session.get(Balance, work.settings.carrier)
    return Preview(
        readers=found,
        said=said,
        missing=tuple(sorted({each.language for each in found} - {*broadcast.texts})),
        cost=_cost(work.settings.text_price, said, exercise=broadcast.exercise),
        balance=_money(balance.left) if balance is not None else None,
        balance_age=work.now - balance.at if balance is not None else None,
        duration=waits + _duration(found, work.settings.bulk_rate),
        need=need_of(work.areas, broadcast),
        findings=tuple(_findings(work, broadcast, found)),
        exercise=broadcast.exercise,
    )


def _said(broadcast: Broadcast, language: str, found: Iterable[Readers]) -> Said:
    written = as_sent(broadcast, language)
    plain = gsm.plain(written)
    theirs = [each for each in found if each.language == language]
    phones, chats = sum(each.phones for each in theirs), sum(each.chats for each in theirs)
    return Said(
        language, plain, plain != written, gsm.septets(plain) is not None, gsm.parts(plain), phones, chats
    )


def _money(written: str) -> Money | None:
    """A sum as a carrier writes it: KES 1,785.50."""
    found = re.fullmatch(r"\s*([A-Z]{3})\s*(-?[\d,]+(?:\.\d+)?)\s*", written, re.ASCII)
    digits = found[2].replace(",", "") if found else ""
    return Money(found[1], Decimal(digits)) if found and digits.strip("-") else None


def _cost(price: str, said: Iterable[Said], *, exercise: bool) -> Money | None:
    """Telegram costs nothing, and neither does a drill: it never leaves the building."""
    each = _money(price)
    texts = 0 if exercise else sum(one.parts * one.phones for one in said)
    return Money(each.currency, each.amount * texts) if each is not None else None


def _duration(found: Iterable[Readers], rate: int) -> timedelta:
    """Phones and chats are served side by side."""
    found = tuple(found)
    phones, chats = sum(each.phones for each in found), sum(each.chats for each in found)
    return timedelta(seconds=max(math.ceil(phones / rate), math.ceil(chats / CHATS_A_SECOND)))


def need_of(areas: Areas, broadcast: Broadcast) -> Need:
    """How much approval it needs."""
    sorry = broadcast.template in templates.TEMPLATES and templates.TEMPLATES[broadcast.template].corrects
    places = [areas[code] for code in broadcast.areas if code in areas]
    levels, counties = (
        [_level(areas, place) for place in places],
        {areas.outwards(place)[-2:][0] for place in places},
    )
    return approval_policy.needed(
        levels,
        counties=len(counties),
        own_words=not broadcast.template,
        sorry=sorry,
        emergency=broadcast.emergency,
    )


def _level(areas: Areas, area: Area) -> int:
    """Its steps down from the country; negative where it holds no other place."""
    steps = len(areas.outwards(area)) - 1
    return steps if areas.children(area) else -steps


# --- in words


def lines(preview: Preview) -> list[Phrase]:
    """The whole in short sentences, the gravest first."""
    return [*in_brief(preview), *_wordings(preview), *_then(preview), word_list(preview.lexicon)]


def in_brief(preview: Preview) -> list[Phrase]:
    """What comes before the words themselves on a small screen: what
    is wrong, whom it goes to, what it costs, and what it needs."""
    return [
        *(finding.words for finding in preview.findings),
        *_whom(preview),
        *_price(preview),
        _hands(preview.need),
    ]


def on_a_phone(preview: Preview) -> list[Phrase]:
    """The same with the words, in the languages that somebody there reads."""
    read = [said for said in preview.said if said.phones + said.chats] or preview.said[:1]
    return [*in_brief(preview), *(verbatim(said.text) for said in read)]


def word_list(version: str) -> Phrase:
    return _("Word list {version}.", version=version)


NOTHING_LEAVES = _("An exercise: nothing leaves the building.")


def goes_to(phones: int, chats: int) -> Phrase:
    if chats:
        return _("Goes to {phones} phones and {chats} chats.", phones=phones, chats=chats)
    return _("Goes to {phones} phones.", phones=phones)


def read_by(language: str, people: int, parts: int, text: str) -> Phrase:
    """What it says in one language, to how many, and how long it is."""
    return _(
        "{language}, {number} people, {parts} SMS each: {text}",
        language=language,
        number=people,
        parts=parts,
        text=text,
    )


def costs(cost: str) -> Phrase:
    return _("Costs {cost}.", cost=cost)


def left_then(balance: str) -> Phrase:
    return _("{balance} is left then.", balance=balance)


def _whom(preview: Preview) -> Iterator[Phrase]:
    if preview.exercise:
        yield NOTHING_LEAVES
    yield goes_to(preview.phones, preview.chats)
    yield from _places(preview)


def _places(preview: Preview) -> Iterator[Phrase]:
    """How many there are in each place; of many places, those with the most."""
    number: Counter[str] = Counter()
    for each in preview.readers:
        number[each.place] += each.number
    if len(number) > 1:
        named = ", ".join(f"{place} {people}" for place, people in number.most_common(MOST_PLACES))
        more = len(number) - MOST_PLACES
        yield (
            _("{places} and {number} more places", places=named, number=more) if more > 0 else verbatim(named)
        )


def _wordings(preview: Preview) -> Iterator[Phrase]:
    for each in preview.said:
        name = own_name(each.language) if each.language in languages() else each.language
        number = each.phones + each.chats
        yield read_by(name, number, each.parts, each.text)
        if not each.in_gsm:
            yield _("{language}: has letters that make it cost more.", language=name)
        elif each.was_folded:
            yield _("{language}: its quotes and dashes were made plain.", language=name)


def _price(preview: Preview) -> Iterator[Phrase]:
    if preview.cost is None:
        return
    yield costs(str(preview.cost))
    if preview.balance is not None and preview.balance_age is not None:
        minutes = int(preview.balance_age.total_seconds() // 60)
        yield _("{balance} was left {minutes} minutes ago.", balance=str(preview.balance), minutes=minutes)
    if (after := preview.balance_after) is not None:
        yield _("Not enough money: top up first.") if after.amount < 0 else left_then(str(after))


def _then(preview: Preview) -> Iterator[Phrase]:
    yield _(
        "Takes about {minutes} minutes.", minutes=max(1, math.ceil(preview.duration.total_seconds() / 60))
    )


def _hands(need: Need) -> Phrase:
    if need.refused:
        return phrases.REFUSED.get(need.refused, phrases.TOO_LARGE)
    if need.coordination:
        return _("Needs {number} to say yes, one of them coordinating.", number=need.hands)
    return _("Needs {number} to say yes.", number=need.hands)
