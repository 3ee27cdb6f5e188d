"""The demo cloud of the contract; it makes the same as the simulated one."""

import contextlib
import json
import time
import uuid

import yaml

from tests.e2e import bare
from tests.e2e.contract import listings

PATIENCE_S = 120


class Demo:
    """Made with calls of its administrator; all of it is deleted again."""

    def __init__(self, clouds_yaml, folder):
        self._clouds_yaml = clouds_yaml
        self._folder = folder
        self.bare = bare.Cloud(clouds_yaml)
        self._undo = contextlib.ExitStack()

    @contextlib.contextmanager
    def made(self):
        with self._undo:
            self._make_people()
            self.owner = self._in_project()
            # Servers go before the volumes that are attached to them.
            self._kinds = {'volume': [], 'snapshot': [], 'backup': []}
            self._servers = set()
            self._undo.callback(self._delete_volumes)
            self._undo.callback(self._delete_servers)
            self._find_basics()
            self.servers = [
                self.new_server(f's-{n}') for n in range(listings.COUNT)
            ]
            self.volumes = [
                self._ask_volume(f'v-{n}') for n in range(listings.COUNT)
            ]
            self._make_networks()
            self._make_copies()
            yield

    def _make(self, kind, path, service='identity', **attributes):
        """Makes one thing, and deletes it at the end; its id."""
        body = {kind: attributes}
        made = self.bare.write('POST', path, service, body)[kind]
        self._undo.callback(self._delete, service, f'{path}/{made["id"]}')
        return made['id']

    def _delete(self, service, path):
        self.bare.write('DELETE', path, service)

    def _make_people(self):
        name = f'contract-{uuid.uuid4()}'
        self.domain = self._make('domain', '/domains', name=name)
        # An enabled one cannot be deleted.
        self._undo.callback(
            self.bare.write,
            'PATCH',
            f'/domains/{self.domain}',
            body={'domain': {'enabled': False}},
        )
        of_domain = {'domain_id': self.domain}
        made = {}
        for kind in ('project', 'user', 'group'):
            made[kind] = [
                self._make(
                    kind, f'/{kind}s', name=f'contract-{n}', **of_domain
                )
                for n in range(listings.COUNT)
            ]
        self.projects, self.users, self.groups = made.values()
        self.project = self.projects[0]
        for group_id in self.groups:
            for user_id in self.users:
                self.bare.write('PUT', f'/groups/{group_id}/users/{user_id}')
        roles = {name: i for i, name in self.bare.roles()[0].items()}
        of_domain = f'/domains/{self.domain}'
        inherited = f'/OS-INHERIT{of_domain}/users/{self.users[0]}'
        for path in (
            f'{of_domain}/groups/{self.groups[0]}/roles/{roles["member"]}',
            f'{inherited}/roles/{roles["reader"]}/inherited_to_projects',
            f'/projects/{self.project}/users/{self._me()}/roles/{roles["admin"]}',
        ):
            self.bare.write('PUT', path)

    def _me(self):
        name = self._entry()['auth']['username']
        rows = self.bare.ask('identity', '/users', name=name)['users']
        return next(r['id'] for r in rows if r['domain_id'] == 'default')

    def _entry(self):
        clouds = yaml.safe_load(self._clouds_yaml.read_text())['clouds']
        return clouds['demo-admin']

    def _in_project(self):
        """The administrator, signed in to the contract's own project."""
        entry = self._entry()
        entry['auth'] |= {
            'project_name': 'contract-0',
            'project_domain_id': self.domain,
        }
        path = self._folder / 'clouds.yaml'
        path.write_text(json.dumps({'clouds': {'demo-admin': entry}}))
        return bare.Cloud(path)

    def _make_networks(self):
        public = self.bare.ask('network', '/v2.0/networks', name='public')
        of_project = {'tenant_id': self.project}
        network = ''
        for _ in range(listings.COUNT):
            network = self._make(
                'network', '/v2.0/networks', 'network', **of_project
            )
        # What neutron made by itself, before the networks go.
        self._undo.callback(self._delete_default_group)
        for n in range(listings.COUNT):
            self._make(
                'port',
                '/v2.0/ports',
                'network',
                network_id=network,
                **of_project,
            )
            self._make(
                'security_group',
                '/v2.0/security-groups',
                'network',
                name=f'contract-{n}',
                **of_project,
            )
            self._make(
                'floatingip',
                '/v2.0/floatingips',
                'network',
                floating_network_id=public['networks'][0]['id'],
                **of_project,
            )
        path = f'/v2.0/quotas/{self.project}'
        self.bare.write('PUT', path, 'network', {'quota': {'port': 7}})
        self._undo.callback(self._delete, 'network', path)

    def _delete_default_group(self):
        path = '/v2.0/security-groups'
        rows = self.bare.ask('network', path, project_id=self.project)
        for row in rows['security_groups']:
            self._delete('network', f'{path}/{row["id"]}')

    def _find_basics(self):
        flavors = self.bare.ask('compute', '/flavors')['flavors']
        images = self.bare.ask('image', '/v2/images', name='demo')['images']
        self._server = {
            'flavorRef': next(
                row['id'] for row in flavors if row['name'] == 'demo.tiny'
            ),
            'imageRef': images[0]['id'],
            'networks': 'none',
        }

    def _boot(self, name):
        body = {'server': {**self._server, 'name': name}}
        made = self.owner.write('POST', '/servers', 'compute', body)
        self._servers.add(made['server']['id'])
        return made['server']['id']

    def _delete_servers(self):
        for server_id in self._servers:
            self._delete('compute', f'/servers/{server_id}')
        for server_id in self._servers:
            self._gone('compute', f'/servers/{server_id}')

    def _make_copies(self):
        for volume_id in self.volumes:
            self._wait('block-storage', 'volume', volume_id, 'available')
        volume_id = self.volumes[0]
        for _ in range(listings.COUNT):
            self._copy('snapshot', volume_id=volume_id)
        self.backups = [
            self._copy('backup', volume_id=volume_id, incremental=n > 0)
            for n in range(listings.COUNT)
        ]

    def _ask_volume(self, name):
        body = {'volume': {'size': 1, 'name': name, 'volume_type': 'fast'}}
        made = self.owner.write('POST', '/volumes', 'block-storage', body)
        self._kinds['volume'].append(made['volume']['id'])
        return made['volume']['id']

    def _copy(self, kind, **attributes):
        body = {kind: attributes}
        made = self.owner.write('POST', f'/{kind}s', 'block-storage', body)
        self._kinds[kind].append(made[kind]['id'])
        self._wait('block-storage', kind, made[kind]['id'], 'available')
        return made[kind]['id']

    def _delete_volumes(self, but=frozenset()):
        """The copies first, and the newest backup before its parent."""
        for kind in ('snapshot', 'backup', 'volume'):
            for row_id in reversed([*self._kinds[kind]]):
                if row_id not in but:
                    self._kinds[kind].remove(row_id)
                    self._end('block-storage', kind, row_id)

    @contextlib.contextmanager
    def tidied(self):
        """Deletes the volumes and copies that were made in it."""
        before = frozenset(i for ids in self._kinds.values() for i in ids)
        yield
        self._delete_volumes(before)

    def _wait(self, service, kind, row_id, status, patience_s=PATIENCE_S):
        end = time.monotonic() + patience_s
        while True:
            row = self.bare.ask(service, f'/{kind}s/{row_id}')[kind]
            if row['status'] == status:
                return row
            assert row['status'] != 'error', row
            if time.monotonic() > end:
                raise TimeoutError(row)
            time.sleep(0.2)

    def _end(self, service, kind, row_id):
        path = f'/{kind}s/{row_id}'
        self._delete(service, path)
        self._gone(service, path)

    def _gone(self, service, path):
        end = time.monotonic() + PATIENCE_S
        while self.bare.answer(service, path).status_code != 404:
            assert time.monotonic() < end, path
            time.sleep(0.2)

    def let_time_pass(self):
        time.sleep(1.1)

    def new_server(self, name):
        server_id = self._boot(name)
        try:
            self._wait('compute', 'server', server_id, 'ACTIVE', 60)
        except TimeoutError:
            # On a busy machine nova lost one that was asked of it while it
            # started: it stayed in "scheduling".
            self.delete_server(server_id)
            server_id = self._boot(name)
            self._wait('compute', 'server', server_id, 'ACTIVE')
        return server_id

    def rename_server(self, server_id, name):
        body = {'server': {'name': name}}
        self.bare.write('PUT', f'/servers/{server_id}', 'compute', body)

    def delete_server(self, server_id):
        self._servers.discard(server_id)
        self._end('compute', 'server', server_id)

    def new_volume(self, name):
        volume_id = self._ask_volume(name)
        self._wait('block-storage', 'volume', volume_id, 'available')
        return volume_id

    def rename_volume(self, volume_id, name):
        path = f'/volumes/{volume_id}'
        body = {'volume': {'name': name}}
        self.owner.write('PUT', path, 'block-storage', body)

    def tell_volume(self, volume_id, **metadata):
        path = f'/volumes/{volume_id}/metadata'
        body = {'metadata': metadata}
        self.owner.write('POST', path, 'block-storage', body)

    def delete_volume(self, volume_id):
        self._kinds['volume'].remove(volume_id)
        self._end('block-storage', 'volume', volume_id)

    def delete_backup(self, backup_id):
        self._kinds['backup'].remove(backup_id)
        self._end('block-storage', 'backup', backup_id)

    def keep(self, kind, row_id):
        """A test made it; it is deleted at the end."""
        self._kinds[kind].append(row_id)

    def attach(self, volume_id, server_id):
        path = f'/servers/{server_id}/os-volume_attachments'
        body = {'volumeAttachment': {'volumeId': volume_id}}
        self.owner.write('POST', path, 'compute', body)
        self._wait('block-storage', 'volume', volume_id, 'in-use')
