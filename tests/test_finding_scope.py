from types import SimpleNamespace

from django.core import exceptions
import pytest

from rey_dashboard.checks import seeing
from rey_dashboard.inventory import scope
from rey_dashboard.policy import operate
from rey_dashboard.policy import usage
from tests import factory
from tests import factory_checks

pytestmark = pytest.mark.django_db

WHOLE = scope.Scope(factory.REGION)
RESEARCH = scope.Scope(factory.REGION, frozenset({'research'}))


@pytest.fixture(autouse=True)
def findings(paper):
    factory.project('ours', domain_id='research')
    factory.project('theirs', domain_id='default')
    for name in ('paper', 'quota_full'):
        for project_id in ('ours', 'theirs', ''):
            factory_checks.make_finding(
                f'{name} {project_id}', check_name=name, project_id=project_id
            )
    factory_checks.make_finding('other', check_name='not_installed')
    factory_checks.make_finding('far', region='RegionTwo')


@pytest.fixture
def may(monkeypatch):
    """Says by which rule the user may see what, and asks what he sees."""

    def see(**scopes):
        by_rule = {operate.READ: 'operate', usage.READ: 'usage'}

        def of(request, rule):
            found = scopes.get(by_rule.get(rule))
            if found is None:
                raise exceptions.PermissionDenied
            return found

        monkeypatch.setattr(scope, 'of', of)
        user = SimpleNamespace(services_region=factory.REGION)
        rows = seeing.of(SimpleNamespace(user=user))
        return set(rows.values_list('subject', flat=True))

    return see


def test_each_checks_own_rule_decides(may):
    assert may(operate=WHOLE) == {'paper ours', 'paper theirs', 'paper '}
    assert may(usage=WHOLE) == {
        'quota_full ours',
        'quota_full theirs',
        'quota_full ',
    }


def test_of_a_domain_only_its_projects_findings_are_seen(may):
    assert may(operate=RESEARCH) == {'paper ours'}
    assert may(operate=RESEARCH, usage=WHOLE) == {
        'paper ours',
        'quota_full ours',
        'quota_full theirs',
        'quota_full ',
    }


def test_who_may_see_nothing_sees_no_finding(may):
    assert may() == set()
