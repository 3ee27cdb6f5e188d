import datetime
import json

from django.db import connection
from django.utils import timezone
import pytest

from rey_dashboard.inventory import models
from tests import factory

pytestmark = pytest.mark.django_db
PROJECTS = '/rey/projects/'
AGE = '/rey/data/age/'
REFRESH = '/rey/data/refresh/'


def page(browser, address=PROJECTS):
    return browser.get(address).content.decode()


def test_the_age_is_that_of_the_part_that_is_behind_most(admin):
    factory.collected()
    models.PartState.objects.filter(name='volumes').update(
        last_good_at=timezone.now() - datetime.timedelta(minutes=8)
    )
    text = page(admin)
    assert 'As of 8\xa0minutes ago' in text
    assert 'Old data' not in text


def test_old_data_is_called_old(admin):
    factory.collected(ago=datetime.timedelta(hours=3))
    assert 'Old data' in page(admin)


def test_nothing_collected_yet_tells_the_way_out(admin):
    text = page(admin)
    assert 'Nothing has been collected of region RegionOne yet' in text
    assert 'No worker has ever reported' in text
    assert 'rey-dashboard worker' in text
    assert 'Refresh now' in text


def test_a_region_that_is_not_collected_names_those_that_are(admin):
    factory.collected()
    models.PartState.objects.update(region='RegionTwo')
    models.Collector.objects.update(region='RegionTwo')
    text = page(admin)
    assert 'Collected are: RegionTwo' in text


def test_a_silent_worker_is_told(admin):
    factory.collected()
    models.Worker.objects.update(
        seen_at=timezone.now() - datetime.timedelta(minutes=10)
    )
    text = page(admin)
    assert 'the one on ops-1 did last 10\xa0minutes ago' in text
    assert 'rey-dashboard worker' in text
    assert 'rey-dashboard check --only database' in text


def test_no_service_user_is_told_with_the_way_out(admin):
    models.Worker.objects.create(
        host='ops-1',
        seen_at=timezone.now(),
        problem="The cloud 'rey' cannot be used: Cloud rey was not found.",
        remedy='Write the service user into clouds.yaml',
    )
    text = page(admin)
    assert 'cannot sign in' in text
    assert 'Cloud rey was not found' in text
    assert 'Write the service user into clouds.yaml' in text


def test_a_part_that_failed_is_told_with_words_request_id_and_age(admin):
    factory.collected()
    models.PartState.objects.filter(name='volumes').update(
        failing_since=timezone.now() - datetime.timedelta(minutes=5),
        error='Cinder said <b>503</b>',
        remedy='Look at it.',
        request_id='req-1',
    )
    text = page(admin)
    assert (
        'Volumes could not be read; the first failure was 5\xa0minutes ago'
        in text
    )
    assert 'as of 2\xa0minutes ago' in text
    assert 'Cinder said &lt;b&gt;503&lt;/b&gt;' in text
    assert 'Look at it.' in text
    assert 'req-1' in text


def test_a_running_collection_shows_its_progress(admin):
    factory.collected()
    now = timezone.now()
    models.Collector.objects.update(
        started_at=now,
        ended_at=None,
        lease_until=now + datetime.timedelta(seconds=50),
    )
    models.PartState.objects.filter(name='servers').update(
        started_at=now, ended_at=None, done=5000, expected=12045
    )
    text = page(admin)
    assert '5,000 of 12,045' in ' '.join(text.split())
    assert 'Refresh now' not in text


def test_a_collection_whose_collector_died_is_not_called_running(admin):
    factory.collected()
    models.Collector.objects.update(
        ended_at=None, lease_until=timezone.now() - datetime.timedelta(1)
    )
    assert 'Refresh now' in page(admin)


def test_refresh_asks_the_worker_once_and_leads_back(admin):
    factory.collected()
    response = admin.post(REFRESH, {'next': '/rey/projects/?q=x'})
    assert response.status_code == 302
    assert response.url == '/rey/projects/?q=x'
    first = models.Collector.objects.get().requested_at
    assert first
    admin.post(REFRESH)
    assert models.Collector.objects.get().requested_at == first
    assert 'Refresh asked for' in page(admin)


def test_a_request_that_nobody_hears_can_be_made_again(admin):
    factory.collected()
    unheard = timezone.now() - datetime.timedelta(minutes=3)
    models.Collector.objects.update(requested_at=unheard)
    assert 'Refresh now' in page(admin)
    admin.post(REFRESH)
    assert models.Collector.objects.get().requested_at > unheard


def test_refresh_leads_to_no_other_site(admin):
    factory.collected()
    for evil in ('https://evil.test/', '//evil.test/', 'javascript:x'):
        assert admin.post(REFRESH, {'next': evil}).url == '/rey/data/'


