"""The page that finds things: what it shows, to whom, and of what."""

import csv
import html
import io
import json

from django.urls import reverse
import pytest

from openstack_auth import policy as horizon_policy

from rey_dashboard.find import kinds
from rey_dashboard.find import rows
from rey_dashboard.find import views
from rey_dashboard.inventory import directory
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from tests import factory
from tests import factory_checks
from tests import factory_services
from tests import factory_tasks
from tests import test_rights
from tests import two_domains as two

pytestmark = pytest.mark.django_db
FIND = '/rey/find/'


@pytest.fixture
def listed(company):
    factory_services.service(host='cmp-1')
    models.Server.objects.update(host='cmp-1')
    models.Project.objects.filter(id='p').update(name='webshop')
    directory.record(factory.REGION)


def text(browser, q, **more):
    answer = browser.get(FIND, {'q': q, **more})
    assert answer.status_code == 200
    return html.unescape(' '.join(answer.content.decode().split()))


def found(browser, q, **more):
    """Pairs of kind and id, as the export tells them."""
    answer = browser.get(FIND, {'q': q, 'format': 'json', **more})
    told = json.loads(answer.getvalue())
    return [(row['kind'], row['id']) for row in told['rows']]


def test_a_part_of_a_name_finds_things_of_all_kinds(admin, listed):
    page = text(admin, 'WEBSH')
    for kind in ('Servers', 'Volumes', 'Projects', 'Backups', 'Users'):
        assert f'<strong>{kind}</strong>' in page, kind
    assert '<mark>websh</mark>op' in page
    assert '/rey/projects/p/' in page
    assert reverse('horizon:admin:instances:detail', args=['in-p']) in page
    assert 'cmp-1' in page


def test_one_hit_is_shown_and_nobody_is_sent_elsewhere(admin, listed):
    page = text(admin, 'in-p', kind='server')
    assert '1 to 1 of 1' in page
    assert found(admin, 'in-p', kind='server') == [('server', 'in-p')]


def test_the_best_group_stands_first(admin, listed):
    factory.server('s', 'p', name='cmp-1-console')
    directory.record(factory.REGION)
    page = text(admin, 'cmp-1')
    assert page.index('<strong>Hosts') < page.index('<strong>Servers')


def test_a_group_tells_how_many_there_are_and_leads_to_all(admin):
    factory.collected()
    for number in range(31):
        factory.server(f's{number}', 'p', name=f'web-{number:02}')
    directory.record(factory.REGION)
    page = text(admin, 'web')
    assert page.count('data-object-id') == views.FIRST
    assert 'Show all 31' in page
    assert 'kind=server' in page
    every = text(admin, 'web', kind='server')
    assert '1 to 31 of 31' in every
    assert 'web-30' in every.replace('<mark>', '').replace('</mark>', '')
    assert len(found(admin, 'web')) == 31


def test_nothing_found_tells_what_was_looked_through_and_when(admin, listed):
    page = text(admin, 'no-such-thing')
    assert 'Nothing holds <strong>no-such-thing</strong>' in page
    assert 'Servers, Volumes, Projects' in page
    assert 'as of 2 minutes ago' in page


def test_before_the_first_collection_nobody_is_told_that_there_is_nothing(
    admin, company
):
    page = text(admin, 'webshop')
    assert 'none has ended yet' in page
    assert 'Nothing holds' not in page


def test_a_thing_that_is_gone_is_found_by_what_our_tasks_did_to_it(
    admin, listed
):
    gone = '0a1b2c3d-1111-2222-3333-444455556666'
    task = factory_tasks.make_task(1, kind='set_quotas')
    task.steps.update(target=gone)
    for asked in (gone, gone[:8], gone[:9], gone.upper()):
        assert found(admin, asked) == [('task', str(task.pk))], asked


def test_without_a_word_it_tells_what_to_type(admin, listed):
    for q in ('', '   '):
        page = text(admin, q)
        assert 'Type a name, an id' in page
        assert 'data-object-id' not in page


@pytest.mark.parametrize(
    'q', ['%', '_', "'", '\\', '\U0001f680', '<script>alert(1)</script>', 'é%']
)
def test_any_character_may_be_asked_for(admin, listed, q):
    page = admin.get(FIND, {'q': q}).content.decode()
    assert 'Nothing holds' in page or 'single character' in page
    assert '<script>alert' not in page
    factory.server('s', 'p', name=f'a {q} b')
    directory.record(factory.REGION)
    assert found(admin, f'a {q}') == [('server', 's')]
    assert '<script>alert' not in admin.get(FIND, {'q': q}).content.decode()


def test_a_word_too_long_is_refused_in_words(admin, listed):
    page = text(admin, 'x' * 10_000)
    assert 'at most 255 characters' in page
    assert 'Null characters' in text(admin, 'in-p\0')
    answer = admin.get(FIND, {'q': 'x' * 10_000, 'format': 'csv'})
    assert answer.status_code == 400
    assert admin.get(FIND, {'q': 'x', 'kind': 'moon'}).status_code == 200


def test_a_thing_that_went_since_is_told_to_be_gone(admin, listed):
    models.Server.objects.filter(id='in-p').delete()
    page = text(admin, 'in-p')
    assert 'gone since' in page


