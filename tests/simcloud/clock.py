"""The simulated cloud's time."""

import datetime
from email import utils


class Clock:
    """Runs as the real one does, from another hour if it was advanced.

    ``skew_s`` is how wrong the services' own clocks are.
    """

    def __init__(self):
        self._ahead = datetime.timedelta()
        self.skew_s = 0.0

    @property
    def now(self) -> datetime.datetime:
        return datetime.datetime.now(datetime.UTC) + self._ahead

    def advance(self, seconds: float) -> None:
        self._ahead += datetime.timedelta(seconds=seconds)

    @property
    def told(self) -> datetime.datetime:
        """What the services believe it is, and stamp their rows with."""
        return self.now + datetime.timedelta(seconds=self.skew_s)

    def header(self) -> str:
        """Of an answer, in whole seconds."""
        return utils.format_datetime(self.told, usegmt=True)


def second(time: datetime.datetime | None) -> str | None:
    """As nova and neutron write it."""
    return time and f'{time:%Y-%m-%dT%H:%M:%S}Z'


def fraction(time: datetime.datetime | None) -> str | None:
    """As cinder and nova's services write it, without a zone."""
    return time and f'{time:%Y-%m-%dT%H:%M:%S.%f}'
