"""The page that asks what is to become of quotas."""

import re
import uuid

import pytest

from rey_dashboard.inventory import models as inventory
from rey_dashboard.projects import quota_kind
from rey_dashboard.projects import quota_templates
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import models
from tests import factory

pytestmark = pytest.mark.django_db
PAGE = '/rey/projects/set-quotas/'


@pytest.fixture(autouse=True)
def company(monkeypatch):
    found = kinds.Kinds(())
    found._kinds['set_quotas'] = quota_kind.SetQuotas()
    monkeypatch.setattr(kinds, 'installed', lambda: found)
    factory.collected()
    for name in ('lab', 'shop', 'web'):
        factory.summary(name, sort_name=name, name=name)
        factory.quota(name, 'compute', 'cores', 20, 4)
        factory.quota(name, 'compute', 'ram', 51200, 4096)
    factory.summary('old', state='deleted')


def ask(browser, query='', **fields):
    page = browser.get(PAGE + query).content.decode()
    expected = re.search(r'name="expected" value="(\d+)"', page)[1]
    data = {'token': str(uuid.uuid4()), 'expected': expected, **fields}
    return browser.post(PAGE + query, data)


SET_VCPUS = {'how:compute.cores': 'set', 'value:compute.cores': '40'}


def test_all_that_match_are_planned_and_previewed(admin):
    answer = ask(admin, **SET_VCPUS)
    task = models.Task.objects.get()
    assert answer.url == f'/rey/tasks/{task.pk}/'
    assert task.title == 'Quotas of 3 projects: vCPUs'
    assert task.state == models.Task.State.PLANNED
    assert {step.target for step in task.steps.all()} == {'lab', 'shop', 'web'}
    page = admin.get(answer.url).content.decode()
    assert 'cores 20 → <strong>40</strong>' in page
    assert '(4 in use)' in page


def test_the_preview_counts_what_to_mind(admin):
    answer = ask(admin, **{**SET_VCPUS, 'value:compute.cores': '3'})
    page = ' '.join(admin.get(answer.url).content.decode().split())
    assert 'below use</span> 3 steps' in page

    answer = ask(admin, **{**SET_VCPUS, 'value:compute.cores': '20'})
    page = ' '.join(admin.get(answer.url).content.decode().split())
    assert 'Nothing would change.</span> 3 steps' in page


def test_the_preview_tells_what_changed_since_it_was_read(admin):
    answer = ask(admin, **SET_VCPUS)
    inventory.Quota.objects.filter(project_id='lab', resource='cores').update(
        limit=33
    )
    page = admin.get(answer.url).content.decode()
    assert '4 in use; changed since: now 33' in page
    assert page.count('changed since') == 1


def test_planning_asks_for_those_quotas_anew(admin):
    inventory.Quota.objects.update(seen=7)
    ask(admin, '?q=lab', **SET_VCPUS)
    rows = inventory.Quota.objects.exclude(service='network')
    again = rows.filter(seen=0).values_list('project_id', flat=True)
    assert set(again) == {'lab'}
    assert inventory.Collector.objects.get().requested_at


def test_a_filter_and_single_projects_select(admin):
    ask(admin, '?q=sho', **SET_VCPUS)
    ask(admin, '?chosen=1&project=lab&project=web&project=old', **SET_VCPUS)
    assert [
        sorted(step.target for step in task.steps.all())
        for task in models.Task.objects.order_by('pk')
    ] == [['shop'], ['lab', 'web']]


def test_nothing_chosen_is_not_all(admin):
    page = admin.get(PAGE, {'chosen': '1'}).content.decode()
    assert 'No project was chosen' in page
    data = {'token': str(uuid.uuid4()), 'expected': '0', **SET_VCPUS}
    admin.post(f'{PAGE}?chosen=1', data)
    assert not models.Step.objects.exists()


def test_ram_is_asked_for_in_gib(admin):
    ask(
        admin,
        '?q=lab',
        **{'how:compute.ram': 'add', 'value:compute.ram': '2'},
    )
    assert models.Step.objects.get().after == {'ram': 51200 + 2048}


@pytest.mark.parametrize(
    ('fields', 'words'),
    [
        ({}, 'Nothing is to be changed yet.'),
        ({'how:compute.cores': 'set'}, 'Which value?'),
        ({'value:compute.cores': '3'}, 'What is to be done with it?'),
        (SET_VCPUS | {'value:compute.cores': 'x'}, 'This is no number.'),
        (SET_VCPUS | {'value:compute.cores': '-2'}, 'less than -1'),
        (SET_VCPUS | {'value:compute.cores': '1.5'}, 'a whole number'),
        (SET_VCPUS | {'value:compute.cores': 'inf'}, 'This is no number.'),
        (SET_VCPUS | {'value:compute.cores': '9999999999'}, 'more than'),
    ],
)
def test_what_makes_no_sense_is_told_and_plans_nothing(admin, fields, words):
    answer = ask(admin, **fields)
    assert words in answer.content.decode()
    assert not models.Task.objects.exists()


def test_other_projects_than_the_page_told_are_not_taken(admin):
    answer = admin.post(
        PAGE, {'token': str(uuid.uuid4()), 'expected': '2', **SET_VCPUS}
    )
    assert 'Other projects match by now: 3' in answer.content.decode()
    assert not models.Task.objects.exists()


def test_a_double_click_plans_one_task(admin):
    data = {'token': str(uuid.uuid4()), 'expected': '3', **SET_VCPUS}
    addresses = {admin.post(PAGE, data).url for _twice in range(2)}
    assert len(addresses) == 1
    assert models.Task.objects.count() == 1


def test_a_manager_of_a_domain_may_not(sign_in):
    factory.domain('d')
    factory.domain_role('d')
    browser = sign_in('manager')
    assert browser.get(PAGE).status_code == 403
    assert browser.post(PAGE, {}).status_code == 403
    page = browser.get('/rey/projects/').content.decode()
    assert 'Set quotas of' not in page
    assert 'name="project"' not in page


def test_the_projects_page_leads_there_with_its_filter(admin):
    page = admin.get('/rey/projects/', {'q': 'lab'}).content.decode()
    assert 'Set quotas of 1 project…' in page
    assert f'{PAGE}?q=lab' in page


def test_a_template_fills_the_form_and_is_kept_with_its_history(admin):
    page = admin.get(PAGE, {'template': 'M'})
    assert page.context['form']['value:compute.ram'].value() == 200
    assert page.context['form']['how:compute.cores'].value() == 'set'

    for vcpus in ('40', '50', '50'):
        fields = {**SET_VCPUS, 'value:compute.cores': vcpus, 'template': 'M'}
        ask(admin, **fields)
    assert [
        (row.version, row.limits) for row in quota_templates.history('M')
    ] == [(2, {'compute.cores': 50}), (1, {'compute.cores': 40})]
    page = admin.get(PAGE, {'template': 'M'})
    assert page.context['form']['value:compute.cores'].value() == 50
    assert page.context['form']['value:compute.ram'].value() is None
    assert 'History of M' in page.content.decode()


def test_a_template_is_of_limits_that_are_set(admin):
    fields = {'how:compute.cores': 'add', 'value:compute.cores': '4'}
    answer = ask(admin, **fields, template='mine')
    assert 'A template needs limits to set.' in answer.content.decode()
    assert 'mine' not in quota_templates.limits()


def test_a_template_that_nobody_knows_fills_nothing(admin):
    page = admin.get(PAGE, {'template': '<b>x'})
    assert page.context['form']['value:compute.cores'].value() is None
    assert '<b>x' not in page.content.decode()
