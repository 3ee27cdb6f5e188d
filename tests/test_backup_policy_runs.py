"""What is due runs once; what was missed is told and made up once."""

import datetime
import threading
import zoneinfo

from django.utils import timezone
import pytest

from rey_dashboard.backups import due
from rey_dashboard.backups import models
from rey_dashboard.backups import policy_history
from rey_dashboard.backups import policy_looks
from rey_dashboard.tasks import models as tasks
from tests import factory
from tests import factory_policies
from tests.factory_policies import REY
from tests.factory_policies import end
from tests.factory_policies import latest
from tests.factory_policies import look
from tests.factory_policies import make
from tests.factory_policies import runs
from tests.factory_policies import utc

pytestmark = pytest.mark.django_db
#: Two o'clock in Berlin.
DUE = utc(2026, 3, 2, 1)
DAY, MINUTE = datetime.timedelta(days=1), datetime.timedelta(minutes=1)
STATES = tasks.Task.State


@pytest.fixture
def volumes():
    factory_policies.project('p', 'default', 'a', 'b')


def test_one_of_a_newer_release_does_not_run_and_others_do(
    volumes, monkeypatch, caplog
):
    monkeypatch.setattr(due, '_TOLD', set())
    newer = factory_policies.of_newer_release(make(DUE, name='newer'))
    other = make(DUE + MINUTE)
    for _ in range(2):
        look(DUE + 2 * MINUTE)
    assert runs(newer) == []
    assert [state for state, _at in runs(other)] == ['begun']
    told = [row for row in caplog.records if 'cannot run' in row.message]
    assert len(told) == 1
    assert 'newer release' in told[0].message
    assert not told[0].exc_info
    # Installed again, that release runs it.
    newer.refresh_from_db()
    assert newer.next_at == DUE


def test_what_is_due_begins_as_a_task_that_runs(volumes):
    policy = make(DUE, at_once=3)
    look(DUE - MINUTE)
    assert not runs(policy)
    look(DUE)
    assert runs(policy) == [('begun', DUE)]
    run = latest(policy)
    assert (run.version, run.seen_at) == (1, DUE)
    assert (run.task.kind, run.task.state) == ('back_up', 'queued')
    assert run.task.asked_by_name == 'policy nightly'
    assert run.task.parameters == {
        'volumes': ['a', 'b'],
        'method': 'full',
        'full_every': 7,
        'container': '',
        'policy': policy.pk,
        'policy_name': 'nightly',
        'until': '2026-03-02T05:00:00+00:00',
        'at_once': 3,
    }
    assert run.task.records.count() == 2
    policy.refresh_from_db()
    assert policy.next_at == DUE + DAY


def test_it_is_due_again_the_next_day_and_each_runs_once(volumes):
    policy = make(DUE)
    for number in range(4):
        for minute in (0, 1, 2):
            look(DUE + number * DAY + minute * MINUTE)
        end(latest(policy))
    assert runs(policy) == [('begun', DUE + n * DAY) for n in range(4)]
    assert tasks.Task.objects.filter(kind='back_up').count() == 4


def test_a_name_that_cinder_would_refuse_is_told_without_that(volumes):
    policy = make(DUE, name='<b>é💾\u202e\n')
    look(DUE)
    step = latest(policy).task.steps.first()
    assert step.work['description'] == (
        'Made by Cloud Operations, policy <b>é???.'
    )


def test_those_that_wait_longest_come_first(volumes):
    factory_policies.volume('c', last_good_at=utc(2026, 2, 1), state='stale')
    factory_policies.volume('d', last_good_at=utc(2026, 1, 1), state='stale')
    factory_policies.volume('e', size_gib=9)
    policy = make(DUE)
    look(DUE)
    assert latest(policy).task.parameters['volumes'] == list('eabdc')


def test_of_what_was_missed_the_last_is_made_up_and_the_rest_is_told(volumes):
    policy = make(DUE)
    now = DUE + 3 * DAY + datetime.timedelta(hours=2)
    look(now)
    assert runs(policy) == [
        *(('missed', DUE + n * DAY) for n in range(3)),
        ('begun', DUE + 3 * DAY),
    ]
    assert latest(policy).seen_at == now
    policy.refresh_from_db()
    assert policy.next_at == DUE + 4 * DAY


def test_outside_of_its_window_nothing_is_made_up(volumes):
    policy = make(DUE, window_min=60)
    look(DUE + datetime.timedelta(minutes=61))
    assert runs(policy) == [('missed', DUE)]
    assert 'window' in latest(policy).note
    assert not tasks.Task.objects.exists()


def test_at_the_end_of_its_window_it_still_begins(volumes):
    policy = make(DUE, window_min=60)
    look(DUE + datetime.timedelta(minutes=60))
    assert runs(policy) == [('begun', DUE)]


def test_without_a_window_it_is_made_up_however_late_and_may_take_long(
    volumes,
):
    policy = make(DUE, window_min=0)
    look(DUE + datetime.timedelta(hours=23))
    assert runs(policy) == [('begun', DUE)]
    assert latest(policy).task.parameters['until'] is None


