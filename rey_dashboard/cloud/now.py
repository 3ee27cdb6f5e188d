"""What services tell of one thing at this moment, to whoever asks.

Each function is a step of ``asking``.
"""

from collections.abc import Iterator
import dataclasses
import datetime
from typing import Any
from urllib import parse

from rey_dashboard.cloud import asking
from rey_dashboard.cloud import listing
from rey_dashboard.cloud import times

COMPUTE, VOLUME = 'compute', 'block-storage'
# 2.58 pages actions, 2.62 tells an event's host and 2.84 its details; before
# 2.51 nobody but an administrator is told events (code of nova 34). From 2.88
# on a hypervisor's details ask its host.
_ACTIONS, _PAGED = (2, 96), (2, 58)
_HOSTS = (2, 87)
# 3.5 filters messages.
_CINDER = (3, 70)
#: Actions and messages that are read, the newest ones.
MOST = 50


@dataclasses.dataclass(frozen=True)
class Server:
    """As Nova has it; what its policy does not tell is empty."""

    status: str
    task_state: str
    vm_state: str
    power_state: int | None
    host: str
    fault: str
    updated_at: datetime.datetime | None


@dataclasses.dataclass(frozen=True)
class Event:
    """A piece of an action.

    :param words: the last line of its traceback, or its details
    """

    name: str
    result: str
    started_at: datetime.datetime | None
    ended_at: datetime.datetime | None
    host: str
    words: str


@dataclasses.dataclass(frozen=True)
class Action:
    name: str
    request_id: str
    user_id: str
    at: datetime.datetime | None
    message: str


@dataclasses.dataclass(frozen=True)
class Volume:
    """:param attachments: pairs of a server's id and a device"""

    status: str
    migration_status: str
    attachments: tuple[tuple[str, str], ...]
    updated_at: datetime.datetime | None


@dataclasses.dataclass(frozen=True)
class Backup:
    status: str
    fail_reason: str
    updated_at: datetime.datetime | None


@dataclasses.dataclass(frozen=True)
class Message:
    """For users, of what went wrong."""

    at: datetime.datetime | None
    level: str
    words: str
    request_id: str


@dataclasses.dataclass(frozen=True)
class Service:
    state: str
    status: str
    reason: str
    forced_down: bool
    reported_at: datetime.datetime | None


@dataclasses.dataclass(frozen=True)
class Hypervisor:
    """:param servers: that run there; None where Nova does not tell"""

    state: str
    status: str
    servers: int | None


def server(asker: asking.Asker, server_id: str) -> Server:
    row = asker.get(COMPUTE, f'/servers/{_id(server_id)}', _ACTIONS)['server']
    fault = row.get('fault') or {}
    return Server(
        status=row['status'],
        task_state=row.get('OS-EXT-STS:task_state') or '',
        vm_state=row.get('OS-EXT-STS:vm_state') or '',
        power_state=row.get('OS-EXT-STS:power_state'),
        host=row.get('OS-EXT-SRV-ATTR:host') or '',
        fault=fault.get('message') or '',
        updated_at=times.parse(row.get('updated')),
    )


def actions(asker: asking.Asker, server_id: str) -> list[Action]:
    """The newest ones of a server, also of one that is deleted."""
    path = f'/servers/{_id(server_id)}/os-instance-actions'
    version = asker.version(COMPUTE, _ACTIONS)
    if version and version >= _PAGED:
        rows = _newest(asker, COMPUTE, path, 'instanceActions', _ACTIONS)
    else:
        rows = asker.get(COMPUTE, path, _ACTIONS)['instanceActions'][:MOST]
    return [
        Action(
            name=row['action'],
            request_id=row['request_id'],
            user_id=row.get('user_id') or '',
            at=times.parse(row.get('start_time')),
            message=row.get('message') or '',
        )
        for row in rows
    ]


