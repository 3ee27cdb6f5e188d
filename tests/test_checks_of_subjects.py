"""What our checks take for wrong, and what not."""

import datetime

from django.utils import timezone
import pytest

from rey_dashboard.backups import checks as backups
from rey_dashboard.checks import attachments
from rey_dashboard.checks import hosts
from rey_dashboard.checks import models as findings
from rey_dashboard.checks import own_data
from rey_dashboard.checks import registry
from rey_dashboard.checks import room
from rey_dashboard.checks import servers
from rey_dashboard.checks import volume_services
from rey_dashboard.checks import volumes
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import reading
from rey_dashboard.projects import checks as projects
from tests import factory
from tests import factory_backups

pytestmark = pytest.mark.django_db

REGION = factory.REGION
SEVERITY = registry.SEVERITY


def ago(**span):
    return timezone.now() - datetime.timedelta(**span)


@pytest.fixture(autouse=True)
def read():
    factory.collected()
    factory.domain('default')
    factory.project('p')


def found(check):
    return {one.subject: one for one in check.find(REGION)}


def told(check, one):
    return str(check.title(one))


QUOTAS = {
    'below': (89, 100, None),
    'nearly full': (90, 100, SEVERITY.NOTE),
    'full': (100, 100, SEVERITY.WARNING),
    'over': (101, 100, SEVERITY.ERROR),
    'over nothing': (1, 0, SEVERITY.ERROR),
    'nothing of nothing': (0, 0, None),
    'unlimited': (1000, -1, None),
    'unknown': (None, 100, None),
}


@pytest.mark.parametrize('used, limit, severity', QUOTAS.values(), ids=QUOTAS)
def test_a_quota_is_the_worse_the_fuller_it_is(used, limit, severity):
    factory.quota('p', 'compute', 'cores', limit, used)
    one = found(projects.QuotaFull()).get('p')
    assert (one.severity if one else None) == severity


def test_a_project_is_one_finding_and_tells_its_worst_quota():
    factory.quota('p', 'compute', 'cores', 10, 9)
    factory.quota('p', 'volume', 'gigabytes', 10, 12)
    factory.quota('p', 'network', 'port', 10, 10)
    factory.quota('p', 'compute', 'key_pairs', 1, 5)
    check = projects.QuotaFull()
    (one,) = check.find(REGION)
    assert told(check, one) == (
        'p uses more than its quota: Storage (GiB) and 2 more'
    )
    finding = findings.Finding(
        subject='p', project_id='p', evidence=dict(one.evidence)
    )
    lines = [command.line for command in check.runbook(finding).commands]
    assert 'openstack quota set --gigabytes=15 p' in lines
    assert 'openstack quota set --cores=13 p' in lines


def test_what_was_counted_for_want_of_a_quota_is_none():
    factory.quota('p', 'compute', 'cores', 10, 10)
    models.Quota.objects.update(counted=True)
    assert not found(projects.QuotaFull())


def test_things_of_a_project_that_is_younger_than_the_list_are_no_orphans():
    factory.summary('new', state='deleted')
    factory.server('s', 'new', created_at=timezone.now())
    check = projects.Orphans()
    assert not found(check)
    models.Server.objects.update(created_at=ago(hours=1))
    assert told(check, found(check)['new']) == (
        '1 thing belongs to new, a project that is gone'
    )


def test_ten_thousand_volumes_are_one_finding_with_the_largest():
    models.VolumeCoverage.objects.bulk_create(
        models.VolumeCoverage(
            region=REGION,
            volume_id=f'v{n:05}',
            project_id='p',
            size_gib=n,
            state='never',
            severity=2,
            within=False,
            target_h=24,
        )
        for n in range(10_000)
    )
    check = backups.VolumesAtRisk()
    (one,) = check.find(REGION)
    assert one.hits == one.evidence['volumes'] == 10_000
    assert [row['volume_id'] for row in one.evidence['worst']] == [
        'v09999',
        'v09998',
        'v09997',
        'v09996',
        'v09995',
    ]
    assert told(check, one) == 'p: 10000 volumes were never backed up'


def test_each_state_of_a_projects_volumes_is_a_finding_of_its_own():
    for state in models.VolumeCoverage.BY_SEVERITY:
        factory_backups.volume(f'v-{state}', 'p', state)
    one = found(backups.VolumesAtRisk())
    assert {key: row.severity for key, row in one.items()} == {
        'p:stuck': SEVERITY.ERROR,
        'p:failing': SEVERITY.ERROR,
        'p:never': SEVERITY.WARNING,
        'p:stale': SEVERITY.WARNING,
    }


