"""How many calls a service gets at once: fewer when it asks for that."""

import threading
import time

from rey_dashboard.tasks import trouble

#: Longest pause between two tries whether a service is back.
LONGEST_PAUSE_S = 60


class Gate:
    """One service's. A call enters, and leaves well or with a fault.

    :param most: calls at once when all is well
    :ivar words: what the service said when it fell; nothing when it is well
    """

    def __init__(self, most: int):
        self._most = self._limit = most
        self._lock = threading.Lock()
        self._inside = 0
        self._good = 0
        #: Faults of which a service can be away, and pauses, since the last
        #: good answer.
        self._bad = self._pauses = 0
        self._shut_at = self._shut_until = 0.0
        self.words = ''

    def room(self) -> int:
        """Calls that may enter now: one, to try, while it is not well."""
        with self._lock:
            return self._room()

    def appetite(self) -> int:
        """Calls that should wait before it, so that none of its places idles.

        One where it is tried whether the service is back.
        """
        with self._lock:
            if self._pauses or self.shut_for():
                return max(0, self._room())
            return 2 * self._limit

    def enter(self) -> bool:
        with self._lock:
            may = self._room() > 0
            self._inside += may
        return may

    def shut_for(self) -> float:
        """Seconds until a call may enter."""
        return max(0.0, self._shut_until - time.monotonic())

    def leave(self) -> None:
        """The call was not made."""
        with self._lock:
            self._inside -= 1

    def answered(self) -> None:
        """Well or not: the service is there."""
        with self._lock:
            self._inside -= 1
            self._bad = self._pauses = 0
            self.words = ''
            self._good += 1
            if self._good >= self._limit:
                self._limit, self._good = min(self._limit + 1, self._most), 0

    def fell(self, begun: float, met: trouble.Trouble) -> bool:
        """Whether the fault may be of that one call alone.

        :param begun: when the call entered, as ``time.monotonic`` tells it
        """
        with self._lock:
            self._inside -= 1
            was_well = not self._pauses
            self._bad += 1
            self._good = 0
            if met.of_service or self._bad >= self._most:
                self._shut(begun, met)
            return not met.refused and (was_well or not met.of_service)

    def _shut(self, begun, met):
        now = time.monotonic()
        # Those that were under way when it was shut tell nothing new.
        if begun >= self._shut_at:
            self._pauses += 1
            if met.refused:
                self._limit = max(1, self._limit // 2)
            self._shut_at = now
            pause_s = min(2 ** (self._pauses - 1), LONGEST_PAUSE_S)
            self._shut_until = max(self._shut_until, now + pause_s)
        self._shut_until = max(self._shut_until, now + met.pause_s)
        self.words = met.words

    def _room(self):
        if self.shut_for():
            return 0
        return (1 if self._pauses else self._limit) - self._inside
