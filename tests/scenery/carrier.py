"""A carrier of our own, that keeps what it is given and answers as it is told."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence

from hotline.carriers.africastalking import AfricasTalking
from hotline.carriers.carrier import Account, Meaning, Sending

ACCOUNT = Account("itikia", "a key", "22384", "http://127.0.0.1:9")


class Died(KeyboardInterrupt):
    """Raised where a test lets a process die: no `except Exception` stands in its way.

    A class of its own, so that somebody who presses Ctrl-C is not taken for it.
    """


class PretendCarrier(AfricasTalking):
    """Reads callbacks as Africa's Talking writes them, and sends nothing anywhere."""

    def __init__(self) -> None:
        super().__init__(ACCOUNT)
        self.sent: list[tuple[str, str]] = []
        self.answers: deque[Sending] = deque()
        """What to answer to the next texts; then it accepts."""
        self.on_send: Callable[[str, str], None] = lambda _number, _text: None

    def send(self, number: str, text: str) -> Sending:
        self.on_send(number, text)
        answer = (
            self.answers.popleft()
            if self.answers
            else Sending(Meaning.ACCEPTED, "101 Success", f"ATXid_{len(self.sent)}")
        )
        if answer.meaning == Meaning.ACCEPTED:
            self.sent.append((number, text))
        return answer

    def send_many(self, numbers: Sequence[str], text: str) -> Mapping[str, Sending]:
        return {number: self.send(number, text) for number in numbers}

    def balance(self) -> str:
        return "KES 1000.0000"

    def to(self, number: str) -> list[str]:
        return [text for sent_to, text in self.sent if sent_to == number]
