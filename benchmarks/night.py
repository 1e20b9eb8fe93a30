"""A whole night in a county, on a clock that is turned:
what becomes of people's reports while everything breaks.

    python -m benchmarks.night                2,000 reports in twelve hours, on SQLite
    python -m benchmarks.night --postgresql   on a PostgreSQL of our own
    python -m benchmarks.night --seed 7       another night
    python -m benchmarks.night --reports 300  a quieter one

A third of the liaisons are asleep, one body is empty, the carrier is down for twenty minutes; it says things
twice, late, and at times not at all. A worker, the clock and the web server are killed fifty times each, at
every place where it may hurt, and the queue is emptied twice. All of it is the hotline's own code, but for
the network and the time. Ends with 1 if anything is not as it must be in the morning.
"""

import argparse
import gc
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from benchmarks.night_carrier import Town, Weather
from benchmarks.night_checks import checks
from benchmarks.night_liaisons import Liaison, Roster, roster
from benchmarks.night_people import Citizen, Gateway, reports
from benchmarks.night_rows import Check, Told
from benchmarks.night_world import KINDS, PLACES, Hotline
from benchmarks.processes import SECRET, postgresql, sqlite, wait_until
from hotline.cases.case import Case, Entry
from hotline.cases.escalation_policy import ORDERS
from hotline.cli.running import release_to
from hotline.directory import bodies, liaisons
from hotline.directory.categories import Urgency
from hotline.operations.supervisor import embedded_queue
from hotline.settings import Settings, from_environment

COUNTY = "KE032"
EVENING = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
"""Seven in the evening there."""
MEMORY = Path("/dev/shm")
MOST_TOLD = 8


@dataclass(frozen=True)
class Plan:
    """What kind of night it is."""

    reports: int = 2000
    liaisons: int = 60
    hours: float = 12
    after: float = 1.5
    """Hours into the morning: nobody reports any more, and the
    citizens who were not woken are asked whether help came."""
    kills: int = 50
    flushes: int = 2
    down: float = 20
    """Minutes."""
    seed: int = 1


