"""The Projects page's columns: what is offered, chosen, sorted, exported."""

import csv
import datetime
import io
import json

import pytest

from rey_dashboard.inventory import domains
from rey_dashboard.inventory import models
from rey_dashboard.pages import models as page_models
from rey_dashboard.pages import periods
from rey_dashboard.projects import columns
from tests import factory
from tests import factory_backups as make

pytestmark = pytest.mark.django_db
INDEX = '/rey/projects/'
CHOOSE = '/rey/projects/columns/'


@pytest.fixture(autouse=True)
def collected():
    factory.collected()


def titles(response):
    return [header['column'].name for header in response.context['headers']]


def names(response):
    return [row.name for row in response.context['page']]


def export(response):
    return b''.join(response.streaming_content).decode()


def test_the_usual_columns_stand_until_a_user_chooses(admin):
    factory.summary('a')
    assert titles(admin.get(INDEX)) == list(columns.USUAL)


def test_a_choice_is_kept_and_taken_back(admin):
    factory.summary('a', {'ports': (7, 100)})
    chosen = admin.post(CHOOSE, {'column': ['ports', 'contact']})
    assert chosen.url == INDEX
    page = admin.get(INDEX)
    assert titles(page) == ['name', 'ports', 'contact']
    assert '7 / 100' in page.content.decode()
    admin.post(CHOOSE, {'usual': '1'})
    assert titles(admin.get(INDEX)) == list(columns.USUAL)


def test_a_choice_is_that_users_own(admin):
    other = columns_of_somebody_else()
    assert titles(admin.get(INDEX)) == list(columns.USUAL)
    admin.post(CHOOSE, {'column': ['ram']})
    other.refresh_from_db()
    assert other.columns == ['ports']


def columns_of_somebody_else():
    return page_models.ColumnChoice.objects.create(
        user_id='somebody', table='projects', columns=['ports']
    )


def test_a_shared_address_shows_the_column_that_it_sorts_by(admin):
    factory.summary('a', {'ports': (1, 9)})
    factory.summary('b', {'ports': (5, 9)})
    page = admin.get(INDEX, {'sort': '-ports'})
    assert names(page) == ['b', 'a']
    assert 'ports' in titles(page)


def test_columns_that_nobody_offers_are_not_kept(admin):
    admin.post(CHOOSE, {'column': ['ram', '<script>', 'password']})
    assert titles(admin.get(INDEX)) == ['name', 'ram']


def test_choosing_leads_to_no_other_site(admin):
    for evil in ('https://evil.test/', '//evil.test/'):
        assert admin.post(CHOOSE, {'next': evil}).url == INDEX


@pytest.mark.parametrize('name', ['server_groups', 'backups', 'routers'])
def test_each_resource_sorts_over_all_rows(admin, settings, name):
    settings.REY_DASHBOARD = {'PAGE_SIZE': 2}
    for project, used in (('a', 5), ('b', None), ('c', 50), ('d', 7)):
        factory.summary(project, {name: (used, 99)} if used else {})
    admin.post(CHOOSE, {'column': [name]})
    assert names(admin.get(INDEX, {'sort': f'-{name}'})) == ['c', 'd']
    assert names(admin.get(INDEX, {'sort': f'-{name}', 'page': 2})) == [
        'a',
        'b',
    ]


def test_volume_types_have_columns_and_filters(admin):
    factory.summary('a')
    factory.summary('b')
    factory.quota('a', 'volume', 'gigabytes_fast "x"', 100, 91)
    factory.quota('b', 'volume', 'gigabytes_fast "x"', 100, 10)
    name = 'type:gigabytes_fast "x"'
    admin.post(CHOOSE, {'column': [name]})
    page = admin.get(INDEX, {'sort': f'-{name}'})
    assert names(page) == ['a', 'b']
    assert '91 / 100' in page.content.decode()
    assert names(admin.get(INDEX, {'quota': name, 'over': 90})) == ['a']


