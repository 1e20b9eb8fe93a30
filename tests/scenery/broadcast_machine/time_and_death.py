"""Rules of time and death: minutes go by, workers work and die, the queue forgets, or brings it all twice."""

from collections import deque

from hypothesis import strategies as st
from hypothesis.stateful import rule

from hotline import outbox
from tests.scenery.broadcast_machine.play import Play

DIES_AT = ("after-pop", "after-lease", "after-send", "before-record", "before-commit")


class TimeAndDeath(Play):
    """What the clock, the queue and the workers do, whoever did what before."""

    @rule(minutes=st.sampled_from((1, 5, 6, 10, 10, 31, 180)))
    def time_goes_by(self, minutes: int) -> None:
        self.world.pass_minutes(minutes)

    @rule()
    def the_workers_work(self) -> None:
        self.world.settle()

    @rule(times=st.integers(1, 3), again=st.booleans())
    def a_worker_works(self, times: int, again: bool) -> None:
        for _time in range(times):
            if self.world.posted:
                posting = self.world.posted.popleft()
                for _again in range(1 + again):
                    self.world.workers[posting.queue].run(posting.task)

    @rule()
    def everything_is_posted_twice(self) -> None:
        self.world.posted = deque(list(dict.fromkeys(self.world.posted)) * 2)

    @rule()
    def the_clock_posts_again(self) -> None:
        self.world.now += outbox.AGAIN
        with self.world.service.transaction() as work:
            self.world.posted.extend(outbox.fallen_due(work.session, work.now))

    @rule()
    def the_queue_forgets(self) -> None:
        self.world.posted.clear()

    @rule(place=st.sampled_from(DIES_AT))
    def a_worker_dies_soon(self, place: str) -> None:
        self.dies_at = place
