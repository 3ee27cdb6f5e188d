"""Which release a number means, and what is known of the releases."""

import datetime

import pytest

from rey_dashboard.inventory import releases
from rey_dashboard.inventory import told_releases
from tests import factory
from tests import factory_catalog
from tests.factory_catalog import telling as endpoint

pytestmark = pytest.mark.django_db


def told():
    return told_releases.of(factory.REGION)


def test_the_file_is_whole_and_each_row_has_source_and_day():
    known = releases.all_()
    assert [row.id for row in known][-2:] == ['2026.2', '2027.1']
    assert len({row.id for row in known}) == len(known)
    for row in known:
        assert row.source.startswith('https://')
        assert row.as_of <= datetime.date.today()
    dates = [row.released for row in known]
    assert dates == sorted(dates)
    # Where a number can be told apart, it grows.
    for project in releases.PROJECTS:
        own = [row.numbers[project] for row in known if project in row.numbers]
        assert own == sorted(own)


@pytest.mark.parametrize(
    'day, words',
    [
        ('2026-08-18', 'maintained until 2026-10-02'),
        (
            '2026-10-02',
            'unmaintained since 2026-10-02, as it was planned',
        ),
    ],
)
def test_what_was_planned_is_taken_for_done(day, words):
    row = releases.by_id('2025.1')
    assert row.words_on(datetime.date.fromisoformat(day)) == words


def test_what_is_not_known_is_said():
    row = releases.by_id('2026.2')
    before, after = datetime.date(2026, 9, 1), datetime.date(2026, 11, 1)
    assert row.words_on(before) == 'in development'
    assert row.words_on(after) == ('maintained, until when is not known')
    yoga = releases.by_id('yoga')
    assert (str(yoga), yoga.words_on(after)) == ('Yoga', 'unmaintained')


@pytest.mark.parametrize(
    'project, number, words',
    [
        ('nova', '2.104', '2026.2 Hibiscus'),
        ('nova', '2.96', '2024.1 Caracal or 2024.2 Dalmatian'),
        ('nova', '2.97', 'between 2024.2 Dalmatian and 2025.1 Epoxy'),
        ('nova', '2.105', 'newer than 2026.2 Hibiscus'),
        ('nova', '2.79', 'older than Ussuri'),
        ('keystone', 'v3.14', 'Ussuri to 2026.2 Hibiscus'),
        ('glance', 'v2.18', '2026.2 Hibiscus'),
        ('ironic', '1.101', '2025.2 Flamingo'),
        ('nova', '2.x', 'not known'),
        ('nova', '', 'not known'),
    ],
)
def test_a_number_means_all_releases_that_have_it(project, number, words):
    assert str(told_releases.of_number(project, number)) == words


@pytest.mark.parametrize(
    'numbers, fit, words',
    [
        ({'compute': '2.104'}, 'one', '2026.2 Hibiscus'),
        (
            {'compute': '2.96'},
            'several',
            '2024.1 Caracal or 2024.2 Dalmatian',
        ),
        (
            {'compute': '2.96', 'shared-file-system': '2.85'},
            'one',
            '2024.1 Caracal',
        ),
        (
            {'compute': '2.104', 'shared-file-system': '2.85'},
            'mixed',
            'Manila: 2024.1 Caracal; Nova: 2026.2 Hibiscus',
        ),
        (
            {'compute': '2.105', 'placement': '1.39'},
            'newer',
            'newer than 2026.2 Hibiscus',
        ),
        (
            {'compute': '2.105', 'shared-file-system': '2.95'},
            'mixed',
            'Manila: 2026.1 Gazpacho; Nova: newer than 2026.2 Hibiscus',
        ),
        (
            {'compute': '2.79', 'placement': '1.36'},
            'older',
            'older than Ussuri',
        ),
        # Ironic's number of Xena is not known here.
        ({'compute': '2.88', 'baremetal': '1.70'}, 'one', 'Wallaby'),
        ({'network': '', 'volumev2': ''}, 'unknown', 'not known'),
    ],
)
def test_one_release_is_to_fit_all(numbers, fit, words):
    for type_, number in numbers.items():
        endpoint(type_, number)
    assert (told().fit, str(told())) == (fit, words)


def test_another_region_may_be_of_another_release():
    endpoint('compute', '2.104')
    endpoint('placement', '1.36', in_region='Far')
    endpoint('image', version='v2.15', in_region='Far')
    assert told().fit == 'one'


def test_what_does_not_answer_or_is_disabled_means_nothing():
    endpoint('compute', '2.104')
    endpoint('shared-file-system', '2.55', enabled=False)
    factory_catalog.endpoint('baremetal')
    silent = factory_catalog.endpoint('placement')
    factory_catalog.probe(silent, status=None, error='refused')
    assert str(told()) == '2026.2 Hibiscus'