@pytest.mark.parametrize(
    ('query', 'found'),
    [
        ({'over': 90}, ['full', 'over']),
        ({'over': 100}, ['over']),
        ({'over': 90, 'quota': 'ports'}, ['full']),
        ({'quota': 'servers'}, ['half', 'over']),
        ({'over': 60, 'quota': 'servers'}, ['over']),
        ({'over': 0}, ['full', 'half', 'over']),
    ],
)
def test_over_n_percent_of_any_quota_and_of_one(admin, query, found):
    factory.summary('half', {'servers': (5, 10)}, fullest_percent=50)
    factory.summary('full', {'ports': (95, 100)}, fullest_percent=95)
    factory.summary('over', {'servers': (3, 2)}, fullest_percent=150)
    factory.summary('free', {'servers': (3, -1), 'ports': (0, 100)})
    assert names(admin.get(INDEX, query)) == found


def test_which_quota_is_fullest_is_told(admin):
    factory.summary(
        'a',
        fullest_percent=95.4,
        fullest_service='network',
        fullest_resource='port',
    )
    page = ' '.join(admin.get(INDEX).content.decode().split())
    assert '95 %</span> <small>Ports</small>' in page


@pytest.mark.parametrize('over', ['-1', 'x', '1e9', '99999999999999999999'])
def test_a_share_that_cannot_be_is_told(admin, over):
    factory.summary('a')
    assert names(admin.get(INDEX, {'over': over})) == []
    refused = admin.get(INDEX, {'over': over, 'format': 'csv'})
    assert refused.status_code == 400


def test_projects_with_servers_in_error(admin):
    factory.summary('a', servers_in_error=2)
    factory.summary('b')
    assert names(admin.get(INDEX, {'in_error': '1'})) == ['a']


def test_contact_is_found_and_shown(admin):
    factory.summary('a', contact='Oskar <oskar@example.org>')
    factory.summary('b')
    admin.post(CHOOSE, {'column': ['contact']})
    page = admin.get(INDEX, {'q': 'oskar@', 'sort': 'contact'})
    assert names(page) == ['a']
    assert 'Oskar &lt;oskar@example.org&gt;' in page.content.decode()
    assert names(admin.get(INDEX, {'sort': 'contact'})) == ['a', 'b']


def days_ago(days):
    return periods.today() - datetime.timedelta(days=days)


def test_hours_are_those_of_the_period(admin):
    factory.summary('a')
    factory.summary('b')
    factory.hours('a', days_ago(1), 10, user_id='u1')
    factory.hours('a', days_ago(1), 5, user_id='u2')
    factory.hours('a', days_ago(20), 100)
    factory.hours('b', days_ago(8), 50)
    week = admin.get(INDEX, {'period': '7', 'sort': '-vcpu_hours'})
    assert [row.hours['vcpu_hours'] for row in week.context['page']] == [15, 0]
    month = admin.get(INDEX, {'sort': '-vcpu_hours'})
    assert names(month) == ['a', 'b']
    assert month.context['page'][0].hours['vcpu_hours'] == 115
    day = days_ago(8).isoformat()
    chosen = {'period': 'days', 'first': day, 'last': day}
    assert names(admin.get(INDEX, {**chosen, 'sort': '-vcpu_hours'})) == [
        'b',
        'a',
    ]


def test_days_that_were_not_read_are_told(admin):
    factory.summary('a')
    factory.hours('a', days_ago(1), 10)
    page = admin.get(INDEX, {'period': '7'}).content.decode()
    assert '1 of 7 days were read' in page


def test_hours_of_no_day_read_are_unknown_and_not_zero(admin):
    factory.summary('a')
    page = admin.get(INDEX, {'period': '7'})
    assert page.context['page'][0].hours['vcpu_hours'] is None


@pytest.mark.parametrize(
    ('first', 'last', 'told'),
    [
        ('2026-11-02', '2026-11-01', 'before the first day'),
        ('2026-11-02', '', 'Both days are needed'),
        ('2020-01-01', '2026-01-01', 'At most 400 days'),
        ('yesterday', '2026-01-01', 'Enter a valid date'),
    ],
)
def test_a_period_that_cannot_be_is_told(admin, first, last, told):
    query = {'period': 'days', 'first': first, 'last': last}
    assert told in admin.get(INDEX, query).content.decode()
    assert admin.get(INDEX, {**query, 'format': 'json'}).status_code == 400


