import csv
import io
import json

import pytest

from rey_dashboard.inventory import models
from tests import factory

pytestmark = pytest.mark.django_db
INDEX = '/rey/projects/'


@pytest.fixture(autouse=True)
def collected(request):
    factory.collected()


def names(response):
    return [row.name for row in response.context['page']]


def export(response):
    return b''.join(response.streaming_content).decode()


def test_each_project_shows_use_and_limit(admin):
    factory.summary('a', {'servers': (4, 10)})
    factory.summary('b', {'servers': (1234, 5000)})
    page = admin.get(INDEX).content.decode()
    assert '4 / 10' in page
    assert '40 % of the limit' in page
    assert '1,234 / 5,000' in page


def test_unlimited_zero_of_zero_and_unknown_are_told_in_words(admin):
    factory.summary('a', {'servers': (4, -1)})
    factory.summary('b', {'servers': (0, 0)})
    factory.summary('c', {'servers': (3, None)})
    page = admin.get(INDEX).content.decode()
    assert '4<small>unlimited</small>' in page
    assert '0 / 0' in page
    assert 'limit not known' in page
    assert '-1' not in page.partition('<tbody>')[2].partition('</tbody>')[0]


def test_use_above_the_limit_is_told(admin):
    factory.summary('a', {'volumes': (12, 10)})
    page = admin.get(INDEX).content.decode()
    assert '2 over the limit' in page


def test_a_deleted_project_that_owns_things_is_told(admin):
    factory.summary('f00', {'servers': (2, None)}, name='', state='deleted')
    page = admin.get(INDEX).content.decode()
    assert 'no quota' in page
    assert '>f00</a>' in page
    detail = admin.get(f'{INDEX}f00/').content.decode()
    assert 'deleted in Keystone' in detail


def test_names_that_are_html_stay_names(admin):
    factory.summary('a', name='<script>alert(1)</script>')
    factory.summary('b', name='🦄' * 64)
    page = admin.get(INDEX).content.decode()
    assert '<script>alert(1)' not in page
    assert '&lt;script&gt;alert(1)' in page
    assert '🦄' * 64 in page


def test_sorting_is_over_all_rows_with_unknown_last(admin, settings):
    settings.REY_DASHBOARD = {'PAGE_SIZE': 2}
    for name, used in (('a', 5), ('b', None), ('c', 50), ('d', 7)):
        factory.summary(name, {'servers': (used, 10)} if used else {})
    assert names(admin.get(INDEX, {'sort': '-servers'})) == ['c', 'd']
    assert names(admin.get(INDEX, {'sort': '-servers', 'page': 2})) == [
        'a',
        'b',
    ]
    assert names(admin.get(INDEX, {'sort': 'servers'})) == ['a', 'd']


def test_names_sort_without_regard_to_case(admin):
    for name in ('beta', 'Alpha', 'gamma', 'ÄRGER'):
        factory.summary(name)
    assert names(admin.get(INDEX)) == ['Alpha', 'beta', 'gamma', 'ÄRGER']


def test_an_unknown_sort_gives_the_usual_order(admin):
    factory.summary('b')
    factory.summary('a')
    assert names(admin.get(INDEX, {'sort': 'password'})) == ['a', 'b']


@pytest.mark.parametrize(
    ('query', 'found'),
    [
        ({'q': 'ARG'}, ['cargo']),
        ({'q': 'ärger'}, ['ÄRGER']),
        ({'q': 'id-of-x'}, ['x']),
        ({'domain': 'd2'}, ['x']),
        ({'state': 'disabled'}, ['cargo']),
        ({'q': "' OR 1=1 --"}, []),
        ({'q': '%'}, []),
        ({'q': 'x', 'state': 'disabled'}, []),
    ],
)
def test_filters(admin, query, found):
    for domain in ('d1', 'd2'):
        models.Domain.objects.create(
            region='RegionOne', id=domain, name=domain, enabled=True, seen=1
        )
    factory.summary('cargo', domain_id='d1', state='disabled')
    factory.summary('ÄRGER', domain_id='d1')
    factory.summary('id-of-x', name='x', domain_id='d2')
    assert names(admin.get(INDEX, query)) == found
    rows = json.loads(export(admin.get(INDEX, {**query, 'format': 'json'})))
    assert [row['name'] for row in rows['rows']] == found


def test_a_filter_that_cannot_be_is_told_and_never_exports(admin):
    factory.summary('a')
    page = admin.get(INDEX, {'domain': 'elsewhere'})
    assert 'elsewhere is not one of the available' in page.content.decode()
    assert names(page) == []
    refused = admin.get(INDEX, {'domain': 'elsewhere', 'format': 'csv'})
    assert refused.status_code == 400
    assert (
        admin.get(INDEX, {'q': 'x' * 300, 'format': 'csv'}).status_code == 400
    )


