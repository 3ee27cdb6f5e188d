"""Which backups the rule lets go; it knows no database and no cloud."""

import datetime

import hypothesis
from hypothesis import strategies as st
import pytest

from rey_dashboard.backups import retention

NOW = datetime.datetime(2026, 11, 28, 12, tzinfo=datetime.UTC)
WHY, REASON = retention.Why, retention.Reason


def backup(name, days, parent='', **more):
    """Ours, of the policy 1 and good, with data of so many days ago."""
    told = {
        'project_id': 'p',
        'status': 'available',
        'data_at': NOW - datetime.timedelta(days=days),
        'is_good': more.get('status', 'available') == 'available',
        'parent_id': parent,
        'is_ours': True,
        'policy': 1,
    }
    return retention.Backup(name, **{**told, **more})


def judge(*backups, keep_last=1, keep_days=0, policy=1, held=()):
    rule = retention.Rule(keep_last, keep_days, policy)
    return retention.judge(backups, rule, held, NOW)


def test_either_number_keeps_one():
    days = (backup(f'd{day}', day) for day in range(6))
    told = judge(*days, keep_last=2, keep_days=4)
    assert list(told.goes) == ['d4', 'd5']
    assert told.goes['d4'] == REASON.OLD
    assert told.stays == {
        'd0': WHY.LAST_GOOD,
        'd1': WHY.LAST,
        'd2': WHY.YOUNG,
        'd3': WHY.YOUNG,
    }


def test_nothing_goes_where_no_number_is_told():
    told = judge(backup('a', 1), backup('b', 900), keep_last=0)
    assert set(told.stays.values()) == {WHY.KEEPS_ALL}


def test_a_chain_goes_from_its_end_and_whole():
    told = judge(
        backup('full', 9),
        backup('one', 8, 'full'),
        backup('two', 7, 'one'),
        backup('next', 1),
    )
    assert list(told.goes) == ['two', 'one', 'full']


def test_what_one_needs_that_stays_is_kept():
    told = judge(
        backup('full', 9),
        backup('one', 8, 'full'),
        backup('two', 7, 'full'),
        backup('next', 6, 'one'),
    )
    assert list(told.goes) == ['two']
    assert told.stays == {
        'next': WHY.LAST_GOOD,
        'one': WHY.BUILT_ON,
        'full': WHY.BUILT_ON,
    }


def test_what_cinder_says_is_built_upon_stays():
    told = judge(backup('old', 9, has_dependents=True), backup('new', 1))
    assert told.stays['old'] == WHY.BUILT_ON


def test_the_last_good_one_stays_and_may_be_somebodys():
    told = judge(
        backup('old', 9),
        backup('failed', 1, status='error'),
        keep_days=1,
    )
    assert told.stays == {'old': WHY.LAST_GOOD, 'failed': WHY.NO_LATER}
    theirs = backup('theirs', 0, is_ours=False, policy=None)
    told = judge(backup('old', 9), theirs, keep_last=0, keep_days=5)
    assert list(told.goes) == ['old']
    assert told.stays == {'theirs': WHY.NOT_OURS}


def test_one_of_another_project_is_no_replacement():
    told = judge(backup('old', 9), backup('new', 1, project_id='q'))
    assert set(told.stays.values()) == {WHY.LAST_GOOD}


@pytest.mark.parametrize(
    ('more', 'why'),
    [
        ({'is_ours': False}, WHY.NOT_OURS),
        ({'policy': 2}, WHY.OTHERS),
        ({'policy': None}, WHY.OTHERS),
        ({'status': 'deleting'}, WHY.NOT_NOW),
        ({'status': 'restoring', 'is_good': True}, WHY.NOT_NOW),
    ],
)
def test_it_stays_whatever_its_age(more, why):
    told = judge(backup('old', 900, **more), backup('new', 1))
    assert told.stays['old'] == why