def test_a_request_id_leads_to_our_task_and_to_our_reading(admin, listed):
    task = factory_tasks.make_task(1, kind='set_quotas', title='Mine')
    step = task.steps.get()
    step.error_request_id = 'req-0a1b2c3d-1111-2222-3333-444455556666'
    step.save()
    factory_tasks.make_task(1, kind='unknown', title='Foreign')
    reading = models.PartReading.objects.create(
        region=factory.REGION,
        name=parts.SERVERS,
        number=1,
        kind='full',
        started_at=task.planned_at,
        request_id='req-99999999-1111-2222-3333-444455556666',
    )
    own = ('task', str(task.pk))
    for asked in (
        step.request_id,
        step.request_id.removeprefix('req-')[:13],
        'REQ-0A1B2C3D',
        f'#{task.pk}',
        'p1',
        'mine',
    ):
        assert own in found(admin, asked), asked
    assert found(admin, '99999999') == [('reading', str(reading.pk))]
    assert found(admin, 'foreign') == []
    assert f'/rey/tasks/{task.pk}/' in text(admin, 'mine')


def test_who_manages_a_domain_finds_nothing_of_another(sign_in, listed):
    factory.domain_role('research')
    browser = sign_in('member')
    assert ('server', 'in-p') in found(browser, 'webshop')
    page = text(browser, 'webshop')
    assert 'cmp-1' not in page
    assert '<strong>Hosts' not in page
    for q in ('in-t', 'cmp-1', 'no', 'e-'):
        page = text(browser, q)
        assert two.FOREIGN not in page and two.STRANGE not in page, q
    for q in (two.FOREIGN, two.STRANGE):
        assert found(browser, q) == [], q
        assert 'data-object-id' not in text(browser, q)


def test_each_finds_what_the_pages_of_his_area_show(
    sign_in, listed, settings, policy_in_force
):
    settings.POLICY_FILES = {
        **settings.POLICY_FILES,
        'rey': str(test_rights.BY_TASK),
    }
    horizon_policy.reset()
    kinds_of = {
        role: {kind for kind, _id in found(sign_in(role), 'webshop')}
        | {kind for kind, _id in found(sign_in(role), 'cmp-1')}
        for role in ('cloud_helper', 'cloud_usage', 'cloud_updater')
    }
    assert {'server', 'project', 'host'} <= kinds_of['cloud_helper']
    assert {'server', 'project', 'user'} <= kinds_of['cloud_usage']
    assert 'host' not in kinds_of['cloud_usage']
    assert kinds_of['cloud_updater'] == set()


def test_who_may_see_nothing_is_refused_and_has_no_box(member, listed):
    assert member.get(FIND, {'q': 'webshop'}).status_code == 403


def test_every_page_has_the_box_and_its_key(admin, listed, sign_in):
    for address in ('/rey/projects/', '/rey/backups/', '/rey/today/'):
        page = admin.get(address).content.decode()
        assert page.count('data-rey-find') == 1, address
        assert 'action="/rey/find/"' in page
        assert 'aria-keyshortcuts="/"' in page
        assert 'rey_dashboard/find.js' in page
    assert admin.get(FIND).content.decode().count('data-rey-find') == 1
    factory.domain_role('research')
    page = sign_in('member').get('/rey/projects/').content.decode()
    assert 'data-rey-find' in page


def test_the_export_holds_what_is_told(admin, listed):
    factory.server('f', 'p', name='=cmd()')
    directory.record(factory.REGION)
    answer = admin.get(FIND, {'q': 'cmd', 'format': 'csv'})
    rows_ = list(csv.DictReader(io.StringIO(answer.getvalue().decode())))
    (row,) = rows_
    assert (row['kind'], row['id'], row['name']) == ('server', 'f', "'=cmd()")
    assert (row['match'], row['project_id']) == ('part', 'p')
    assert (row['state'], row['domain_id']) == ('ACTIVE', 'research')


def test_a_finding_leads_to_what_it_is_about(admin, listed, paper):
    finding = factory_checks.make_finding('in-p', hits=1, hits_what='servers')
    page = admin.get(f'/rey/today/findings/{finding.pk}/').content.decode()
    assert '"/rey/find/?q=in-p"' in page
    finding = factory_checks.make_finding('a:b', hits=1, hits_what='servers')
    page = admin.get(f'/rey/today/findings/{finding.pk}/').content.decode()
    assert '/rey/find/?q=' not in page


def test_every_kind_leads_to_pages_that_are_there(admin, listed):
    for kind in kinds.ALL:
        if kind.horizon:
            assert reverse(kind.horizon, args=['x'])


def test_a_text_is_cut_where_it_holds_the_word():
    assert rows.pieces('aXbxc', ('x',)) == [
        ('a', False),
        ('X', True),
        ('b', False),
        ('x', True),
        ('c', False),
    ]
    assert rows.pieces('Straße', ('strasse',)) == [('Straße', False)]
    assert rows.pieces('plain', ('x', 'lai')) == [
        ('p', False),
        ('lai', True),
        ('n', False),
    ]


def test_a_search_takes_few_queries_however_much_it_finds(
    admin, listed, django_assert_max_num_queries
):
    for number in range(200):
        factory.server(f's{number}', 'p', name=f'webshop-{number}')
    directory.record(factory.REGION)
    text(admin, 'webshop')
    with django_assert_max_num_queries(60):
        text(admin, 'webshop')
