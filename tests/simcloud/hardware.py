"""Hosts, pools and services of the simulated cloud."""

import collections

from tests.simcloud import rows

OVS = 'Open vSwitch agent'
AGENTS = (
    ('DHCP agent', 'neutron-dhcp-agent'),
    ('L3 agent', 'neutron-l3-agent'),
    ('Metadata agent', 'neutron-metadata-agent'),
)


class Hardware:
    """``generations`` counts the changes of each resource provider."""

    def _make_hardware(self):
        self.generations = collections.Counter()
        self._taken = collections.defaultdict(collections.Counter)
        for binary in ('nova-conductor', 'nova-scheduler'):
            self._compute_service(binary, 'control', 'internal', 'cell0')
        for agent_type, binary in AGENTS:
            self.add_agent(agent_type, binary, 'control')
        for number in (1, 2, 3):
            self.add_host(f'compute-{number}')
        for name in ('fast', 'slow'):
            self.add_pool(f'control@{name}#{name}')
        for binary in ('cinder-backup', 'cinder-scheduler'):
            self._volume_service(binary, 'control')

    @property
    def hosts(self) -> list[rows.Row]:
        """Hypervisors, in nova's order."""
        return self.tables['hosts'].created.rows

    def add_host(
        self,
        name: str,
        *,
        state: str = 'up',
        status: str = 'enabled',
        zone: str = 'nova',
        cell: str = 'cell1',
        vcpus: int = 64,
        ram: int = 262144,
        disk: int = 10000,
        version: int = 8002002,
    ) -> str:
        """A hypervisor with its service and its resource provider.

        :param version: of QEMU, 1,000 for each minor number
        :return: the id of hypervisor and provider
        """
        with self.lock:
            columns = {
                'state': state,
                'status': status,
                'cell': cell,
                'version': version,
            }
            host_id = self.new_row('hosts', '', {'name': name, **columns}).id
            self._compute_service(
                'nova-compute', name, zone, cell, state=state, status=status
            )
            self.new_row(
                'providers',
                '',
                {
                    'name': name,
                    'parent_id': None,
                    'inventories': {
                        'VCPU': _inventory(vcpus, 4.0),
                        'MEMORY_MB': _inventory(ram, 1.0),
                        'DISK_GB': _inventory(disk, 1.0),
                    },
                },
                host_id,
            )
            self.add_agent(OVS, 'neutron-openvswitch-agent', name)
        return host_id

    def add_agent(
        self, agent_type: str, binary: str, host: str, **columns
    ) -> str:
        """An agent of Neutron."""
        made = {
            'agent_type': agent_type,
            'binary': binary,
            'host': host,
            'availability_zone': 'nova',
            'alive': True,
            'admin_state_up': True,
            'description': None,
            **columns,
        }
        return self.new_row('agents', '', made).id

    def _compute_service(self, binary, host, zone, cell, **columns):
        made = {
            'binary': binary,
            'host': host,
            'zone': zone,
            'cell': cell,
            'status': 'enabled',
            'state': 'up',
            'disabled_reason': None,
            'forced_down': False,
            **columns,
        }
        return self.new_row('compute_services', '', made).id

    def _volume_service(self, binary, host):
        made = {
            'binary': binary,
            'host': host,
            'zone': 'nova',
            'status': 'enabled',
            'state': 'up',
            'cluster': None,
            'disabled_reason': None,
        }
        return self.new_row('volume_services', '', made).id

    def add_pool(self, name: str, **capabilities) -> str:
        """A pool, and the service of its back end."""
        told = {
            'total_capacity_gb': 100000,
            'free_capacity_gb': 90000,
            'provisioned_capacity_gb': 10000,
            'allocated_capacity_gb': 10000,
            'reserved_percentage': 0,
            'max_over_subscription_ratio': '20.0',
            'thin_provisioning_support': True,
            **capabilities,
        }
        with self.lock:
            self._volume_service('cinder-volume', name.partition('#')[0])
            columns = {'name': name, 'capabilities': told}
            return self.new_row('pools', '', columns).id

    def service_id(self, kind: str, binary: str, host: str) -> str:
        """For ``change`` and ``delete``.

        :param kind: ``compute_services`` or ``volume_services``
        """
        return next(
            row.id
            for row in self.tables[kind]
            if (row['binary'], row['host']) == (binary, host)
        )

    def remove_backup_service(self) -> None:
        """No cinder-backup runs anywhere, nor ever did."""
        for row in list(self.tables['volume_services']):
            if row['binary'] == 'cinder-backup':
                self.delete('volume_services', row.id)

    def reckon(self, before: dict | None, row: rows.Row, kind: str) -> None:
        """Placement's allocations follow the servers."""
        if kind != 'servers':
            return
        old, new = _allocation(before), _allocation(row.columns)
        if old == new:
            return
        for sign, (host, sizes) in ((-1, old), (1, new)):
            if host:
                self._taken[host].update(
                    {name: sign * size for name, size in sizes.items()}
                )
        for host in {old[0], new[0]} - {None}:
            self._grow(host)

    def _grow(self, host):
        for row in self.tables['providers']:
            if row.name == host:
                self.generations[row.id] += 1

    def taken(self, provider: rows.Row) -> dict:
        held = self._taken[provider.name]
        return {name: held[name] for name in provider['inventories']}


def _allocation(columns):
    if columns is None or columns.get('deleted') or not columns['host']:
        return None, {}
    return columns['host'], {
        'VCPU': columns['vcpus'],
        'MEMORY_MB': columns['ram'],
        'DISK_GB': columns['disk'],
    }


def _inventory(total, ratio):
    return {
        'total': total,
        'reserved': 0,
        'min_unit': 1,
        'max_unit': total,
        'step_size': 1,
        'allocation_ratio': ratio,
    }
