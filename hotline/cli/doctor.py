"""What is misconfigured, in words that say what to do about it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline import outbox
from hotline.carriers.carrier import Carrier, Unreachable
from hotline.context import Service, refuse_another_release
from hotline.core.database import Locked, journal_mode
from hotline.core.errors import Misconfigured
from hotline.directory import affiliations, shifts
from hotline.directory.bodies import Body
from hotline.directory.categories import CATEGORIES, BodyKind
from hotline.directory.liaisons import Liaison, is_one_now
from hotline.directory.people import TELEGRAM, Address
from hotline.directory.shifts import Stretch
from hotline.messaging.message import count_undelivered
from hotline.operations import auditor
from hotline.operations.queue import Poster
from hotline.places import areas
from hotline.settings import Settings

WEEK = timedelta(days=7)
MOST_NAMED = 3
"""Bodies in a line."""


@dataclass(frozen=True, slots=True)
class Finding:
    sentence: str
    serious: bool = True
    """It keeps the hotline from answering."""


def findings(service: Service, poster: Poster, environ: Mapping[str, str]) -> list[Finding]:
    """All that is wrong, the gravest things first."""
    found = [*_keys(service), *_settings(service, environ), *_queue(service, poster), *_database(service)]
    return sorted(found, key=lambda finding: not finding.serious)


def account(carrier: Carrier) -> list[Finding]:
    """What the carrier says of us, asked over the network."""
    try:
        return [
            Finding(f"The carrier knows us. What is left on the account: {carrier.balance()}.", serious=False)
        ]
    except Unreachable as error:
        return [
            Finding(
                "The carrier does not answer, or does not know us "
                f"({error}). Look at CARRIER_USERNAME and CARRIER_API_KEY."
            )
        ]


def _keys(service: Service) -> Iterator[Finding]:
    keys = service.settings.keys
    for name in ("seal", "index", "vault", "opener"):
        try:
            getattr(keys, name)
        except Misconfigured as error:
            yield Finding(str(error), serious=name != "opener")
    for file in keys.folder.glob("*.*") if keys.folder.exists() else ():
        if file.stat().st_mode & 0o077:
            yield Finding(f"KEYS: others on this machine can read {file}. Do: chmod 600 {file}")


def _settings(service: Service, environ: Mapping[str, str]) -> Iterator[Finding]:
    settings = service.settings
    if settings.readiness is None:
        yield Finding(
            "READINESS is off, so nobody is asked in the evening whether they are there.", serious=False
        )
    if settings.exercise:
        yield Finding(
            "EXERCISE is yes, so every broadcast is a drill and none leaves the building.", serious=False
        )
    if settings.is_simulated:
        yield Finding(
            "CARRIER_API_KEY is empty, so the simulator plays the carrier and no text reaches a real phone.",
            serious=False,
        )
        return
    yield from _needed(settings, environ)
    if not settings.text_price:
        yield Finding(
            "TEXT_PRICE is empty, so nobody is told what a broadcast will cost. Write KES 0.80, for one.",
            serious=False,
        )
    yield from _unfit(settings)


NEEDED = {
    "PUBLIC_URL": "the https address under which the carrier reaches this machine",
    "SERVICE_CODE": "what people dial, *384*4455# for one",
    "SENDER": "the short code that texts come from; people cannot answer a name",
    "CALLBACK_SECRETS": "a long random word in the callback addresses; `itikia urls` suggests one",
}
"""What a hotline cannot do without that has a carrier."""


def _needed(settings: Settings, environ: Mapping[str, str]) -> Iterator[Finding]:
    told = {**environ, "PUBLIC_URL": settings.public_url, "CALLBACK_SECRETS": settings.callback_secrets}
    for name, what in NEEDED.items():
        if not told.get(name):
            yield Finding(f"{name} is empty. It is {what}.")


def _unfit(settings: Settings) -> Iterator[Finding]:
    if settings.public_url and not settings.public_url.startswith("https://"):
        yield Finding(
            "PUBLIC_URL does not begin with https://, so what citizens say would travel in the clear."
        )
    if not settings.sender.isdecimal():
        yield Finding(
            f"SENDER is {settings.sender!r}. Nobody can answer a text "
            "from a name: liaisons could not acknowledge by SMS."
        )
    if settings.carrier_username == "sandbox":
        yield Finding("CARRIER_USERNAME is sandbox: texts never reach a handset.", serious=False)


def _queue(service: Service, poster: Poster) -> Iterator[Finding]:
    if not poster.reachable():
        yield Finding(
            "REDIS_URL: the queue does not answer. Reports are taken "
            "all the same; nobody is told of them until it is back."
        )
    elif service.settings.telegram_token and not poster.keeps():
        yield Finding(
            "REDIS_URL: the queue does not write down what it holds, "
            "so what Telegram brings can be lost. Set: appendonly yes"
        )


def _database(service: Service) -> Iterator[Finding]:
    if service.database.is_sqlite and journal_mode() != "WAL":
        yield Finding(
            "This SQLite has the WAL-reset bug, so the slower rollback "
            "journal is used. It is safe; PostgreSQL is faster.",
            serious=False,
        )
    try:
        refuse_another_release(service.database)
        with service.database.reading() as session:
            yield from _people(service, session)
            yield from _telegram(service, session)
            yield from _troubles(service, session)
            yield from _audits(session, service.clock())
    except Misconfigured as error:
        yield Finding(str(error))
    except Locked:
        yield Finding("DATABASE_URL: the database does not answer.")


def _people(service: Service, session: Session) -> Iterator[Finding]:
    country = service.settings.country
    if not areas.version(session, country.code):
        yield Finding(f"There are no areas of {country.name}. Do: itikia areas load FILE")
    bodies = list(session.scalars(select(Body)))
    if not bodies:
        yield Finding("There are no bodies, so nobody can be asked. Do: itikia bodies load FILE")
        return
    yield from _default_body(service.settings.default_body, bodies)
    liaisons = list(session.scalars(select(Liaison)))
    there = shifts.on_duty(session, [each.id for each in liaisons], country.zone, service.clock())
    on_duty = Counter(each.body_code for each in liaisons if each.id in there)
    if not on_duty:
        yield Finding(
            "Nobody is on duty, so nobody can be asked. Do: itikia liaisons load FILE, or have them text ON."
        )
        return
    yield from _nobody_coordinates(bodies, on_duty)
    yield from _unanswered(bodies)
    yield from _nobody_on_duty(bodies, on_duty)
    yield from _empty_week(service, session, bodies)
    yield from _without_supervisor(bodies, [each for each in liaisons if is_one_now(each, service.clock())])


def _nobody_coordinates(bodies: Iterable[Body], on_duty: Mapping[str, int]) -> Iterator[Finding]:
    if not any(body.kind == BodyKind.COORDINATION and on_duty[body.code] for body in bodies):
        yield Finding(
            "No coordinating body has anybody on duty, and a case "
            "that nobody else answers goes there all the same."
        )


def _nobody_on_duty(bodies: Iterable[Body], on_duty: Mapping[str, int]) -> Iterator[Finding]:
    for body in bodies:
        if not on_duty[body.code] and body.kind != BodyKind.COORDINATION:
            yield Finding(f"{body.name} has nobody on duty.", serious=False)


def _empty_week(service: Service, session: Session, bodies: Iterable[Body]) -> Iterator[Finding]:
    """Of those who coordinate and of the police, a line each: the
    bodies with the most empty hours, and how many they are."""
    now, zone = service.clock(), service.settings.country.zone
    empty = {
        body: sum(map(_hours, those))
        for body, those in shifts.empty_hours(session, zone, now, now + WEEK).items()
    }
    for kind in (BodyKind.COORDINATION, BodyKind.POLICE):
        worst = sorted(
            (body for body in bodies if body.kind == kind and body.code in empty),
            key=lambda body: (-empty[body.code], body.name),
        )
        named = [f"{body.name} ({max(1, round(empty[body.code]))} h)" for body in worst[:MOST_NAMED]]
        named += [f"{len(worst) - MOST_NAMED} more"] if worst[MOST_NAMED:] else []
        if named:
            words = (
                "Hours of the next seven days with nobody on duty: "
                f"{', '.join(named)}. Which they are: itikia shifts list"
            )
            yield Finding(words, serious=False)


def _hours(stretch: Stretch) -> float:
    return (stretch.ends - stretch.begins) / timedelta(hours=1)


def _default_body(code: str, bodies: Iterable[Body]) -> Iterator[Finding]:
    body = next((body for body in bodies if body.code == code), None)
    if code and body is None:
        yield Finding(
            f"DEFAULT_BODY is {code!r}, and no body has that code. Write one that has, or leave it empty."
        )
    if body is not None and affiliations.belongs_to_the_police(body):
        yield Finding(
            f"DEFAULT_BODY is {code!r}, which is police, and a report "
            "about the police could never go there. Name another body."
        )


def _without_supervisor(bodies: Iterable[Body], liaisons: Sequence[Liaison]) -> Iterator[Finding]:
    """Only of bodies with several people, and where some are
    marked: a roster without that column is not complained of."""
    led, have = (
        {each.body_code for each in liaisons if each.supervisor},
        Counter(each.body_code for each in liaisons),
    )
    lacking = sorted(
        body.name
        for body in bodies
        if have[body.code] > 1 and body.code not in led and body.kind != BodyKind.COORDINATION
    )
    if led and lacking:
        yield Finding(f"Nobody is marked as supervisor of {', '.join(lacking)}.", serious=False)


def _telegram(service: Service, session: Session) -> Iterator[Finding]:
    if service.settings.telegram_token:
        yield Finding("Whether Telegram's updates arrive, itikia telegram check says.", serious=False)
        return
    if service.settings.telegram_is_simulated:
        return
    reached = session.scalar(
        select(func.count()).where(Address.channel == TELEGRAM, Address.sealed.is_not(None))
    )
    if reached:
        yield Finding(
            f"TELEGRAM_TOKEN is empty, and {reached} people are written to by Telegram: their messages wait."
        )


def _unanswered(bodies: Iterable[Body]) -> Iterator[Finding]:
    """Categories that only the coordinating body would ever get."""
    answered = {(body.kind, code) for body in bodies for code in (body.categories.split() or CATEGORIES)}
    for category in CATEGORIES.values():
        if not any((kind, category.code) in answered for kind in category.answered_by):
            kinds = " or ".join(category.answered_by)
            yield Finding(
                f"No body of kind {kinds} answers {category.code!r}; such cases go to the coordinating body.",
                serious=False,
            )


def _troubles(service: Service, session: Session) -> Iterator[Finding]:
    now = service.clock()
    if failing := outbox.failing(session):
        yield Finding(
            f"Tasks that have failed and are tried again: {failing}. The workers' log says why; "
            f"one of them: {outbox.last_failure(session)}."
        )
    if late := outbox.overdue(session, now):
        yield Finding(
            f"Tasks that should have been done a minute ago: {late}. "
            "Is there a worker for each queue, and the clock?"
        )
    if doubtful := count_undelivered(session, now - timedelta(days=1)):
        yield Finding(
            f"Texts of the last day that failed, or of which we do not know whether they left: {doubtful}.",
            serious=False,
        )


def _audits(session: Session, now: datetime) -> Iterator[Finding]:
    """What the auditor found last; and whether it looks at all, where there is something to look at."""
    last, oldest = auditor.latest(session), auditor.oldest_unfinished(session)
    since = last.at if last is not None else oldest
    if oldest is not None and since is not None and now - since > auditor.SILENT:
        seen = f"for {_minutes(now - since)} minutes" if last is not None else "ever"
        yield Finding(
            f"Nobody has looked {seen} whether a case is forgotten. Is the clock running? Do: itikia clock"
        )
    if last is not None and not last.all_is_well:
        found = "; ".join(
            filter(None, (last.found, f"tasks overdue: {last.overdue}" if last.overdue else ""))
        )
        yield Finding(f"The audit {_minutes(now - last.at)} minutes ago found: {found}.", serious=False)


def _minutes(time: timedelta) -> int:
    return int(time.total_seconds() // 60)
