from importlib import metadata

from rey_dashboard.tasks import estimates
from rey_dashboard.tasks import kinds


class Good(kinds.Kind):
    label, rule = 'Good', 'rey:usage:act'

    def plan(self, region, parameters):
        return []

    def start(self, context, step):
        return kinds.Done()


class Other(Good):
    pass


class Unfinished(kinds.Kind):
    label, rule = 'Unfinished', 'rey:usage:act'


def load(**entries):
    return kinds.Kinds(
        metadata.EntryPoint(name, value, kinds.GROUP)
        for name, value in entries.items()
    )


def test_a_kind_that_fails_to_load_is_told_and_hides_no_other(caplog):
    found = load(
        away='no_such_package:Kind',
        good=f'{__name__}:Good',
        none='builtins:dict',
        unfinished=f'{__name__}:Unfinished',
    )
    assert list(found) == ['good']
    assert set(found.troubles) == {'away', 'none', 'unfinished'}
    assert 'no_such_package' in found.troubles['away']
    assert 'plan' in found.troubles['unfinished']
    assert 'no_such_package' in caplog.text


def test_of_two_kinds_of_a_name_one_is_taken_and_the_other_told():
    found = kinds.Kinds(
        metadata.EntryPoint('same', f'{__name__}:{name}', kinds.GROUP)
        for name in ('Other', 'Good')
    )
    assert isinstance(found['same'], Good)
    assert not isinstance(found['same'], Other)
    assert 'Other' in found.troubles['same']


def test_without_a_history_there_is_no_estimate():
    assert estimates.by_rate(estimates.Past((), 0), 100) is None


def test_an_estimate_tells_the_fastest_and_slowest_of_those_it_is_from():
    past = estimates.Past(paces=((10, 10), (60, 20)), steps=30)
    told = estimates.by_rate(past, 300)
    assert told == estimates.Estimate(
        seconds=700, least_s=300, most_s=900, tasks=2, steps=30
    )
