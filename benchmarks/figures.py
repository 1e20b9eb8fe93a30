"""The figures of a run beside their yardstick: told from many visits, and printed."""

import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.processes import Store
from benchmarks.ussd_load import Load, Target, Walk

HOP_TARGET, DELIVERY_TARGET = 1.2, 3.0


@dataclass
class Visits:
    """All visits to one target with one walk; its figures are medians over them."""

    name: str
    target: Target
    walk: Walk
    loads: list[Load] = field(default_factory=list)

    @property
    def cpu_a_hop(self) -> float:
        return statistics.median(load.cpu_a_hop for load in self.loads)

    @property
    def hops_a_second(self) -> float:
        return statistics.median(load.hops_a_second for load in self.loads)

    def latency(self, share: float) -> float:
        return statistics.median(load.latency(share) for load in self.loads)

    @property
    def wrong(self) -> Counter[str]:
        return sum((load.wrong for load in self.loads), Counter())


@dataclass(frozen=True)
class Delivery:
    """One report, from the last key: when its last page was there,
    and when the carrier had the text to its liaison. In seconds."""

    page: float
    liaison: float


def print_beside(base: Visits, visits: Sequence[Visits]) -> None:
    print(f"  {'':26}{'CPU a hop':>18}{'hops/s':>18}{'p99':>18}")
    for each in (base, *visits):
        cpu = f"{each.cpu_a_hop / base.cpu_a_hop:.2f} x ({each.cpu_a_hop * 1000:.2f} ms)"
        rate = f"{each.hops_a_second / base.hops_a_second:.2f} x ({each.hops_a_second:.0f})"
        tail = f"{each.latency(0.99) / base.latency(0.99):.2f} x ({each.latency(0.99) * 1000:.0f} ms)"
        print(f"  {each.name:26}{cpu:>18}{rate:>18}{tail:>18}")
    elsewhere = max(load.elsewhere for each in (base, *visits) for load in each.loads)
    if elsewhere > 0.1:
        print(
            f"  Others took up to {elsewhere:.0%} of the machine meanwhile: the CPU holds, the times less so."
        )


def print_where_it_goes(report: Visits) -> None:
    print(f"  CPU a hop is above its target of {HOP_TARGET} x. Where it goes:")
    for name in report.target.processes:
        share = statistics.median(load.cpu[name] / sum(load.cpu.values()) for load in report.loads)
        print(f"    {share:4.0%} {name}")
    for hop, step in enumerate(report.walk):
        finished = [statistics.median(load.by_step[hop]) for load in report.loads if load.by_step[hop]]
        slow = (
            f"{statistics.median(finished) / report.latency(0.5):5.2f} x the median"
            if finished
            else " not one finished:"
        )
        print(f"    {slow} hop after {step.typed.partition('{')[0] or 'dialling'!r}")


def print_deliveries(
    store: Store, deliveries: Sequence[Delivery], noops: Sequence[float], cpu: float
) -> None:
    print(
        f"\nDelivering, on {store.name}: from the last key until the carrier has the liaison's text, "
        "beside an RQ job that does nothing."
    )
    whole, after = [each.liaison for each in deliveries], [each.liaison - each.page for each in deliveries]
    for name, seconds in (("from the last key", whole), ("after the last page", after)):
        ratios = (
            f"p50 {percentile(seconds, 0.5) / percentile(noops, 0.5):.2f} x, p90 "
            f"{percentile(seconds, 0.9) / percentile(noops, 0.9):.2f} x"
        )
        print(f"  {name:20} {ratios}   ({milliseconds(seconds)}; the yardstick {milliseconds(noops)})")
    print(f"  Behind the door a report takes {cpu * 1000:.1f} ms of CPU: two texts sent, a liaison found.")
    if percentile(after, 0.5) > DELIVERY_TARGET * percentile(noops, 0.5):
        page = percentile([each.page for each in deliveries], 0.5) / percentile(whole, 0.5)
        print(f"  That is above its target of {DELIVERY_TARGET} x. Of the way, {page:.0%} is the last page.")


def print_answers(
    store: Store, ours: Sequence[float], theirs: Sequence[float], cpu: Mapping[str, float]
) -> None:
    print(
        f"\nTelegram, on {store.name}: {len(ours)} updates, each until it is answered, beside "
        "python-telegram-bot alone."
    )
    half, most = (percentile(ours, share) / percentile(theirs, share) for share in (0.5, 0.9))
    print(
        f"  from the door to the answer   p50 {half:.2f} x, p90 {most:.2f} x   ({milliseconds(ours)}; "
        f"alone {milliseconds(theirs)})"
    )
    print(
        f"  CPU an update: {', '.join(f'{name} {seconds * 1000:.1f} ms' for name, seconds in cpu.items())}."
    )


def percentile(seconds: Sequence[float], share: float) -> float:
    return sorted(seconds)[int(share * (len(seconds) - 1))]


def milliseconds(seconds: Sequence[float]) -> str:
    return f"{percentile(seconds, 0.5) * 1000:.1f} and {percentile(seconds, 0.9) * 1000:.1f} ms"


def all_right(visits: Sequence[Visits]) -> bool:
    wrong = sum((each.wrong for each in visits), Counter())
    for what, times in wrong.most_common(5):
        print(f"  WRONG {times} times: {what}")
    return not wrong
