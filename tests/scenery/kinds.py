"""Which kinds of message are to citizens, about cases of theirs."""

from hotline.messaging.kinds import HANDLING, Reader

TO_CITIZENS = tuple(kind for kind, how in HANDLING.items() if how.reader == Reader.CITIZEN)
