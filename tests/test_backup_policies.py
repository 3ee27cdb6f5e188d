"""What policies say, which volumes they reach, and how they are changed."""

import dataclasses

from django.utils import timezone
import pytest

from rey_dashboard.backups import models
from rey_dashboard.backups import policies
from rey_dashboard.backups import policy_history
from rey_dashboard.tasks import records
from tests import factory
from tests import factory_policies
from tests.factory_policies import REY
from tests.factory_policies import make
from tests.factory_policies import scope
from tests.factory_policies import told
from tests.factory_policies import utc

pytestmark = pytest.mark.django_db
HOSTILE = '<script>alert(1)</script>'


def reached(kind='all', *values, domain_id=''):
    rows = policies.reached(factory.REGION, scope(kind, *values), domain_id)
    return sorted(rows.values_list('volume_id', flat=True))


@pytest.fixture
def two_projects():
    factory_policies.project('p', 'default', 'a')
    factory_policies.project('q', 'research', 'b')
    factory_policies.volume('c', 'q', type='Fast', metadata={'backup': 'Gold'})
    factory_policies.volume(
        'd', 'q', 'excluded', type='slow', metadata={'backup': 'Gold'}
    )


def test_what_it_says_comes_back_as_it_was_written():
    said = told(scope=scope('metadata', f'{HOSTILE}=é💾'), target_h=36)
    assert policies.read(policies.written(said)) == said


def test_a_version_of_another_release_can_be_read():
    said = policies.written(told())
    del said['at_once']
    assert policies.read({**said, 'new': 1}).at_once == 2


@pytest.mark.parametrize(
    'kind, values, found',
    [
        ('all', (), ['a', 'b', 'c']),
        ('domain', ('research',), ['b', 'c']),
        ('project', ('p', 'nothing'), ['a']),
        ('volume_type', ('fast',), ['a', 'b']),
        ('volume_type', ('fast', 'Fast', 'slow'), ['a', 'b', 'c']),
        ('metadata', ('backup=Gold',), ['c']),
        ('metadata', ('backup=gold',), []),
        ('list', ('b', 'a', 'nothing'), ['a', 'b']),
    ],
)
def test_a_scope_reaches_what_it_says_but_no_excluded_volume(
    two_projects, kind, values, found
):
    assert reached(kind, *values) == found


def test_what_is_kept_for_a_domain_stays_there(two_projects):
    assert reached(domain_id='research') == ['b', 'c']
    for kind, values in (
        ('project', ('p',)),
        ('domain', ('default',)),
        ('list', ('a',)),
    ):
        assert reached(kind, *values, domain_id='research') == []


@pytest.mark.parametrize(
    'key, value',
    [
        ('a__b', 'c=d'),
        ('contains', 'x'),
        ("it's", '"quoted"'),
        (' a [key] ', 'back\\slash'),
        ('clé💾', 'x'),
        ('%s', "' OR 1=1 --"),
        (HOSTILE, '💾'),
        ('$.a[0]', ''),
    ],
)
def test_metadata_may_be_anything(key, value):
    factory_policies.project('p', 'default', 'a')
    factory_policies.volume('b', metadata={key: value, 'other': 'x'})
    factory_policies.volume('c', metadata={key: value + ' '})
    assert reached('metadata', f'{key}={value}') == ['b']
    assert reached('metadata', 'other=y', f'{key}={value}') == ['b']


@pytest.mark.parametrize(
    'field, changed',
    [
        ('name', {'name': ' '}),
        ('cron', {'cron': '0 25 * * *'}),
        ('time_zone', {'time_zone': 'Mars/Olympus'}),
        ('values', {'scope': scope('project')}),
        ('values', {'scope': scope('metadata', 'backup')}),
        ('values', {'scope': scope('metadata', '=x')}),
        ('values', {'scope': scope('metadata', '7=x')}),
        ('values', {'scope': scope('metadata', '"=x')}),
        ('values', {'scope': scope('list', *map(str, range(501)))}),
        ('kind', {'scope': scope('moon', 'x')}),
        ('window_min', {'window_min': -1}),
        ('at_once', {'at_once': 0}),
        ('keep_days', {'keep_days': 99999}),
        ('target_h', {'target_h': 0}),
        ('method', {'method': 'half'}),
    ],
)
def test_what_cannot_be_used_is_told_with_its_field(field, changed):
    assert [name for name, _w in policies.problems(told(**changed))] == [field]
    assert not list(policies.problems(told()))


def test_each_change_is_a_version_and_the_old_ones_stay():
    policy = make(enabled=False)
    assert policy.next_at is None
    changed = told(name='weekly', cron='0 3 * * SUN')
    assert policy_history.keep(policy, changed, REY, 1)
    assert not policy_history.keep(policy, changed, REY, 2)
    assert (policy.name, policy.version) == ('weekly', 2)
    assert policy.next_at > timezone.now()
    versions = policy.versions.order_by('version')
    assert [policies.read(row.told).name for row in versions] == [
        'nightly',
        'weekly',
    ]
    assert {row.who_name for row in versions} == {'Rey'}


def test_a_token_makes_one_policy_for_each_who_sends_it():
    other = records.Actor('eve', 'Eve', '192.0.2.2')
    made = [
        policy_history.create(factory.REGION, '', told(), who, 'same').pk
        for who in (REY, REY, other)
    ]
    assert made[0] == made[1] != made[2]
    assert make().pk != make().pk


def test_who_saw_an_older_version_changes_nothing():
    policy = make()
    policy_history.keep(policy, told(keep_last=3), REY, 1)
    with pytest.raises(policy_history.Changed):
        policy_history.keep(policy, told(keep_last=9), REY, 1)
    assert policies.current(policy).keep_last == 3


def test_a_change_that_leaves_the_schedule_leaves_what_is_due():
    policy = make(utc(2026, 3, 1, 1))
    policy_history.keep(policy, told(keep_last=3), REY, 1)
    assert policy.next_at == utc(2026, 3, 1, 1)
    assert not policy.runs.exists()


@pytest.mark.parametrize(
    'change',
    [
        lambda policy: policy_history.keep(
            policy, told(cron='0 5 * * *'), REY, 1
        ),
        lambda policy: policy_history.keep(
            policy, told(enabled=False), REY, 1
        ),
        lambda policy: policy_history.remove(policy, REY),
    ],
)
def test_a_due_time_that_a_change_takes_away_is_told_as_missed(change):
    policy = make(utc(2026, 3, 1, 1))
    change(policy)
    assert factory_policies.runs(policy) == [('missed', utc(2026, 3, 1, 1))]
    assert policy.next_at is None or policy.next_at > timezone.now()


def test_what_is_removed_stays_in_its_history_and_runs_no_more():
    policy = make()
    policy_history.remove(policy, REY)
    assert policy.removed_at
    assert not policies.current(policy).enabled
    assert policy.versions.count() == 2
    with pytest.raises(models.BackupPolicy.DoesNotExist):
        policy_history.keep(policy, told(), REY, 2)


def test_what_it_reaches_is_counted_when_it_is_changed(two_projects):
    policy = make()
    assert (policy.volumes, policy.gib) == (3, 3)
    only = dataclasses.replace(told(), scope=scope('project', 'p'))
    policy_history.keep(policy, only, REY, 1)
    assert (policy.volumes, policy.gib) == (1, 1)
