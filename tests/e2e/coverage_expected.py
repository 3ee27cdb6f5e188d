"""What the Backups pages must show, worked out from the bare APIs alone.

By the demo's settings: a target of a day, its own in the metadata
``backup_target``, none with the metadata ``backup=none``.
"""

import collections
import dataclasses
import datetime

from tests.e2e import coverage_chains
from tests.e2e import expected

DAY = datetime.timedelta(days=1)
_OF_VOLUME = 'os-vol-tenant-attr:tenant_id'
_UNITS = {'h': 1, 'd': 24, 'w': 24 * 7}


@dataclasses.dataclass(frozen=True)
class Facts:
    """What the bare APIs said, all of it asked after one collection.

    :param projects: those that Keystone has, by id, but for those left out
    :param volumes: by id, but for those of projects left out
    :param backups: the same, all of them
    :param of_volume: volume id -> its backups, the oldest first
    :param snapshots: volume id -> how many
    :param servers: names by id
    :param patience: back end -> seconds for each GiB that are twice as long
        as usual; none for one of too few finished backups
    """

    domains: dict
    projects: dict
    volumes: dict
    backups: dict
    of_volume: dict
    snapshots: dict
    servers: dict
    patience: dict


def read(cloud) -> Facts:
    domains = cloud.domains()
    projects = {row['id']: row for row in cloud.projects()}
    left_out = {
        key
        for key, row in projects.items()
        if domains[row['domain_id']] == expected.LEFT_OUT
    }
    volumes = {row['id']: row for row in cloud.volumes()}
    backups = {row['id']: row for row in cloud.backups()}
    of_volume = collections.defaultdict(list)
    for backup in backups.values():
        of_volume[backup['volume_id']].append(backup)
    for rows in of_volume.values():
        rows.sort(key=lambda row: (row['data_timestamp'], row['id']))
    snapshots = collections.Counter(
        row['volume_id'] for row in cloud.snapshots()
    )
    return Facts(
        domains=domains,
        projects={k: row for k, row in projects.items() if k not in left_out},
        volumes={
            key: row
            for key, row in volumes.items()
            if row[_OF_VOLUME] not in left_out
        },
        backups=backups,
        of_volume=of_volume,
        snapshots=snapshots,
        servers={row['id']: row['name'] for row in cloud.servers()},
        patience=_patience(volumes, of_volume),
    )


def time(text) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.UTC)


def told(text) -> str | None:
    """A time of the APIs as an export writes it."""
    return text and f'{text.partition(".")[0]}Z'


def _back_end(volume):
    return (volume['os-vol-host-attr:host'] or '').split('#')[0]


def _patience(volumes, of_volume):
    paces = collections.defaultdict(list)
    for volume_id, volume in volumes.items():
        for backup in of_volume.get(volume_id, ()):
            done = backup['status'] == 'available'
            if done and not backup['has_dependent_backups']:
                took = time(backup['updated_at']) - time(backup['created_at'])
                pace = took.total_seconds() / backup['size']
                paces[_back_end(volume)].append(pace)
    return {
        back_end: 2 * _middle(sorted(found))
        for back_end, found in paces.items()
        if len(found) >= 3
    }


def _middle(numbers):
    half, odd = divmod(len(numbers), 2)
    return numbers[half] if odd else sum(numbers[half - 1 : half + 1]) / 2


def _is_ill(facts, backup):
    return backup['status'] == 'error' or bool(
        coverage_chains.problem(facts, backup)
    )


def _hours(text):
    """``7d`` in hours; None when that is no time."""
    text = text.strip().lower()
    number, unit = (text[:-1], text[-1]) if text[-1:] in _UNITS else (text, '')
    is_time = number.strip().isdecimal()
    return int(number) * _UNITS[unit or 'h'] if is_time else None


def target(volume) -> tuple[int, str]:
    """Hours, and where they are from."""
    if volume['metadata'].get('backup') == 'none':
        return 24, 'metadata'
    own = _hours(volume['metadata'].get('backup_target', ''))
    return (own, 'metadata') if own else (24, 'default')