def test_a_stop_of_a_year_leaves_a_thousand_rows_and_a_word(volumes):
    policy = make(DUE, cron='0 * * * *')
    now = DUE + 365 * DAY
    look(now)
    rows = list(policy.runs.order_by('due_at'))
    assert len(rows) == due.MOST_ROWS + 2
    assert rows[0].due_at == DUE
    # 8,761 times in all: the last is made up, a thousand are rows.
    assert '7,760' in rows[0].note
    assert [row.state for row in rows].count('begun') == 1
    assert rows[-1].due_at == now


def test_while_the_run_before_is_under_way_none_begins(volumes):
    policy = make(DUE)
    look(DUE)
    first = latest(policy).task
    look(DUE + DAY)
    assert runs(policy)[-1] == ('skipped', DUE + DAY)
    assert str(first.pk) in latest(policy).note
    tasks.Task.objects.filter(pk=first.pk).update(state=STATES.PAUSED)
    look(DUE + 2 * DAY)
    assert runs(policy)[-1] == ('skipped', DUE + 2 * DAY)
    end(policy.runs.get(due_at=DUE))
    look(DUE + 3 * DAY)
    assert runs(policy)[-1] == ('begun', DUE + 3 * DAY)


def test_what_reaches_nothing_is_a_run_without_a_task():
    policy = make(DUE)
    look(DUE)
    assert runs(policy) == [('begun', DUE)]
    assert 'no volume' in latest(policy).note
    assert not tasks.Task.objects.exists()


def test_where_none_can_be_backed_up_the_task_ends_and_tells_why():
    # Nobody knows the project of this one.
    factory_policies.volume('a', 'gone')
    policy = make(DUE)
    look(DUE)
    run = latest(policy)
    assert run.task.state == STATES.CANCELLED
    assert run.task.steps.get().error
    assert 'see the task' in run.note
    look(DUE + DAY)
    assert runs(policy)[-1] == ('begun', DUE + DAY)


def test_what_is_not_enabled_or_is_removed_does_not_run(volumes):
    make(enabled=False)
    removed = make()
    policy_history.remove(removed, REY)
    look(timezone.now() + 400 * DAY)
    assert not models.BackupPolicyRun.objects.exists()


def test_a_policy_that_cannot_run_holds_up_no_other(
    volumes, caplog, monkeypatch
):
    monkeypatch.setattr(due, '_TOLD', set())
    broken = make(DUE - MINUTE)
    broken.versions.update(told={'cron': 'x', 'time_zone': 'UTC'})
    well = make(DUE)
    for _look in range(3):
        look(DUE)
    assert runs(well) == [('begun', DUE)]
    assert not runs(broken)
    assert caplog.text.count(f'Policy {broken.pk} cannot run') == 1


@pytest.mark.parametrize(
    'first, times',
    [
        # Two o'clock is left out, and then doubled.
        (utc(2026, 3, 28, 1), ['28 02:00', '29 03:00', '30 02:00']),
        (utc(2026, 10, 24, 0), ['24 02:00', '25 02:00', '26 02:00']),
    ],
)
def test_when_clocks_are_set_each_night_runs_once(volumes, first, times):
    policy = make(first)
    now = first
    while now < first + datetime.timedelta(days=2, hours=2):
        look(now)
        if latest(policy).task.state == STATES.QUEUED:
            end(latest(policy))
        now += datetime.timedelta(minutes=10)
    berlin = zoneinfo.ZoneInfo('Europe/Berlin')
    assert [
        f'{at.astimezone(berlin):%d %H:%M}' for _s, at in runs(policy)
    ] == (times)
    assert {state for state, _at in runs(policy)} == {'begun'}


def test_what_is_run_by_hand_is_one_run_a_minute(volumes):
    policy = make(enabled=False)
    now = utc(2026, 3, 2, 12, 0, 30)
    first = due.run_now(policy, REY, now)
    assert first.task.asked_by_name == 'Rey'
    assert due.run_now(policy, REY, now + datetime.timedelta(seconds=9)) == (
        first
    )
    with pytest.raises(due.UnderWay) as raised:
        due.run_now(policy, REY, now + MINUTE)
    assert raised.value.run == first
    end(first)
    assert due.run_now(policy, REY, now + MINUTE) != first


def test_a_run_by_hand_in_the_minute_that_is_due_is_that_one(volumes):
    policy = make(DUE)
    due.run_now(policy, REY, DUE + datetime.timedelta(seconds=2))
    look(DUE + datetime.timedelta(seconds=4))
    assert runs(policy) == [('begun', DUE)]
    policy.refresh_from_db()
    assert policy.next_at == DUE + DAY


def test_when_nothing_is_due_a_look_asks_little(
    volumes, django_assert_max_num_queries
):
    make(timezone.now() + DAY)
    looks = policy_looks.Looks()
    looks._counted = policy_looks._seen()
    with django_assert_max_num_queries(4):
        assert not looks.waiting(factory.REGION)


def test_a_worker_looks_after_policies(cloud, volumes):
    make(timezone.now() - MINUTE)
    looks = policy_looks.Looks()
    assert looks.waiting(None)
    looks.work(threading.Event())
    assert not looks.waiting('RegionOne')
    assert tasks.Task.objects.get().kind == 'back_up'
