"""Volumes, their copies and volume quotas, through python-cinderclient."""

from collections.abc import Iterator
from collections.abc import Mapping
import dataclasses
import datetime

from cinderclient import client as cinder

from rey_dashboard.cloud import faults
from rey_dashboard.cloud import listing
from rey_dashboard.cloud import pools
from rey_dashboard.cloud import quotas
from rey_dashboard.cloud import session as cloud_session
from rey_dashboard.cloud import times

# 3.45 (Queens) counts a listing's rows; 3.70 (2023.1) is the newest we know.
NEEDED, WANTED = '3.45', '3.70'
#: Rows of a page that is likely to be left after its first few.
FEW = 50
#: Key of the metadata of what a step of ours makes: the step's request id.
MARK = 'rey_step'


@dataclasses.dataclass(frozen=True)
class Volume:
    id: str
    name: str
    project_id: str
    user_id: str
    status: str
    size_gib: int
    type: str
    host: str
    bootable: bool
    server_ids: tuple[str, ...]
    metadata: dict[str, str]
    created_at: datetime.datetime
    updated_at: datetime.datetime | None


@dataclasses.dataclass(frozen=True)
class Snapshot:
    id: str
    name: str
    project_id: str
    user_id: str
    volume_id: str
    status: str
    size_gib: int
    created_at: datetime.datetime
    updated_at: datetime.datetime | None


@dataclasses.dataclass(frozen=True)
class Backup:
    """A backup; cinder tells neither how far it is nor how much it holds.

    :param user_id: nothing before 3.56
    :param snapshot_id: nothing when the volume itself was backed up
    :param size_gib: of the volume, for an incremental one too
    :param data_timestamp: the time that its data are of
    :param took: how long it took to make; not known while cinder may have
        changed its row later, since others build on it
    :param mark: what its metadata say under ``MARK``, whoever wrote it
    """

    id: str
    name: str
    project_id: str
    user_id: str
    volume_id: str
    snapshot_id: str
    status: str
    fail_reason: str
    size_gib: int
    is_incremental: bool
    has_dependent_backups: bool
    data_timestamp: datetime.datetime | None
    container: str
    object_count: int
    zone: str
    created_at: datetime.datetime
    updated_at: datetime.datetime | None
    took: datetime.timedelta | None
    mark: str


@dataclasses.dataclass(frozen=True)
class VolumeType:
    id: str
    name: str
    is_public: bool


@dataclasses.dataclass(frozen=True)
class Service:
    """A service on one host: ``host@backend`` for a volume service."""

    binary: str
    host: str
    zone: str
    status: str
    state: str
    disabled_reason: str
    updated_at: datetime.datetime | None


class BlockStorage:
    def __init__(self, cloud: cloud_session.Cloud, session):
        version = cloud.microversion(session, 'block-storage', WANTED, NEEDED)
        self._cinder = cinder.Client(
            version,
            service_type='block-storage',
            endpoint_type=cloud.interface('block-storage'),
            **cloud.client_options(session),
        )

    def count(self, kind: str) -> int:
        """How many there are in all projects by cinder's own count.

        :param kind: ``volumes``, ``snapshots`` or ``backups``
        """
        query = f'/{kind}?all_tenants=1&limit=1&with_count=true'
        return self._get(query)['count']

    def all(
        self, kind: str
    ) -> Iterator[list[Volume] | list[Snapshot] | list[Backup]]:
        """All of them in all projects, a page at a time.

        :param kind: as for ``count``
        """
        return self._listed(kind, _READ[kind])

    def changed(
        self, kind: str, since: datetime.datetime
    ) -> Iterator[list[Volume] | list[Snapshot] | list[Backup]]:
        """What was made or changed since then, a page at a time.

        Sorted by time and read down to it. Cinder could filter volumes (3.60)
        but gives an admin an empty 200 for a filter that it does not know.
        What was never changed since it was made has no ``updated_at``, hence
        both orders. A volume's metadata do not move it (tried on cinder 29).

        :param kind: as for ``count``
        :raises faults.CutListing: it ends too soon
        """
        for stamp in ('updated_at', 'created_at'):
            listed = 0
            for page in self._listed(
                kind, _READ[kind], limit=FEW, sort=f'{stamp}:desc'
            ):
                listed += len(page)
                times_of = [getattr(row, stamp) for row in page]
                yield [
                    row
                    for row, time in zip(page, times_of, strict=True)
                    if time and time >= since
                ]
                # PostgreSQL puts those without the stamp first.
                if any(time and time < since for time in times_of):
                    break
            else:
                self._need_all(kind, listed)

    def _need_all(self, kind, listed):
        counted = self.count(kind)
        if listed < counted:
            raise faults.CutListing(
                f'Cinder listed {listed:,} {kind} and counts {counted:,}.',
                'Look for a proxy that cuts answers, and whether they are the '
                'same with: openstack volume list --all-projects',
            )

    def id_at(self, kind: str, position: int) -> str | None:
        """The id at that place, the oldest first; None behind the last.

        Among those of one moment the id decides (code of cinder 29,
        ``process_sort_params``).

        :param kind: as for ``count``
        """
        body = self._get(
            f'/{kind}?all_tenants=1&sort=created_at:asc&limit=1'
            f'&offset={position}'
        )
        return next((row['id'] for row in body[kind]), None)

    def is_gone(self, kind: str, one_id: str) -> bool:
        """Whether cinder itself says that there is no such thing.

        :param kind: as for ``count``
        """
        try:
            self._get(f'/{kind}/{one_id}')
        except faults.NOT_FOUND:
            return True
        return False

    def types(self) -> Iterator[list[VolumeType]]:
        """All volume types, those that are not public too."""
        for body in listing.pages(
            self._get, '/types', 'volume_types', is_public='None'
        ):
            yield [
                VolumeType(row['id'], row['name'], row.get('is_public', True))
                for row in body['volume_types']
            ]

    def services(self) -> list[Service]:
        """All services, in one call: cinder does not page them."""
        return [
            _service(row)
            for row in listing.whole(self._get, '/os-services', 'services')
        ]

    def pools(self) -> list[pools.Pool]:
        """The pools that cinder's scheduler knows now, in one call.

        Not those of a back end that is down, disabled or frozen, nor, for a
        minute after the scheduler's start, those that have not reported yet
        (code of cinder 29, ``HostManager``): see ``back_ends``.
        """
        path = '/scheduler-stats/get_pools?detail=true'
        return [
            pools.read(row) for row in listing.whole(self._get, path, 'pools')
        ]

    def back_ends(self) -> set[str]:
        """``host@backend`` of each volume service that exists, up or down."""
        path = '/os-services?binary=cinder-volume'
        return {
            name
            for row in listing.whole(self._get, path, 'services')
            # A pool of a cluster has the cluster's name (3.7).
            for name in (row['host'], row.get('cluster'))
            if name
        }

    def quotas(self, project_id: str) -> list[quotas.Quota] | None:
        """Limits and use of one project; None when cinder refuses it."""
        try:
            found = self._cinder.quotas.get(project_id, usage=True)
        except (*faults.BAD_REQUEST, *faults.NOT_FOUND):
            return None
        return quotas.read(found.to_dict())

    def set_quotas(
        self, project_id: str, limits: Mapping[str, int]
    ) -> dict[str, int]:
        """Sets limits of a project; all its limits as cinder reads them then.

        Cinder compares with the use only where the project has a value of its
        own, and takes a project that does not exist (tried on cinder 29).
        """
        told = self._cinder.quotas.update(project_id, **limits)
        return quotas.limits(told.to_dict())

    def _listed(self, kind, read, **query):
        for body in listing.pages(
            self._get, f'/{kind}/detail', kind, all_tenants='1', **query
        ):
            yield [read(row) for row in body[kind]]

    def _get(self, path):
        return self._cinder.client.get(path)[1]


