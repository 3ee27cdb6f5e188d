"""What is worse, and what only differs: rules on two snapshots."""

import copy
import datetime

from django.utils import timezone
import pytest

from rey_dashboard.inventory import parts
from rey_dashboard.tasks import models as tasks
from rey_dashboard.verification import comparing
from rey_dashboard.verification import differences
from rey_dashboard.verification import snapshots
from tests import factory
from tests import factory_tasks

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC)
BEFORE, AFTER = '2026-10-31T00:00:00+00:00', '2026-11-02T00:00:00+00:00'
EMPTY = {
    'unread': {},
    'services': {part: {} for part in snapshots.SERVICES.values()},
    'endpoints': {},
    'certificates': {},
    'versions': {'release': 'x', 'endpoints': {}, 'hypervisors': {}},
    'counts': {part: {} for part in snapshots.THINGS},
    'errors': {part: {} for part in snapshots.THINGS},
    'quotas': {'sets': [], 'projects': {}},
    'findings': {},
    'smoke_test': None,
}


def changes(group, before, now):
    """Subjectless: what is told of the group but that all is the same."""
    snapshots_ = []
    for told in (before, now):
        snapshot = copy.deepcopy(EMPTY)
        snapshot[group] = told
        snapshots_.append(snapshot)
    pair = differences.Pair(factory.REGION, *snapshots_, NOW)
    return {
        point.change: list(point.evidence)
        for point in comparing.compare(pair)
        if point.change != 'unchanged'
        and (group == 'smoke_test' or point.group != 'smoke_test')
    }


def only(found):
    (change,) = found
    return change


def services(state, status='enabled'):
    told = {'nova-compute on cmp': [state, status]} if state else {}
    return {**EMPTY['services'], parts.COMPUTE_SERVICES: told}


@pytest.mark.parametrize(
    'before, now, change',
    [
        (('up',), ('down',), 'worse'),
        (('up',), (None,), 'worse'),
        (('up',), ('up', 'disabled'), 'worse'),
        (('down',), ('up', 'disabled'), 'worse'),
        ((None,), ('down',), 'worse'),
        ((None,), ('up',), 'changed'),
        (('down',), (None,), 'changed'),
        (('down',), ('up',), 'mended'),
        (('up', 'disabled'), ('up',), 'mended'),
    ],
)
def test_services(before, now, change):
    found = changes('services', services(*before), services(*now))
    assert only(found) == change


@pytest.mark.parametrize(
    'before, now, change',
    [
        ([True, '200', 'u'], [False, '503', 'u'], 'worse'),
        ([True, '200', 'u'], None, 'worse'),
        (None, [False, 'no route', 'u'], 'worse'),
        ([False, '503', 'u'], [True, '300', 'u'], 'mended'),
        ([True, '200', 'u'], [True, '200', 'v'], 'changed'),
        ([True, '200', 'u'], [True, '300', 'u'], ''),
    ],
)
def test_endpoints(before, now, change):
    told = [{'compute public': one} if one else {} for one in (before, now)]
    assert ''.join(changes('endpoints', *told)) == change


@pytest.mark.parametrize(
    'before, now, change',
    [
        (
            [AFTER, True, True],
            ['2050-01-01T00:00:00+00:00', True, True],
            'changed',
        ),
        (
            [AFTER, True, True],
            ['2050-01-01T00:00:00+00:00', False, True],
            'worse',
        ),
        ([AFTER, True, True], [AFTER, True, False], 'worse'),
        ([AFTER, False, True], [AFTER, True, True], 'mended'),
        # Its end has come meanwhile.
        ([BEFORE, True, True], [BEFORE, False, True], 'by_time'),
    ],
)
def test_certificates(before, now, change):
    told = {'c.test:443': before}, {'c.test:443': now}
    assert only(changes('certificates', *told)) == change


