"""Tasks of one domain: its manager sees and steers them, and no others."""

import csv
import datetime
import html
import io
import json

from django.utils import timezone
import pytest

from openstack_auth import policy as horizon_policy

from rey_dashboard.inventory import models as inventory
from rey_dashboard.policy import update
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import models
from rey_dashboard.tasks import showing
from tests import addresses
from tests import factory
from tests import paper_domains
from tests import paper_tasks
from tests import two_domains as two

pytestmark = pytest.mark.django_db
TASKS = '/rey/tasks/'
STATE = models.Task.State
WHOLE = 'wh0le'


@pytest.fixture(autouse=True)
def installed(monkeypatch):
    """Their rules have both twins, that to read alone, or none."""
    found = kinds.Kinds(())
    found._kinds[paper_domains.KIND] = paper_domains.Paper()
    found._kinds['paper'] = paper_tasks.PaperKind()
    found._kinds['paper_of_update'] = paper_tasks.PaperKind()
    found._kinds['paper_of_update'].rule = update.ACT
    found.troubles['br0ken'] = 'br0ken'
    monkeypatch.setattr(kinds, 'installed', lambda: found)
    return found


@pytest.fixture
def own(company):
    return paper_domains.plan('research')


@pytest.fixture
def others(company):
    """One of another domain, one of the cloud, one of a rule without twins."""
    foreign = {'parameters': {'volumes': [f'{two.STRANGE}-volume']}}
    found = [
        paper_domains.plan(two.FOREIGN, title=two.STRANGE, **foreign),
        paper_domains.plan('', title=WHOLE),
        paper_domains.plan('', 'paper', title=WHOLE),
        paper_domains.plan('research', 'paper_of_update', title=WHOLE),
    ]
    for task in found:
        task.comments.create(at=timezone.now(), who_id='x', text=two.STRANGE)
    return found


@pytest.fixture
def manager(sign_in):
    factory.domain_role('research')
    return sign_in('member')


@pytest.fixture
def rules(settings, tmp_path, policy_in_force):
    """Overrides rules by their names."""

    def override(**checks):
        lines = (
            f'"rey:{name.replace("__", ":")}": "{check}"\n'
            for name, check in checks.items()
        )
        (tmp_path / 'rey_policy.yaml').write_text(''.join(lines))
        settings.POLICY_FILES = {'rey': str(tmp_path / 'rey_policy.yaml')}
        horizon_policy.reset()

    return override


def page_of(task):
    return f'{TASKS}{task.pk}/'


def text(browser, address=TASKS, **query):
    answer = browser.get(address, query)
    assert answer.status_code == 200, address
    return html.unescape(' '.join(answer.getvalue().decode().split()))


def state(task):
    task.refresh_from_db()
    return task.state


def listed(browser, **query):
    rows = json.loads(text(browser, format='json', **query))['rows']
    return {row['task_id'] for row in rows}


def test_a_manager_sees_the_tasks_of_his_domain_alone(manager, own, others):
    assert TASKS in addresses.menu(manager)
    for told in (
        text(manager),
        text(manager, format='csv'),
        text(manager, page_of(own)),
        text(manager, page_of(own), format='json'),
    ):
        for words in (two.STRANGE, two.FOREIGN, WHOLE, 'br0ken'):
            assert words not in told, words
    assert listed(manager) == {own.pk}
    assert listed(manager, q='webshop-volume') == {own.pk}
    assert listed(manager, q=f'{two.STRANGE}-volume') == set()
    assert len(list(csv.reader(io.StringIO(
        manager.get(TASKS, {'format': 'csv'}).getvalue().decode()
    )))) == 2  # fmt: skip
    page = text(manager)
    assert own.title in page
    assert '1 to 1 of 1' in page
    # Only kinds of which his domain has tasks.
    assert 'Paper of domains' in page
    assert 'value="paper_of_update"' not in page
    assert 'value="paper"' not in page
    for task in others:
        for suffix in ('', '?format=csv', '?format=json'):
            answer = manager.get(page_of(task) + suffix)
            assert answer.status_code == 404
        for order in showing.ORDERS:
            answer = manager.post(f'{page_of(task)}{order}/', {'text': 'x'})
            assert answer.status_code == 404
        assert state(task) == STATE.PLANNED
        assert task.comments.count() == 1


