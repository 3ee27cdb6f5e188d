"""What goes wrong with a cloud: told on the page, and nothing is lost.

Each trouble comes when everything was read once, and goes away again. It is
met once while everything is read and once while changes are.
"""

from collections.abc import Callable
import dataclasses
import time

import pytest

from rey_dashboard import worker
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from tests import simcloud

pytestmark = pytest.mark.django_db(transaction=True)

THINGS = (
    models.Project,
    models.Server,
    models.Volume,
    models.Snapshot,
    models.Backup,
    models.FloatingIp,
    models.Host,
    models.User,
)
#: The time-out of one call here, in seconds.
PATIENCE_S = 1


@dataclasses.dataclass(frozen=True)
class Trouble:
    """How it is made, the parts that it hits, and words of the page."""

    make: Callable
    hits: set[str]
    words: tuple[str, ...]
    #: Reading changes does not meet it.
    full_only: bool = False


def fault(service, path='/', **told):
    return lambda cloud: cloud.fault(service, path, **told)


def does(name, *values):
    """Puts something into a set of the cloud."""
    return lambda cloud: getattr(cloud, name).update(values)


CINDER, NOVA = 'block-storage', 'compute'
OF_CINDER = {
    parts.VOLUMES,
    parts.SNAPSHOTS,
    parts.BACKUPS,
    parts.VOLUME_QUOTAS,
    parts.VOLUME_SERVICES,
    parts.POOLS,
}
OF_NEUTRON = {parts.NETWORK, parts.NETWORK_AGENTS, parts.ADDRESSES}
#: Not read with each collection of changes.
SELDOM = {parts.ADDRESSES}
TROUBLES = {
    'a status of 500': Trouble(
        fault(CINDER, '/backups', status=500),
        {parts.BACKUPS},
        ('Backups could not be read', 'HTTP 500', 'broke while it answered'),
    ),
    'a status of 503 with Retry-After': Trouble(
        fault(CINDER, '/volumes', status=503, headers={'Retry-After': '5'}),
        {parts.VOLUMES},
        ('Volumes could not be read', 'HTTP 503', 'overloaded, restarts'),
    ),
    'a status of 429': Trouble(
        fault(NOVA, '/os-quota', status=429, headers={'Retry-After': '86400'}),
        {parts.COMPUTE_QUOTAS},
        ('Compute quotas could not be read', 'HTTP 429', 'PARALLEL_CALLS'),
    ),
    'a time-out': Trouble(
        fault('placement', '/resource_providers', kind='hang', seconds=5),
        {parts.HOSTS},
        ('Hosts could not be read', 'timed out', 'did not answer in time'),
    ),
    'a refused connection': Trouble(
        fault(CINDER, kind='refused'),
        OF_CINDER,
        ('Connection refused', 'Nothing answers at the service'),
    ),
    'broken JSON': Trouble(
        fault(CINDER, '/snapshots/detail', kind='broken_json'),
        {parts.SNAPSHOTS},
        ('Snapshots could not be read', 'is no JSON'),
    ),
    'HTML for JSON': Trouble(
        fault(NOVA, '/servers/detail', kind='html'),
        {parts.SERVERS},
        ('Servers could not be read', 'is no JSON', 'a login page'),
    ),
    'an answer that ends in its middle': Trouble(
        fault(NOVA, '/servers/detail', kind='cut_body'),
        {parts.SERVERS},
        ('Servers could not be read', 'Connection broken', 'gives up too'),
    ),
    'a listing of Cinder that is cut': Trouble(
        fault(CINDER, '/volumes/detail', kind='cut_page'),
        set(),
        ('Cinder listed 1 volumes and counts 9',),
        full_only=True,
    ),
    'changes of Cinder that are cut': Trouble(
        fault(CINDER, '/volumes/detail', kind='cut_page'),
        {parts.VOLUMES},
        ('Cinder listed 1 volumes and counts 9',),
    ),
    'a listing of Nova that is cut': Trouble(
        fault(NOVA, '/servers/detail', kind='cut_page'),
        set(),
        ('Nova did not list 8 servers',),
        full_only=True,
    ),
    'a listing of Keystone that is cut': Trouble(
        fault('identity', '/projects', kind='cut_page'), set(), ()
    ),
    'a listing of Neutron that is cut': Trouble(
        fault('network', '/v2.0/floatingips', kind='cut_page'), set(), ()
    ),
    'a loop of markers': Trouble(
        fault(CINDER, '/volumes/detail', kind='loop'),
        {parts.VOLUMES},
        ('Volumes could not be read', 'go in a circle'),
    ),
    'a Keystone that ignores the marker': Trouble(
        lambda cloud: setattr(cloud, 'keystone_ignores_marker', True),
        set(),
        (),
    ),
    'a cell that is down': Trouble(
        does('down_cells', 'cell1'),
        {parts.HOSTS},
        ('Nova cannot reach a cell', '3 hosts, among them compute-1'),
    ),
    'no Neutron': Trouble(
        does('missing', 'network'),
        OF_NEUTRON,
        ('Networks and their quotas could not be read', 'catalog list'),
    ),
    'no Placement': Trouble(
        does('missing', 'placement'),
        {parts.HOSTS},
        ('Hosts could not be read', 'catalog list'),
    ),
    'no Cinder': Trouble(
        does('missing', CINDER),
        OF_CINDER,
        ('Volumes could not be read', 'catalog list'),
    ),
    'a compute host that is silent': Trouble(
        does('silent_hosts', 'compute-1'), set(), ()
    ),
    'Neutron that is down': Trouble(
        fault('network', kind='refused'),
        OF_NEUTRON | {parts.SERVERS},
        ('Servers could not be read', 'when Neutron, Placement or'),
    ),
    'a clock that is ahead': Trouble(
        lambda cloud: setattr(cloud, 'skew_s', 3600),
        set(),
        ('clock is about 60 min ahead of', 'chrony'),
    ),
    'a clock that is behind': Trouble(
        lambda cloud: setattr(cloud, 'skew_s', -3600),
        set(),
        ('clock is about 60 min behind', 'chrony'),
    ),
}
#: Hours list deleted servers, the one part more that these hit.
ALSO_HOURS = ('HTML for JSON', 'an answer that ends in its middle')


