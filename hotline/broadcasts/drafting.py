"""A broadcast is written, worded in each language, edited and checked."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from hotline.broadcasts import phrases, preview, templates
from hotline.broadcasts.approval import submit
from hotline.broadcasts.broadcast import (
    GOING,
    UNSENT,
    Broadcast,
    BroadcastState,
    DeedKind,
    Reach,
    Wording,
    broadcast_by_code,
    move_broadcast,
    new_code,
    new_mark,
)
from hotline.broadcasts.control import back_to_draft, end, tell_of_stop
from hotline.broadcasts.limits import NotNow
from hotline.broadcasts.menus import Compose
from hotline.context import UnitOfWork
from hotline.core.i18n import Phrase
from hotline.directory.liaisons import Liaison
from hotline.outbox import Queue, TaskKind
from hotline.rumours import readers as rumour_readers


def sketch(work: UnitOfWork, who: Liaison, command: Compose) -> Broadcast:
    """What somebody has written, as a broadcast that is not kept yet."""
    made = Broadcast(
        code="....",
        mark="000",
        edition=1,
        state=BroadcastState.DRAFT,
        author_id=who.id,
        author=who,
        written_at=work.now,
        listed=0,
        listed_to=0,
    )
    _write(work, who, made, command)
    return made


def _write(work: UnitOfWork, who: Liaison, broadcast: Broadcast, command: Compose) -> None:
    """Everything that the author decides."""
    original = broadcast.corrects if command.edits else _corrected_by(work.session, command)
    areas = (
        original.areas
        if original
        else list(dict.fromkeys(code for code in command.areas if code in work.areas))
    )
    broadcast.template, broadcast.source = command.template, command.source[:120]
    broadcast.known_at = _known_at(work, command)
    broadcast.expires_at = work.now + timedelta(hours=command.hours)
    broadcast.exercise = (original.exercise if original else command.exercise) or work.settings.exercise
    template = templates.TEMPLATES.get(command.template)
    broadcast.emergency = command.emergency and template is not None and template.frozen
    broadcast.public, broadcast.corrects = command.public, original
    _say(work, broadcast, command, areas)
    if command.rumour and (rumour := rumour_readers.seen(work, who, command.rumour)) is not None:
        broadcast.rumour_id = rumour.id


def _say(work: UnitOfWork, broadcast: Broadcast, command: Compose, areas: Sequence[str]) -> None:
    """It is about these areas, and says this in each language; rows that stand for the same are kept."""
    kept = {reach.area_code: reach for reach in broadcast.reaches}
    broadcast.reaches = [kept.get(code) or Reach(area_code=code) for code in areas]
    said = {wording.language: wording for wording in broadcast.wordings}
    broadcast.wordings = [
        _worded(said.get(language), language, text)
        for language, text in _texts(work, command, areas).items()
        if text
    ]


def _known_at(work: UnitOfWork, command: Compose) -> datetime:
    """The moment as of which it is so: the last time that clocks there showed what it says, or now."""
    at = templates.as_of(command.template, dict(command.fields))
    if not at:
        return work.now
    there = work.now.astimezone(work.country.zone)
    known = there.replace(hour=int(at[:2]), minute=int(at[3:]), second=0, microsecond=0)
    return (
        known if known <= there + timedelta(minutes=templates.SLACK) else known - timedelta(days=1)
    ).astimezone(UTC)


def _worded(kept: Wording | None, language: str, text: str) -> Wording:
    wording = kept or Wording(language=language)
    wording.text = text
    return wording


def _texts(work: UnitOfWork, command: Compose, areas: Sequence[str]) -> dict[str, str]:
    """What it says in each language of the country."""
    if not command.template:
        return {language: text.strip()[:1000] for language, text in command.own}
    place = templates.place_of(work.areas, areas)
    return {
        language: templates.render(command.template, dict(command.fields), place, language)
        for language in work.country.languages
    }


def _corrected_by(session: Session, command: Compose) -> Broadcast | None:
    """The broadcast that this one sets right. Raises `NotNow` where it cannot be: nobody has it."""
    original = broadcast_by_code(session, command.corrects) if command.corrects else None
    if command.corrects and (original is None or original.state in UNSENT):
        raise NotNow(phrases.cannot_now(command.corrects, phrases.NOT_SENT_YET))
    return original


def write(work: UnitOfWork, who: Liaison, command: Compose) -> Phrase:
    """Keep what somebody has written. Raises `NotNow`."""
    return _put(work, who, command, _begun(work, who, command))


def set_right(work: UnitOfWork, who: Liaison, wrong: Broadcast, command: Compose) -> Phrase:
    """Keep what says what was wrong with another, of which nobody more is sent anything. Raises `NotNow`."""
    if wrong.state in GOING:
        end(work, wrong, BroadcastState.STOPPED, who)
        tell_of_stop(work, wrong, who)
    return write(work, who, command)


def change(work: UnitOfWork, who: Liaison, broadcast: Broadcast, command: Compose) -> Phrase:
    """It says something else from now on, and is a draft again. Raises `NotNow`."""
    back_to_draft(work, broadcast)
    _write(work, who, broadcast, command)
    broadcast.note(work.now, DeedKind.EDITED, who)
    work.session.flush()
    work.schedule(TaskKind.EXPIRE, broadcast.id, broadcast.expires_at, Queue.ORDINARY)
    return _put(work, who, command, broadcast)


def _begun(work: UnitOfWork, who: Liaison, command: Compose) -> Broadcast:
    broadcast = sketch(work, who, command)
    broadcast.code, broadcast.mark = new_code(work.session), new_mark()
    work.session.add(broadcast)
    broadcast.note(work.now, DeedKind.WROTE, who)
    work.session.flush()
    work.schedule(TaskKind.EXPIRE, broadcast.id, broadcast.expires_at, Queue.ORDINARY)
    return broadcast


def _put(work: UnitOfWork, who: Liaison, command: Compose, broadcast: Broadcast) -> Phrase:
    """Check it, and ask others to approve it if that was wanted. Raises `NotNow`."""
    check(work, broadcast, who)
    return submit(work, who, broadcast) if command.submit else phrases.draft_saved(broadcast.code)


def submit_again(work: UnitOfWork, who: Liaison, broadcast: Broadcast) -> Phrase:
    """A draft that was kept, or sent back, is put to others. Raises `NotNow`."""
    if broadcast.state == BroadcastState.DRAFT:
        check(work, broadcast, who)
    return submit(work, who, broadcast)


def check(work: UnitOfWork, broadcast: Broadcast, who: Liaison | None) -> None:
    """Bring a draft on to being checked. Raises `NotNow` with what blocks it; the draft is kept."""
    blocks = [finding.words for finding in preview.findings_of(work, broadcast) if finding.blocks]
    if blocks:
        raise NotNow(phrases.not_checked(broadcast.code, blocks))
    if move_broadcast(work.session, broadcast, BroadcastState.CHECKED):
        broadcast.note(work.now, BroadcastState.CHECKED, who)
