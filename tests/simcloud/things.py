"""Servers, volumes and what else projects own, and how a test makes them."""

import collections
import copy

from tests.simcloud import cinder
from tests.simcloud import neutron
from tests.simcloud import nova

PEOPLE = ('domains', 'projects', 'users', 'groups', 'roles')
_TIMES = ('created_at', 'updated_at')
LIMITS = {
    'compute': {
        'cores': 20,
        'instances': 10,
        'key_pairs': 100,
        'metadata_items': 128,
        'ram': 51200,
        'server_group_members': 10,
        'server_groups': 10,
    },
    'block-storage': {
        'volumes': 10,
        'per_volume_gigabytes': -1,
        'snapshots': 10,
        'gigabytes': 1000,
        'backups': 10,
        'backup_gigabytes': 1000,
        'groups': 10,
    },
    'network': {
        'network': 100,
        'subnet': 100,
        'subnetpool': -1,
        'port': 500,
        'router_route': 30,
        'router': 10,
        'floatingip': 50,
        'rbac_policy': 10,
        'security_group': 10,
        'security_group_rule': 100,
    },
}
SERVER = {
    'status': 'ACTIVE',
    'task_state': None,
    'user_id': 'nobody',
    'host': 'compute-1',
    'zone': 'nova',
    'flavor': 'small',
    'vcpus': 2,
    'ram': 2048,
    'disk': 20,
    'metadata': {},
    'addresses': {},
    'attached': (),
    'tags': [],
    'cell': 'cell1',
}
VOLUME = {
    'status': 'available',
    'size': 10,
    'user_id': 'nobody',
    'volume_type': 'fast',
    'host': 'control@fast#fast',
    'bootable': False,
    'metadata': {},
    'attachments': (),
    'description': None,
    'content': '',
}


