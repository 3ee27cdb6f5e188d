"""What the simulated Nova and Cinder wrote down of servers and volumes."""

from tests.simcloud import clock
from tests.simcloud import service

ACTION = {'action': 'create', 'user_id': 'nobody', 'message': None}
EVENT = {'result': 'Success', 'traceback': None, 'details': None}
MESSAGE = {
    'event_id': 'VOLUME_VOLUME_001_002',
    'message_level': 'ERROR',
    'resource_type': 'VOLUME',
}
#: A marker that it has not.
_LOST = 'Marker %s could not be found.'


class Acts:
    """What a test makes."""

    def add_action(self, server_id: str, *events: dict, **columns) -> str:
        """``ACTION`` and ``EVENT`` tell the columns; its request id."""
        with self.lock:
            made = {
                **ACTION,
                'server_id': server_id,
                'events': [{**EVENT, **event} for event in events],
                **columns,
            }
            request_id = columns.get('request_id') or f'req-{self.new_uuid()}'
            made |= {'request_id': request_id}
            server = self.tables['servers'].rows[server_id]
            self._thing('actions', server.project_id, made)
            return request_id

    def add_message(self, thing_id: str, words: str, **columns) -> str:
        """One of Cinder's for users; ``project_id`` may be told."""
        project_id = columns.pop('project_id', '')
        made = {
            **MESSAGE,
            'user_message': words,
            'resource_uuid': thing_id,
            'request_id': f'req-{self.new_uuid()}',
            **columns,
        }
        return self._thing('messages', project_id, made)


class OfNova:
    """A token in ``keystone.plain`` is that of no administrator."""

    def admit(self, call, server):
        """Others' servers are not there for who does not administer."""
        own = self.cloud.keystone.project_of(call.token)
        is_plain = call.token in self.cloud.keystone.plain
        if is_plain and server.project_id != own:
            raise lost(server.id)

    def actions(self, call, server_id):
        rows = self._acts(call, server_id)
        body = {'instanceActions': []}
        if call.version >= (2, 58):
            rows = _behind(rows, call.marker())
            limit = self.limit(call)
            rows, link = call.page(iter(rows), limit)
            if rows and (len(rows) == limit if link is None else link):
                href = call.following(rows[-1]['request_id'])
                body['links'] = [{'rel': 'next', 'href': href}]
        body['instanceActions'] = [_action(call, row) for row in rows]
        return body

    def action_of(self, call, server_id, request_id):
        for row in self._acts(call, server_id):
            if row['request_id'] == request_id:
                break
        else:
            raise service.Refusal(404, f'Action {request_id} not found')
        told = _action(call, row)
        admin = call.token not in self.cloud.keystone.plain
        if admin or call.version >= (2, 51):
            told['events'] = [
                _event(call, row, event, admin) for event in row['events']
            ]
        return {'instanceAction': told}

    def _acts(self, call, server_id):
        """Newest first; those of a deleted server, too."""
        server = self.cloud.tables['servers'].get(server_id)
        if server is None:
            raise lost(server_id)
        self.admit(call, server)
        rows = [
            row
            for row in self.cloud.tables['actions'].created.rows
            if row['server_id'] == server_id
        ]
        return rows[::-1]


class OfCinder:
    def messages(self, call):
        """With 3.5 paged and filtered; others' for administrators alone."""
        rows = self.cloud.tables['messages'].created.rows[::-1]
        if call.token in self.cloud.keystone.plain:
            own = self.cloud.keystone.project_of(call.token)
            rows = [row for row in rows if row.project_id == own]
        limit = self.cloud.page
        if call.version >= (3, 5):
            wanted = call.query.get('resource_uuid')
            rows = [
                row for row in rows if wanted in (None, row['resource_uuid'])
            ]
            rows = service.skip_to(
                rows,
                call.marker(),
                lambda marker: service.Refusal(404, _LOST % marker),
            )
            limit = min(int(call.query.get('limit', limit)), limit)
        page, link = call.page(iter(rows), limit)
        body = {'messages': [_message(row) for row in page]}
        if page and (len(page) >= limit if link is None else link):
            href = call.following(page[-1].id)
            body['messages_links'] = [{'rel': 'next', 'href': href}]
        return body


def lost(server_id: str) -> service.Refusal:
    return service.Refusal(404, f'Instance {server_id} could not be found.')


def _behind(rows, marker):
    if marker is None:
        return rows
    ids = [row['request_id'] for row in rows]
    if marker not in ids:
        raise service.Refusal(400, f'Marker {marker} could not be found.')
    return rows[ids.index(marker) + 1 :]


def _action(call, row):
    told = {
        'action': row['action'],
        'instance_uuid': row['server_id'],
        'request_id': row['request_id'],
        'user_id': row['user_id'],
        'project_id': row.project_id,
        'start_time': clock.fraction(row.created),
        'message': row['message'],
    }
    if call.version >= (2, 58):
        told['updated_at'] = clock.fraction(row.updated)
    return told


def _event(call, row, event, admin):
    told = {
        'event': event['event'],
        'start_time': clock.fraction(row.created),
        'finish_time': clock.fraction(row.updated),
        'result': event['result'],
    }
    if admin:
        told['traceback'] = event['traceback']
    if call.version >= (2, 62):
        told['hostId'] = 'a digest'
        if admin:
            told['host'] = event.get('host', 'compute-1')
    if call.version >= (2, 84) and admin:
        told['details'] = event['details']
    return told


def _message(row):
    names = (
        *('event_id', 'user_message', 'message_level', 'request_id'),
        *('resource_type', 'resource_uuid'),
    )
    return {
        'id': row.id,
        'created_at': clock.fraction(row.created),
        'guaranteed_until': clock.fraction(row.created),
        'links': [],
        **{name: row[name] for name in names},
    }