def test_the_runbook_of_failing_backups_tells_what_cinders_words_mean():
    factory_backups.volume(
        'v', 'p', 'failing', fail_reason='No space left on device'
    )
    check = backups.VolumesAtRisk()
    one = found(check)['p:failing']
    runbook = check.runbook(one)
    assert 'The place where backups are kept is full' in runbook.causes[0]


def test_a_server_that_copies_a_disk_gets_more_time():
    for name, state, updated_at in (
        ('busy', 'powering-off', ago(minutes=50)),
        ('stuck', 'powering-off', ago(minutes=70)),
        ('copies', 'image_uploading', ago(hours=5)),
        ('hangs', 'image_uploading', ago(hours=7)),
        ('idle', '', ago(days=7)),
    ):
        factory.server(name, 'p', task_state=state, updated_at=updated_at)
    assert set(found(servers.ServerStuck())) == {'stuck', 'hangs'}


def test_a_server_that_never_had_a_host_is_not_brought_back():
    factory.server('s', 'p', status='ERROR', fault='No valid host was found.')
    check = servers.ServerError()
    one = found(check)['s']
    assert told(check, one) == (
        'The server s is in error: No valid host was found.'
    )
    one.evidence['fault'] = ''
    assert told(check, one) == 'The server s is in error'
    runbook = check.runbook(one)
    assert runbook.commands[-1].line == 'openstack server delete s'


def test_a_volume_that_copies_its_data_gets_more_time():
    for name, status, updated_at in (
        ('busy', 'attaching', ago(minutes=50)),
        ('stuck', 'attaching', ago(minutes=70)),
        ('copies', 'backing-up', ago(hours=5)),
        ('hangs', 'backing-up', ago(hours=7)),
        ('born', 'creating', None),
        ('shelved', 'reserved', ago(days=7)),
        ('idle', 'available', ago(days=7)),
    ):
        factory.volume(
            name,
            'p',
            status=status,
            updated_at=updated_at,
            created_at=ago(hours=2),
        )
    assert set(found(volumes.VolumeStuck())) == {'stuck', 'hangs', 'born'}


def test_a_snapshot_hits_no_volume():
    models.Snapshot.objects.create(
        region=REGION,
        id='n',
        project_id='p',
        volume_id='v',
        status='error',
        size_gib=1,
        created_at=ago(hours=2),
        seen=1,
    )
    one = found(volumes.SnapshotError())['n']
    assert (one.hits, one.hits_what) == (0, registry.HIT.NOTHING)


def test_a_server_that_is_younger_than_the_list_is_not_gone():
    """Its volume was read after the servers."""
    factory.server('there', 'p')
    for name, server_ids, updated_at in (
        ('new', ['not-yet-listed'], timezone.now()),
        ('held', ['gone'], ago(hours=1)),
        ('used', ['there'], ago(hours=1)),
        ('shared', ['there', 'gone'], ago(hours=1)),
        ('free', [], ago(hours=1)),
    ):
        factory.volume(name, 'p', server_ids=server_ids, updated_at=updated_at)
    one = found(attachments.VolumeOfGoneServer())
    assert set(one) == {'held', 'shared'}
    assert one['shared'].evidence['gone'] == ['gone']


def host(name, state='down', status='enabled'):
    models.Host.objects.create(
        region=REGION, id=name, name=name, state=state, status=status, seen=1
    )


def test_a_host_is_the_worse_the_more_depend_on_it():
    host('empty')
    host('full')
    host('maintained', status='disabled')
    host('well', state='up')
    factory.server('s1', 'p', host='full')
    factory.server('s2', 'p', host='full')
    check = hosts.HostDown()
    one = found(check)
    assert {key: row.severity for key, row in one.items()} == {
        'empty': SEVERITY.ERROR,
        'full': SEVERITY.CRITICAL,
        'maintained': SEVERITY.NOTE,
    }
    assert told(check, one['full']) == (
        'The host full is down, with 2 servers'
    )
    assert one['full'].evidence['projects'] == 1


def test_nova_may_name_the_host_of_a_server_by_its_short_name():
    host('cmp-1.example.org')
    host('twin.one.example.org')
    host('twin.two.example.org')
    factory.server('s', 'p', host='cmp-1')
    factory.server('of one of two', 'p', host='twin')
    assert found(hosts.HostDown())['cmp-1.example.org'].hits == 1
    assert found(hosts.HostDown())['twin.one.example.org'].hits == 0
    (one,) = hosts.ServersOfDownHosts().find(REGION)
    assert (one.subject, one.hits) == ('p', 1)


