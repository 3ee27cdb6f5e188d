"""Service levels: shares of the last days within the target."""

import json

import pytest

from rey_dashboard.inventory import levels
from rey_dashboard.inventory import models
from tests import factory
from tests import factory_backups as make

pytestmark = pytest.mark.django_db
LEVELS = '/rey/backups/levels/'


def shares():
    found = levels.by_project(models.ServiceLevel.objects.all())
    return {row['project_id']: row for row in found}


def rows(browser, **query):
    response = browser.get(LEVELS, {**query, 'format': 'json'})
    return json.loads(b''.join(response.streaming_content))['rows']


def names(browser, **query):
    page = browser.get(LEVELS, query).context['page']
    return [row['sort_name'] for row in page]


def test_a_share_is_that_of_all_samples_of_its_days():
    make.day('p', 0, 1, 2)
    make.day('p', 6, 30, 30)
    make.day('p', 7, 0, 8)
    make.day('p', 29, 10, 10)
    make.day('p', 30, 0, 50)
    make.day('p', 90, 0, 999)
    row = shares()['p']
    assert row['percent_7'] == pytest.approx(100 * 31 / 32)
    assert row['percent_30'] == pytest.approx(100 * 41 / 50)
    assert row['percent_90'] == pytest.approx(100 * 41 / 100)
    assert [row[f'days_{span}'] for span in levels.SPANS] == [2, 4, 5]


def test_days_that_are_not_known_are_in_no_share():
    make.day('p', 20, 1, 4)
    make.day('q', 0, 0, 0)
    found = shares()
    assert found['p']['percent_7'] is None
    assert found['p']['days_7'] == 0
    assert found['p']['percent_30'] == 25
    assert 'q' not in found


def test_the_projects_of_a_domain_count_together():
    for name in ('p', 'q'):
        factory.summary(name, domain_id='d')
    make.day('p', 0, 1, 1)
    make.day('q', 0, 0, 3)
    make.day('q', 1, 4, 4)
    make.day('nobody-knows', 0, 1, 2)
    rows = levels.by_domain(models.DomainLevel.objects.all())
    found = {row['domain_id']: row for row in rows}
    assert found['d']['percent_7'] == pytest.approx(100 * 5 / 8)
    assert found['d']['days_7'] == 2
    assert found['']['percent_7'] == 50


@pytest.fixture
def levels_of_three(admin):
    factory.collected()
    factory.domain('d')
    models.DomainSummary.objects.create(
        region=factory.REGION,
        domain_id='d',
        name='Research',
        sort_name='research',
        **dict.fromkeys(
            (
                'servers_used',
                'vcpus_used',
                'ram_used',
                'volumes_used',
                'storage_used',
            ),
            0,
        ),
    )
    for name, within in (('good', 1000), ('bad', 1), ('nearly', 999)):
        factory.summary(name, domain_id='d')
        make.day(name, 0, within, 1000)
    factory.summary('unknown', domain_id='d')
    make.day('unknown', 45, 3, 3)
    return admin


def test_the_worst_come_first_and_the_unknown_last(levels_of_three):
    assert names(levels_of_three) == ['bad', 'nearly', 'good', 'unknown']
    assert names(levels_of_three, sort='-7')[-1] == 'unknown'
    assert names(levels_of_three, sort='90')[0] == 'bad'


def test_a_share_is_never_rounded_up_and_the_unknown_is_a_dash(
    levels_of_three,
):
    page = levels_of_three.get(LEVELS, {'q': 'nearly'}).content.decode()
    assert '99.9 %' in page
    assert '100.0 %' not in page
    assert 'of 1 day<' in page
    page = levels_of_three.get(LEVELS, {'q': 'unknown'}).content.decode()
    assert page.count('title="not known"') == 2
    assert '100.0 %' in page


def test_by_domain(levels_of_three):
    assert names(levels_of_three, by='domain') == ['research']
    assert names(levels_of_three, by='domain', q='nobody') == []
    row = rows(levels_of_three, by='domain')[0]
    assert (row['domain_id'], row['domain_name']) == ('d', 'Research')
    assert row['project_id'] is None
    assert row['last_7_days_percent'] == pytest.approx(100 * 2000 / 3000)
    # As many as of the project that is known longest.
    assert row['last_90_days_known'] == 1


def test_an_export_has_all_spans(levels_of_three):
    row = rows(levels_of_three, q='unknown')[0]
    assert row['project_name'] == 'unknown'
    assert row['last_30_days_percent'] is None
    assert row['last_90_days_percent'] == 100
    assert row['last_90_days_known'] == 1


def test_a_way_that_does_not_exist_is_told(levels_of_three):
    page = levels_of_three.get(LEVELS, {'by': 'user'}).content.decode()
    assert 'user is not one of the available choices' in page
