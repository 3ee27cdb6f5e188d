"""Migrations of servers from host to host: live, cold, resizes, evacuations.

From 2.59 (Rocky) on Nova pages them, the newest first, and tells changes
alone; an older one gives all in one answer (code of nova 34,
``compute/migrations.py``). Its project it tells from 2.80 on.
"""

from collections.abc import Iterator
import dataclasses
import datetime
import operator

from novaclient import api_versions

from rey_dashboard.cloud import compute
from rey_dashboard.cloud import listing
from rey_dashboard.cloud import times

PATH, KEY = '/os-migrations', 'migrations'
PAGED = api_versions.APIVersion('2.59')


@dataclasses.dataclass(frozen=True)
class Migration:
    """A server on its way, or that was.

    :param id: before 2.59 Nova's number, which is one of its cell's alone
    :param source: the service's host, as of the destination; nothing where
        Nova does not tell it
    """

    id: str
    number: int
    server_id: str
    project_id: str
    type: str
    status: str
    source: str
    destination: str
    created_at: datetime.datetime
    updated_at: datetime.datetime | None


class Migrations(compute.Compute):
    @property
    def tells_changes(self) -> bool:
        """Whether there is more to ask than ``all``."""
        return self._nova.api_version >= PAGED

    def all(self) -> Iterator[list[Migration]]:
        rows = listing.whole(self._get, PATH, KEY)
        yield [_migration(row) for row in rows]

    def begun(
        self, since: datetime.datetime, page: int | None = None
    ) -> Iterator[list[Migration]]:
        """Those that were begun since then, a page at a time.

        :param page: how many it has, where few are to be expected
        """
        for body in self._pages(page):
            rows = [_migration(row) for row in body[KEY]]
            young = [row for row in rows if row.created_at >= since]
            yield young
            if len(young) < len(rows):
                return

    def moved(self, since: datetime.datetime) -> Iterator[list[Migration]]:
        """Those that changed since then.

        Not those that were begun and never changed: Nova writes no time of a
        change into these (its ``changes-since`` compares ``updated_at``).
        """
        for body in self._pages(
            None, **{'changes-since': f'{since:%Y-%m-%dT%H:%M:%SZ}'}
        ):
            yield [_migration(row) for row in body[KEY]]

    def _pages(self, limit, **query):
        # Nova takes hidden ones out of a page, and then, since it is short,
        # the link to the next one as well (same code).
        return listing.pages(
            self._get,
            PATH,
            KEY,
            key_of=operator.itemgetter('uuid'),
            ask_on=True,
            limit=limit,
            **query,
        )


def _migration(row):
    return Migration(
        id=row.get('uuid') or str(row['id']),
        number=row['id'],
        server_id=row['instance_uuid'],
        project_id=row.get('project_id') or '',
        type=row.get('migration_type') or '',
        status=row.get('status') or '',
        source=row.get('source_compute') or '',
        destination=row.get('dest_compute') or '',
        created_at=times.parse(row['created_at']),
        updated_at=times.parse(row.get('updated_at')),
    )