def test_a_manager_of_two_domains_sees_both(manager, own, others):
    factory.domain_role(two.FOREIGN, 'admin')
    assert listed(manager) == {own.pk, others[0].pk}
    # Of no domain is of no manager, whatever roles were read.
    factory.domain_role('')
    assert listed(manager) == {own.pk, others[0].pk}


def test_who_sees_the_whole_cloud_sees_all_and_whose_they_are(
    admin, own, others
):
    assert listed(admin) == {own.pk, *(task.pk for task in others)}
    inventory.Domain.objects.filter(id='research').update(name='<b>Labs')
    answer = admin.get(page_of(own)).content.decode()
    assert 'in the domain <strong>&lt;b&gt;Labs</strong>' in answer
    assert 'in the domain' not in text(admin, page_of(others[1]))
    page = text(admin)
    assert 'br0ken' in page
    assert 'value="paper_of_update"' in page


def test_a_manager_steers_a_task_of_his_domain(manager, own):
    assert 'rey-order-start' in text(manager, page_of(own))
    for order, state_after in (
        ('start', STATE.QUEUED),
        ('pause', STATE.QUEUED),
        ('resume', STATE.QUEUED),
        ('cancel', STATE.QUEUED),
    ):
        manager.post(f'{page_of(own)}{order}/')
        assert state(own) == state_after
    assert own.order == models.Task.Order.CANCEL
    manager.post(f'{page_of(own)}comment/', {'text': 'After lunch'})
    manager.post(f'{page_of(own)}assign/')
    own.refresh_from_db()
    assert own.assignee_id == factory.USER
    assert 'After lunch' in text(manager, page_of(own))
    who = own.records.exclude(what='planned').values_list('who_id', flat=True)
    assert set(who) == {factory.USER}


def test_what_a_manager_retries_and_undoes_stays_in_his_domain(manager, own):
    own.steps.update(state='failed')
    ended = {'state': 'failed', 'ended_at': timezone.now()}
    models.Task.objects.update(failed=1, **ended)
    manager.post(f'{page_of(own)}retry/')
    assert state(own) == STATE.QUEUED
    own.steps.update(state='done')
    models.Task.objects.update(done=1, failed=0, **ended)
    answer = manager.post(f'{page_of(own)}undo/')
    undo = models.Task.objects.get(undo_of=own)
    assert undo.domain_id == 'research'
    assert 'Undo: Paper in research' in text(manager, answer.url)


@pytest.mark.parametrize('twin', ['operate__act_domain', 'data__read_domain'])
def test_only_the_twin_of_the_rule_to_act_lets_him_act(
    manager, own, rules, twin
):
    rules(**{twin: '!'})
    acts = twin != 'operate__act_domain'
    page = text(manager, page_of(own))
    assert ('rey-order-start' in page) is acts
    assert ('Assign to me' in page) is acts
    answers = {
        manager.post(f'{page_of(own)}{order}/', {'text': 'x'}).status_code
        for order in ('comment', 'assign', 'start')
    }
    assert answers == {302 if acts else 403}
    assert state(own) == (STATE.QUEUED if acts else STATE.PLANNED)


def test_without_a_twin_of_the_rule_to_act_he_only_looks(manager, company):
    task = paper_domains.plan('research', 'paper')
    page = text(manager, page_of(task))
    assert 'rey-order-' not in page
    assert manager.post(f'{page_of(task)}start/').status_code == 403
    assert state(task) == STATE.PLANNED


def test_the_twin_of_the_kinds_own_area_lets_him_look(manager, own, rules):
    rules(operate__read_domain='!')
    assert listed(manager) == set()
    assert manager.get(page_of(own)).status_code == 404
    assert manager.post(f'{page_of(own)}start/').status_code == 404
    assert state(own) == STATE.PLANNED


