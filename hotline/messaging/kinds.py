"""Why a message is written, and what follows from that on its way. A new kind is a member, a row of the table
below, and a row of the rules in `hotline/gate.py`."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from hotline.outbox import Queue


class MessageKind(StrEnum):
    """Why a message is written."""

    DISPATCH = "dispatch"
    """Puts a case before a liaison."""
    NEWS = "news"
    """Tells a liaison what is new in a case that is before them."""
    STILL_ON_IT = "still_on_it"
    """Asks a liaison whether they are still on a case that they have taken."""
    ALARM = "alarm"
    """Tells those who lead a liaison that something may be wrong with them."""
    RECEIVED = "received"
    """Tells a citizen that their report was received, and by when they hear more."""
    NOBODY = "nobody"
    """Tells a citizen that there is nobody who may see their case."""
    LATE = "late"
    """Admits to a citizen that a promise was missed, and makes the next."""
    GONE_ON = "gone_on"
    """Tells a citizen that their case goes to somebody else, and by when they hear more."""
    CASE = "case"
    """Tells a citizen how their case stands now."""
    FOLLOW_UP = "follow_up"
    """Asks a citizen whether help came."""
    ANSWER = "answer"
    """Answers somebody's own text."""
    DUTY = "duty"
    """Tells a liaison about duty: are they there tonight, and who is not."""
    CONSULT = "consult"
    """Asks or tells a liaison something about a broadcast or a rumour."""
    BROADCAST = "broadcast"
    """The copy of a broadcast for one recipient on Telegram; those for phones go in batches."""
    RUMOUR = "rumour"
    """Answers somebody who asked whether something is true."""


class Reader(StrEnum):
    """Whom a message is for."""

    LIAISON = "liaison"
    """One who serves, and who may see the case if it is about one."""
    CITIZEN = "citizen"
    """Whoever reported a case and allowed us to text them about it."""
    ANYBODY = "anybody"
    """Whoever wrote, asked, or wanted news."""


class Priority(IntEnum):
    """What goes first where a channel cannot take everything at once."""

    CASE = 0
    REPLY = 1
    BULK = 2


@dataclass(frozen=True, slots=True)
class Handling:
    """What becomes of a message of some kind on its way."""

    reader: Reader
    priority: Priority
    queue: Queue
    """Which worker delivers it to a phone. What goes by Telegram has a worker of its own."""
    is_repeated: bool = False
    """Sent again where nobody knows whether it left: twice is better than never. Others stay unknown."""


HANDLING = {
    MessageKind.DISPATCH: Handling(Reader.LIAISON, Priority.CASE, Queue.URGENT, is_repeated=True),
    MessageKind.NEWS: Handling(Reader.LIAISON, Priority.CASE, Queue.URGENT, is_repeated=True),
    MessageKind.STILL_ON_IT: Handling(Reader.LIAISON, Priority.CASE, Queue.URGENT, is_repeated=True),
    MessageKind.ALARM: Handling(Reader.LIAISON, Priority.CASE, Queue.URGENT, is_repeated=True),
    MessageKind.RECEIVED: Handling(Reader.CITIZEN, Priority.CASE, Queue.URGENT),
    MessageKind.NOBODY: Handling(Reader.CITIZEN, Priority.CASE, Queue.URGENT),
    MessageKind.LATE: Handling(Reader.CITIZEN, Priority.CASE, Queue.URGENT),
    MessageKind.GONE_ON: Handling(Reader.CITIZEN, Priority.CASE, Queue.URGENT),
    MessageKind.CASE: Handling(Reader.CITIZEN, Priority.CASE, Queue.URGENT),
    MessageKind.FOLLOW_UP: Handling(Reader.CITIZEN, Priority.BULK, Queue.ORDINARY),
    MessageKind.ANSWER: Handling(Reader.ANYBODY, Priority.REPLY, Queue.URGENT),
    MessageKind.DUTY: Handling(Reader.LIAISON, Priority.REPLY, Queue.ORDINARY),
    MessageKind.CONSULT: Handling(Reader.LIAISON, Priority.REPLY, Queue.ORDINARY, is_repeated=True),
    MessageKind.BROADCAST: Handling(Reader.ANYBODY, Priority.BULK, Queue.BULK),
    MessageKind.RUMOUR: Handling(Reader.ANYBODY, Priority.BULK, Queue.BULK),
}

TO_LIAISONS = tuple(kind for kind, how in HANDLING.items() if how.reader == Reader.LIAISON)
