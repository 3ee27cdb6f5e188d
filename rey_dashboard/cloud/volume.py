"""Volumes and volume quotas, through python-cinderclient."""

from collections.abc import Iterator
import dataclasses
import datetime

from cinderclient import client as cinder

from rey_dashboard.cloud import faults
from rey_dashboard.cloud import listing
from rey_dashboard.cloud import quotas
from rey_dashboard.cloud import session as cloud_session
from rey_dashboard.cloud import times

# 3.45 (Queens) counts a listing's rows; 3.70 (2023.1) is the newest we know.
NEEDED, WANTED = '3.45', '3.70'


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
    created_at: datetime.datetime
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

    def count(self) -> int:
        """How many volumes cinder counts, in one short call."""
        query = '/volumes?all_tenants=1&limit=1&with_count=true'
        return self._get(query)['count']

    def volumes(self) -> Iterator[list[Volume]]:
        """All volumes of all projects, a page at a time."""
        for body in listing.pages(
            self._get, '/volumes/detail', 'volumes', all_tenants='1'
        ):
            yield [_volume(row) for row in body['volumes']]

    def quotas(self, project_id: str) -> list[quotas.Quota] | None:
        """Limits and use of one project; None when cinder refuses it."""
        try:
            found = self._cinder.quotas.get(project_id, usage=True)
        except (*faults.BAD_REQUEST, *faults.NOT_FOUND):
            return None
        return quotas.read(found.to_dict())

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
        created_at=times.parse(row['created_at']),
        updated_at=times.parse(row.get('updated_at')),
    )