def test_one_on_hold_stays_with_what_it_needs():
    told = judge(
        backup('full', 9),
        backup('one', 8, 'full'),
        backup('two', 7, 'one'),
        backup('new', 1),
        held={'one'},
    )
    assert list(told.goes) == ['two']
    assert told.stays['one'] == WHY.ON_HOLD
    assert told.stays['full'] == WHY.BUILT_ON


def test_failed_ones_go_once_a_later_good_one_is_there():
    told = judge(
        backup('failed', 3, status='error'),
        backup('broken', 2, is_good=False),
        backup('good', 1),
        backup('again', 0.5, status='error'),
        keep_last=7,
    )
    assert told.goes == {'broken': REASON.BROKEN, 'failed': REASON.FAILED}
    assert told.stays['again'] == WHY.NO_LATER


def test_the_place_is_counted_among_the_good_ones_of_the_policy():
    told = judge(
        backup('third', 5),
        backup('second', 4),
        backup('failed', 3, status='error'),
        backup('theirs', 2, policy=2),
        backup('first', 1),
        keep_last=2,
    )
    assert list(told.goes) == ['failed', 'third']


NAMES = 'abcdefgh'
BACKUPS = st.builds(
    retention.Backup,
    id=st.just(''),
    project_id=st.sampled_from('pq'),
    status=st.sampled_from(
        ('available', 'error', 'creating', 'restoring', 'deleting')
    ),
    data_at=st.integers(-1, 20).map(
        lambda days: NOW - datetime.timedelta(days=days)
    ),
    is_good=st.booleans(),
    has_dependents=st.booleans(),
    parent_id=st.sampled_from(('', 'gone', *NAMES)),
    is_ours=st.booleans(),
    policy=st.sampled_from((None, 1, 2)),
)
#: Ids in no order of age, and parents of any kind: themselves, in a ring.
VOLUMES = st.lists(BACKUPS, max_size=len(NAMES)).flatmap(
    lambda rows: st.permutations(NAMES).map(
        lambda names: [
            retention.Backup(
                **{
                    name: getattr(row, name)
                    for name in retention.Backup.__slots__
                    if name != 'id'
                },
                id=id_,
            )
            for row, id_ in zip(rows, names, strict=False)
        ]
    )
)
RULES = st.builds(
    retention.Rule,
    keep_last=st.integers(-1, 4),
    keep_days=st.integers(-1, 10),
    policy=st.sampled_from((None, 1)),
)


@hypothesis.settings(max_examples=400, deadline=None)
@hypothesis.given(
    backups=VOLUMES, rule=RULES, held=st.sets(st.sampled_from(NAMES))
)
def test_whatever_there_is_nothing_goes_that_must_stay(backups, rule, held):
    told = retention.judge(backups, rule, held, NOW)
    rows = {row.id: row for row in backups}
    assert rows.keys() == told.goes.keys() | told.stays.keys()
    assert not told.goes.keys() & told.stays.keys()
    assert not told.goes.keys() & held
    for project_id in 'pq':
        good = [
            row
            for row in backups
            if row.is_good and row.project_id == project_id
        ]
        if good:
            last = max(good, key=lambda row: (row.data_at, row.id))
            assert last.id not in told.goes
        else:
            assert not [
                one for one in told.goes if rows[one].project_id == project_id
            ]
    there = set(rows)
    for one in told.goes:
        row = rows[one]
        assert row.is_ours
        assert row.policy == rule.policy
        assert row.status in ('available', 'error')
        upon = {other.id for other in backups if other.parent_id == one}
        # Nobody builds on it when its turn comes.
        assert not upon & there
        assert upon or not row.has_dependents
        there.remove(one)
    if rule.keeps_all:
        assert not told.goes


@hypothesis.settings(max_examples=200, deadline=None)
@hypothesis.given(backups=VOLUMES, rule=RULES)
def test_what_was_deleted_lets_nothing_more_go(backups, rule):
    told = retention.judge(backups, rule, (), NOW)
    left = [row for row in backups if row.id in told.stays]
    assert not retention.judge(left, rule, (), NOW).goes