def test_an_empty_filter_offers_the_way_back(admin):
    factory.summary('a')
    page = admin.get(INDEX, {'q': 'zzz'}).content.decode()
    assert 'Nothing matches the filter' in page
    assert 'Show all' in page


@pytest.mark.parametrize('page', ['99', '0', '-3', 'x', ''])
def test_a_page_that_is_not_there_shows_one_that_is(admin, page):
    factory.summary('a')
    assert names(admin.get(INDEX, {'page': page})) == ['a']


def test_how_many_there_are_is_told(admin, settings):
    settings.REY_DASHBOARD = {'PAGE_SIZE': 10}
    for number in range(1207):
        factory.summary(f'{number:04}')
    page = admin.get(INDEX, {'page': 2}).content.decode()
    assert '11 to 20 of 1,207' in page


def test_csv_holds_all_rows_and_no_formula(admin, settings):
    settings.REY_DASHBOARD = {'PAGE_SIZE': 1}
    factory.summary('i1', {'servers': (3, -1)}, name='=1+1')
    factory.summary('i2', {'ram': (1536, 2048)}, name='@x')
    factory.summary('i3', name='naïve, "quoted"')
    factory.summary('i4', name='＝1')
    response = admin.get(INDEX, {'format': 'csv'})
    assert response['Content-Type'] == 'text/csv; charset=utf-8'
    rows = list(csv.DictReader(io.StringIO(export(response))))
    assert [row['name'] for row in rows] == [
        "'=1+1",
        "'@x",
        'naïve, "quoted"',
        "'＝1",
    ]
    assert rows[0]['project_id'] == 'i1'
    assert rows[0]['servers_used'] == '3'
    assert rows[0]['servers_limit'] == '-1'
    assert rows[1]['ram_used_mib'] == '1536'
    assert rows[1]['servers_used'] == ''


def test_json_tells_its_schema_region_and_age(admin):
    factory.summary('i1', {'servers': (3, 5)}, name='=1+1')
    data = json.loads(export(admin.get(INDEX, {'format': 'json'})))
    assert data['schema'] == 'rey.projects/1'
    assert data['region'] == 'RegionOne'
    assert data['as_of']['servers'].endswith('Z')
    assert data['rows'][0]['name'] == '=1+1'
    assert data['rows'][0]['servers_used'] == 3


def test_an_unknown_format_is_refused(admin):
    assert admin.get(INDEX, {'format': 'xml'}).status_code == 400


def test_a_projects_page_shows_quotas_servers_and_volumes(admin):
    factory.summary('p', name='shop', domain_name='research')
    factory.quota('p', 'compute', 'instances', 10, 4)
    factory.quota('p', 'compute', 'ram', 2048, 1536)
    factory.server(
        's1', 'p', name='web', status='ERROR', fault='No valid host'
    )
    factory.server('s2', 'elsewhere', name='not mine')
    factory.volume('v1', 'p', name='disk')
    page = admin.get(f'{INDEX}p/').content.decode()
    assert 'shop' in page
    assert '4 / 10' in page
    assert '1.5 / 2' in page
    assert 'No valid host' in page
    assert 'not mine' not in page
    volumes = admin.get(f'{INDEX}p/volumes/').content.decode()
    assert 'disk' in volumes
    rows = export(admin.get(f'{INDEX}p/volumes/', {'format': 'csv'}))
    assert 'v1,disk,p' in rows


def test_a_project_that_nobody_collected_is_not_found(admin):
    assert admin.get(f'{INDEX}nobody/').status_code == 404


def test_another_regions_rows_stay_there(admin):
    factory.summary('a')
    models.ProjectSummary.objects.update(region='RegionTwo')
    assert names(admin.get(INDEX)) == []
    assert admin.get(f'{INDEX}a/').status_code == 404


def test_projects_left_out_are_counted(admin):
    factory.domain('heat', name='heat_user_domain', excluded=True)
    factory.domain('empty', excluded=True)
    for number in range(12):
        factory.project(f'stack-{number}', domain_id='heat')
    page = admin.get(INDEX).content.decode()
    assert '12 projects of domain heat_user_domain are left out' in page


@pytest.mark.parametrize('address', [INDEX, f'{INDEX}0001/', '/rey/data/'])
def test_a_page_is_a_few_queries(
    admin, django_assert_max_num_queries, address
):
    for number in range(100):
        factory.summary(f'{number:04}')
    admin.get(address)
    with django_assert_max_num_queries(20):
        admin.get(address)
