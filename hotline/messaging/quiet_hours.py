"""When a phone may ring for something that can wait."""

from datetime import UTC, datetime, time, timedelta

from hotline.context import UnitOfWork

WAKING = (time(7), time(21))
"""When a phone may ring for something that can wait."""
DAYLIGHT = (time(6, 30), time(20))
"""When it may ring for a calm message."""


def waking(work: UnitOfWork, moment: datetime, hours: tuple[time, time] = WAKING) -> datetime:
    """This moment, or if it is at night there, when the next morning begins."""
    there = moment.astimezone(work.country.zone)
    begins, ends = hours
    if begins <= there.time() < ends:
        return moment
    morning = there.replace(hour=begins.hour, minute=begins.minute, second=0, microsecond=0)
    return (morning if morning > there else morning + timedelta(days=1)).astimezone(UTC)
