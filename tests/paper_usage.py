"""Nova's usage on paper: it pages by server and tells what it is given.

It does not look at the window that it is asked for: to cut to a window is
the reader's work, and the tests know the numbers.
"""

import itertools

from tests import paper_cloud


class PaperUsage:
    """Answers for the usage and for deleted servers.

    ``windows`` holds the window of each first page that was asked for.
    """

    def __init__(self, cloud):
        self._cloud = cloud
        self._rows, self._deleted = [], []
        self.windows = []
        cloud.answers[paper_cloud.NOVA].append(self._answer)

    def add(self, server_id, project_id, started_at, ended_at=None, **row):
        self._rows.append(
            {
                'instance_id': server_id,
                'tenant_id': project_id,
                'vcpus': 2,
                'memory_mb': 1024,
                'local_gb': 10,
                'started_at': started_at,
                'ended_at': ended_at,
                **row,
            }
        )

    def add_deleted(self, server_id, project_id, user_id):
        """What the listing of deleted servers shows."""
        self._deleted.append(
            {
                'id': server_id,
                'tenant_id': project_id,
                'user_id': user_id,
                'status': 'DELETED',
                'created': '2026-01-01T00:00:00Z',
            }
        )

    def forget(self):
        """As after archiving: nova has no row of any server any more."""
        self._rows.clear()
        self._deleted.clear()

    def _answer(self, path, query):
        if path == '/servers/detail' and query.get('deleted') == 'true':
            return 200, {'servers': self._deleted}
        if path != '/os-simple-tenant-usage':
            return None
        # Who asks for one row tries whether he may.
        if 'marker' not in query and query['limit'] != '1':
            self.windows.append((query['start'], query['end']))
        return 200, self._page(query)

    def _page(self, query):
        rows = sorted(
            self._rows, key=lambda row: (row['tenant_id'], row['instance_id'])
        )
        ids = [row['instance_id'] for row in rows]
        limit = min(int(query['limit']), self._cloud.page)
        start = ids.index(query['marker']) + 1 if 'marker' in query else 0
        rows = rows[start : start + limit]
        body = {
            'tenant_usages': [
                {'tenant_id': project_id, 'server_usages': list(servers)}
                for project_id, servers in itertools.groupby(
                    rows, key=lambda row: row['tenant_id']
                )
            ]
        }
        # As nova does: a last page that is full has a link as well.
        if len(rows) == limit:
            marker = rows[-1]['instance_id']
            body['tenant_usages_links'] = [
                {'rel': 'next', 'href': f'http://inside.test/?marker={marker}'}
            ]
        return body
