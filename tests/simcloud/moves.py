"""Migrations and aggregates of the simulated cloud: made, and told."""

from tests.simcloud import clock
from tests.simcloud import listed
from tests.simcloud import service

MIGRATION = {
    'migration_type': 'live-migration',
    'status': 'completed',
    'source_compute': 'compute-1',
    'dest_compute': 'compute-2',
    'hidden': False,
}
_KNOWN = {
    'changes-before',
    'changes-since',
    'hidden',
    'host',
    'instance_uuid',
    'limit',
    'marker',
    'migration_type',
    'project_id',
    'source_compute',
    'status',
    'user_id',
}


class Moves:
    """What a test makes."""

    def add_migration(self, server_id: str, **columns) -> str:
        """``MIGRATION`` tells its columns; ``updated_at`` may be None."""
        made = {
            'instance_uuid': server_id,
            'updated_at': None,
            **MIGRATION,
            **columns,
        }
        with self.lock:
            server = self.tables['servers'].rows[server_id]
            return self._thing('migrations', server.project_id, made)

    def add_aggregate(self, name: str, *hosts: str, **metadata: str) -> str:
        """With an ``availability_zone`` it is one; the id is a number."""
        columns = {'name': name, 'hosts': hosts, 'metadata': metadata}
        return self._thing('aggregates', '', columns)


class Told:
    """What Nova answers."""

    def migrations(self, call):
        """Paged and filtered from 2.59 on; of older versions all at once."""
        paged = call.version >= (2, 59)
        since = marker = None
        if paged:
            unknown = set(call.query) - _KNOWN
            if unknown:
                raise service.Refusal(400, f'Additional {unknown} unexpected')
            since = listed.time(call.query, 'changes-since')
            marker = self._migration_marker(call)
        rows, _ = listed.rows(
            self.cloud.tables['migrations'],
            lambda row: not self.is_away(self._of(row)),
            marker=marker,
            since=since,
        )
        if not paged:
            return {'migrations': [_migration(call, r) for r in rows]}
        limit = self.limit(call)
        page, link = call.page(rows, limit)
        shown = [row for row in page if not row['hidden']]
        body = {'migrations': [_migration(call, row) for row in shown]}
        # Those that are hidden are left out, and then the link, too.
        if shown and (len(shown) == limit if link is None else link):
            href = call.following(shown[-1].id)
            body['migrations_links'] = [{'rel': 'next', 'href': href}]
        return body

    def aggregates(self, call):
        return {
            'aggregates': [
                {
                    'id': row.number,
                    'uuid': row.id,
                    'name': row.name,
                    'availability_zone': row['metadata'].get(
                        'availability_zone'
                    ),
                    'hosts': list(row['hosts']),
                    'metadata': row['metadata'],
                    'created_at': clock.fraction(row.created),
                    'updated_at': None,
                    'deleted_at': None,
                    'deleted': False,
                }
                for row in self.cloud.tables['aggregates']
            ]
        }

    def _of(self, row):
        return self.cloud.tables['servers'].rows[row['instance_uuid']]

    def _migration_marker(self, call):
        marker = call.marker()
        if marker is None:
            return None
        row = self.cloud.tables['migrations'].get(marker)
        if row is None:
            raise service.Refusal(400, f'Marker {marker} could not be found.')
        return row


def _migration(call, row):
    names = (
        'instance_uuid',
        'migration_type',
        'status',
        'source_compute',
        'dest_compute',
    )
    told = {
        'id': row.number,
        'created_at': clock.fraction(row.created),
        'updated_at': clock.fraction(row.updated),
        'dest_host': '192.0.2.1',
        **{name: row[name] for name in names},
    }
    if call.version >= (2, 59):
        told['uuid'] = row.id
    if call.version >= (2, 80):
        told['project_id'] = row.project_id
    return told
