"""Everything that checks look for happens in one cloud, and is mended."""

import datetime

import pytest

from rey_dashboard import worker
from rey_dashboard.checks import models as findings
from rey_dashboard.checks import notices
from rey_dashboard.inventory import models
from rey_dashboard.inventory import rhythm
from rey_dashboard.services import checks
from tests import factory
from tests import factory_checks
from tests import loopback
from tests import simcloud

# Each part has a thread, so a connection, of its own: no test transaction.
pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime.datetime.now(datetime.UTC)
LATELY = NOW - datetime.timedelta(hours=5)
OLD = NOW - datetime.timedelta(hours=30)
LONG_AGO = NOW - datetime.timedelta(days=9)
#: Of our own, not of the cloud: other tests have them.
OURS = {'broken_check', 'part_not_read', 'part_note', 'worker_away'}
#: Seen over days, or not to be made beside the others: other tests have them.
APART = {
    'clock_skew',
    'endpoint_slow',
    'expectation',
    'policy_failed',
    'policy_left_out',
    'policy_missed',
    'policy_reaches_nothing',
    'quota_drift',
    'release_ended',
    'releases_mixed',
    'right_missing',
    'service_restless',
}


class Wrong:
    """A cloud with all troubles at once.

    :ivar undo: what mends them
    """

    def __init__(self, cloud, sites, authority):
        self.cloud, self.undo = cloud, []
        self.sites, self.authority = sites, authority
        self.project = cloud.add_project('shop', 'default')
        self.endpoints = []
        told = cloud.catalog
        cloud.catalog = lambda: told() + self.endpoints

    def make(self):
        for part in (self.hosts, self.services, self.servers, self.storage):
            part()
        self.network()
        self.catalog()

    def change(self, kind, row_id, **columns):
        """Until it is mended."""
        row = self.cloud.tables[kind].rows[row_id]
        before = {name: row[name] for name in columns}
        self.cloud.change(kind, row_id, **columns)
        self.undo.append(lambda: self.cloud.change(kind, row_id, **before))

    def remove_later(self, kind, *row_ids):
        self.undo += [
            lambda row_id=row_id: self.cloud.delete(kind, row_id)
            for row_id in row_ids
        ]
        return row_ids[0]

    def server(self, project=None, **columns):
        made = self.cloud.add_server(
            project or self.project,
            created_at=OLD,
            updated_at=OLD,
            **{'name': 'web <b>', 'host': 'compute-1', **columns},
        )
        return self.remove_later('servers', made)

    def hosts(self):
        self.remove_later(
            'aggregates',
            self.cloud.add_aggregate('rack', 'compute-1'),
            self.cloud.add_aggregate('others', 'compute-2', 'compute-3'),
        )
        for number in (1, 2, 3):
            self.server(host=f'compute-{number}', ram=262_000)
        tiny = self.cloud.add_host('tiny', ram=1024)
        self.change('hosts', tiny, status='disabled')
        down = self.cloud.add_host('dark', ram=1024)
        self.change('hosts', down, state='down')
        self.server(host='dark', ram=64)
        # Registered, and no hypervisor and no aggregate of its own.
        self.cloud._compute_service('nova-compute', 'bare', 'nova', 'cell1')
        service = self.cloud.service_id(
            'compute_services', 'nova-compute', 'bare'
        )
        self.remove_later('compute_services', service)

    def services(self):
        for kind, binary in (
            ('compute_services', 'nova-scheduler'),
            ('volume_services', 'cinder-scheduler'),
        ):
            key = self.cloud.service_id(kind, binary, 'control')
            self.change(kind, key, state='down')
        key = self.cloud.service_id(
            'compute_services', 'nova-conductor', 'control'
        )
        self.change('compute_services', key, status='disabled')
        agent = next(iter(self.cloud.tables['agents']))
        self.change('agents', agent.id, alive=False)
        backup = self.cloud.service_id(
            'volume_services', 'cinder-backup', 'control'
        )
        self.change('volume_services', backup, status='disabled')

    def servers(self):
        self.server(status='ERROR', fault={'message': 'No host <b>'})
        self.server(task_state='migrating')
        moved, moving = self.server(), self.server(status='MIGRATING')
        for server, status in ((moved, 'error'), (moving, 'running')):
            self.cloud.add_migration(
                server, status=status, created_at=LATELY, updated_at=LATELY
            )

    def storage(self):
        add = self.cloud.add_volume
        old = {'created_at': LONG_AGO, 'updated_at': OLD}
        self.remove_later(
            'volumes',
            add(self.project, status='error', **old),
            add(self.project, status='deleting', **old),
        )
        lost = {'server_id': self.cloud.new_uuid(), 'device': '/dev/sdb'}
        self.remove_later(
            'volumes',
            add(self.project, status='in-use', attachments=(lost,), **old),
        )
        kept = add(self.project, **old)
        self.remove_later('volumes', kept)
        self.remove_later(
            'snapshots',
            self.cloud.add_snapshot(kept, status='error', **old),
            self.cloud.add_snapshot(kept, status='creating', **old),
        )
        self.remove_later(
            'backups',
            self.cloud.add_backup(kept, status='deleting', **old),
            self.cloud.add_backup(kept, status='error_deleting', **old),
        )
        pool = next(iter(self.cloud.tables['pools']))
        told = {**pool['capabilities'], 'provisioned_capacity_gb': 3e6}
        self.change('pools', pool.id, capabilities=told)

    def network(self):
        network = self.cloud.add(
            'networks', self.project, name='lan', **{'router:external': True}
        )
        subnet = self.cloud.add(
            'subnets',
            self.project,
            name='small',
            network_id=network,
            cidr='192.0.2.0/28',
            ip_version=4,
            allocation_pools=[],
        )
        for _ in range(15):
            ips = [{'subnet_id': subnet, 'ip_address': '192.0.2.2'}]
            self.remove_later(
                'ports',
                self.cloud.add(
                    'ports', self.project, network_id=network, fixed_ips=ips
                ),
            )
        self.cloud.set_quota('compute', self.project, instances=3)
        self.undo.append(
            lambda: self.cloud.set_quota('compute', self.project, instances=90)
        )
        left = self.cloud.add_project('left', 'default')
        self.server(left)
        self.cloud.delete('projects', left)

    def catalog(self):
        """Four sites with what certificates can have, and what is amiss."""
        sites = {
            'over': self.authority.context(days=-2),
            'own': self.authority.context(signed=False),
            'other': self.authority.context(names=('example.org',)),
        }
        for kind, context in sites.items():
            self.endpoint(kind, self.sites(context).url('/'))
        silent = self.sites()
        silent.close()
        self.endpoint('silent', silent.url('/'))
        self.endpoint('nothing', 'not an address')
        self.endpoint('twice', self.sites().url('/'), times=2)
        self.endpoints.append(
            {'id': 'empty', 'type': 'empty', 'name': 'e', 'endpoints': []}
        )
        self.undo.append(self.endpoints.clear)

    def endpoint(self, kind, url, times=1):
        endpoints = [
            {
                'id': f'{kind}-{interface}-{number}',
                'interface': interface,
                'region_id': factory.REGION,
                'region': factory.REGION,
                'url': url,
            }
            for interface in ('public', 'internal', 'admin')
            for number in range(times)
        ]
        self.endpoints.append(
            {'id': kind, 'type': kind, 'name': kind, 'endpoints': endpoints}
        )

    def mend(self):
        for undo in reversed(self.undo):
            undo()


