"""Whether a volume is backed up as it should be: state by state."""

import datetime
import itertools

import pytest

from rey_dashboard import conf
from rey_dashboard.inventory import chains
from rey_dashboard.inventory import judging
from rey_dashboard.inventory import models
from rey_dashboard.inventory import targets

STATES = models.VolumeCoverage.State
PROBLEMS = models.BackupChain.Problem
NOW = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)
_numbers = itertools.count()


def hours_ago(hours):
    return NOW - datetime.timedelta(hours=hours)


def backup(hours=1, status='available', **told):
    told.setdefault('created_at', hours_ago(hours))
    return chains.Link(
        **{
            'id': f'b{next(_numbers)}',
            'project_id': 'p',
            'status': status,
            'is_incremental': False,
            'has_dependents': False,
            'data_at': told['created_at'],
            'size_gib': 10,
            'fail_reason': '',
            **told,
        }
    )


def incremental(hours, status='available', **told):
    return backup(hours, status, is_incremental=True, **told)


def judge(*backups, age_h=1000, target_h=24, excluded=False, stuck=None):
    return judging.judge(
        {'created_at': hours_ago(age_h)},
        chains.linked(backups),
        targets.Target(target_h, 'default', excluded),
        stuck,
        NOW,
    )


@pytest.mark.parametrize(
    'backups, state, within',
    [
        ([backup(23)], STATES.PROTECTED, True),
        ([backup(24)], STATES.PROTECTED, True),
        ([backup(25)], STATES.STALE, False),
        ([backup(90), backup(2)], STATES.PROTECTED, True),
        ([backup(2, 'restoring')], STATES.PROTECTED, True),
        ([], STATES.NEVER, False),
        ([backup(2, 'deleting')], STATES.NEVER, False),
        ([backup(2, 'error')], STATES.FAILING, False),
        # The last try counts, even while the one before it is young.
        ([backup(5), backup(2, 'error')], STATES.FAILING, True),
        ([backup(5, 'error'), backup(2)], STATES.PROTECTED, True),
        ([backup(90), backup(0.1, 'creating')], STATES.IN_PROGRESS, False),
        ([backup(5), backup(0.1, 'creating')], STATES.IN_PROGRESS, True),
        ([backup(5, 'error'), backup(0.1, 'creating')], STATES.IN_PROGRESS, 0),
        # Without a history the target is the patience.
        ([backup(25, 'creating')], STATES.STUCK, False),
        # Another one since does not mend it: the volume may be locked.
        ([backup(25, 'creating'), backup(2)], STATES.STUCK, True),
        ([backup(2, 'error_deleting')], STATES.NEVER, False),
    ],
)
def test_the_state_of_an_old_volume(backups, state, within):
    verdict = judge(*backups)
    assert verdict.state == state
    assert verdict.within == within


@pytest.mark.parametrize(
    'age_h, state', [(23, STATES.NEW), (24, STATES.NEW), (25, STATES.NEVER)]
)
def test_a_volume_younger_than_its_target_is_new(age_h, state):
    assert judge(age_h=age_h).state == state


def test_an_excluded_volume_is_excluded_whatever_happened():
    verdict = judge(backup(2, 'error'), excluded=True)
    assert verdict.state == STATES.EXCLUDED


def test_the_data_count_and_not_the_backup_of_them():
    of_an_old_snapshot = backup(1, data_at=hours_ago(40))
    verdict = judge(of_an_old_snapshot)
    assert verdict.state == STATES.STALE
    assert verdict.last_good_at == hours_ago(40)


def test_failures_are_told_from_the_first_after_the_last_good_one():
    verdict = judge(
        backup(200, 'error', fail_reason='long ago'),
        backup(100),
        backup(30, 'error', fail_reason='disk full'),
        backup(3, 'error', fail_reason='still full'),
    )
    assert verdict.failing_since == hours_ago(30)
    assert verdict.fail_reason == 'still full'
    assert verdict.failures_7d == 2
    assert (verdict.backups, verdict.held_gib) == (4, 40)


class TestPace:
    def learned(self, *seconds_per_gib):
        pace = judging.Pace()
        for rate in seconds_per_gib:
            pace.learn('b', rate)
        return pace

    def test_twice_the_usual_time_for_the_size_is_stuck(self):
        pace = self.learned(100, 200, 9000)
        assert pace.stuck_after_s('b', 20) == 8000
        assert judge(backup(2, 'creating'), stuck=8000).state == (
            STATES.IN_PROGRESS
        )
        assert judge(backup(2.3, 'creating'), stuck=8000).state == STATES.STUCK

    def test_what_is_learned_later_counts_as_well(self):
        pace = self.learned(100, 200, 9000)
        assert pace.stuck_after_s('b', 20) == 8000
        pace.learn('b', 300)
        assert pace.stuck_after_s('b', 20) == 10_000

    def test_nothing_is_stuck_before_a_quarter_of_an_hour(self):
        assert self.learned(0.1, 0.1, 0.1).stuck_after_s('b', 1) == 900

    def test_few_backups_and_another_back_end_tell_nothing(self):
        assert self.learned(1, 1).stuck_after_s('b', 1) is None
        assert self.learned(1, 1, 1).stuck_after_s('c', 1) is None


