"""How far a service's clock is from ours, by the Date of its answer."""

from collections.abc import Mapping
import datetime
from email import utils


def now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def told(headers: Mapping[str, str]) -> datetime.datetime | None:
    """What the service's clock said; none when it does not tell."""
    try:
        time = utils.parsedate_to_datetime(headers['Date'])
    except (KeyError, TypeError, ValueError):
        return None
    return time if time.tzinfo else time.replace(tzinfo=datetime.UTC)


def apart_s(
    time: datetime.datetime,
    asked: datetime.datetime,
    answered: datetime.datetime,
) -> float:
    """How far a time is from the span of a call, both clocks running alike.

    Above 0 when the service is ahead. The header has whole seconds.
    """
    nearest = min(max(time, asked - datetime.timedelta(seconds=1)), answered)
    return (time - nearest).total_seconds()
