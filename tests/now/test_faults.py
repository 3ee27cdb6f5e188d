"""What the live part of a page tells when services fail it."""

import re

import pytest

from rey_dashboard.find import now
from tests import factory
from tests.now import live

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ('fault', 'words', 'told'),
    [
        (
            {'status': 403, 'body': {'forbidden': {'message': 'Policy X'}}},
            'You may not ask that: Nova refuses it to your roles.',
            'Policy X',
        ),
        ({'status': 503}, 'Nova is down, or broke', 'HTTP 503'),
        ({'status': 401}, 'Sign out and in again', 'HTTP 401'),
        ({'kind': 'refused'}, 'Horizon cannot reach it', 'Connection refused'),
        ({'kind': 'html'}, 'in the place of Nova is something', 'not one of'),
        ({'kind': 'broken_json'}, 'in the place of Nova', 'not one of'),
        (
            {'kind': 'html', 'body': '{"server": [1], "instanceActions": 1}'},
            'in the place of Nova',
            'not one of',
        ),
        (
            {
                'status': 500,
                'body': {'computeFault': {'message': live.HOSTILE}},
            },
            'Nova is down, or broke',
            '{{ x }}',
        ),
    ],
)
def test_what_goes_wrong_is_told_in_its_own_words(
    enter, server, cloud, fault, words, told
):
    cloud.fault('compute', '/servers', **fault)
    browser = enter()
    with cloud.calls_made() as calls:
        text = live.ask(browser, 'server', server)
    assert words in text
    assert told in text
    assert '<script>alert' not in text.replace(live.HOSTILE, '')
    # Nobody waits for a second try.
    assert len([one for one in calls if one[2].endswith(server)]) <= 1


def test_a_service_that_hangs_costs_no_more_than_the_limit(
    enter, server, cloud, monkeypatch
):
    monkeypatch.setattr(now, 'LIMIT_S', 0.6)
    browser = enter()
    cloud.fault('compute', kind='hang', seconds=30)
    text = live.ask(browser, 'server', server)
    (seconds,) = re.findall(r', in ([0-9.]+) s\.', text)
    assert 0.5 < float(seconds) < 5
    assert text.count('Nova did not answer within 0 seconds.') == 3


def test_what_came_in_time_is_told_though_the_rest_is_late(
    enter, server, cloud, monkeypatch
):
    monkeypatch.setattr(now, 'LIMIT_S', 2.5)
    path = f'/servers/{server}/os-instance-actions'
    cloud.fault('compute', path, 'hang', seconds=30)
    text = live.ask(enter(), 'server', server)
    assert 'ACTIVE; when it was collected: BUILD' in text
    assert text.count('Nova did not answer within 2 seconds.') == 2


def test_a_service_that_hangs_is_not_taken_for_those_behind_it(
    enter, cloud, project, monkeypatch
):
    factory.project(project)
    monkeypatch.setattr(now, 'LIMIT_S', 2)
    browser = enter()
    cloud.fault('block-storage', kind='hang', seconds=30)
    text = live.ask(browser, 'project', project)
    assert 'Servers</dt>' in text
    assert 'Cinder did not answer within 2 seconds.' in text
    assert 'Neutron was not asked: Cinder took all the time.' in text


def test_a_catalog_without_the_service_is_told(enter, server, cloud):
    cloud.missing.add('compute')
    text = live.ask(enter(), 'server', server)
    assert 'Your catalog has no Nova in this region.' in text