@pytest.fixture
def cloud(tmp_path, monkeypatch, settings):
    settings.REY_DASHBOARD = {'CALL_TIMEOUT_S': PATIENCE_S}
    sleep = time.sleep
    monkeypatch.setattr('time.sleep', lambda s: sleep(min(s, 0.01)))
    with simcloud.running(page=3) as cloud:
        cloud.clouds_yaml(tmp_path / 'clouds.yaml')
        monkeypatch.setenv(
            'OS_CLIENT_CONFIG_FILE', str(tmp_path / 'clouds.yaml')
        )
        for number in range(3):
            project_id = cloud.add_project(f'p{number}')
            cloud.add_floating_ip(project_id, f'203.0.113.{number}')
            for _ in range(3):
                cloud.add_server(project_id)
                volume_id = cloud.add_volume(project_id)
                cloud.add_snapshot(volume_id)
                cloud.add_backup(volume_id)
        yield cloud


def collect(full):
    return {row.name: row for row in worker.collect_once(full=full)}


def counts():
    return {model: model.objects.count() for model in THINGS}


def good_again(cloud):
    cloud.clear_faults()
    cloud.missing.clear()
    cloud.down_cells.clear()
    cloud.silent_hosts.clear()
    cloud.skew_s = 0
    cloud.keystone_ignores_marker = False


@pytest.mark.parametrize('name', TROUBLES)
def test_a_trouble_is_told_and_nothing_is_lost(cloud, admin, name):
    trouble = TROUBLES[name]
    hits = set(trouble.hits)
    before = collect(full=True)
    there = counts()
    kinds = [True] if trouble.full_only else [True, False]
    if name.startswith('changes of'):
        kinds = [False]
    for full in kinds:
        trouble.make(cloud)

        after = collect(full)

        failing = {key for key, row in after.items() if row.failing_since}
        also = {parts.HOURS} if full and name in ALSO_HOURS else set()
        assert failing == (hits if full else hits - SELDOM) | also
        assert counts() == there
        kept = ('last_good_at', 'rows')
        for key in hits:
            assert [getattr(after[key], column) for column in kept] == [
                getattr(before[key], column) for column in kept
            ]
        text = admin.get('/rey/data/').content.decode()
        for words in trouble.words:
            assert words.replace("'", '&#x27;') in text

        good_again(cloud)
        before = collect(full)
        assert not any(row.failing_since for row in before.values())
        assert not any(row.note for row in before.values())
        assert counts() == there


class ExpiringTokens(list):
    """The cloud's record of calls; with one of them all tokens expire."""

    def __init__(self, cloud, path):
        self._cloud, self._path, self.expired = cloud, path, 0

    def append(self, call):
        super().append(call)
        pages = [path for _, _, path, query in self if path == self._path]
        if len(pages) == 2 and not self.expired:
            self.expired = len(self)
            self._cloud.expire_tokens()


def test_a_token_that_expires_in_a_listing_costs_nothing(cloud):
    cloud.calls = ExpiringTokens(cloud, '/servers/detail')

    states = collect(full=True)

    assert cloud.calls.expired
    signed_in = [call for call in cloud.calls if call[1] == 'POST']
    assert len(signed_in) > 1
    assert not any(row.failing_since for row in states.values())
    assert models.Server.objects.count() == 9


def test_a_region_that_does_not_exist_is_told(cloud, tmp_path):
    path = tmp_path / 'clouds.yaml'
    path.write_text(path.read_text().replace('RegionOne', 'Nowhere'))
    states = collect(full=True)
    # These two ask no service of the region.
    own = (parts.READY, parts.PROBES)
    assert all(
        row.failing_since for row in states.values() if row.name not in own
    )
    assert 'region_name' in states[parts.SERVERS].remedy
    assert 'Nowhere' in states[parts.SERVERS].error


def test_a_cloud_without_backup_service_is_told(cloud, admin):
    for row in list(cloud.tables['volume_services']):
        if row['binary'] == 'cinder-backup':
            cloud.tables['volume_services'].remove(row)
    states = collect(full=True)
    assert not any(row.failing_since for row in states.values())
    text = admin.get('/rey/backups/').content.decode()
    assert 'cinder-backup' in text
