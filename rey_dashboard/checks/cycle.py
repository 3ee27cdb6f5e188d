"""Lets all checks look once, and keeps what they find.

To be called after each collection. A check that did not look well (it broke,
or the parts that it rests on are not fresh) changes none of its findings.
"""

from collections.abc import Callable
import datetime
import logging
import threading
import time
import traceback

from django.utils import timezone

from rey_dashboard import conf
from rey_dashboard.checks import broken
from rey_dashboard.checks import keeping
from rey_dashboard.checks import models
from rey_dashboard.checks import registry
from rey_dashboard.inventory import lease as lease_
from rey_dashboard.inventory import models as inventory
from rey_dashboard.inventory import rhythm

LOG = logging.getLogger(__name__)


def run(
    region: str,
    beat: Callable[[], None] = lambda: None,
    stop: threading.Event | None = None,
) -> list[models.Finding]:
    """Under the collector's lease, which each of its transactions renews.

    So a cycle that stood still writes nothing beside a later one.

    :param beat: called between two checks
    :param stop: when set, no other check begins
    :return: what was not there before and is critical
    :raises lease.Held: somebody else collects this region now, or took over
    :raises db.Error: nothing can be written
    """
    installed = registry.installed()
    # It tells of the others, and so comes last.
    names = sorted(installed, key=lambda name: (name == broken.NAME, name))
    with lease_.Lease(region) as lease:
        freshness = _Freshness(region)
        opened = []
        for name in names:
            if stop and stop.is_set():
                return opened
            beat()
            opened += _look(lease, name, installed[name], freshness)
        keeping.forget(lease, conf.current().KEEP_DAYS)
    return opened


def _look(lease, name, check, freshness):
    run_ = keeping.Run(lease, name, timezone.now())
    waits_for = freshness.lacking(check)
    if waits_for:
        keeping.skip(run_, waits_for)
        return []
    begin = time.monotonic()
    try:
        found = _by_subject(check.find(lease.region))
        rows = keeping.rows(run_, check, found)
    except Exception as error:  # another's code: it must stop no other
        LOG.exception('Check %s broke', name)
        keeping.note_error(run_, time.monotonic() - begin, _told(error, check))
        return []
    keeping.keep(run_, time.monotonic() - begin, rows)
    return keeping.opened(run_)


def _by_subject(found):
    by_subject = {}
    for one in found:
        if one.subject in by_subject:
            raise ValueError('it found the same subject twice')
        by_subject[one.subject] = one
    return by_subject


def _told(error, check):
    """Kind and place. Not its words: nobody knows what they hold."""
    package = type(check).__module__.partition('.')[0]
    frames = list(traceback.walk_tb(error.__traceback__))
    own = [
        (frame, line)
        for frame, line in frames
        if frame.f_globals.get('__name__', '').partition('.')[0] == package
    ]
    frame, line = (own or frames)[-1]
    place = f'{frame.f_globals.get("__name__")}:{line}'
    return f'{type(error).__name__} in {place}, {frame.f_code.co_name}'


class _Freshness:
    """Which parts can be relied upon, as of the collection that ended."""

    def __init__(self, region):
        self._states = {
            state.name: state
            for state in inventory.PartState.objects.filter(region=region)
        }
        collector = inventory.Collector.objects.get(region=region)
        # A long collection has read some parts long ago: none the worse.
        begun = collector.started_at or timezone.now()
        stale_after = datetime.timedelta(seconds=conf.current().STALE_AFTER_S)
        self._oldest = begun - stale_after

    def lacking(self, check: registry.Check) -> list[str]:
        """Names of the parts that a check rests on and that are no good."""
        return [
            name
            for name in dict.fromkeys((*check.rests_on, *check.whole))
            if not self._is_good(name, name in check.whole)
        ]

    def _is_good(self, name, wanted_whole):
        state = self._states.get(name)
        if not state or not state.last_good_at or state.failing_since:
            return False
        if wanted_whole and state.blind:
            return False
        return state.last_good_at >= self._oldest - rhythm.slack(name)
