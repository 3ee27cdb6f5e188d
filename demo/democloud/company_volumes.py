"""The company's volumes, snapshots, backups and attachments, in Cinder."""

import os
import pathlib
import sqlite3

from democloud import company_access

# The cloud's driver fails such a volume.
FAIL = {'demo': 'fail-create'}
# Or about to be, since a run that was cut.
ATTACHED = ('in-use', 'attaching', 'reserved')
GONE_BACKUP_HOST = 'backup-gone'


class Volumes:
    def __init__(self, access, plan):
        self._access = access
        self._admin = access.admin.block_storage
        self._plan = plan
        # As Servers.known.
        self.known = {}

    def make(self):
        """Make the missing volumes, then their snapshots and backups."""
        self.known = self.there(
            set(self._access.project_ids) - self._access.fresh
        )
        there = self.copies_there('backups')
        missing = [
            (project, volume)
            for project, volume in self._missing('volumes', self.known)
            if not volume.deleted
            or any((project.name, b.name) not in there for b in volume.backups)
        ]
        company_access.together('volumes', self._create, missing)
        self._wait('volumes')
        self._make_snapshots()
        self._make_backups()

    def there(self, names):
        """Volumes by the names of project and volume, as Servers.there."""

        def read(name):
            found = self._admin.volumes(
                all_projects=True, project_id=self._access.project_ids[name]
            )
            return [((name, volume.name), volume) for volume in found]

        rows = company_access.together('volumes', read, [(n,) for n in names])
        return dict(row for found in rows for row in found)

    def copies_there(self, kind):
        """Snapshots or backups by the names of project and thing.

        Cinder answers an admin's unknown filter (project_id is one, here)
        with an empty list, so all are read.
        """
        names = {i: name for name, i in self._access.project_ids.items()}
        found = getattr(self._admin, kind)(all_projects=True)
        return {
            (names[thing.project_id], thing.name): thing
            for thing in found
            if thing.project_id in names
        }

    def _missing(self, kind, there):
        return [
            (project, thing)
            for project, thing in self._plan.each(kind)
            if (project.name, thing.name) not in there
        ]

    def _wait(self, kind, status='creating', known=()):
        """Wait until no such thing has the status, but for the known."""
        read = getattr(self._admin, kind)

        def pending():
            found = read(details=False, all_projects=True, status=status)
            return [thing.name for thing in found if thing.id not in known]

        company_access.wait_while('%s %s' % (status, kind), pending)

    def _create(self, project, volume):
        fail = FAIL if volume.status == 'error' else {}
        owner = self._access.owner_in(project)
        made = owner.block_storage.create_volume(
            name=volume.name,
            size=volume.size,
            volume_type=volume.type,
            metadata={**volume.metadata, **fail},
        )
        self.known[project.name, volume.name] = made

    def _make_snapshots(self):
        missing = self._missing('snapshots', self.copies_there('snapshots'))

        def make(project, snapshot):
            volume = self.known[project.name, snapshot.volume]
            self._access.owner_in(project).block_storage.create_snapshot(
                name=snapshot.name, volume_id=volume.id, force=True
            )

        company_access.together('snapshots', make, missing)
        self._wait('snapshots')

    def _make_backups(self):
        there = self.copies_there('backups')
        stuck = {
            there[project.name, backup.name].id
            for project, backup in self._plan.each('backups')
            if backup.kind == 'stuck' and (project.name, backup.name) in there
        }
        missing = self._missing('backups', there)
        self._wait('backups', known=stuck)

        def make(project, backup):
            volume = self.known[project.name, backup.volume]
            self._access.owner_in(project).block_storage.create_backup(
                name=backup.name,
                volume_id=volume.id,
                is_incremental=backup.kind == 'inc',
                force=True,
            )

        # A volume takes one backup at a time, and an increment builds on
        # the backup before it.
        for rank in sorted({backup.rank for _, backup in missing}):
            of_rank = [pair for pair in missing if pair[1].rank == rank]
            company_access.together('backups', make, of_rank)
            self._wait('backups', known=stuck)

    def attach(self, servers):
        """Attach what the plan says; `servers` is Servers.known."""
        wanted = [
            (project, volume)
            for project, volume in self._plan.each('volumes')
            if volume.server
            and self.known[project.name, volume.name].status not in ATTACHED
        ]

        def attach(project, volume):
            self._access.owner_in(project).compute.create_volume_attachment(
                servers[project.name, volume.server].id,
                volume_id=self.known[project.name, volume.name].id,
            )

        company_access.together('attachments', attach, wanted)
        for status in ('reserved', 'attaching'):
            self._wait('volumes', status)

    def strand(self):
        """Leave the planned backups in `creating`, and their volumes too.

        They look as if the backup service had died at work. No API call
        does that (reset-state takes `available` and `error` only), so two
        rows are changed. Cinder's backup service mends such rows of its own
        host when it starts: these name a host that is gone.
        """
        folder = pathlib.Path(os.environ['DEMO_CLOUD_DB'])
        database = sqlite3.connect(folder / 'cinder.sqlite', timeout=60)
        with database:
            for project, backup in self._plan.each('backups'):
                if backup.kind == 'stuck':
                    self._strand(database, project, backup)
        database.close()

    def _strand(self, database, project, backup):
        project_id = self._access.project_ids[project.name]
        found = next(
            found
            for found in self._admin.backups(
                all_projects=True, name=backup.name
            )
            if found.project_id == project_id
        )
        database.execute(
            'UPDATE backups SET status = ?, host = ? WHERE id = ?',
            ('creating', GONE_BACKUP_HOST, found.id),
        )
        database.execute(
            'UPDATE volumes SET status = ?, previous_status = ? WHERE id = ?',
            ('backing-up', 'available', found.volume_id),
        )
