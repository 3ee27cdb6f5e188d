"""The page that asks for a smoke test, and where its times are told."""

from django.utils import timezone
import pytest

from rey_dashboard.inventory import models as inventory
from rey_dashboard.tasks import models
from tests import factory
from tests import factory_services
from tests import troubled_rows

pytestmark = pytest.mark.django_db
PAGE = '/rey/readiness/smoke-test/'
TOKEN = '12345678-1234-5678-1234-567812345678'
HOSTILE = '=cmd() <script>alert(1)</script> 😀'


@pytest.fixture(autouse=True)
def company():
    factory.collected()
    factory.summary('p', name='scratch')
    factory.summary('q', name='twice')
    factory.summary('r', name='twice')
    factory.summary('off', name='off', state='disabled')
    factory_services.service(host='cmp 1', zone='az&2')


def ask(browser, **fields):
    told = {'token': TOKEN, 'project': 'scratch', **fields}
    return browser.post(PAGE, told)


def started(browser, **columns):
    ask(browser)
    task = models.Task.objects.get()
    now = timezone.now()
    models.Task.objects.update(started_at=now, ended_at=now, **columns)
    return task.steps.get()


def test_it_is_planned_and_needs_nothing_typed(admin):
    for _click in range(2):
        answer = ask(admin, image=HOSTILE)
    task = models.Task.objects.get()
    assert answer.url == f'/rey/tasks/{task.pk}/'
    assert task.kind == 'smoke_test'
    assert task.parameters == {
        'project_id': 'p',
        'project_name': 'scratch',
        'image': HOSTILE,
        'flavor': '',
        'zone': '',
    }
    page = admin.get(answer.url).content.decode()
    assert 'openstack server create --wait' in page
    assert '5. Server <strong>to do</strong>' in page
    assert '05 server' not in page
    assert admin.post(f'{answer.url}start/').status_code == 302
    task.refresh_from_db()
    assert task.state == models.Task.State.QUEUED


def test_the_first_try_is_in_the_service_users_own_project(admin):
    assert 'value="p"' not in admin.get(PAGE).content.decode()
    troubled_rows.no_right()
    inventory.Right.objects.update(project_id='p')
    assert 'value="p"' in admin.get(PAGE).content.decode()
    ask(admin, project='q')
    assert 'value="q"' in admin.get(PAGE).content.decode()


def test_a_host_comes_from_the_services_page(admin):
    page = admin.get('/rey/services/').content.decode()
    address = f'{PAGE}?host=cmp%201'
    assert address in page
    page = admin.get(address).content.decode()
    assert '<option value="cmp 1" selected>' in page
    ask(admin, host='cmp 1')
    task = models.Task.objects.get()
    assert task.parameters['zone'] == 'az&2:cmp 1'
    assert task.title == 'Smoke test in scratch on cmp 1'


@pytest.mark.parametrize(
    ('fields', 'words'),
    [
        ({'project': ''}, 'Name a project to try it in.'),
        ({'project': HOSTILE}, 'No enabled project has this name or id.'),
        ({'project': 'off'}, 'No enabled project has this name or id.'),
        ({'project': 'twice'}, 'Several projects have this name'),
        ({'host': 'elsewhere'}, 'elsewhere is not one of the available'),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_planned(admin, fields, words):
    page = ask(admin, **fields).content.decode()
    assert words in page
    assert '<script>alert' not in page
    assert not models.Task.objects.exists()


def test_the_last_ones_times_stand_on_the_report_and_begin_the_form(admin):
    page = admin.get('/rey/readiness/').content.decode()
    assert 'Nobody has started one yet.' in page
    step = started(admin, state='failed')
    models.Step.objects.update(
        error=HOSTILE,
        work={
            'seconds': {'network': 1.5, 'server': 20.0},
            'skipped': {'backup': 'no service'},
            'failed': 'server',
            'words': HOSTILE,
        },
    )
    page = admin.get('/rey/readiness/').content.decode()
    assert '1.5 s' in page
    assert 'no service' in page
    assert f'/rey/tasks/{step.task_id}/' in page
    assert '<script>alert' not in page
    assert 'value="p"' in admin.get(PAGE).content.decode()


def test_who_may_read_alone_is_offered_nothing_and_refused(
    sign_in, settings, tmp_path
):
    (tmp_path / 'rey_policy.yaml').write_text(
        '"rey:install:read": "role:auditor"\n'
        '"rey:operate:read": "role:auditor"\n'
    )
    settings.POLICY_FILES = {'rey': str(tmp_path / 'rey_policy.yaml')}
    auditor = sign_in('auditor')
    for address in ('/rey/readiness/', '/rey/services/'):
        page = auditor.get(address)
        assert page.status_code == 200
        assert PAGE not in page.content.decode()
    assert auditor.get(PAGE).status_code == 403
    assert ask(auditor).status_code == 403
    assert not models.Task.objects.exists()


@pytest.mark.parametrize('role', ['member', 'manager'])
def test_others_are_refused(sign_in, role):
    factory.domain('research')
    factory.domain_role('research')
    assert ask(sign_in(role)).status_code == 403
    assert sign_in(role).get(PAGE).status_code == 403
    assert not models.Task.objects.exists()
