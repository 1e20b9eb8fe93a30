"""A case is put before one liaison, and then another: who takes it on, cannot, or does not answer."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, LargeBinary, String, UniqueConstraint, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship, selectinload

from hotline import evidence, firewall, incidents, matching, messages, people, shifts
from hotline.bodies import Body, Serves
from hotline.cases import ACKNOWLEDGED, CLOSED, OPEN, Case, Entry
from hotline.categories import Kind, Urgency
from hotline.database import Base, Moment, changed
from hotline.dialogues import liaison as words
from hotline.dialogues.liaison import How
from hotline.gsm import fits
from hotline.language import SOURCE, Words, say
from hotline.liaisons import Liaison
from hotline.matching import Asked, Candidate, Match, Matter
from hotline.messages import About, Message
from hotline.outbox import Queue, What
from hotline.people import Address
from hotline.sealed import Keys
from hotline.standing_order import Ways, order_of, patience_of, rest
from hotline.work import Work

ASKED, TAKEN, DONE, CANNOT = "asked", "taken", "done", "cannot"
UNANSWERED, LAPSED, SUPERSEDED = "unanswered", "lapsed", "superseded"
"""What has become of a dispatch. Lapsed: they took the case and nothing followed. Superseded: the case went on without this liaison."""
WAITS = (ASKED, TAKEN)
"""As long as it is one of these, something is expected of the liaison."""

WORDS = (
    "SIMBA", "TEMBO", "CHUI", "DUMA", "TWIGA", "NYATI", "KIFARU", "PUNDA", "FISI", "NYANI", "SUNGURA", "SAMAKI", "NDEGE", "KUKU", "MBUZI",
    "NGAMIA", "PAKA", "MBWA", "KOBE", "MAMBA", "NYOKA", "POPO", "BATA", "KANGA", "TAUSI", "KASUKU", "NYUKI", "MWEWE", "TAI", "KORONGO",
    "MAEMBE", "NDIZI", "NANASI", "PAPAI", "MUHOGO", "MCHELE", "NGANO", "CHAI", "KAHAWA", "ASALI",
)  # fmt: skip
"""Case words: animals and food that everybody can spell, none like another. A liaison's reply names the case by its word."""

TWO_TEXTS = {"septets": 306, "units": 134}

KEY = "dispatch:"
"""How the key of a text begins that puts a case before a liaison."""