class Things:
    """``limits`` are the defaults of quotas, ``own_limits`` those set."""

    def _make_things(self):
        self.limits = copy.deepcopy(LIMITS)
        self.own_limits = collections.defaultdict(dict)
        #: Services that take their limits from Keystone.
        self.unified = set()
        #: Of volumes that are made without one.
        self.default_type = VOLUME['volume_type']
        for name in ('fast', 'slow'):
            self.add_type(name)

    def _thing(self, kind, project_id, columns):
        times = {n: columns.pop(n) for n in _TIMES if n in columns}
        with self.lock:
            row = self.new_row(kind, project_id, columns, **times)
            self.reckon(None, row, kind)
        return row.id

    def add_server(self, project_id: str, **columns) -> str:
        """A server; ``SERVER`` tells its columns, beside ``name``."""
        return self._thing('servers', project_id, {**SERVER, **columns})

    def add_volume(self, project_id: str, size: int = 10, **columns) -> str:
        """A volume; ``VOLUME`` tells its columns, beside ``name``."""
        made = {**VOLUME, 'size': size, **columns}
        return self._thing('volumes', project_id, made)

    def add_type(self, name: str, is_public: bool = True) -> str:
        for what in ('volumes', 'gigabytes', 'snapshots'):
            self.limits['block-storage'][f'{what}_{name}'] = -1
        made = {'name': name, 'is_public': is_public}
        return self._thing('types', '', made)

    def add_image(self, name: str, size: int = 2**20, **columns) -> str:
        """Of so many bytes."""
        made = {'status': 'active', 'disk_format': 'qcow2', 'min_disk': 0}
        made |= {'min_ram': 0, 'name': name, 'size': size, **columns}
        return self._thing('images', '', made)

    def add_flavor(
        self, name: str, ram: int = 64, vcpus: int = 1, disk: int = 1
    ) -> str:
        made = {'name': name, 'ram': ram, 'vcpus': vcpus, 'disk': disk}
        return self._thing('flavors', '', made)

    def add(self, kind: str, project_id: str, **columns) -> str:
        """One of Neutron's things, ``ports`` for example."""
        if kind not in neutron.LISTS:
            raise ValueError(kind)
        return self._thing(kind, project_id, columns)

    def add_floating_ip(self, project_id: str, address: str, **columns) -> str:
        made = {
            'floating_ip_address': address,
            'floating_network_id': 'public',
            'fixed_ip_address': None,
            'port_id': None,
            'router_id': None,
            'status': 'DOWN',
            **columns,
        }
        return self.add('floatingips', project_id, **made)

    def attach(self, volume_id: str, server_id: str) -> None:
        """Moves the volume's ``updated_at``; nova's server it does not."""
        with self.lock:
            server = self.tables['servers'].rows[server_id]
            attachment = {'server_id': server_id, 'device': '/dev/sdb'}
            self.change(
                'volumes',
                volume_id,
                status='in-use',
                attachments=(attachment,),
            )
            held = (*server['attached'], volume_id)
            self.change('servers', server_id, attached=held)

    def set_quota(self, service: str, project_id: str, **limits: int) -> None:
        with self.lock:
            own = self.own_limits[service]
            own[project_id] = {**own.get(project_id, {}), **limits}

    def ask_quota(
        self, service: str, project_id: str, asked: dict, checked: dict
    ) -> str:
        """As ``set_quota``, by a call; why not, and nothing when it is done.

        A service in ``unified`` says yes and does nothing.

        :param checked: what is in use, of the limits that must not be below
        """
        for name, limit in asked.items():
            if name not in self.limits[service] or limit < -1:
                return f'Additional properties are not allowed ({name!r})'
            if 0 <= limit < checked.get(name, 0):
                return (
                    f'Quota limit {limit} for {name} must be greater than or '
                    f'equal to already used and reserved {checked[name]}.'
                )
        if service not in self.unified:
            self.set_quota(service, project_id, **asked)
        return ''

    def reset_quota(self, service: str, project_id: str) -> None:
        with self.lock:
            self.own_limits[service].pop(project_id, None)

    def quota(self, service: str, project_id: str, used: dict) -> dict:
        own = self.own_limits[service].get(project_id, {})
        limits = {**self.limits[service], **own}
        return {
            name: {
                'limit': limit,
                'in_use': used.get(name, 0),
                'reserved': 0,
            }
            for name, limit in limits.items()
        }

    def change(self, kind: str, row_id: str, **columns) -> None:
        """Changes columns; the time stamp moves if it does in the service.

        ``updated_at`` sets it to what the test wants.
        """
        with self.lock:
            table = self.tables[kind]
            row = table.rows[row_id]
            updated = columns.pop('updated_at', None)
            if updated is None and set(columns) - _elsewhere(kind):
                updated = self.stamp(kind)
            before = row.columns
            table.change(row, columns, updated)
            self.reckon(before, row, kind)

    def delete(self, kind: str, row_id: str) -> None:
        """Nova keeps a row of its servers; all else is gone at once.

        With a domain go its projects and people; what projects own stays.
        """
        with self.lock:
            row = self.tables[kind].rows[row_id]
            if kind in PEOPLE:
                self._delete_person(kind, row)
            elif kind == 'servers':
                self._delete_server(row)
            else:
                self.tables[kind].remove(row)
            if kind == 'backups' and row['parent_id'] in (
                self.tables['backups'].rows
            ):
                self.depend(row['parent_id'], -1)

    def _delete_server(self, row):
        for volume_id in row['attached']:
            if volume_id in self.tables['volumes'].rows:
                self.change(
                    'volumes', volume_id, status='available', attachments=()
                )
        now = self.stamp('servers')
        self.change(
            'servers',
            row.id,
            status='DELETED',
            deleted=True,
            terminated_at=now,
            attached=(),
        )

    def archive_deleted(self) -> None:
        """Nova forgets its deleted servers."""
        with self.lock:
            table = self.tables['servers']
            for row in list(table):
                if row.get('deleted'):
                    table.remove(row)


def _elsewhere(kind):
    if kind == 'servers':
        return nova.ELSEWHERE
    if kind in ('volumes', 'snapshots', 'backups'):
        return cinder.ELSEWHERE
    return frozenset()
