from importlib import metadata

from rey_dashboard import policy
from rey_dashboard.checks import registry
from rey_dashboard.inventory import parts
from tests import factory_checks


class Good(registry.Check):
    label, area, rule, titles = 'Good', 'usage', 'rey:usage:read', {}

    def find(self, region):
        return iter(())

    def runbook(self, finding):
        return registry.Runbook('')


class Other(Good):
    pass


class Elsewhere(Good):
    area = 'leisure'


class Unfinished(registry.Check):
    label, area, rule, titles = 'Unfinished', 'usage', 'rey:usage:read', {}


class Nameless(Good):
    def __init__(self):
        self.titles = None

    label = area = property()


def load(*pairs):
    return registry.Checks(
        metadata.EntryPoint(name, value, registry.GROUP)
        for name, value in pairs
    )


def test_a_check_that_fails_to_load_is_told_and_hides_no_other(caplog):
    found = load(
        ('away', 'no_such_package:Check'),
        ('good', f'{__name__}:Good'),
        ('none', 'builtins:dict'),
        ('unfinished', f'{__name__}:Unfinished'),
        ('elsewhere', f'{__name__}:Elsewhere'),
        ('nameless', f'{__name__}:Nameless'),
    )
    assert list(found) == ['good']
    assert set(found.troubles) == {
        'away',
        'none',
        'unfinished',
        'elsewhere',
        'nameless',
    }
    assert 'no_such_package' in found.troubles['away']
    assert 'runbook' in found.troubles['unfinished']
    assert 'leisure' in found.troubles['elsewhere']
    assert 'no label' in found.troubles['nameless']
    assert 'no_such_package' in caplog.text


def test_of_two_checks_of_a_name_one_is_taken_and_the_other_told():
    found = load(
        *(('same', f'{__name__}:{name}') for name in ('Other', 'Good'))
    )
    assert isinstance(found['same'], Good)
    assert not isinstance(found['same'], Other)
    assert 'Other' in found.troubles['same']


def test_a_command_quotes_what_the_shell_would_take_apart():
    told = registry.command('Look', 'echo', 'it is; $(rm -rf /)', "o'clock")
    assert told.line == "echo 'it is; $(rm -rf /)' 'o'\"'\"'clock'"


def test_all_of_ours_load_with_rules_and_parts_that_there_are():
    ours = factory_checks.ours()
    assert not ours.troubles
    assert set(ours) == set(factory_checks.entries())
    rules = {rule.name for rule in policy.list_rules()}
    for check in ours.values():
        assert check.rule in rules
        assert set(check.rests_on) <= set(parts.LABELS)
        assert set(check.whole) <= set(check.rests_on)
        assert str(check.label)