class TestChains:
    def test_an_incremental_builds_on_the_latest_that_is_marked(self):
        first = backup(50, has_dependents=True)
        failed = backup(40, 'error')
        lonely = backup(35)
        second = backup(30, has_dependents=True)
        third = incremental(20, has_dependents=True)
        last = incremental(10)
        chains.linked([last, lonely, third, failed, second, first])
        assert (last.parent, third.parent) == (third, second)
        assert [link.depth for link in (second, third, last)] == [0, 1, 2]
        assert last.full_id == second.id
        assert last.is_good

    def test_a_parent_that_is_gone_breaks_all_that_follow(self):
        orphan = incremental(20, has_dependents=True)
        last = incremental(10)
        chains.linked([orphan, last])
        assert orphan.problem == last.problem == PROBLEMS.PARENT_GONE
        assert not last.is_good
        assert last.full_id == ''
        assert judge(orphan, last).state == STATES.FAILING

    def test_a_parent_that_failed_breaks_all_that_follow(self):
        full = backup(30, 'error', has_dependents=True)
        child = incremental(20, has_dependents=True)
        last = incremental(10)
        chains.linked([full, child, last])
        assert last.problem == PROBLEMS.PARENT_FAILED

    def test_one_of_another_project_is_no_parent(self):
        other = backup(30, has_dependents=True, project_id='admin')
        own = incremental(20)
        chains.linked([other, own])
        assert own.problem == PROBLEMS.PARENT_GONE

    def test_one_that_is_not_done_has_not_marked_its_parent_yet(self):
        full = backup(30)
        running = incremental(0.1, 'creating')
        chains.linked([full, running])
        assert running.parent is full
        assert not running.problem

    def test_a_long_chain_is_followed_to_its_end(self):
        links = [backup(9000, has_dependents=True)]
        links += [
            incremental(8000 - n, has_dependents=True) for n in range(5000)
        ]
        assert chains.linked(links)[-1].depth == 5000


class TestTargets:
    VOLUME = {'name': 'v', 'type': 'fast', 'metadata': {}}
    PROJECT = {
        'id': 'p-id',
        'name': 'web',
        'domain_id': 'd-id',
        'domain_name': 'research',
    }

    def of(self, volume=None, project=PROJECT, **settings):
        told = targets.Targets(conf.Settings(**settings))
        return told.of({**self.VOLUME, **(volume or {})}, project)

    def test_the_nearest_wins_and_is_told(self):
        steps = (
            ('default', {}, 24),
            ('domain', {'domains': {'research': 48}}, 48),
            ('project', {'projects': {'p-id': 72}}, 72),
            ('volume_type', {'volume_types': {'fast': 6}}, 6),
        )
        table = {}
        for source, more, hours in steps:
            table.update(more)
            found = self.of(BACKUP_TARGETS_H=table)
            assert (found.hours, found.source) == (hours, source)
        found = self.of(
            {'metadata': {'backup_target': '2d'}}, BACKUP_TARGETS_H=table
        )
        assert (found.hours, found.source) == (48, 'metadata')

    @pytest.mark.parametrize(
        'text, hours',
        [
            ('12', 12),
            ('12h', 12),
            (' 7D ', 168),
            ('2w', 336),
            ('0', None),
            ('', None),
            ('soon', None),
            ('-1', None),
            ('9' * 99, None),
            ('12h; drop', None),
        ],
    )
    def test_what_people_write_into_metadata(self, text, hours):
        assert targets.hours_of(text) == hours

    @pytest.mark.parametrize(
        'volume, source',
        [
            ({'type': 'scratch-1'}, 'type'),
            ({'metadata': {'backup': 'none'}}, 'metadata'),
            ({'name': 'image-0815'}, 'name'),
            ({'name': 'my-image-0815'}, 'default'),
        ],
    )
    def test_volumes_are_excluded_by_patterns(self, volume, source):
        found = self.of(
            volume,
            BACKUP_EXCLUDE={
                'volume_types': ['scratch*'],
                'metadata': ['backup=no*'],
                'names': ['image-*'],
            },
        )
        assert found.source == source
        assert found.excluded is (source != 'default')

    def test_a_project_that_is_gone_has_the_default(self):
        found = self.of(project=None, BACKUP_TARGETS_H={'domains': {'': 1}})
        assert found.source == 'default'

    @pytest.mark.parametrize(
        'wrong',
        [
            {'BACKUP_TARGETS_H': {'tenants': {}}},
            {'BACKUP_TARGETS_H': {'domains': {'a': '1d'}}},
            {'BACKUP_TARGETS_H': {'domains': {'a': 0}}},
            {'BACKUP_TARGETS_H': ['a']},
            {'BACKUP_EXCLUDE': {'names': 'image-*'}},
            {'BACKUP_TARGET_H': 0},
        ],
    )
    def test_wrong_settings_are_told(self, settings, wrong):
        settings.REY_DASHBOARD = wrong
        (problem,) = conf.check()
        assert next(iter(wrong)) in problem.msg
