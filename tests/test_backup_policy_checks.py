"""Policies that do not do what they say, and targets that they promise."""

import datetime
import json

from django.core.serializers.json import DjangoJSONEncoder
from django.urls import reverse
from django.utils import timezone
import pytest

from rey_dashboard import conf
from rey_dashboard.backups import due
from rey_dashboard.backups import left_out
from rey_dashboard.backups import policy_checks
from rey_dashboard.backups import policy_history
from rey_dashboard.backups import policy_targets
from rey_dashboard.checks import registry
from rey_dashboard.inventory import coverage
from rey_dashboard.inventory import models as inventory
from rey_dashboard.tasks import models as tasks
from tests import factory
from tests import factory_checks
from tests import factory_policies
from tests.factory_backups import ago
from tests.factory_policies import REY
from tests.factory_policies import end
from tests.factory_policies import latest
from tests.factory_policies import make
from tests.factory_policies import scope
from tests.factory_policies import told

pytestmark = pytest.mark.django_db
SEVERITY = registry.SEVERITY
STATES = tasks.Task.State
MISSED = policy_checks.PolicyMissed()
FAILED = policy_checks.PolicyFailed()
LEFT_OUT = left_out.PolicyLeftOut()
NOTHING = policy_checks.PolicyReachesNothing()


@pytest.fixture
def volumes():
    factory.domain('default')
    factory_policies.project('p', 'default', 'a', 'b')


def found(check):
    rows = list(check.find(factory.REGION))
    for row in rows:
        # All that a page asks for.
        assert check.title(row)
        assert check.page(row)
        assert check.runbook(row).mended
    return [(row.subject_name, str(row.word), row.severity) for row in rows]


def begin(policy, state=STATES.SUCCEEDED, **columns):
    run = due.run_now(policy, REY, timezone.now())
    end(run, state)
    tasks.Task.objects.filter(pk=run.task.pk).update(**columns)
    return run


def miss(policy, state='missed'):
    policy.runs.create(
        version=1, due_at=ago(hours=1), seen_at=ago(hours=1), state=state
    )


def stored(check_name, check):
    """What it finds, as the worker keeps it: by the policy's name."""
    return {
        one.subject_name: factory_checks.make_finding(
            one.subject,
            check_name=check_name,
            subject_name=one.subject_name,
            word=one.word,
            evidence=json.loads(DjangoJSONEncoder().encode(one.evidence)),
        )
        for one in check.find(factory.REGION)
    }


def test_a_manager_sees_those_of_his_domains_policies_alone(
    volumes, our_checks, sign_in
):
    factory.collected()
    factory.domain('research')
    factory_policies.project('q', 'research', 'c')
    for name, domain_id in (
        ('everywhere', ''),
        ('ours', 'research'),
        ('theirs', 'default'),
    ):
        run = begin(make(name=name, domain_id=domain_id), STATES.FAILED)
        run.task.steps.update(
            state=tasks.Step.State.FAILED,
            error='No answer from http://cinder.example:8776/v3 (HTTP 503)',
        )
    by_name = stored('policy_failed', FAILED)
    assert by_name.keys() == {'everywhere', 'ours', 'theirs'}
    factory.domain_role('research')
    manager = sign_in('member')
    answers = {
        name: manager.get(reverse('horizon:rey:today:finding', args=[one.pk]))
        for name, one in by_name.items()
    }
    codes = {name: answer.status_code for name, answer in answers.items()}
    assert codes == {'everywhere': 404, 'ours': 200, 'theirs': 404}
    page = answers['ours'].content.decode()
    assert 'The last run of the policy ours failed' in page
    assert 'No answer from' in page
    assert 'cinder.example' not in page
    assert 'ours' in manager.get('/rey/today/').content.decode()


def test_a_run_that_was_missed_is_found_until_one_begins(volumes):
    policy = make(name='<b>')
    assert found(MISSED) == []
    miss(policy)
    assert found(MISSED) == [('<b>', 'missed', SEVERITY.WARNING)]
    begin(policy)
    assert found(MISSED) == []


def test_a_run_that_was_left_out_is_found(volumes):
    miss(make(), 'skipped')
    assert found(MISSED) == [('nightly', 'skipped', SEVERITY.WARNING)]


def test_what_nobody_runs_is_found(volumes):
    make(timezone.now() - datetime.timedelta(minutes=5), name='due')
    make(timezone.now() - datetime.timedelta(minutes=16), name='overdue')
    assert found(MISSED) == [('overdue', 'overdue', SEVERITY.ERROR)]


def test_what_is_not_enabled_is_not_missed(volumes):
    miss(make(enabled=False))
    assert found(MISSED) == []


@pytest.mark.parametrize(
    'state, severity',
    [
        (STATES.FAILED, SEVERITY.ERROR),
        (STATES.PARTLY_FAILED, SEVERITY.WARNING),
    ],
)
def test_a_run_that_failed_is_found_with_what_cinder_said(
    volumes, state, severity
):
    policy = make()
    run = begin(policy, state, failed=1)
    run.task.steps.filter(target='b').update(state='failed', error='no room')
    assert found(FAILED) == [('nightly', str(state), severity)]
    (one,) = FAILED.find(factory.REGION)
    assert one.evidence['error'] == 'no room'
    assert (one.evidence['failed'], one.evidence['total']) == (1, 2)


