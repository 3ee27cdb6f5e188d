"""The worker's looks after policies."""

import threading

from django.db.models import Max
from django.utils import timezone

from rey_dashboard import conf
from rey_dashboard.backups import due
from rey_dashboard.backups import models
from rey_dashboard.backups import policy_targets
from rey_dashboard.backups import settling
from rey_dashboard.cloud import session as cloud_session
from rey_dashboard.inventory import models as inventory


class Looks:
    """Of one worker; several may look at once.

    It remembers for which versions and which collection it has counted last:
    a worker that begins counts once more, and writes what differs.
    """

    def __init__(self):
        self._counted = None

    def waiting(self, region: str | None) -> bool:
        """Whether there is something to do; few queries, each by an index.

        :param region: None when it is not known yet: then of any
        """
        return (
            due.waiting(region, timezone.now()).exists()
            or settling.waiting(region).exists()
            or self._counted != _seen()
        )

    def work(self, stop: threading.Event) -> None:
        """One look.

        :raises faults.ALL: the region cannot be told
        :raises db.Error: the database is away; nothing is lost
        """
        settings = conf.current()
        cloud = cloud_session.Cloud(settings.CLOUD, settings.CALL_TIMEOUT_S)
        region = cloud.region
        due.run_due(region, timezone.now())
        settling.settle(region, timezone.now())
        seen = _seen()
        if self._counted != seen and not stop.is_set():
            policy_targets.record(region)
            self._counted = seen


def _seen():
    """What moves when a policy is changed, and when a collection has ended."""
    changed = models.BackupPolicyVersion.objects.aggregate(Max('pk'))
    if changed['pk__max'] is None:
        # There is no policy, and never was.
        return None
    # One that runs has a number already.
    collections = [
        (region, number - (ended_at is None))
        for region, number, ended_at in inventory.Collector.objects.order_by(
            'region'
        ).values_list('region', 'number', 'ended_at')
    ]
    return changed['pk__max'], collections
