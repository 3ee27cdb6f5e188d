"""The kind of the developer guide, in a package of its own."""

import pytest

from rey_dashboard import cli
from rey_dashboard.inventory import models as inventory
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import models
from rey_dashboard.tasks import orders
from rey_dashboard.tasks import planning
from tests import factory_tasks
from tests import guide_package
from tests import paper_cloud
from tests.paper_tasks import REY

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def package(tmp_path, monkeypatch):
    with guide_package.installed(
        tmp_path, monkeypatch, 'tasks.rst', 'class Tag', kinds
    ) as code:
        yield code


@pytest.fixture
def tags(requests_mock, cloud):
    """Of each project in Keystone."""
    tags = {'p1': set(), 'p2': {'prod'}}
    for name, there in tags.items():
        url = f'{paper_cloud.KEYSTONE}/projects/{name}/tags/prod'

        def look(request, context, there=there):
            context.status_code = 204 if 'prod' in there else 404

        requests_mock.head(url, text=look)
        requests_mock.put(
            url, text=lambda *_, there=there: there.add('prod') or ''
        )
        requests_mock.delete(
            url, text=lambda *_, there=there: there.remove('prod') or ''
        )
    return tags


def work(task):
    orders.start(task, REY)
    assert cli.main(['work']) == 0
    task.refresh_from_db()
    assert task.state == models.Task.State.SUCCEEDED, list(
        task.steps.values_list('error', flat=True)
    )


def test_another_packages_kind_does_and_undoes(package, tags):
    for name in tags:
        inventory.Project.objects.create(
            region=factory_tasks.REGION,
            id=name,
            name=name,
            seen=1,
            enabled=True,
            tags=list(tags[name]),
        )
    task = planning.plan(
        'tag',
        factory_tasks.REGION,
        {'projects': list(tags), 'tag': 'prod'},
        'Tag projects',
        'one',
        REY,
    )
    work(task)
    assert tags == {'p1': {'prod'}, 'p2': {'prod'}}
    work(planning.plan_undo(task, 'Undo', 'two', REY))
    assert tags == {'p1': set(), 'p2': {'prod'}}


def test_the_guides_kind_is_short(package):
    assert guide_package.lines_of(package) <= guide_package.MOST_LINES
