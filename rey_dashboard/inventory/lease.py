"""One collector at a time for a region: compare and swap in the database."""

import contextlib
import datetime
import os
import socket
import uuid

from django import db
from django.db.models import Q
from django.utils import timezone

from rey_dashboard.inventory import models

#: How long a lease holds that its owner does not renew (he died).
HOLDS = datetime.timedelta(seconds=60)
#: Time between two renewals.
RENEW_S = 5


class Held(Exception):
    """Another collector has the region."""

    def __init__(self, region, owner, until):
        super().__init__(
            f'{owner} is collecting {region} now. Wait for it, or, if it '
            f'died, until {until:%H:%M:%S} UTC.'
        )


class Lost(Held):
    """It ran out since its owner stood still, and another collector took it.

    What this one read is older than what that one does.
    """

    def __init__(self, region):
        Exception.__init__(
            self,
            f'This collection of {region} stood still for more than '
            f'{HOLDS.seconds} s, and a later one took over. Its data counts.',
        )


class Lease:
    """Taken on entry, given back at the end, renewed in between.

    :raises Held: on entry, when somebody else has it
    """

    def __init__(self, region: str):
        self.region = region
        self.owner = f'{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex}'

    def __enter__(self):
        models.Collector.objects.get_or_create(region=self.region)
        free = Q(lease_until=None) | Q(lease_until__lt=timezone.now())
        if not self._rows().filter(free).update(**self._claim()):
            row = self._rows().get()
            host, pid, _ = row.lease_owner.split(':', 2)
            raise Held(
                self.region, f'Process {pid} on {host}', row.lease_until
            )
        return self

    def __exit__(self, *exc_info):
        # It runs out by itself; what went wrong before is more worth telling.
        with contextlib.suppress(db.Error):
            self._mine().update(lease_owner='', lease_until=None)

    def renew(self) -> None:
        """:raises Lost: somebody else has taken it"""
        if not self._mine().update(**self._claim()):
            raise Lost(self.region)

    def _claim(self):
        return {
            'lease_owner': self.owner,
            'lease_until': timezone.now() + HOLDS,
        }

    def _rows(self):
        return models.Collector.objects.filter(region=self.region)

    def _mine(self):
        return self._rows().filter(lease_owner=self.owner)