@pytest.mark.parametrize('how', ['taken', 'another', 'old'])
def test_with_the_role_the_right_goes(manager, own, how):
    assert manager.get(page_of(own)).status_code == 200
    roles = inventory.DomainRole.objects
    if how == 'taken':
        roles.all().delete()
    elif how == 'another':
        roles.update(role_name='member')
    else:
        roles.update(read_at=timezone.now() - datetime.timedelta(minutes=11))
    models.Task.objects.update(asked_by_id=factory.USER)
    for address in (TASKS, page_of(own), f'{TASKS}news/'):
        answer = manager.get(address)
        assert answer.status_code == 403
        assert own.title not in answer.content.decode()
    assert manager.post(f'{page_of(own)}start/').status_code == 403
    assert state(own) == STATE.PLANNED
    assert TASKS not in addresses.menu(manager)


def test_who_asked_is_told_of_the_end_while_he_may_see_it(
    manager, own, others
):
    ended = {'state': 'failed', 'ended_at': timezone.now()}
    models.Task.objects.update(asked_by_id=factory.USER, **ended)
    news = text(manager, f'{TASKS}news/')
    assert own.title in news
    assert two.STRANGE not in news
    assert WHOLE not in news
    assert f'{TASKS}news/' in text(manager, '/rey/projects/')
    for task in (own, others[0]):
        manager.post(f'{TASKS}news/', {'task': str(task.pk)})
        manager.get(page_of(task))
    assert others[0].title not in text(manager, f'{TASKS}news/')
    seen = models.Task.objects.exclude(seen_at=None)
    assert [task.pk for task in seen] == [own.pk]


def test_today_tells_a_manager_of_the_work_in_his_domain(
    manager, own, others, rules
):
    now = timezone.now()
    models.Task.objects.update(
        state='partly_failed', done=1, failed=1, started_at=now, ended_at=now
    )
    page = text(manager, '/rey/today/')
    assert own.title in page
    assert f'rey-retry-{own.pk}' in page
    assert f'rey-undo-{own.pk}' in page
    for words in (two.STRANGE, WHOLE):
        assert words not in page
    rules(operate__act_domain='!')
    page = text(manager, '/rey/today/')
    assert own.title in page
    assert f'rey-retry-{own.pk}' not in page


def test_a_manager_finds_the_tasks_of_his_domain(manager, own, others):
    def found(asked):
        rows = json.loads(text(manager, '/rey/find/', q=asked, format='json'))
        return [(row['kind'], row['id']) for row in rows['rows']]

    for asked in (
        f'#{own.pk}',
        'paper in res',
        'webshop-volume',
        own.steps.get().request_id,
    ):
        assert found(asked) == [('task', str(own.pk))], asked
    for task in others:
        for asked in (f'#{task.pk}', task.steps.first().request_id):
            assert found(asked) == [], asked
    page = text(manager, '/rey/find/volume/webshop-volume/')
    assert own.title in page
    assert WHOLE not in page


def test_what_services_say_of_themselves_is_not_for_managers(
    manager, own, sign_in
):
    fault = 'Nothing answers at https://inner.test:8776/v3: refused (HTTP 503)'
    own.steps.update(state='failed', error=fault)
    now = timezone.now()
    models.Task.objects.update(
        note=fault, state='running', failed=1, started_at=now
    )
    own.records.create(
        at=now, who_id='x', what='paused', address='198.51.100.7'
    )
    pages = TASKS, page_of(own), '/rey/today/'
    exports = (f'{page_of(own)}?format={kind}' for kind in ('csv', 'json'))
    for address in (*pages, *exports):
        told = text(manager, address)
        assert 'inner.test' not in told, address
        assert '198.51.100.7' not in told
    assert 'refused (HTTP 503)' in text(manager, page_of(own))
    for address in pages:
        assert 'It waits for the cloud' in text(manager, address), address
    browser = sign_in('admin')
    for address in pages:
        assert 'inner.test' in text(browser, address), address
    assert '198.51.100.7' in text(browser, page_of(own))
