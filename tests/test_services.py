"""The Services panel: its tiles, filters, orders, exports and forms."""

import re
import uuid

import pytest

from openstack_auth import policy as horizon_policy

from rey_dashboard.inventory import models as inventory
from rey_dashboard.services import switch_kinds
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import models
from tests import addresses
from tests import backup_pages as pages
from tests import factory
from tests.factory_services import service

pytestmark = pytest.mark.django_db
INDEX = '/rey/services/'
EVIL = '<script>alert(1)</script>'
OVS = 'Open vSwitch agent'


@pytest.fixture(autouse=True)
def company(monkeypatch):
    found = kinds.Kinds(())
    found._kinds['disable_services'] = switch_kinds.DisableServices()
    found._kinds['enable_services'] = switch_kinds.EnableServices()
    monkeypatch.setattr(kinds, 'installed', lambda: found)
    factory.collected()
    service('nova-compute', 'cmp-1')
    service('nova-compute', 'cmp-2', state='down')
    service('nova-scheduler', 'ctl')
    service(
        'cinder-volume',
        'ctl@fast',
        status='disabled',
        disabled_reason=EVIL,
    )
    service(OVS, 'cmp-1', binary='neutron-openvswitch-agent')
    service('nova-compute', 'elsewhere', region='RegionTwo')


def listed(browser, **query):
    return pages.found(browser, INDEX, 'host', **query)


def test_what_is_down_comes_first_then_what_is_disabled(admin):
    assert listed(admin)[:2] == ['cmp-2', 'ctl@fast']
    assert listed(admin, sort='-host')[0] == 'ctl@fast'
    assert len(listed(admin)) == 5


def test_each_state_has_a_word_and_each_reason_its_place(admin):
    page = pages.text(admin, INDEX)
    assert '<span class="label label-danger">down</span>' in page
    assert '<span class="label label-warning">disabled</span>' in page
    assert '&lt;script&gt;' in page
    assert EVIL not in page
    factory.server('s', 'p', host='cmp-1')
    assert '1 server<' in pages.text(admin, INDEX, host='cmp-1')


FILTERS = (
    ({'state': 'down'}, ['cmp-2']),
    ({'status': 'disabled'}, ['ctl@fast']),
    ({'status': 'no_reason'}, []),
    ({'service': 'network'}, ['cmp-1']),
    ({'name': 'nova-scheduler'}, ['ctl']),
    ({'host': 'CTL'}, ['ctl@fast', 'ctl']),
    ({'zone': 'nova', 'q': 'script'}, ['ctl@fast']),
    ({'q': 'openvswitch'}, ['cmp-1']),
)


def test_filters_select(admin):
    # An export has no frame, so that it takes less time.
    for query, hosts in FILTERS:
        rows = pages.export(admin, INDEX, **query)['rows']
        assert [row['host'] for row in rows] == hosts, query


def test_a_filter_that_cannot_be_used_shows_nothing(admin):
    assert 'The filter cannot be used' in pages.text(admin, INDEX, state='x')
    assert admin.get(f'{INDEX}disable/', {'state': 'x'}).status_code == 400


def test_tiles_count_each_service_and_lead_to_its_rows(admin):
    page = pages.text(admin, INDEX)
    assert 'rey-tile rey-red' in page
    assert '2 of 3 up' in page
    assert 'href="?service=compute&amp;state=down">1 down</a>' in page
    assert 'href="?service=volume&amp;status=disabled">1 disabled</a>' in page


def test_an_export_has_every_service_with_its_reason(admin):
    factory.server('s', 'p', host='cmp-1')
    rows = pages.export(admin, INDEX, sort='host')['rows']
    found = {(row['name'], row['host']): row for row in rows}
    assert len(found) == 5
    assert found['cinder-volume', 'ctl@fast']['disabled_reason'] == EVIL
    assert found['nova-compute', 'cmp-1']['servers'] == 1
    assert found['nova-scheduler', 'ctl']['servers'] is None


def test_nothing_collected_and_no_rows_are_told(admin):
    inventory.Service.objects.all().delete()
    assert 'There are none.' in pages.text(admin, INDEX)
    inventory.PartState.objects.all().delete()
    assert 'Nothing has been collected' in pages.text(admin, INDEX)


def ask(browser, verb, query, **fields):
    address = f'{INDEX}{verb}/?{query}'
    page = browser.get(address).content.decode()
    expected = re.search(r'name="expected" value="(\d+)"', page)[1]
    data = {'token': str(uuid.uuid4()), 'expected': expected, **fields}
    return browser.post(address, data)


def test_disabling_is_planned_with_old_and_new(admin):
    answer = ask(admin, 'disable', 'host=cmp-1', reason=' 2026 fans ')
    task = models.Task.objects.get()
    assert answer.url == f'/rey/tasks/{task.pk}/'
    assert task.title == 'Disable 2 services: 2026 fans'
    page = pages.text(admin, answer.url)
    assert 'status enabled → <strong>disabled</strong>' in page
    assert 'disabled_reason – → <strong>2026 fans</strong>' in page
    assert 'Neutron keeps no reason: it goes into the description' in page
    told = page.replace('&#x27;', "'")
    assert "set --disable '--description=disabled: 2026 fans' -- " in told


