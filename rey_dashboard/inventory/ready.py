"""What is made of all parts at the end of a collection."""

from rey_dashboard.inventory import coverage
from rey_dashboard.inventory import directory
from rey_dashboard.inventory import history
from rey_dashboard.inventory import reading as reading_


def make(reading: reading_.Reading) -> None:
    """Today's sample of use, how volumes are backed up, and what to find.

    Asks the cloud nothing. A part of its own, so that what goes wrong here is
    told like all else.
    """
    history.record(reading.region, reading.settings.KEEP_DAYS)
    coverage.record(reading.region, reading.settings, writing=reading.writing)
    directory.record(reading.region, writing=reading.writing)
    with reading.closing():
        pass
