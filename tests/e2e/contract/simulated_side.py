"""The simulated cloud of the contract."""

import contextlib

from tests.e2e import bare
from tests.e2e.contract import listings


class Simulated:
    """Made from Python."""

    def __init__(self, cloud, clouds_yaml):
        self._cloud = cloud
        cloud.clouds_yaml(clouds_yaml)
        self.bare = bare.Cloud(clouds_yaml, 'rey')

    @contextlib.contextmanager
    def made(self):
        cloud = self._cloud
        self.domain = cloud.add_domain('contract')
        self.projects = [
            cloud.add_project(
                f'contract-{n}', self.domain, parent_id=self.domain
            )
            for n in range(listings.COUNT)
        ]
        self.users = [
            cloud.add_user(f'contract-{n}', self.domain, email='a@example.org')
            for n in range(listings.COUNT)
        ]
        self.groups = [
            cloud.add_group(f'contract-{n}', self.domain, members=self.users)
            for n in range(listings.COUNT)
        ]
        cloud.give('member', group=self.groups[0], domain=self.domain)
        cloud.give(
            'reader', user=self.users[0], domain=self.domain, inherited=True
        )
        self.project = self.projects[0]
        token = cloud.keystone.admit('contract', self.project)
        self.owner = self.bare.signed_in(token)
        self.servers = [
            self.new_server(f's-{n}') for n in range(listings.COUNT)
        ]
        self.volumes = [
            self.new_volume(f'v-{n}') for n in range(listings.COUNT)
        ]
        for _ in range(listings.COUNT):
            cloud.add_snapshot(self.volumes[0])
        self.backups = [
            cloud.add_backup(self.volumes[0], incremental=n > 0)
            for n in range(listings.COUNT)
        ]
        for kind in ('networks', 'ports', 'security_groups'):
            for _ in range(listings.COUNT):
                cloud.add(kind, self.project)
        cloud.add_aggregate('contract', 'compute-1')
        for n in range(listings.COUNT):
            cloud.add_floating_ip(self.project, f'203.0.113.{n}')
        cloud.set_quota('network', self.project, port=7)
        yield

    @contextlib.contextmanager
    def tidied(self):
        """Deletes the volumes and copies that were made in it."""
        tables = self._cloud.tables
        kinds = ('snapshots', 'backups', 'volumes')
        before = {kind: set(tables[kind].rows) for kind in kinds}
        yield
        for kind in kinds:
            for row_id in set(tables[kind].rows) - before[kind]:
                self._cloud.delete(kind, row_id)

    def let_time_pass(self):
        """More than a second."""
        self._cloud.advance(2)

    def new_server(self, name):
        return self._cloud.add_server(self.project, name=name)

    def rename_server(self, server_id, name):
        self._cloud.change('servers', server_id, name=name)

    def delete_server(self, server_id):
        self._cloud.delete('servers', server_id)

    def new_volume(self, name):
        return self._cloud.add_volume(self.project, size=1, name=name)

    def rename_volume(self, volume_id, name):
        self._cloud.change('volumes', volume_id, name=name)

    def tell_volume(self, volume_id, **metadata):
        self._cloud.change('volumes', volume_id, metadata=metadata)

    def delete_volume(self, volume_id):
        self._cloud.delete('volumes', volume_id)

    def delete_backup(self, backup_id):
        self._cloud.delete('backups', backup_id)

    def keep(self, kind, row_id):
        """Nobody but the demo needs to be told."""

    def attach(self, volume_id, server_id):
        self._cloud.attach(volume_id, server_id)