def events(
    asker: asking.Asker, server_id: str, request_id: str
) -> list[Event]:
    """Of one action, the first one first."""
    path = f'/servers/{_id(server_id)}/os-instance-actions/{_id(request_id)}'
    told = asker.get(COMPUTE, path, _ACTIONS)['instanceAction']
    rows = [
        Event(
            name=row['event'],
            result=row.get('result') or '',
            started_at=times.parse(row.get('start_time')),
            ended_at=times.parse(row.get('finish_time')),
            host=row.get('host') or '',
            words=_last_line(row.get('traceback')) or row.get('details') or '',
        )
        for row in told.get('events') or ()
    ]
    first = datetime.datetime.min.replace(tzinfo=datetime.UTC)
    return sorted(rows, key=lambda row: row.started_at or first)


def volume(asker: asking.Asker, volume_id: str) -> Volume:
    row = asker.get(VOLUME, f'/volumes/{_id(volume_id)}', _CINDER)['volume']
    return Volume(
        status=row['status'],
        migration_status=row.get('migration_status') or '',
        attachments=tuple(
            (one.get('server_id') or '', one.get('device') or '')
            for one in row.get('attachments') or ()
        ),
        updated_at=times.parse(row.get('updated_at')),
    )


def backup(asker: asking.Asker, backup_id: str) -> Backup:
    row = asker.get(VOLUME, f'/backups/{_id(backup_id)}', _CINDER)['backup']
    return Backup(
        status=row['status'],
        fail_reason=row.get('fail_reason') or '',
        updated_at=times.parse(row.get('updated_at')),
    )


def messages(asker: asking.Asker, resource_id: str) -> list[Message]:
    """Of one thing of Cinder, the newest first.

    An administrator gets those of all projects, others their own project's
    (code of cinder 29, ``message_get_all``).
    """
    rows = _newest(
        asker,
        VOLUME,
        '/messages',
        'messages',
        _CINDER,
        resource_uuid=resource_id,
    )
    return [
        Message(
            at=times.parse(row.get('created_at')),
            level=row.get('message_level') or '',
            words=row.get('user_message') or '',
            request_id=row.get('request_id') or '',
        )
        for row in rows
        # A Cinder that does not know the filter tells all.
        if row.get('resource_uuid') in (None, resource_id)
    ]


def compute_service(asker: asking.Asker, host: str) -> Service | None:
    query = parse.urlencode({'binary': 'nova-compute', 'host': host})
    told = asker.get(COMPUTE, f'/os-services?{query}', _HOSTS)['services']
    for row in told:
        if row['host'] == host:
            return Service(
                # In a cell that is down nova knows the name alone (2.69).
                state=row.get('state') or '',
                status=row.get('status') or '',
                reason=row.get('disabled_reason') or '',
                forced_down=bool(row.get('forced_down')),
                reported_at=times.parse(row.get('updated_at')),
            )
    return None


def hypervisor(asker: asking.Asker, hypervisor_id: str) -> Hypervisor:
    path = f'/os-hypervisors/{_id(hypervisor_id)}'
    row = asker.get(COMPUTE, path, _HOSTS)['hypervisor']
    return Hypervisor(
        state=row.get('state') or '',
        status=row.get('status') or '',
        servers=row.get('running_vms'),
    )


def _newest(asker, service, path, key, most, **query) -> Iterator[Any]:
    """Page by page, until there are enough."""

    def get(asked):
        body = asker.get(service, asked, most)
        # Nova gives actions ``links`` where all else has ``..._links``.
        if isinstance(body, dict) and isinstance(body.get('links'), list):
            body[f'{key}_links'] = body.pop('links')
        return body

    told = []
    for body in listing.pages(
        get,
        path,
        key,
        key_of=lambda row: row.get('id') or row['request_id'],
        limit=MOST,
        **query,
    ):
        told += body[key]
        if len(told) >= MOST:
            break
    return told[:MOST]


def _id(text):
    return parse.quote(text, safe='')


def _last_line(traceback):
    lines = (traceback or '').strip().splitlines()
    return lines[-1].strip() if lines else ''