class Night:
    """One night, from the evening into the morning."""

    def __init__(self, plan: Plan, settings: Settings) -> None:
        self.plan, self.town = plan, Town(EVENING, plan.seed)
        self.over = EVENING + timedelta(hours=plan.hours)
        chance, down = self.town.chance, timedelta(minutes=plan.down)
        self.down = EVENING + timedelta(hours=plan.hours) * chance.uniform(0.25, 0.6)
        self.weather = Weather((self.down, self.down + down))
        self.hotline = Hotline(self.town, settings, self.weather)
        self.areas, self.gateway = self.hotline.service.areas, Gateway(self.town, self.hotline)
        self.liaisons = self._liaisons(roster(self.areas, COUNTY, plan.liaisons))
        self.citizens = self._citizens()

    def _liaisons(self, listed: Roster) -> list[Liaison]:
        with self.hotline.database.writing() as session:
            bodies.save(session, listed.bodies)
            liaisons.save(session, self.hotline.settings.keys, listed.liaisons, ("en", "sw"), EVENING)
        can_sleep = [each.number for each in listed.liaisons if each.body != "situation"]
        asleep = self.town.chance.sample(can_sleep, len(listed.liaisons) // 3)
        self.weather.off.add(asleep[0])
        there = [
            Liaison(
                self.gateway,
                each.number,
                each.body,
                each.number in asleep,
                1 if each.body == "situation" else 3,
            )
            for each in listed.liaisons
        ]
        self.hotline.carrier.phones |= {each.number: each.hears for each in there}
        return there

    def _citizens(self) -> list[Citizen]:
        chance, there = self.town.chance, []
        planned = reports(self.town, self.areas, COUNTY, self.plan.reports, EVENING, self.over)
        for number, (at, category, ward) in enumerate(planned):
            texts, hangs_up = chance.random() < 0.85, chance.random() < 0.03
            citizen = Citizen(
                self.gateway, self.areas, f"+254711{number:06}", category, ward, texts, hangs_up
            )
            self.town.at(at, citizen.dial)
            there.append(citizen)
        self.hotline.carrier.phones |= {each.number: each.hears for each in there}
        return there

    def pass_by(self) -> list[Check]:
        """Live through it, and say what is so in the morning."""
        span = self.over - EVENING
        self.hotline.deaths.plan(self.plan.kills, EVENING, EVENING + 0.97 * span)
        for number in range(self.plan.flushes):
            self.town.at(EVENING + span * (number + 1) / (self.plan.flushes + 1), self.hotline.flush)
        # So many rows are held that looking through them all is most of what it does.
        gc.set_threshold(100_000)
        with self.hotline.running():
            self.town.go_on_until(self.over + timedelta(hours=self.plan.after))
        told = Told(self.hotline, self.citizens, self.liaisons, self.town.now, self.weather.down[1])
        return [*checks(told), self._was_as_planned()]

    def _was_as_planned(self) -> Check:
        deaths = self.hotline.deaths
        wrong = [
            f"{kind} died {deaths.of(kind)} times" for kind in KINDS if deaths.of(kind) != self.plan.kills
        ]
        if self.plan.kills >= len(PLACES):
            wrong += [
                f"{kind} never died at {place}"
                for kind in KINDS
                for place in KINDS[kind]
                if not deaths.counted[kind, place]
            ]
        wrong += ["the queue was not emptied as often"] if self.hotline.flushed != self.plan.flushes else []
        return Check(
            f"a worker, the clock and the web server died {self.plan.kills} times each, at every place", wrong
        )


# -------------------------------------------------------------------------------------------- what is printed


def print_night(night: Night, found: Sequence[Check]) -> None:
    plan = night.plan
    asleep = sum(each.asleep for each in night.liaisons)
    print(
        f"\nA night of {plan.hours:g} hours: {plan.reports} reports, {len(night.liaisons)} liaisons, "
        f"{asleep} of them asleep, one body empty, the carrier down for {plan.down:g} minutes, "
        f"the queue emptied {night.hotline.flushed} times."
    )
    print_deaths(night)
    print_troubles(night)
    print_acknowledged(night.hotline)
    print(f"\n{told_in_words(found)}")


def told_in_words(found: Sequence[Check]) -> str:
    """Each check on a line, and below it what is against it."""
    lines = []
    for check in found:
        lines.append(
            f"  {'WRONG' if check.wrong else 'right'}  "
            f"{check.what}.{f' ({check.beside})' if check.beside else ''}"
        )
        lines += [f"           {wrong}" for wrong in check.wrong[:MOST_TOLD]]
        lines += (
            [f"           and {len(check.wrong) - MOST_TOLD} more"] if len(check.wrong) > MOST_TOLD else []
        )
    return "\n".join(lines)


def print_deaths(night: Night) -> None:
    counted = night.hotline.deaths.counted
    print(f"\n  {'killed at':16}{''.join(f'{kind:>8}' for kind in KINDS)}")
    for place in PLACES:
        print(f"  {place:16}{''.join(f'{counted[kind, place] or str():>8}' for kind in KINDS)}")
    print(f"  {'in all':16}{''.join(f'{night.hotline.deaths.of(kind):>8}' for kind in KINDS)}\n")


def print_troubles(night: Night) -> None:
    print(
        "  The carrier: "
        f"{', '.join(f'{number} {what}' for what, number in night.hotline.carrier.met.most_common())}."
    )
    print(
        "  Calls to us: "
        f"{', '.join(f'{number} {what}' for what, number in night.gateway.counted.most_common())}."
    )


def print_acknowledged(hotline: Hotline) -> None:
    """From the last key of a report until somebody had it,
    beside how long the first who is asked has to answer."""
    print(
        f"\n  {'Until somebody has it, by urgency':36}{'cases':>8}{'never':>8}"
        f"{'median':>10}{'90th':>10}{'worst':>10}"
    )
    took, never = waited(hotline)
    for urgency in reversed(Urgency):
        minutes = sorted(took[urgency])
        first = next(row.after for row in ORDERS[urgency] if row.after)
        shares = "".join(
            f"{minutes[int(share * (len(minutes) - 1))] / first:>8.2f} x"
            for share in (0.5, 0.9, 1)
            if minutes
        )
        name = f"{urgency.name.lower()}, of a first wait of {first} min"
        print(f"  {name:36}{len(minutes) + never[urgency]:>8}{never[urgency]:>8}{shares}")


def waited(hotline: Hotline) -> tuple[dict[Urgency, list[float]], dict[Urgency, int]]:
    """Minutes until it was first acknowledged, of each case
    by its urgency; and how many nobody has taken yet."""
    took: defaultdict[Urgency, list[float]] = defaultdict(list)
    never: defaultdict[Urgency, int] = defaultdict(int)
    first = (
        select(Entry.case_id, func.min(Entry.at)).where(Entry.what == "acknowledged").group_by(Entry.case_id)
    )
    with hotline.database.reading() as session:
        taken = {case: at for case, at in session.execute(first)}
        for case, urgency, opened_at in session.execute(select(Case.id, Case.urgency, Case.opened_at)):
            if case in taken:
                took[Urgency(urgency)].append((taken[case] - opened_at).total_seconds() / 60)
            else:
                never[Urgency(urgency)] += 1
    return took, never


# ------------------------------------------------------------------------------------------------ the command


@contextmanager
def furnished(folder: Path, database_url: str = "") -> Iterator[Settings]:
    """The settings of a hotline with its areas and nobody in
    it, and a queue of its own that runs while this lasts."""
    environ = {
        "VAR": str(folder),
        "DATABASE_URL": database_url,
        "CALLBACK_SECRETS": SECRET,
        "CARRIER_API_KEY": "none",
    }
    settings = from_environment(environ)
    settings.keys.make()
    release_to(settings)
    queue = embedded_queue(settings.redis_socket.parent, {})
    queue.start()
    try:
        wait_until(settings.redis_socket.exists)
        yield settings
    finally:
        queue.stop()
        queue.wait(5)


def live_through(plan: Plan, settings: Settings) -> bool:
    """True if all was well."""
    night = Night(plan, settings)
    try:
        found = night.pass_by()
        print_night(night, found)
    finally:
        night.hotline.close()
    return not any(check.wrong for check in found)


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="A whole night in a county, while everything breaks.")
    parser.add_argument(
        "--postgresql", action="store_true", help="on a PostgreSQL of our own; on SQLite otherwise"
    )
    parser.add_argument("--seed", type=int, default=1, help="which night")
    parser.add_argument("--reports", type=int, default=2000)
    parser.add_argument("--hours", type=float, default=12)
    parser.add_argument("--kills", type=int, default=50, help="how often each kind of process is killed")
    asked = parser.parse_args(words)
    plan = Plan(reports=asked.reports, hours=asked.hours, kills=asked.kills, seed=asked.seed)
    memory = MEMORY if MEMORY.is_dir() else None
    store_of = postgresql if asked.postgresql else sqlite
    with (
        tempfile.TemporaryDirectory(dir=memory) as folder,
        store_of() as store,
        furnished(Path(folder), store.url) as settings,
    ):
        return 0 if live_through(plan, settings) else 1


if __name__ == "__main__":
    sys.exit(main())
