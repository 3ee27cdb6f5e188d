"""The kind of the developer guide, in a package of its own."""

import pathlib
import textwrap

import pytest

from rey_dashboard import cli
from rey_dashboard.inventory import models as inventory
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import models
from rey_dashboard.tasks import orders
from rey_dashboard.tasks import planning
from tests import factory_tasks
from tests import paper_cloud
from tests.paper_tasks import REY

pytestmark = pytest.mark.django_db(transaction=True)

GUIDE = pathlib.Path(__file__).parent.parent / 'doc/source/developer/tasks.rst'
MOST_LINES = 40


def blocks():
    """The literal blocks of the guide."""
    block = []
    for line in GUIDE.read_text().splitlines():
        if line.startswith('    ') or not line:
            block.append(line)
        else:
            yield textwrap.dedent('\n'.join(block)).strip('\n')
            block = []


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Installed as pip leaves it."""
    code = next(block for block in blocks() if 'class Tag' in block)
    setup = next(block for block in blocks() if '[options' in block)
    (tmp_path / 'our_kinds.py').write_text(code)
    told = tmp_path / 'our_kinds-1.0.dist-info'
    told.mkdir()
    (told / 'METADATA').write_text('Name: our-kinds\nVersion: 1.0\n')
    entry = setup.splitlines()[-1].strip()
    (told / 'entry_points.txt').write_text(f'[{kinds.GROUP}]\n{entry}\n')
    monkeypatch.syspath_prepend(tmp_path)
    kinds.installed.cache_clear()
    yield code
    kinds.installed.cache_clear()


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
    assert len([line for line in package.splitlines() if line]) <= MOST_LINES