@pytest.mark.parametrize(
    'check, word, since, change',
    [
        ('host_down', '', None, 'worse'),
        ('host_down', '', AFTER, 'worse'),
        ('host_down', '', BEFORE, 'by_time'),
        ('of_another_package', '', None, 'worse'),
        ('server_stuck', '', AFTER, 'worse'),
        ('server_stuck', '', BEFORE, 'by_time'),
        ('volumes_at_risk', 'stale', None, 'by_time'),
        ('volumes_at_risk', 'failing', None, 'worse'),
        ('release_ended', '', None, 'by_time'),
        ('quota_full', 'full', None, 'changed'),
        ('endpoint_slow', 'slow', None, 'changed'),
    ],
)
def test_findings(check, word, since, change):
    new = {f'{check} x': [2, word, 'Title', since]}
    assert only(changes('findings', {}, new)) == change
    assert only(changes('findings', new, {})) == 'mended'
    assert not changes('findings', new, new)
    graver = {f'{check} x': [1, word, 'Title', since]}
    assert only(changes('findings', new, graver)) == change


def smoke(task_id=1, passed=True, skipped=(), **seconds):
    return {
        'task_id': task_id,
        'passed': passed,
        'error': 'No host',
        'seconds': seconds,
        'skipped': dict.fromkeys(skipped, 'no service'),
    }


@pytest.mark.parametrize(
    'before, now, change',
    [
        (None, None, 'unknown'),
        (smoke(), smoke(), 'unknown'),
        (None, smoke(2), 'changed'),
        (smoke(), smoke(2, passed=False), 'worse'),
        (smoke(passed=False), smoke(2), 'mended'),
        (smoke(server=5), smoke(2, server=16), 'worse'),
        # Three times as long, but no ten seconds longer; and the reverse.
        (smoke(server=1), smoke(2, server=10), ''),
        (smoke(server=100), smoke(2, server=250), ''),
        (smoke(backup=9), smoke(2, skipped=['backup']), 'worse'),
    ],
)
def test_smoke_tests(before, now, change):
    assert ''.join(changes('smoke_test', before, now)) == change


def quotas(**limits):
    return {
        'sets': [{parts.COMPUTE_QUOTAS: limits}],
        'projects': {'p1': 0, 'p2': 0},
    }


def test_limits_that_nobody_known_changed_are_worse():
    factory.project('p1', name='shop')
    found = changes(
        'quotas', quotas(cores=20, ram=1), quotas(cores=-1, ram=1, new=3)
    )
    assert found == {'worse': ['compute cores: -1, was 20: shop (p1), p2']}


def test_limits_that_a_task_has_set_since_are_no_failure():
    task = factory_tasks.make_task(1, kind='set_quotas')
    task.steps.update(state=tasks.Step.State.DONE, ended_at=timezone.now())
    found = changes('quotas', quotas(cores=20), quotas(cores=40))
    assert found == {
        'changed': ['compute cores: 40, was 20, set by a task: p1'],
        'worse': ['compute cores: 40, was 20: p2'],
    }


def test_new_projects_and_those_that_are_gone_are_no_failure():
    other = {'sets': [{}], 'projects': {'p3': 0}}
    assert not changes('quotas', quotas(cores=20), other)


def test_what_was_not_read_is_not_known():
    before, now = copy.deepcopy(EMPTY), copy.deepcopy(EMPTY)
    before['errors'][parts.VOLUMES] = {'v': 'data: error'}
    now['unread'] = {parts.VOLUMES: 'Cinder is away.'}
    pair = differences.Pair(factory.REGION, before, now, NOW)
    told = {
        (point.group, point.subject, point.change)
        for point in comparing.compare(pair)
    }
    assert ('reading', 'Parts of the cloud', 'worse') in told
    assert ('errors', 'Volumes', 'unknown') in told
    assert ('errors', 'Volumes', 'mended') not in told
    assert ('counts', 'Volumes', 'unknown') in told
    assert ('errors', 'Servers', 'unchanged') in told


def test_limits_of_thousands_of_projects_are_kept_small():
    for number in range(30):
        factory.quota(f'p{number}', 'compute', 'cores', 20 + number // 29, 1)
    factory.quota('p1', 'compute', 'ram', None, 1)
    kept = snapshots.take(factory.REGION, NOW)['quotas']
    assert len(kept['sets']) == 2
    assert len(kept['projects']) == 30
    assert kept['sets'][0] == {parts.COMPUTE_QUOTAS: {'cores': 20}}