def test_an_export_has_every_resource_whatever_the_page_shows(admin):
    admin.post(CHOOSE, {'column': ['ram']})
    factory.summary(
        'a', {'ports': (7, 100), 'key_pairs': (None, 100)}, contact='=cmd()'
    )
    factory.quota('a', 'volume', 'gigabytes', 50, 10, reserved=4)
    factory.hours('a', days_ago(1), 10)
    data = json.loads(export(admin.get(INDEX, {'format': 'json'})))
    row = data['rows'][0]
    assert (row['ports_used'], row['ports_limit']) == (7, 100)
    assert row['storage_reserved_gib'] == 4
    assert row['key_pairs_limit'] == 100
    assert 'key_pairs_used' not in row
    assert row['vcpu_hours'] == 10
    assert row['ram_mib_hours'] == 10240
    assert row['routers_used'] is None
    assert data['first_day'] == days_ago(30).isoformat()
    text = export(admin.get(INDEX, {'format': 'csv'}))
    assert next(csv.DictReader(io.StringIO(text)))['contact'] == "'=cmd()"


def test_deleted_projects_with_hours_are_counted_and_can_be_shown(admin):
    factory.summary('here')
    factory.summary('gone', state='gone')
    factory.hours('gone', days_ago(2), 10)
    page = admin.get(INDEX)
    assert names(page) == ['here']
    assert 'that is deleted and owns nothing' in page.content.decode()
    assert names(admin.get(INDEX, {'state': 'gone'})) == ['gone']


def test_tiles_tell_what_hosts_and_pools_can_hold(admin):
    for host, state in (('h1', 'up'), ('h2', 'down')):
        models.Host.objects.create(
            region='RegionOne',
            id=host,
            name=host,
            state=state,
            status='enabled',
            seen=1,
        )
        models.Inventory.objects.create(
            region='RegionOne',
            provider_id=host,
            root_id=host,
            resource_class='VCPU',
            total=10,
            reserved=2,
            allocation_ratio=4.0,
            used=12,
            seen=1,
        )
    models.Pool.objects.create(
        region='RegionOne',
        name='a@b#c',
        total_gib=1000,
        free_gib=500,
        allocated_gib=300,
        provisioned_gib=400,
        reserved_percent=10,
        over_subscription_ratio=2,
        thin=True,
        seen=1,
    )
    models.Pool.objects.create(region='RegionOne', name='x', seen=1)
    factory.summary('a', fullest_percent=91, servers_in_error=3)
    domains.rebuild('RegionOne', models.ProjectSummary.objects.all())
    page = ' '.join(admin.get(INDEX).content.decode().split())
    assert '24 / 64' in page
    assert '32 of it on hosts that are down or disabled' in page
    assert '400 GiB / 1.8 TiB' in page
    assert '1 pool does not tell its size' in page
    assert '1</strong> <span>project over 90 % of a quota' in page
    assert '3</strong> <span>servers in ERROR' in page


def test_a_trend_is_drawn_with_its_change(admin):
    factory.summary('a')
    factory.summary('b')
    models.Trend.objects.create(
        region='RegionOne',
        project_id='b',
        vcpus=[None] * 27 + [1.0, 2.0, 4.0],
        vcpus_change=2.5,
    )
    page = admin.get(INDEX, {'sort': '-trend'})
    assert names(page) == ['b', 'a']
    text = page.content.decode()
    assert '1.0 to 4.0, last 4.0' in text
    assert '+2.5 in a week' in text
    assert text.count('<polyline') == 1


def test_what_is_backed_up_has_a_column_an_export_and_a_filter(admin):
    for name in ('ill', 'well', 'new', 'none'):
        factory.summary(name)
    make.project('ill', counted=3, within=2, percent=66.7, at_risk=1)
    make.project('well', counted=4, within=4, percent=100)
    make.project('new')
    admin.post(CHOOSE, {'column': ['backup']})
    page = admin.get(INDEX, {'sort': 'backup'})
    assert names(page) == ['ill', 'well', 'new', 'none']
    text = page.content.decode()
    assert '66 %' in text
    assert '1 at risk' in text
    rows = json.loads(export(admin.get(INDEX, {'format': 'json'})))['rows']
    found = {row['project_id']: row for row in rows}
    assert found['ill']['backup_within'] == 2
    assert found['ill']['backup_at_risk'] == 1
    assert found['none']['backup_within_percent'] is None
    assert names(admin.get(INDEX, {'backups': 'at_risk'})) == ['ill']
    assert names(admin.get(INDEX, {'backups': 'within'})) == ['well']