def test_refresh_by_get_is_refused(admin):
    factory.collected()
    assert admin.get(REFRESH).status_code == 405
    assert models.Collector.objects.get().requested_at is None


def test_the_page_is_shown_anew_for_whoever_asked(admin):
    factory.collected()
    asked = {'parts': 'servers,volumes', 'version': 'before'}
    other = admin.get(AGE, asked)
    assert 'HX-Refresh' not in other
    assert 'Newer data is here' in other.content.decode()
    assert admin.get(AGE, {**asked, 'mine': '1'})['HX-Refresh'] == 'true'


def test_parts_from_outside_are_not_trusted(admin):
    factory.collected()
    assert admin.get(AGE, {'parts': 'nonsense,<b>'}).status_code == 200


def test_missing_tables_are_told_with_the_command_that_makes_them(admin):
    with connection.cursor() as cursor:
        cursor.execute('DROP TABLE rey_dashboard_partstate')
    response = admin.get(PROJECTS)
    assert response.status_code == 503
    text = response.content.decode()
    assert 'rey_dashboard_partstate' in text
    assert 'migrate rey_dashboard' in text


def test_a_wrong_setting_is_told_on_the_page(admin, settings):
    settings.REY_DASHBOARD = {'PAGE_SIZE': 'many'}
    response = admin.get(PROJECTS)
    assert response.status_code == 503
    assert 'PAGE_SIZE' in response.content.decode()


def test_the_data_page_lists_each_part(admin):
    factory.collected(rows=4711, calls=12)
    text = page(admin, '/rey/data/')
    for label in ('Projects', 'Servers', 'Volume quotas'):
        assert label in text
    assert '4,711' in text


def test_the_data_page_tells_when_everything_was_read_and_what_is_of_then(
    admin,
):
    factory.collected()
    now = timezone.now()
    models.PartState.objects.update(
        full_at=now - datetime.timedelta(hours=2), watermark=now
    )
    models.Collector.objects.update(
        next_at=now + datetime.timedelta(minutes=4, seconds=30)
    )
    text = ' '.join(page(admin, '/rey/data/').split())
    assert '2 hours ago' in text
    assert 'of then: addresses, macs, zone' in text
    assert 'each time' in text
    assert '4 minutes from now' in text


def test_everything_can_be_asked_for(admin):
    factory.collected()
    admin.post(REFRESH, {'full': '1'})
    asked = models.Collector.objects.get()
    assert asked.requested_at
    assert asked.requested_full
    assert 'Read everything' not in page(admin, '/rey/data/')


def test_a_remark_stands_on_the_page_once_for_all_its_parts(admin):
    factory.collected()
    models.PartState.objects.filter(name__in=['servers', 'volumes']).update(
        note='The clock <b>differs</b>.'
    )
    text = page(admin)
    assert text.count('The clock &lt;b&gt;differs&lt;/b&gt;.') == 1
    assert 'Servers, Volumes:' in ' '.join(text.split())


def test_what_is_read_once_an_hour_is_not_called_old(admin):
    factory.collected()
    hour = timezone.now() - datetime.timedelta(minutes=50)
    models.PartState.objects.filter(name='hours').update(last_good_at=hour)
    text = page(admin)
    assert 'Old data' not in text
    assert 'As of 2\xa0minutes ago' in text
    assert 'Server hours: 50 minutes ago' in ' '.join(text.split())


def reading(**columns):
    now = timezone.now()
    return models.PartReading.objects.create(
        **{
            'region': 'RegionOne',
            'name': 'servers',
            'number': 1,
            'kind': 'full',
            'outcome': 'good',
            'started_at': now - datetime.timedelta(seconds=30),
            'ended_at': now,
            **columns,
        }
    )


def test_readings_are_listed_filtered_and_exported(admin):
    factory.collected()
    reading(rows=12065, calls=26)
    reading(name='volumes', outcome='failed', error='Cinder said <b>no</b>')
    reading(kind='changes', outcome='running', ended_at=None)
    text = page(admin, '/rey/data/readings/')
    assert '12,065' in text
    assert 'Cinder said &lt;b&gt;no&lt;/b&gt;' in text
    assert 'not ended' in text
    text = page(admin, '/rey/data/readings/?part=servers&outcome=good')
    assert 'Cinder said' not in text
    assert '1 to 1 of 1' in ' '.join(text.split())
    answer = admin.get('/rey/data/readings/?format=json&sort=-took')
    rows = json.loads(b''.join(answer.streaming_content))['rows']
    assert [row['took_seconds'] for row in rows] == [30.0, 30.0, None]
    assert rows[0]['kind'] == 'full'


def test_readings_of_another_region_are_not_shown(admin):
    factory.collected()
    reading(region='RegionTwo', error='elsewhere', outcome='failed')
    assert 'elsewhere' not in page(admin, '/rey/data/readings/')