def _volume(row):
    return Volume(
        id=row['id'],
        name=row.get('name') or '',
        project_id=row['os-vol-tenant-attr:tenant_id'],
        user_id=row.get('user_id') or '',
        status=row['status'],
        size_gib=row['size'],
        type=row.get('volume_type') or '',
        host=row.get('os-vol-host-attr:host') or '',
        bootable=row.get('bootable') == 'true',
        server_ids=tuple(
            attachment['server_id']
            for attachment in row.get('attachments') or ()
            if attachment.get('server_id')
        ),
        metadata=row.get('metadata') or {},
        created_at=times.parse(row['created_at']),
        updated_at=times.parse(row.get('updated_at')),
    )


def _service(row):
    return Service(
        binary=row['binary'],
        host=row['host'],
        zone=row.get('zone') or '',
        status=row['status'],
        state=row['state'],
        disabled_reason=row.get('disabled_reason') or '',
        updated_at=times.parse(row.get('updated_at')),
    )


def _snapshot(row):
    return Snapshot(
        id=row['id'],
        name=row.get('name') or '',
        project_id=row['os-extended-snapshot-attributes:project_id'],
        user_id=row.get('user_id') or '',
        volume_id=row['volume_id'],
        status=row['status'],
        size_gib=row['size'],
        created_at=times.parse(row['created_at']),
        updated_at=times.parse(row.get('updated_at')),
    )


def _backup(row):
    created_at = times.parse(row['created_at'])
    updated_at = times.parse(row.get('updated_at'))
    has_dependents = bool(row.get('has_dependent_backups'))
    is_done = row['status'] == 'available' and updated_at
    return Backup(
        id=row['id'],
        name=row.get('name') or '',
        project_id=row['os-backup-project-attr:project_id'],
        user_id=row.get('user_id') or '',
        volume_id=row.get('volume_id') or '',
        snapshot_id=row.get('snapshot_id') or '',
        status=row['status'],
        fail_reason=row.get('fail_reason') or '',
        # A record that is being imported has none yet.
        size_gib=row.get('size') or 0,
        is_incremental=bool(row.get('is_incremental')),
        has_dependent_backups=has_dependents,
        data_timestamp=times.parse(row.get('data_timestamp')),
        container=row.get('container') or '',
        object_count=row.get('object_count') or 0,
        zone=row.get('availability_zone') or '',
        created_at=created_at,
        updated_at=updated_at,
        took=updated_at - created_at
        if is_done and not has_dependents
        else None,
        mark=str((row.get('metadata') or {}).get(MARK) or '')[:64],
    )


_READ = {'volumes': _volume, 'snapshots': _snapshot, 'backups': _backup}


def read(kind: str, row: Mapping) -> Volume | Snapshot | Backup:
    """A row of cinder's listing with details.

    :param kind: as for ``BlockStorage.count``
    """
    return _READ[kind](row)
