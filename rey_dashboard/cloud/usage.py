"""Servers' hours, from nova's os-simple-tenant-usage.

Nova's hours of a server are the overlap of the window with the time from
``launched_at`` to ``terminated_at`` or now, whatever the server's state
(``_hours_for`` in nova 34). So one detailed pass over many days gives the
hours of each of them, and a window for each day would give the same.

What nova no longer has it does not tell: hours from before the last resize,
rebuild, rescue or unshelve (each sets ``launched_at`` anew, code of
``compute/manager.py``), the flavor from before a resize, and servers whose
rows were archived. A day that was stored in time is right; nova's answer
for the same day may be less later on.
"""

from collections.abc import Iterator
import dataclasses
import datetime

from novaclient import client as nova

from rey_dashboard.cloud import compute
from rey_dashboard.cloud import listing
from rey_dashboard.cloud import session as cloud_session
from rey_dashboard.cloud import times

_HOUR = datetime.timedelta(hours=1)


@dataclasses.dataclass(frozen=True, slots=True)
class ServerUsage:
    """A server's size and the time that it took, deleted ones included.

    :param started_at: none when it never started: it has no hours
    :param ended_at: none while it exists
    """

    server_id: str
    project_id: str
    vcpus: int
    ram_mib: int
    disk_gib: int
    started_at: datetime.datetime | None
    ended_at: datetime.datetime | None

    def hours(self, begin: datetime.datetime, end: datetime.datetime) -> float:
        """The hours of it that lie within the window, as nova counts them."""
        if self.started_at is None:
            return 0.0
        begin = max(begin, self.started_at)
        end = min(end, self.ended_at or end)
        return max(0.0, (end - begin) / _HOUR)


class Usage:
    def __init__(self, cloud: cloud_session.Cloud, session):
        version = cloud.microversion(
            session, 'compute', compute.WANTED, compute.NEEDED
        )
        self._nova = nova.Client(
            version,
            endpoint_type=cloud.interface('compute'),
            **cloud.client_options(session),
        )

    def servers(
        self, begin: datetime.datetime, end: datetime.datetime
    ) -> Iterator[list[ServerUsage]]:
        """All servers that existed within the window, a page at a time.

        Pages count servers (2.40 and later): one project can stand on two.
        Nova needs ``begin < end`` and takes an ``end`` in the future for now.
        """
        for body in listing.pages(
            self._get,
            '/os-simple-tenant-usage',
            'tenant_usages',
            key_of=_first_server,
            start=_naive(begin),
            end=_naive(end),
            detailed='1',
        ):
            yield [
                _server_usage(row)
                for project in body['tenant_usages']
                for row in project['server_usages']
            ]

    def makers_of_deleted(
        self, since: datetime.datetime
    ) -> Iterator[list[tuple[str, str]]]:
        """Ids of servers deleted since then, each with the user's who made it.

        The usage does not name users. Purged and archived rows are missing.
        """
        for body in listing.pages(
            self._get,
            '/servers/detail',
            'servers',
            **{
                'all_tenants': '1',
                'deleted': 'true',
                'changes-since': f'{_naive(since)}Z',
            },
        ):
            yield [
                (row['id'], row.get('user_id') or '')
                for row in body['servers']
            ]

    def _get(self, path):
        return self._nova.client.get(path)[1]


def _first_server(project):
    return project['server_usages'][0]['instance_id']


def _naive(time):
    # Nova's start and end are in UTC and may not say so.
    utc = time.astimezone(datetime.UTC).replace(tzinfo=None)
    return utc.isoformat(timespec='seconds')


def _server_usage(row):
    return ServerUsage(
        server_id=row['instance_id'],
        project_id=row['tenant_id'],
        vcpus=row['vcpus'],
        ram_mib=row['memory_mb'],
        disk_gib=row['local_gb'],
        started_at=times.parse(row['started_at']),
        ended_at=times.parse(row['ended_at']),
    )
