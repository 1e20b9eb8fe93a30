"""What the network will do in a moment: carry a receipt, try a text again, cut a call that nobody answers."""

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

Act = Callable[[], object]


class Agenda:
    """Acts, each at its time, done by a few hands at once."""

    def __init__(self, hands: int = 16) -> None:
        self._due: list[tuple[float, int, Act]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._open = True
        self._hands = ThreadPoolExecutor(hands, thread_name_prefix="network")
        self._clock = threading.Thread(target=self._keep, name="agenda", daemon=True)
        self._clock.start()

    def after(self, seconds: float, act: Act) -> None:
        """Do `act` once, so many seconds from now, on another thread."""
        with self._changed:
            heapq.heappush(self._due, (time.monotonic() + seconds, next(self._order), act))
            self._changed.notify()

    def forget(self) -> None:
        """Forget everything that has not begun."""
        with self._changed:
            self._due.clear()

    def close(self) -> None:
        """Begin nothing more."""
        with self._changed:
            self._open = False
            self._changed.notify()
        self._clock.join()
        self._hands.shutdown(wait=False, cancel_futures=True)

    def _keep(self) -> None:
        with self._changed:
            while self._open:
                pause = self._due[0][0] - time.monotonic() if self._due else None
                if pause is not None and pause <= 0:
                    self._hands.submit(heapq.heappop(self._due)[2])
                else:
                    self._changed.wait(pause)
