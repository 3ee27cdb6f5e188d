"""Makes, restores and deletes backups, in the project that owns them.

What Cinder makes belongs to the project of the token, and that project's quota
pays for it; an incremental backup builds on those of the same project alone
(cinder 29, ``backup/api.py``; tried). So each project has an ``Owner``. What
bears our mark is found again by its volume and name: ``?metadata=`` finds no
backup (tried).
"""

from collections.abc import Mapping
import contextlib
import functools

from keystoneauth1 import adapter
from keystoneauth1 import exceptions as ks_exceptions

from rey_dashboard.cloud import listing
from rey_dashboard.cloud import session as cloud_session
from rey_dashboard.cloud import volume

#: A volume can be made of a backup from 3.47 on, backups have metadata from
#: 3.43 on.
MICROVERSION = '3.47'
BLOCK_STORAGE = 'block-storage'
#: In Cinder's row of a backup, the id of the project that owns it.
OWNER = 'os-backup-project-attr:project_id'
#: The same in its row of a volume.
VOLUME_OWNER = 'os-vol-tenant-attr:tenant_id'


class Owner:
    """One project's Cinder, with a token of that project.

    What an administrator alone may do has a token of the service user's own
    project. Each method raises one of ``faults.ALL``.

    :param session: of the administrator
    """

    def __init__(
        self,
        cloud: cloud_session.Cloud,
        session: cloud_session.Session,
        project_id: str,
    ):
        self._cloud = cloud
        self._admin_session = session
        self.project_id = project_id

    def backups(self, volume_id: str, name: str = '') -> list[dict]:
        """Cinder's rows of the project's backups of a volume.

        :param name: of these alone
        """
        query = {'volume_id': volume_id}
        if name:
            query['name'] = name
        rows = self._rows('/backups/detail', 'backups', query)
        # Cinder tells whose they are to administrators alone (tried): the
        # service user is no more than a member of most projects.
        return [{**row, OWNER: self.project_id} for row in rows]

    def backup(self, backup_id: str) -> dict | None:
        """Of any project; None when it is gone."""
        return self._one(self.admin, 'backup', backup_id)

    def volume(self, volume_id: str) -> dict | None:
        """Of any project; None when it is gone."""
        return self._one(self.admin, 'volume', volume_id)

    def volumes(self, name: str) -> list[dict]:
        """Those of the project with this name."""
        return self._rows('/volumes/detail', 'volumes', {'name': name})

    def make_backup(
        self,
        volume_id: str,
        name: str,
        *,
        incremental: bool,
        metadata: Mapping[str, str],
        description: str = '',
        container: str = '',
    ) -> str:
        """The id of one that is under way; of an attached volume, too."""
        told = {
            'volume_id': volume_id,
            'name': name,
            'description': description or None,
            'incremental': incremental,
            'force': True,
            'metadata': dict(metadata),
            'container': container or None,
        }
        answer = self.own.post('/backups', json={'backup': told})
        return listing.held(answer, 'backup')['id']

    def make_volume(
        self,
        name: str,
        backup_id: str,
        size_gib: int,
        *,
        metadata: Mapping[str, str],
        type_: str = '',
        description: str = '',
    ) -> str:
        """The id of a volume that is restored from a backup meanwhile.

        Not ``/backups/{id}/restore``: that takes neither metadata nor type,
        and leaves a volume that nobody knows when its answer is lost.
        """
        told = {
            'name': name,
            'description': description or None,
            'backup_id': backup_id,
            'size': size_gib,
            'volume_type': type_ or None,
            'metadata': dict(metadata),
        }
        answer = self.own.post('/volumes', json={'volume': told})
        return listing.held(answer, 'volume')['id']

    def restore_over(self, backup_id: str, volume_id: str) -> None:
        """Writes a backup over a volume, which must be available."""
        told = {'restore': {'volume_id': volume_id}}
        self.own.post(f'/backups/{backup_id}/restore', json=told)

    def delete(self, kind: str, thing_id: str) -> None:
        """One that is gone is fine.

        :param kind: ``volume`` or ``backup``
        """
        with contextlib.suppress(ks_exceptions.NotFound):
            self.own.delete(f'/{kind}s/{thing_id}')

    def act(self, kind: str, thing_id: str, action: Mapping) -> None:
        """An administrator's order, for example ``os-reset_status``."""
        self.admin.post(f'/{kind}s/{thing_id}/action', json=dict(action))

    @functools.cached_property
    def own(self) -> adapter.Adapter:
        return self._adapter(self._cloud.project_session(self.project_id))

    @functools.cached_property
    def admin(self) -> adapter.Adapter:
        return self._adapter(self._admin_session)

    def _rows(self, path, key, query):
        get = listing.through(self.own)
        return [
            row
            for body in listing.pages(get, path, key, **query)
            for row in body[key]
            # Older Cinders ignore a filter that they do not know.
            if all(row.get(name) == value for name, value in query.items())
        ]

    def _one(self, service, kind, thing_id):
        try:
            return listing.held(service.get(f'/{kind}s/{thing_id}'), kind)
        except ks_exceptions.NotFound:
            return None

    def _adapter(self, session):
        return adapter.Adapter(
            service_type=BLOCK_STORAGE,
            interface=self._cloud.interface(BLOCK_STORAGE),
            default_microversion=MICROVERSION,
            **self._cloud.client_options(session, retries=0),
        )


def mark_of(row: Mapping) -> str:
    """What we wrote on a volume or a backup of Cinder's; or nothing."""
    return (row.get('metadata') or {}).get(volume.MARK) or ''