def test_a_volume_service_is_the_worse_the_more_is_behind_it():
    for name, columns in (
        ('h@lvm', {}),
        ('h@empty', {}),
        ('h@off', {'status': 'disabled'}),
        ('h@up', {'state': 'up'}),
    ):
        factory_backups.service(
            name, **{'binary': 'cinder-volume', 'state': 'down', **columns}
        )
    factory.volume('v', 'p', host='h@lvm#pool')
    factory.volume('w', 'p', host='h@lvm#other')
    one = found(volume_services.VolumeServiceDown())
    assert {key: (row.severity, row.hits) for key, row in one.items()} == {
        'cinder-volume:h@lvm': (SEVERITY.CRITICAL, 2),
        'cinder-volume:h@empty': (SEVERITY.ERROR, 0),
        'cinder-volume:h@off': (SEVERITY.NOTE, 0),
    }


def test_a_part_that_fails_for_long_is_worse():
    check = own_data.PartNotRead()
    state = models.PartState.objects.filter(name=parts.SERVERS)
    for since, severity in (
        (ago(minutes=5), SEVERITY.WARNING),
        (ago(hours=2), SEVERITY.ERROR),
    ):
        state.update(failing_since=since, error='Nova does not answer.')
        one = found(check)['servers']
        assert one.severity == severity
    assert told(check, one) == 'Servers cannot be read: Nova does not answer.'


def test_a_part_is_old_by_its_own_rhythm():
    models.PartState.objects.update(last_good_at=ago(minutes=30))
    names = set(found(own_data.PartNotRead()))
    slow = {parts.PEOPLE, parts.HOURS, parts.ADDRESSES, parts.RIGHTS}
    assert names == set(parts.LABELS) - slow


def test_a_clock_that_is_off_is_told_by_its_own_check_alone():
    clock = f"{reading.CLOCK} 7 min ahead of the worker's."
    for name, note in (
        (parts.SERVERS, clock),
        (parts.VOLUMES, f'Odd. {clock}'),
        (parts.BACKUPS, 'Odd.'),
    ):
        models.PartState.objects.filter(name=name).update(note=note)
    check = own_data.PartNote()
    assert {told(check, one) for one in found(check).values()} == {
        'Volumes: Odd.',
        'Backups: Odd.',
    }


def test_a_worker_that_was_taken_away_long_ago_is_forgotten():
    for name, seen_at in (('away', ago(hours=1)), ('old', ago(days=31))):
        models.Worker.objects.create(host=name, seen_at=seen_at)
    assert set(found(own_data.WorkerAway())) == {'away'}


def roomy(host_id, used, **columns):
    host(host_id, **{'state': 'up', **columns})
    models.Inventory.objects.create(
        region=REGION,
        provider_id=host_id,
        root_id=host_id,
        resource_class='MEMORY_MB',
        total=110,
        reserved=10,
        allocation_ratio=1,
        used=used,
        seen=1,
    )


def test_a_packed_host_says_nothing_while_others_have_room():
    for number, used in enumerate((94, 95, 20)):
        roomy(f'host-{number}', used)
    assert set(found(room.HostFull())) == {'host-1'}
    assert not found(room.CloudFull())


def test_the_room_of_hosts_that_take_no_servers_does_not_count():
    roomy('open', 90)
    roomy('closed', 0, status='disabled')
    roomy('gone', 100, state='down')
    (one,) = found(room.CloudFull()).values()
    assert told(room.CloudFull(), one) == (
        'All hosts together have used 90% of RAM'
    )
    assert one.severity == SEVERITY.WARNING
    assert not found(room.HostFull())


POOLS = {
    'half': ({'total_gib': 100, 'free_gib': 50}, None),
    'nearly full': ({'total_gib': 100, 'free_gib': 10}, SEVERITY.WARNING),
    'full': ({'total_gib': 100, 'free_gib': 0}, SEVERITY.ERROR),
    'unknown': ({'total_gib': None, 'free_gib': None}, None),
    'of nothing': ({'total_gib': 0, 'free_gib': 0}, None),
    'thin': (
        {
            'total_gib': 100,
            'free_gib': 90,
            'provisioned_gib': 196,
            'thin': True,
            'over_subscription_ratio': 2,
        },
        SEVERITY.ERROR,
    ),
}


@pytest.mark.parametrize('name', POOLS)
def test_a_pool_is_full_by_what_it_can_hold(name):
    columns, severity = POOLS[name]
    models.Pool.objects.create(region=REGION, name='a@b#c', seen=1, **columns)
    told = [one.severity for one in found(room.PoolFull()).values()]
    assert told == ([] if severity is None else [severity])