def test_single_services_can_be_chosen_and_nothing_is_not_all(admin):
    row = inventory.Service.objects.get(host='ctl@fast')
    ask(admin, 'enable', f'chosen=1&id={row.id}&id=nothing')
    task = models.Task.objects.get()
    assert task.title == 'Enable cinder-volume on ctl@fast'
    assert task.parameters == {'services': [row.id]}
    page = pages.text(admin, f'{INDEX}enable/', chosen='1')
    assert 'No service was chosen' in page
    data = {'token': str(uuid.uuid4()), 'expected': '0'}
    admin.post(f'{INDEX}enable/?chosen=1', data)
    assert models.Task.objects.count() == 1


def test_a_reason_is_needed_and_must_fit(admin):
    data = {'token': str(uuid.uuid4()), 'expected': '2'}
    for reason, words in (
        ('  ', 'Say why: others will ask.'),
        ('x' * 256, 'at most 255 characters'),
        ('a\0b', 'Null characters are not allowed'),
    ):
        answer = admin.post(
            f'{INDEX}disable/?host=cmp-1', {**data, 'reason': reason}
        )
        assert words in answer.content.decode()
    assert not models.Task.objects.exists()


def test_other_services_than_the_page_told_are_not_taken(admin):
    data = {'token': str(uuid.uuid4()), 'expected': '9', 'reason': 'x'}
    answer = admin.post(f'{INDEX}disable/?host=cmp', data)
    assert 'Other services match by now: 3' in answer.content.decode()
    assert not models.Task.objects.exists()


def test_services_are_for_who_sees_the_whole_cloud(sign_in):
    factory.domain('d')
    factory.domain_role('d')
    browser = sign_in('manager')
    for address in (INDEX, f'{INDEX}?format=csv'):
        assert browser.get(address).status_code == 403
    for verb in ('disable', 'enable'):
        assert browser.get(f'{INDEX}{verb}/').status_code == 403
        assert browser.post(f'{INDEX}{verb}/', {}).status_code == 403
    assert '/rey/services/' not in addresses.menu(browser)


def test_a_task_of_services_is_no_manager_s(admin, sign_in):
    ask(admin, 'disable', 'host=cmp-1', reason='x')
    task = models.Task.objects.get()
    assert task.domain_id == ''
    factory.domain_role('d')
    browser = sign_in('member')
    assert task.title not in pages.text(browser, '/rey/tasks/')
    page = f'/rey/tasks/{task.pk}/'
    assert browser.get(page).status_code == 404
    assert browser.post(f'{page}start/').status_code == 404
    task.refresh_from_db()
    assert task.state == models.Task.State.PLANNED


@pytest.mark.parametrize(
    'verb, on_domain',
    [('disable', ''), ('disable', 'manager'), ('enable', 'manager')],
)
def test_who_only_reads_is_offered_nothing_and_refused(
    sign_in, settings, tmp_path, verb, on_domain
):
    # To act in a domain is not to act on what belongs to none.
    factory.domain_role('d', on_domain)
    (tmp_path / 'rey.yaml').write_text('"rey:operate:read": "role:auditor"\n')
    settings.POLICY_FILES = {'rey': str(tmp_path / 'rey.yaml')}
    horizon_policy.reset()
    browser = sign_in('auditor')
    page = pages.text(browser, INDEX)
    assert 'nova-compute' in page
    assert 'the chosen' not in page
    assert 'type="checkbox"' not in page.partition('rey-table')[2]
    data = {'token': str(uuid.uuid4()), 'expected': '2', 'reason': 'x'}
    answer = browser.post(f'{INDEX}{verb}/?host=cmp-1', data)
    assert answer.status_code == 403
    assert not models.Task.objects.exists()


@pytest.mark.parametrize('order', ['start', 'undo'])
def test_who_only_reads_can_neither_start_nor_undo(
    admin, sign_in, settings, tmp_path, order
):
    ask(admin, 'disable', 'host=cmp-1', reason='x')
    task = models.Task.objects.get()
    if order == 'undo':
        models.Task.objects.update(state='succeeded', done=2)
        task.steps.update(state='done')
    (tmp_path / 'rey.yaml').write_text('"rey:operate:read": "role:auditor"\n')
    settings.POLICY_FILES = {'rey': str(tmp_path / 'rey.yaml')}
    horizon_policy.reset()
    browser = sign_in('auditor')
    assert browser.get(f'/rey/tasks/{task.pk}/').status_code == 200
    answer = browser.post(f'/rey/tasks/{task.pk}/{order}/')
    assert answer.status_code == 403
    task.refresh_from_db()
    assert not task.started_at
    assert models.Task.objects.count() == 1