class Dispatch(Base):
    """A case put before one liaison, with the reason why it was this one."""

    __tablename__ = "dispatches"
    __table_args__ = (UniqueConstraint("case_id", "step"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    step: Mapped[int]
    """The first, the second… for this case; the pair is unique, so no step is taken twice."""
    round: Mapped[int]
    liaison_id: Mapped[int] = mapped_column(ForeignKey("liaisons.id"), index=True)
    body_code: Mapped[str] = mapped_column(ForeignKey("bodies.code"))
    word: Mapped[str] = mapped_column(String(16))
    locked_why: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Their own words on why they passed it on."""
    rung: Mapped[str] = mapped_column(String(16), default="primary")
    """Why it was their turn: see `standing_order.Rung`."""
    place: Mapped[int] = mapped_column(default=0)
    """Where in the standing order that was; what follows is counted on, lap after lap."""
    reason: Mapped[str] = mapped_column(String(400))
    state: Mapped[str] = mapped_column(String(12), default=ASKED)
    at: Mapped[datetime] = mapped_column(Moment)
    answer_by: Mapped[datetime | None] = mapped_column(Moment)
    """When the next is asked."""
    taken_at: Mapped[datetime | None] = mapped_column(Moment)
    """When this liaison acknowledged, if they did."""
    stepped_at: Mapped[datetime | None] = mapped_column(Moment)
    """When they last took a step, or said that they are still on it."""
    wondered_at: Mapped[datetime | None] = mapped_column(Moment)
    """When we asked whether they are still on it, if they have not answered that."""
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    case: Mapped[Case] = relationship()
    liaison: Mapped[Liaison] = relationship()
    body: Mapped[Body] = relationship()

    @property
    def who(self) -> str:
        return f"{self.liaison.name}, {self.body.name}"

    def why(self, keys: Keys) -> str:
        """Their own words on why they passed it on, if they said any."""
        return keys.vault.read(self.locked_why, _why_place(self.case_id)) if self.locked_why else ""

    def keep_why(self, keys: Keys, why: str) -> None:
        self.locked_why = keys.vault.lock(why, _why_place(self.case_id))

    def how(self, session: Session, now: datetime) -> How:
        """How the case stands to this liaison; to one who may not see it any more, it is over."""
        case = self.case
        if not firewall.may_see(session, case, self.liaison, now):
            return "over"
        match self.state:
            case "asked" if case.state == OPEN and case.round == self.round:
                return "asked"
            case "unanswered" | "lapsed" if case.state == OPEN and case.round == self.round:
                return "late"
            case "taken" if case.state == ACKNOWLEDGED and case.liaison_id == self.liaison_id:
                return "there" if case.there_at else "on_the_way" if case.on_the_way_at else "taken"
            case "done" if case.round == self.round:
                return "done"
            case "cannot":
                return "passed_on"
            case _:
                return "first_was" if case.liaison and case.liaison_id != self.liaison_id and case.round == self.round else "over"

    def may_be_read(self, session: Session, now: datetime) -> bool:
        """Whether this liaison may read what was reported: as long as it is before them or theirs, and not closed."""
        return self.how(session, now) in ("asked", "late", "taken", "on_the_way", "there", "done") and self.case.state != CLOSED


def _why_place(case: UUID) -> str:
    return f"dispatches.why:{case}"


# Whom to ask next


def put_before_next(work: Work, case: Case, *, again: bool = False) -> list[Dispatch]:
    """Put the case before whoever is next in the standing order, unless somebody is being asked still. At the end of the order it waits a
    while; `again` begins at the top at once. Returns those who are asked now."""
    work.session.flush()
    if _is_before_somebody(work.session, case):
        return []
    matter, candidates = _matter(work, case), _candidates(work, case)
    found = matching.together(matter, candidates, work.areas, matching.next_place(matter))
    if not found and (again or (matching.is_at_the_end(matter) and _has_rested(work.session, case, work.now))):
        found = matching.from_the_top(matter, candidates, work.areas)
    if not found:
        _wait(work, case, matter)
        return []
    answer_by = work.in_minutes(matching.minutes_after(matter, found[-1].place))
    return [_put_before(work, case, each, answer_by) for each in found]


def _is_before_somebody(session: Session, case: Case) -> bool:
    asked = select(Dispatch.id).where(Dispatch.case_id == case.id, Dispatch.round == case.round, Dispatch.state == ASKED)
    return session.scalars(asked.limit(1)).first() is not None


def _wait(work: Work, case: Case, matter: Matter) -> None:
    """Nobody is left to ask just now: from the top again, after a while."""
    if not matter.asked:
        case.note(work.session, work.now, "nobody", why="Nobody who may see this case is there to be asked.")
    work.put(What.FIND, case.id, work.in_minutes(rest(matter.order, matter.lap)))


def _has_rested(session: Session, case: Case, now: datetime) -> bool:
    """Whether the time of whoever was asked last is over, also where they have answered before: else a case that everybody passes on would
    go round and round at once."""
    last = session.scalar(select(func.max(Dispatch.answer_by)).where(Dispatch.case_id == case.id, Dispatch.round == case.round))
    return last is None or last <= now


def hasten(work: Work, case: Case) -> None:
    """The case has become more urgent: whatever is to come in it comes as soon as if it had been so from now on."""
    patience = work.in_minutes(patience_of(Urgency(case.pace.urgency)))
    asked = asked_now(work.session, case)
    for each in asked:
        if each.answer_by is None or each.answer_by > patience:
            each.answer_by = patience
            work.put(What.ESCALATE, each.id, patience)
    if case.state == OPEN and not asked:
        work.put_sooner(What.FIND, case.id, patience)


def _put_before(work: Work, case: Case, found: Match, answer_by: datetime) -> Dispatch:
    for earlier in work.session.scalars(
        select(Dispatch).where(Dispatch.case_id == case.id, Dispatch.liaison_id == found.candidate.liaison)
    ):
        _hold_back(work.session, earlier)
    dispatch = _dispatch(work, case, found, answer_by)
    work.session.flush()
    _write(work, dispatch, found.row.ways)
    work.put(What.ESCALATE, dispatch.id, answer_by)
    case.note(work.session, work.now, "dispatched", dispatch.who, dispatch.reason)
    return dispatch


def _dispatch(work: Work, case: Case, found: Match, answer_by: datetime) -> Dispatch:
    step = (work.session.scalar(select(func.max(Dispatch.step)).where(Dispatch.case_id == case.id)) or 0) + 1
    chosen = found.candidate
    word = _free_word(work.session, case, chosen.liaison)
    dispatch = Dispatch(
        case=case, step=step, round=case.round, liaison_id=chosen.liaison, body_code=chosen.body, word=word, at=work.now,
        answer_by=answer_by, rung=found.row.rung, place=found.place, reason=found.reason[:400],
    )  # fmt: skip
    work.session.add(dispatch)
    return dispatch


def _matter(work: Work, case: Case) -> Matter:
    before = list(work.session.scalars(select(Dispatch).where(Dispatch.case_id == case.id).order_by(Dispatch.step)))
    tried = {each.body_code for each in before if each.round < case.round and each.taken_at is not None}
    return Matter(
        case.category,
        work.areas[case.area_code],
        case.language,
        order_of(Urgency(case.urgency), noes=case.round - 1),
        tuple(_as_asked(each) for each in before if each.round == case.round),
        tried,
        case.wants_woman,
        _known_to(work.session, case),
        work.settings.default_body,
    )


def _as_asked(each: Dispatch) -> Asked:
    above = tuple(body.code for body in each.body.upwards[1:])
    return Asked(each.liaison_id, each.body_code, Kind(each.body.kind), above, each.place, each.state == CANNOT)


def _known_to(session: Session, case: Case) -> int | None:
    """Who has another case of the same incident."""
    other = select(Case.liaison_id).where(Case.incident_id == case.incident_id, Case.state == ACKNOWLEDGED, Case.id != case.id)
    return session.scalar(other.order_by(Case.acknowledged_at.desc()).limit(1)) if case.incident_id is not None else None


def _candidates(work: Work, case: Case) -> list[Candidate]:
    """Every liaison who may see the case, of a body that serves the place, anything around it or a place nearby; and those of the
    coordinating bodies and of the default body, wherever."""
    subject = firewall.subject_of(work.session, case)
    nearest = _nearest(work, case)
    known = work.session.scalars(select(Liaison).where(Liaison.id.in_(nearest)).options(*_WITH_ROLES)).unique()
    seeing = [each for each in known if firewall.eligible(subject, firewall.viewer_of(each, work.now)).allowed]
    there = shifts.on_duty(work.session, [each.id for each in seeing], work.country.zone, work.now)
    loads = _loads(work.session, nearest)
    return [_as_candidate(each, *nearest[each.id], on_duty=each.id in there, load=loads.get(each.id, 0)) for each in seeing]


_WITH_ROLES = (joinedload(Liaison.body), selectinload(Liaison.roles))


def _as_candidate(liaison: Liaison, area: str, neighbour: bool, *, on_duty: bool, load: int) -> Candidate:
    body, above = liaison.body, tuple(each.code for each in liaison.body.upwards[1:])
    return Candidate(
        liaison.id, liaison.name, body.code, body.name, Kind(body.kind), tuple(body.categories.split()), area, tuple(liaison.speaks),
        on_duty, load, neighbour, liaison.supervisor, liaison.woman, above,
    )  # fmt: skip


def _nearest(work: Work, case: Case) -> dict[int, tuple[str, bool]]:
    """Of each liaison of a body nearby: the nearest area that it serves, and whether that is only a neighbour's."""
    around = [area.code for area in work.areas.outwards(work.areas[case.area_code])]
    nearby = [area.code for area in work.areas.nearby(work.areas[case.area_code])]
    rank = {code: place for place, code in enumerate([*around, *nearby])}
    serving = select(Liaison.id, Serves.area_code).join(Serves, Serves.body_code == Liaison.body_code)
    anywhere = select(Liaison.id, Serves.area_code).join(Body, Body.code == Liaison.body_code).join(Serves, Serves.body_code == Body.code)
    anywhere = anywhere.where((Body.kind == Kind.COORDINATION) | (Body.code == work.settings.default_body))
    found = [*work.session.execute(serving.where(Serves.area_code.in_(rank))), *work.session.execute(anywhere)]
    nearest: dict[int, str] = {}
    for liaison, area in sorted(found, key=lambda each: rank.get(each[1], len(rank))):
        nearest.setdefault(liaison, area)
    return {liaison: (area, area not in around) for liaison, area in nearest.items()}


def could_be_asked(work: Work, case: Case) -> list[Candidate]:
    """Everybody who may see the case and could ever be asked, as things are now; empty where the firewall leaves nobody."""
    matter = _matter(work, case)
    return [each for each in _candidates(work, case) if matching.could_ever_be_asked(matter, each)]


# Telling them


def _write(work: Work, dispatch: Dispatch, ways: Ways) -> None:
    ladder = dispatch.liaison.person.ladder
    for address in ladder if ways == Ways.ALL else ladder[:1]:
        _write_to(work, dispatch, address)


def write_next(work: Work, dispatch: Dispatch) -> bool:
    """Try the next way of telling them, after one that failed. False where there is none left."""
    tried = set(work.session.scalars(select(Message.address_id).where(_tells(dispatch))))
    left = [address for address in dispatch.liaison.person.ladder if address.id not in tried]
    for address in left[:1]:
        _write_to(work, dispatch, address)
    return bool(left)


def is_being_told(session: Session, dispatch: Dispatch) -> bool:
    """Whether a message that puts the case before them has left, or may still leave."""
    hopeful = Message.state.not_in((messages.FAILED, messages.WITHHELD))
    return session.scalars(select(Message.id).where(_tells(dispatch), hopeful).limit(1)).first() is not None


def _tells(dispatch: Dispatch) -> ColumnElement[bool]:
    key = f"{KEY}{dispatch.id}"
    return or_(Message.key == key, Message.key.startswith(f"{key}/", autoescape=True))


def told_by(session: Session, key: str) -> Dispatch:
    """The dispatch that the message with this key puts before somebody."""
    return session.get_one(Dispatch, int(key.removeprefix(KEY).partition("/")[0]))


def _write_to(work: Work, dispatch: Dispatch, address: Address) -> None:
    case, liaison = dispatch.case, dispatch.liaison
    language = liaison.person.language or SOURCE
    text = _fitting(work, dispatch, language)
    first = work.session.scalars(select(Message.id).where(_tells(dispatch)).limit(1)).first() is None
    key = f"{KEY}{dispatch.id}" if first else f"{KEY}{dispatch.id}/{address.channel}"
    messages.write(work, address, About.DISPATCH, text, language, key=key, case=case)
    if address.channel == people.PHONE and evidence.number_of(work.session, case.session_index, case):
        tell(work, dispatch, words.sent_something(dispatch.word), f"sent:{dispatch.id}")


def _fitting(work: Work, dispatch: Dispatch, language: str) -> Words:
    """The text to a liaison, with as much of the details as two texts hold. The rest is read by dialling in."""
    case, by = dispatch.case, work.clock_time(dispatch.answer_by or work.now)
    place, details = work.areas.full_name(work.areas[case.area_code]), case.details(work.keys)
    so_far, more = so_far_of(work, case), ""
    while not fits(say(text := words.please_take(dispatch.word, case.about, place, details + more, by, so_far), language), **TWO_TEXTS):
        if details:
            details, more = details[: int(len(details) * 0.9)].rstrip(), ".."
        elif len(so_far) > 1:
            so_far = so_far[1:]
        else:
            break
    return text


def so_far_of(work: Work, case: Case) -> list[Words]:
    """What a liaison should know before anything else: that somebody went there and is silent, that others call about it too, that help did
    not come last time, and that a woman is wished."""
    told = [words.went_and_is_silent(entry.who, work.clock_time(entry.at)) for entry in _silent_there(work, case)]
    calls = incidents.calls(work.session, case, work.now)
    told += [words.one_of_several(calls.nth, calls.minutes, calls.phones)] if calls.nth > 1 else []
    told += [words.no_help_came(", ".join(dict.fromkeys(_had_it(work.session, case))))] if case.round > 1 else []
    return [*told, words.wishes_a_woman()] if case.wants_woman else told


def _silent_there(work: Work, case: Case) -> list[Entry]:
    """The last alarm of this round, if there was one."""
    alarms = select(Entry).where(Entry.case_id == case.id, Entry.what == "alarm", Entry.at >= case.round_began_at)
    return list(work.session.scalars(alarms.order_by(Entry.id.desc()).limit(1)))


def _had_it(session: Session, case: Case) -> list[str]:
    """The bodies that had the case in earlier rounds."""
    earlier = select(Body.name).join(Dispatch, Dispatch.body_code == Body.code).where(Dispatch.case_id == case.id)
    return list(session.scalars(earlier.where(Dispatch.round < case.round, Dispatch.taken_at.is_not(None)).order_by(Dispatch.step)))


def _free_word(session: Session, case: Case, liaison: int) -> str:
    """A word that no other case of this liaison goes by now; the same for every liaison of a case where that can be."""
    before = session.execute(select(Dispatch.case_id, Dispatch.word).where(Dispatch.liaison_id == liaison, Dispatch.state.in_(WAITS)))
    taken = {word for other, word in before if other != case.id}
    start = case.id.int % len(WORDS)
    in_order = [WORDS[(start + place) % len(WORDS)] for place in range(len(WORDS))]
    return next(word for number in ("", *range(2, len(taken) + 3)) for each in in_order if (word := f"{each}{number}") not in taken)


def tell(work: Work, dispatch: Dispatch, what: Words, key: str) -> None:
    """Tell a liaison what is new in a case that is before them."""
    address, language = dispatch.liaison.person.best, dispatch.liaison.person.language or SOURCE
    if address is not None:
        messages.write(work, address, About.NEWS, what, language, key=key, case=dispatch.case)


def tell_all(work: Work, case: Case, what: Callable[[str], Words], key: str) -> None:
    """Tell everybody before whom the case is now, or who has it, once for each key; their cards show it too."""
    for each in work.session.scalars(select(Dispatch).where(Dispatch.case_id == case.id, Dispatch.state.in_(WAITS))):
        if each.may_be_read(work.session, work.now):
            tell(work, each, what(each.word), f"{key}:{each.liaison_id}")
    redraw(work, case)


def _loads(session: Session, of: Collection[int]) -> dict[int, int]:
    busy = select(Dispatch.liaison_id, func.count()).where(Dispatch.liaison_id.in_(of), Dispatch.state.in_(WAITS))
    return {liaison: number for liaison, number in session.execute(busy.group_by(Dispatch.liaison_id))}


def before(session: Session, liaison: Liaison, now: datetime) -> list[Dispatch]:
    """The dispatches that wait for something from this liaison, the newest first. One who has since moved to a body that may not see a case
    sees it no more."""
    waiting = select(Dispatch).where(Dispatch.liaison_id == liaison.id, Dispatch.state.in_(WAITS))
    sees = firewall.sees(session, liaison, now)
    return [each for each in session.scalars(waiting.order_by(Dispatch.id.desc())) if sees(each.case)]


def taken_last(session: Session, liaison: Liaison, now: datetime) -> Dispatch | None:
    """The case that this liaison took last within a day, whatever has become of it."""
    taken = select(Dispatch).where(Dispatch.liaison_id == liaison.id, Dispatch.taken_at > now - timedelta(days=1))
    return session.scalar(taken.order_by(Dispatch.taken_at.desc()).limit(1))


def late(session: Session, liaison: Liaison, now: datetime) -> list[Dispatch]:
    """Of each case that this liaison did not answer in time and that nobody has, the last dispatch: they may take it still."""
    missed = select(Dispatch).join(Case, Dispatch.case_id == Case.id).where(Case.state == OPEN, Case.round == Dispatch.round)
    missed = missed.where(Dispatch.liaison_id == liaison.id, Dispatch.state.in_((UNANSWERED, LAPSED)))
    of_each_case = {each.case_id: each for each in session.scalars(missed.order_by(Dispatch.id))}
    sees = firewall.sees(session, liaison, now)
    return [each for each in of_each_case.values() if sees(each.case)]


def own(session: Session, liaison: Liaison, identity: int, now: datetime) -> Dispatch | None:
    """This dispatch, if it was put before this liaison and they may see its case."""
    asked = session.get(Dispatch, identity)
    is_theirs = asked is not None and asked.liaison_id == liaison.id and firewall.may_see(session, asked.case, liaison, now)
    return asked if is_theirs else None


def recent(session: Session, liaison: Liaison, word: str, now: datetime) -> Dispatch | None:
    """The last dispatch that this liaison knew by this word, whatever has become of it."""
    known = select(Dispatch).where(Dispatch.liaison_id == liaison.id, Dispatch.word == word)
    latest = session.scalar(known.order_by(Dispatch.id.desc()).limit(1))
    return latest if latest is not None and firewall.may_see(session, latest.case, liaison, now) else None


def asked_now(session: Session, case: Case) -> list[Dispatch]:
    """Those before whom the case is in this round and who have not answered, the last one last."""
    this_round = select(Dispatch).where(Dispatch.case_id == case.id, Dispatch.round == case.round, Dispatch.state == ASKED)
    return list(session.scalars(this_round.order_by(Dispatch.step)))


def was_ever_asked(session: Session, case: Case) -> bool:
    """Whether the case was put before anybody yet."""
    return session.scalars(select(Dispatch.id).where(Dispatch.case_id == case.id).limit(1)).first() is not None


def has_it(case: Case, taken: Dispatch) -> bool:
    """Whether the case is in this liaison's hands, by this dispatch."""
    mine = taken.state == TAKEN and taken.round == case.round
    return mine and case.state == ACKNOWLEDGED and case.liaison_id == taken.liaison_id


def whose(session: Session, case: Case) -> int | None:
    """The dispatch of the liaison who had the case last in this round."""
    taken = select(Dispatch.id).where(Dispatch.case_id == case.id, Dispatch.round == case.round, Dispatch.taken_at.is_not(None))
    return session.scalar(taken.order_by(Dispatch.taken_at.desc()).limit(1))


def was_asked_before(session: Session, asked: Dispatch) -> bool:
    """Whether this case was put before this liaison in this round already."""
    earlier = select(Dispatch.id).where(Dispatch.case_id == asked.case_id, Dispatch.round == asked.round, Dispatch.step < asked.step)
    return session.scalars(earlier.where(Dispatch.liaison_id == asked.liaison_id).limit(1)).first() is not None


def end(work: Work, dispatch: Dispatch, state: str) -> bool:
    """Give a dispatch its end, if it still waits for something."""
    waits = update(Dispatch).where(Dispatch.id == dispatch.id, Dispatch.state.in_(WAITS))
    ended = changed(work.session.execute(waits.values(state=state, ended_at=work.now)))
    work.session.refresh(dispatch)
    if ended and state in (CANNOT, SUPERSEDED):
        _hold_back(work.session, dispatch)
    redraw(work, dispatch.case)
    return ended


def _hold_back(session: Session, dispatch: Dispatch) -> None:
    """What has not left yet and would put the case before them need not leave any more."""
    waits = update(Message).where(_tells(dispatch), Message.state == messages.WAITING)
    session.execute(waits.values(state=messages.WITHHELD, code=messages.WENT_ON).execution_options(synchronize_session="fetch"))


def supersede(work: Work, case: Case, *, but: int | None = None) -> None:
    """The case went on: nobody need answer it any more, but for this dispatch."""
    others = update(Dispatch).where(Dispatch.case_id == case.id, Dispatch.state.in_(WAITS), Dispatch.id.is_distinct_from(but))
    work.session.execute(others.values(state=SUPERSEDED, ended_at=work.now))
    redraw(work, case)


def redraw(work: Work, case: Case) -> None:
    """Have each liaison's card of this case show how it stands now. What went as a text stays as it was."""
    cards = select(Message.id).join(Message.address).where(Message.case_id == case.id, Message.about == About.DISPATCH)
    for card in work.session.scalars(cards.where(Address.channel == people.TELEGRAM)):
        work.put(What.REDRAW, card, queue=Queue.TELEGRAM)