def test_of_runs_the_last_that_has_ended_counts(volumes):
    policy = make()
    begin(policy, STATES.FAILED)
    policy.runs.update(due_at=ago(hours=2))
    due.run_now(policy, REY, timezone.now() + datetime.timedelta(minutes=1))
    assert len(found(FAILED)) == 1
    end(latest(policy))
    assert found(FAILED) == []


def test_who_stopped_a_run_is_told_nothing(volumes):
    begin(make(), STATES.CANCELLED)
    assert found(FAILED) == []


def test_a_run_that_could_back_up_nothing_is_found():
    factory_policies.volume('a', 'gone')
    due.run_now(make(), REY, timezone.now())
    assert found(FAILED) == [('nightly', 'cancelled', SEVERITY.ERROR)]


def test_volumes_that_a_run_leaves_out_are_found_until_it_leaves_none(volumes):
    factory.quota('p', 'volume', 'backups', 5, 4)
    policy = make()
    begin(policy)
    assert found(FAILED) == []
    assert found(LEFT_OUT) == [('nightly', '', SEVERITY.WARNING)]
    (one,) = LEFT_OUT.find(factory.REGION)
    assert LEFT_OUT.title(one) == (
        'The last run of the policy nightly left out 1 of 2 volumes'
    )
    assert 'backups would be 6 of 5' in one.evidence['error']
    assert one.hits == 1
    inventory.Quota.objects.update(limit=10)
    policy.runs.update(due_at=ago(hours=2))
    due.run_now(policy, REY, timezone.now() + datetime.timedelta(minutes=1))
    assert len(found(LEFT_OUT)) == 1
    end(latest(policy))
    assert found(LEFT_OUT) == []


def test_a_run_that_leaves_out_all_is_found_once(volumes):
    factory.quota('p', 'volume', 'backups', 4, 4)
    due.run_now(make(), REY, timezone.now())
    assert found(FAILED) == [('nightly', 'cancelled', SEVERITY.ERROR)]
    assert found(LEFT_OUT) == []


def test_an_enabled_policy_that_reaches_nothing_is_found(volumes):
    make(scope=scope('project', 'nothing'))
    make(scope=scope('project', 'nothing'), enabled=False)
    make()
    assert found(NOTHING) == [('nightly', '', SEVERITY.WARNING)]


def test_they_are_installed(our_checks):
    names = {
        'policy_failed',
        'policy_left_out',
        'policy_missed',
        'policy_reaches_nothing',
    }
    assert names <= our_checks.keys()


def targets():
    policy_targets.record(factory.REGION)
    rows = inventory.PolicyTarget.objects.order_by('volume_id')
    return dict(rows.values_list('volume_id', 'hours'))


def test_the_strictest_promise_counts_and_only_differences_are_written(
    volumes,
):
    make(target_h=48)
    one = make(target_h=6, scope=scope('list', 'a'))
    make(target_h=1, enabled=False)
    make()
    assert targets() == {'a': 6, 'b': 48}
    assert policy_targets.record(factory.REGION) == 0
    policy_history.keep(
        one, told(target_h=6, scope=scope('list', 'b')), REY, 1
    )
    assert policy_targets.record(factory.REGION) == 2
    policy_history.remove(one, REY)
    assert targets() == {'a': 48, 'b': 48}


def test_one_of_a_newer_release_promises_nothing_and_others_do(volumes):
    policy = factory_policies.of_newer_release(make(name='new', target_h=1))
    make(target_h=6, scope=scope('list', 'a'))
    assert targets() == {'a': 6}
    policy.refresh_from_db()
    assert policy.volumes is None
    assert found(NOTHING) == []


def test_what_a_policy_reaches_is_counted_anew(volumes):
    policy = make()
    factory_policies.volume('c', size_gib=7)
    targets()
    policy.refresh_from_db()
    assert (policy.volumes, policy.gib) == (3, 9)


def test_volumes_are_judged_by_what_a_policy_promises(volumes, admin):
    factory.collected()
    factory_policies.volume('c', metadata={'backup_target': '3h'})
    make(target_h=36, scope=scope('list', 'a', 'c'))
    targets()
    settings = conf.Settings(BACKUP_TARGETS_H={'volume_types': {'fast': 5}})
    coverage.record(factory.REGION, settings)
    rows = inventory.VolumeCoverage.objects.order_by('volume_id')
    assert list(
        rows.values_list('volume_id', 'target_h', 'target_source')
    ) == [
        ('a', 36, 'policy'),
        ('b', 5, 'volume_type'),
        # The owner of the volume has the last word.
        ('c', 3, 'metadata'),
    ]
    page = admin.get('/rey/backups/volumes/').content.decode()
    assert '36 hours<small>policy</small>' in page