@pytest.fixture
def cloud(tmp_path, monkeypatch, our_checks):
    monkeypatch.setattr(rhythm, 'EVERY_S', {})
    monkeypatch.setenv('OS_CLIENT_CONFIG_FILE', str(tmp_path / 'clouds.yaml'))
    with simcloud.running() as cloud:
        cloud.clouds_yaml(tmp_path / 'clouds.yaml')
        yield cloud


def look():
    worker.collect_once(full=True)
    worker.look_once(factory.REGION, notices.Notices(None))
    rows = findings.Finding.objects.open()
    return set(rows.values_list('check_name', flat=True))


def test_all_that_goes_wrong_is_found_at_once_and_resolves_itself(
    cloud, tmp_path
):
    before = look()
    with loopback.closing() as sites:
        wrong = Wrong(cloud, sites, loopback.Authority(tmp_path))
        wrong.make()
        found = look()
        assert factory_checks.entries().keys() - found - OURS - APART == set()
        wrong.mend()
        left = look()
    assert left == before
    assert models.Server.objects.count() == 0


def test_a_clock_that_is_off_is_found_and_seen_right_again(cloud):
    cloud.skew_s = 3600
    assert 'clock_skew' in look()
    cloud.skew_s = 0
    assert look() == set()


def test_a_service_that_goes_up_and_down_is_found_until_it_rests(
    cloud, monkeypatch
):
    key = cloud.service_id('compute_services', 'nova-compute', 'compute-1')
    found = look()
    for state in ('down', 'up', 'down', 'up'):
        cloud.change('compute_services', key, state=state)
        assert 'service_restless' not in found
        found = look()
        if 'service_restless' in found:
            break
    assert 'service_restless' in found
    cloud.change('compute_services', key, state='up')
    # As if an hour had gone.
    monkeypatch.setattr(checks, 'WITHIN', datetime.timedelta())
    assert look() == set()