def volume(facts, row, now) -> dict:
    """A row of the volumes' export, but for names of things elsewhere.

    :param row: the volume as Cinder tells it
    """
    backups = facts.of_volume.get(row['id'], [])
    hours, source = target(row)
    longest = datetime.timedelta(hours=hours)
    whole = [
        one
        for one in backups
        if coverage_chains.can_be_read(one)
        and not coverage_chains.problem(facts, one)
    ]
    good = whole[-1] if whole else None
    within = bool(good) and now - time(good['data_timestamp']) <= longest
    tries = sorted(
        (
            one
            for one in backups
            if coverage_chains.can_be_read(one)
            or one['status'] in ('creating', 'error')
        ),
        key=lambda one: (one['created_at'], one['id']),
    )
    failed = [
        one
        for one in tries
        if _is_ill(facts, one)
        and not (good and one['created_at'] <= good['created_at'])
    ]
    week = [one for one in tries if now - time(one['created_at']) <= 7 * DAY]
    servers = [place['server_id'] for place in row['attachments']]
    return {
        'volume_id': row['id'],
        'name': row['name'] or '',
        **of_project(facts, row[_OF_VOLUME]),
        'state': _state(facts, row, now, tries, good, within),
        'within': within,
        'status': row['status'],
        'size_gib': row['size'],
        'type': row['volume_type'],
        'back_end': _back_end(row),
        'server_ids': servers,
        'server_names': [facts.servers.get(key) or key for key in servers],
        'last_good_at': told(good['data_timestamp']) if good else None,
        'last_good_backup_id': good['id'] if good else '',
        'last_good_backup_name': good['name'] if good else None,
        'last_try_at': told(tries[-1]['created_at']) if tries else None,
        'target_hours': hours,
        'target_source': source,
        'failing_since': told(failed[0]['created_at']) if failed else None,
        'fail_reason': (failed[-1]['fail_reason'] or '') if failed else '',
        'failures_7_days': sum(_is_ill(facts, one) for one in week),
        'backups': len(backups),
        'held_gib': sum(one['size'] for one in backups),
        'snapshots': facts.snapshots[row['id']],
    }


def _state(facts, row, now, tries, good, within):
    hours, _source = target(row)
    pace = facts.patience.get(_back_end(row))
    patience = hours * 3600
    if pace is not None:
        patience = max(15 * 60, round(pace * row['size']))
    if row['metadata'].get('backup') == 'none':
        return 'excluded'
    for one in tries:
        age = (now - time(one['created_at'])).total_seconds()
        if one['status'] == 'creating' and age > patience:
            return 'stuck'
    if tries and tries[-1]['status'] == 'creating':
        return 'in_progress'
    if tries and _is_ill(facts, tries[-1]):
        return 'failing'
    if good:
        return 'protected' if within else 'stale'
    age = (now - time(row['created_at'])).total_seconds()
    return 'new' if age <= hours * 3600 else 'never'


def of_project(facts, project_id):
    """Nothing but the id of one that Keystone has no more."""
    row = facts.projects.get(project_id)
    if not row:
        return {'project_id': project_id}
    return {
        'project_id': project_id,
        'project_name': row['name'],
        'domain_id': row['domain_id'],
        'domain_name': facts.domains[row['domain_id']],
    }


def record(facts, backup) -> dict:
    """A row of the export of all backups."""
    chain_ = coverage_chains.chain(facts, backup)
    below = chain_[1] if len(chain_) > 1 else None
    bottom = chain_[-1]
    of_volume = facts.volumes.get(backup['volume_id'])
    took = None
    if backup['status'] == 'available' and not backup['has_dependent_backups']:
        took = time(backup['updated_at']) - time(backup['created_at'])
        took = round(took.total_seconds())
    return {
        'backup_id': backup['id'],
        'name': backup['name'] or '',
        **of_project(facts, backup[coverage_chains.OWNER]),
        'project_gone': backup[coverage_chains.OWNER] not in facts.projects,
        'volume_id': backup['volume_id'],
        'volume_name': of_volume and of_volume['name'],
        'volume_gone': of_volume is None,
        'snapshot_id': backup['snapshot_id'] or '',
        'status': backup['status'],
        'fail_reason': backup['fail_reason'] or '',
        'size_gib': backup['size'],
        'object_count': backup['object_count'],
        'is_incremental': backup['is_incremental'],
        'has_dependent_backups': backup['has_dependent_backups'],
        'depth': sum(one is not None for one in chain_) - 1,
        'parent_backup_id': below and below['id'],
        'full_backup_id': bottom and bottom['id'],
        'chain_problem': coverage_chains.problem(facts, backup),
        'container': backup['container'] or '',
        'zone': backup['availability_zone'] or '',
        'data_timestamp': told(backup['data_timestamp']),
        'created_at': told(backup['created_at']),
        'updated_at': told(backup['updated_at']),
        'took_seconds': took,
    }
