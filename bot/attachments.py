"""What somebody sends as evidence: where it belongs, and whether it can be taken."""

from dataclasses import replace

from bot import conversation, written
from bot.turn import Here, Who, here_of
from hotline.cases import additions, citizen_phrases, evidence
from hotline.context import Service
from hotline.conversation.chat_store import ChatState
from hotline.conversation.screens import Ask
from hotline.core.i18n import Phrase, say


def refusal(service: Service, who: Who) -> Phrase | None:
    """Why nothing can be taken from them just now, if so: looked at before it is fetched."""
    with service.read() as work:
        there = _destination(here_of(work, who))
        if there is None:
            return citizen_phrases.evidence_of_nothing()
        is_full = evidence.is_full(work.session, there)
        return citizen_phrases.evidence_enough(evidence.MOST) if is_full else None


def sent(here: Here, kind: evidence.EvidenceKind, content: bytes, caption: str) -> ChatState:
    work, there = here.work, _destination(here)
    if there is None:
        return replace(here.talk, aside=say(citizen_phrases.evidence_of_nothing(), here.language))
    evidence.keep(work, there, kind, content)
    work.session.flush()
    if there.case is not None:
        if caption:
            additions.add_words(work, there.case, caption)
        return replace(here.talk, aside=say(additions.add_evidence(work, there.case), here.language))
    kept = evidence.number_of(work.session, there.session_index, None)
    talk = _captioned(here, caption) if caption else here.talk
    return replace(talk, aside=say(citizen_phrases.evidence_taken(kept), here.language))


def _captioned(here: Here, caption: str) -> ChatState:
    """What they wrote below it, in the middle of a report."""
    if isinstance(conversation.asking(here).question, Ask):
        return conversation.answer(here, caption)
    return written.noted(here, caption)


def _destination(here: Here) -> evidence.Destination | None:
    """Where what they send belongs."""
    address = here.address()
    person = address.person if address else None
    return evidence.destination(here.work.session, here.call.session_index, person, reports=here.reports)
