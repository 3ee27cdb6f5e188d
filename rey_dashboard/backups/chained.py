"""Chains of a policy's backups, run by run, as they are made and deleted.

Reckoned from its runs so far, a chain as long as any of it is kept.
"""

import collections
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
import datetime
import itertools

from rey_dashboard.backups import models
from rey_dashboard.backups import policies
from rey_dashboard.backups import rates

#: Runs so far that are looked at.
PAST = 1000


class Group:
    """Volumes of one back end whose chains are as long.

    :ivar key: of the rate of the run that was told last
    """

    def __init__(self, back_end, depth, volumes, gib, told, was, past):
        self.back_end, self.volumes, self.gib = back_end, volumes, gib
        self.key = None
        self._depth, self._told = depth, told
        self._chains = collections.deque(_chains(depth, was, past))
        self._kept = sum(number for number, _latest in self._chains)
        if past:
            self._prune(past[0], was)

    @property
    def held_gib(self) -> int:
        return self._kept * self.gib

    def run(self, at) -> bool:
        """Goes through one; whether it is a full one."""
        full = self._is_full()
        self.key = self.back_end, rates.FULL if full else rates.INCREMENTAL
        if full or not self._chains:
            self._chains.append((1, at))
        else:
            number, _latest = self._chains.pop()
            self._chains.append((number + 1, at))
        self._depth = 0 if full else self._depth + 1
        self._kept += 1
        self._prune(at, self._told)
        return full

    def _is_full(self):
        most = self._told.full_every
        return (
            self._told.method == rates.FULL
            or self._depth is None
            or bool(most and self._depth + 1 >= most)
        )

    def _prune(self, now, told):
        """Whole chains, the oldest first: the younger one is the longer kept.

        A chain is kept as long as its latest is.
        """
        if told.keeps_all:
            return
        oldest = now - datetime.timedelta(days=told.keep_days)
        while len(self._chains) > 1:
            number, latest = self._chains[0]
            younger = self._kept - number
            if younger < told.keep_last or latest > oldest:
                return
            self._chains.popleft()
            self._kept = younger


def beginner(
    told: policies.Told, policy: models.BackupPolicy | None
) -> Callable[..., Group]:
    """Makes groups: what is there was kept as the policy says by now.

    :param told: what it is to say from now on
    """
    was, past = told, _past(policy)
    if past:
        was = policies.current(policy)
    return lambda back_end, depth, volumes, gib: Group(
        *(back_end, depth, volumes, gib, told, was),
        past if depth is not None else (),
    )


def growth(volume: Group, times: Iterable[datetime.datetime]) -> Iterator[int]:
    """Backups of it more than now, after each run and before any goes.

    :param volume: a group of one, of one GiB
    """
    now = volume.held_gib
    for at in times:
        yield volume.held_gib + 1 - now
        volume.run(at)


def _past(policy) -> list[datetime.datetime]:
    """When its runs so far were due, the latest first."""
    if policy is None:
        return []
    runs = policy.runs.filter(task__done__gt=0).order_by('-due_at')
    return list(runs.values_list('due_at', flat=True)[:PAST])


def _chains(depth, told, past: Iterable) -> list[tuple]:
    """Number and latest of each chain that the past has left, in order."""
    if depth is None:
        return []
    if told.method == rates.FULL:
        return [(1, at) for at in reversed(past)]
    left, found = iter(past), []
    lengths = itertools.chain(
        [depth + 1], itertools.repeat(told.full_every or PAST)
    )
    for length in lengths:
        chain = list(itertools.islice(left, length))
        if not chain:
            return found[::-1]
        found.append((len(chain), chain[0]))
    return found
