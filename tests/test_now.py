"""The live part of a page of Find: what it asks, with whose rights."""

import html
import logging
import re

import pytest

from rey_dashboard.cloud import now as cloud_now
from rey_dashboard.find import now
from rey_dashboard.inventory import models
from tests import addresses
from tests import factory
from tests import factory_services
from tests import simcloud
from tests import two_domains as two

pytestmark = pytest.mark.django_db
TOKEN = 't0ken-0f-somebody'
PART = {'HX-Request': 'true'}
HOSTILE = '<script>alert(1)</script> {{ x }} \U0001f680'
TRACEBACK = 'Traceback:\n  File "x.py", line 1\nNoValidHost: no room\n'


@pytest.fixture(scope='module')
def shared():
    with simcloud.running(page=4) as cloud:
        yield cloud


@pytest.fixture
def cloud(shared):
    yield shared
    shared.clear_faults()
    shared.latency_s = 0
    shared.versions['compute'] = ('2.1', '2.104')
    shared.expire_tokens()
    shared.keystone.plain.clear()
    shared.missing.clear()


@pytest.fixture
def project(cloud):
    return cloud.add_project(f'p{len(cloud.tables["projects"].created.rows)}')


@pytest.fixture
def enter(sign_in, cloud, project, company, settings):
    """Signs in, with a token of the simulated cloud."""

    def enter(role='admin', project_id=project, plain=False):
        browser = sign_in(role)
        session = browser.session
        token = session['token']
        token.id = cloud.keystone.admit(TOKEN, project_id, plain)
        token.serviceCatalog = cloud.catalog()
        token.project = {**token.project, 'id': project_id}
        session['token'] = token
        session.save()
        browser.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
        return browser

    return enter


@pytest.fixture
def server(cloud, project, company):
    """In the cloud and, as it was some time ago, collected."""
    id_ = cloud.add_server(project, name='web', task_state='deleting')
    factory.server(id_, 'p', host='compute-9', status='BUILD')
    return id_


def live(browser, kind, id_, **headers):
    answer = browser.get(
        f'/rey/find/{kind}/{id_}/live/', headers={**PART, **headers}
    )
    assert answer.status_code == 200
    text = answer.content.decode()
    assert TOKEN not in text
    return html.unescape(' '.join(text.split()))


def test_the_page_itself_asks_nothing_and_loads_it_afterwards(
    enter, server, cloud
):
    browser = enter()
    with cloud.calls_made() as calls:
        page = browser.get(f'/rey/find/server/{server}/').content.decode()
    assert not calls
    assert f'hx-get="/rey/find/server/{server}/live/"' in page
    assert f'href="/rey/find/server/{server}/live/"' in page


def test_a_server_tells_its_state_and_what_was_done_with_it(
    enter, server, cloud
):
    models.User.objects.create(
        region=factory.REGION, id='u7', domain_id='research', name='ann',
        enabled=True, seen=1,
    )  # fmt: skip
    cloud.change(
        'servers',
        server,
        status='ERROR',
        fault={'message': 'No valid host was found. ' + HOSTILE, 'code': 500},
    )
    ids = [
        cloud.add_action(server, {'event': 'conductor_build'}, user_id='u7'),
        cloud.add_action(
            server,
            {
                'event': 'compute_migrate',
                'result': 'Error',
                'traceback': TRACEBACK,
                'host': 'compute-2',
            },
            action='migrate',
            message='Error',
        ),
    ]
    text = live(enter(), 'server', server)
    for words in (
        'From Nova, with your own rights',
        'ERROR; when it was collected: BUILD',
        'deleting',
        'RUNNING',
        'compute-1; when it was collected: compute-9',
        'No host had room for it',
        '{{ x }}',
        'create, ann',
        'migrate, nobody, Error',
        'conductor_build, Success',
        'compute_migrate, Error, 0 s, on compute-2, NoValidHost: no room',
        *ids,
        'Ask again',
    ):
        assert words in text, words
    raw = enter().get(f'/rey/find/server/{server}/live/').content.decode()
    assert '<script>alert' not in raw and '&lt;script&gt;alert' in raw
    assert 'x.py' not in text
    assert text.count('answers: <code>req-') == 3


def test_who_does_not_administer_is_told_what_his_rights_allow(
    enter, server, cloud
):
    event = {'event': 'build', 'result': 'Error', 'traceback': TRACEBACK}
    cloud.add_action(server, event)
    text = live(enter(plain=True), 'server', server)
    assert 'build, Error, 0 s</' in text
    assert 'NoValidHost' not in text
    cloud.versions['compute'] = ('2.1', '2.50')
    text = live(enter(plain=True), 'server', server)
    assert 'create, nobody' in text
    assert 'Nova tells you none' in text


def test_all_pages_of_actions_are_read_up_to_a_limit(
    enter, server, cloud, monkeypatch
):
    for number in range(11):
        name = f'act{number}.'
        failed = 'Error' if number == 2 else None
        event = {'event': f'of-{name}'}
        cloud.add_action(server, event, action=name, message=failed)
    text = live(enter(), 'server', server)
    assert all(f'act{number}.' in text for number in range(11))
    told = [number for number in range(11) if f'of-act{number}.' in text]
    assert told == [2, 8, 9, 10]
    monkeypatch.setattr(cloud_now, 'MOST', 6)
    text = live(enter(), 'server', server)
    assert 'act5.' in text and 'act4.' not in text
    assert 'These are the newest 6.' in text
    cloud.fault('compute', f'/servers/{server}/os-instance-actions', 'loop')
    monkeypatch.setattr(cloud_now, 'MOST', 50)
    assert 'go in a circle' in live(enter(), 'server', server)


def test_an_old_nova_without_pages_is_asked_as_it_can_be(enter, server, cloud):
    for number in range(6):
        cloud.add_action(server, {'event': 'x'}, action=f'act{number}.')
    cloud.versions['compute'] = ('2.1', '2.57')
    text = live(enter(), 'server', server)
    assert all(f'act{number}.' in text for number in range(6))
    assert 'x, Success' in text


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
            {'status': 500, 'body': {'computeFault': {'message': HOSTILE}}},
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
        text = live(browser, 'server', server)
    assert words in text
    assert told in text
    assert '<script>alert' not in text.replace(HOSTILE, '')
    # Nobody waits for a second try.
    assert len([one for one in calls if one[2].endswith(server)]) <= 1


def test_a_service_that_hangs_costs_no_more_than_the_limit(
    enter, server, cloud, monkeypatch
):
    monkeypatch.setattr(now, 'LIMIT_S', 0.6)
    browser = enter()
    cloud.fault('compute', kind='hang', seconds=30)
    text = live(browser, 'server', server)
    (seconds,) = re.findall(r', in ([0-9.]+) s\.', text)
    assert 0.5 < float(seconds) < 5
    assert text.count('Nova did not answer within 0 seconds.') == 3


def test_what_came_in_time_is_told_though_the_rest_is_late(
    enter, server, cloud, monkeypatch
):
    monkeypatch.setattr(now, 'LIMIT_S', 2.5)
    path = f'/servers/{server}/os-instance-actions'
    cloud.fault('compute', path, 'hang', seconds=30)
    text = live(enter(), 'server', server)
    assert 'ACTIVE; when it was collected: BUILD' in text
    assert text.count('Nova did not answer within 2 seconds.') == 2


def test_a_server_that_is_gone_tells_who_deleted_it(enter, server, cloud):
    cloud.add_action(server, action='delete', user_id='u9')
    cloud.delete('servers', server)
    text = live(enter(), 'server', server)
    assert 'Nova does not know it any more.' in text
    assert 'could not be found' in text
    assert 'delete, u9' in text


def test_a_token_of_another_project_does_not_prove_that_it_is_gone(
    enter, server, cloud, project
):
    models.Server.objects.filter(id=server).update(project_id=project)
    factory.project(project, domain_id='research')
    factory.domain_role('research')
    other = cloud.add_project('other')
    text = live(enter('member', other, plain=True), 'server', server)
    assert 'or does not show it to you' in text
    text = live(enter('member', project, plain=True), 'server', server)
    assert 'ACTIVE' in text and 'compute-9' not in text
    cloud.delete('servers', server)
    text = live(enter('member', project, plain=True), 'server', server)
    assert 'Nova does not know it any more.' in text


def test_nobody_asks_about_what_he_may_not_see(enter, cloud, project):
    factory.domain_role('research')
    id_ = cloud.add_server(project, name='foreign')
    factory.server(id_, f'{two.FOREIGN}-project')
    browser = enter('member')
    with cloud.calls_made() as calls:
        for kind, thing, status in (
            ('server', id_, 404),
            ('server', 'nothing', 404),
            ('volume', f'{two.STRANGE}-volume', 404),
            ('backup', f'{two.STRANGE}-backup', 404),
            ('project', f'{two.FOREIGN}-project', 404),
            ('host', 'compute-1', 403),
        ):
            address = f'/rey/find/{kind}/{thing}/live/'
            answer = browser.get(address, headers=PART)
            assert answer.status_code == status, address
    assert not calls


def test_without_a_right_there_is_nothing_live(enter, cloud, server):
    browser = enter('nobody-special')
    with cloud.calls_made() as calls:
        for address in addresses.all_of():
            if address.endswith(addresses.LIVE):
                assert browser.get(address).status_code == 403
    assert not calls


def test_a_volume_tells_its_attachments_and_messages(enter, cloud, project):
    server_id = cloud.add_server(project, name='web')
    id_ = cloud.add_volume(project, name='data')
    cloud.attach(id_, server_id)
    factory.volume(id_, 'p', status='available')
    told = f'schedule allocate volume: {HOSTILE}'
    cloud.add_message(id_, told, project_id=project)
    for number in range(5):
        cloud.add_message(id_, f'message{number}.', project_id='other')
    cloud.add_message('another', 'of another', project_id=project)
    text = live(enter(), 'volume', id_)
    for words in (
        'From Cinder, with your own rights',
        'in-use; when it was collected: available',
        f'{server_id} /dev/sdb',
        'schedule allocate volume',
        *(f'message{number}.' for number in range(5)),
    ):
        assert words in text, words
    assert 'of another' not in text
    raw = enter(plain=True).get(f'/rey/find/volume/{id_}/live/')
    assert b'<script>alert' not in raw.content
    assert b'&lt;script&gt;alert' in raw.content
    assert b'message0.' not in raw.content


@pytest.mark.parametrize(
    'words, meaning',
    [
        (
            'schedule allocate volume:Could not find any available weighted '
            'backend.',
            'No back end had room for it',
        ),
        (
            'create volume from backend storage:Driver failed to create the '
            'volume.',
            'The storage itself refused',
        ),
        (
            'extend volume:Volume Driver failed to extend volume.',
            'The storage',
        ),
        ('attach volume:Driver is not initialized at present.', 'cannot use'),
        (
            'copy volume to image:Not enough quota resource for operation.',
            'Glance took no image',
        ),
        (
            'copy image to volume:Image used for creating volume exceeds '
            'available space.',
            'no room to convert',
        ),
        (
            'extend volume:Compute service failed to extend volume.',
            'Nova was not told',
        ),
        ('create backup:Failed to attach volume.', 'did not come to the host'),
        ('create backup:Backup service is down.', 'No cinder-backup'),
    ],
)
def test_a_message_of_cinder_tells_once_what_it_usually_means(
    enter, cloud, project, words, meaning
):
    id_ = cloud.add_volume(project, name='data')
    factory.volume(id_, 'p')
    for message in (words, words, 'something else'):
        cloud.add_message(id_, message, project_id=project)
    text = live(enter(), 'volume', id_)
    assert text.count(words) == 2
    assert text.count('What it usually means:') == 1
    assert meaning in text


def test_a_backup_tells_why_it_failed(enter, cloud, project):
    volume_id = cloud.add_volume(project, name='data')
    words = 'incomplete backup reset on manager restart'
    id_ = cloud.add_backup(volume_id, status='error', fail_reason=words)
    models.Backup.objects.filter(id='webshop-backup').update(id=id_)
    text = live(enter(), 'backup', id_)
    assert words in text
    assert 'cinder-backup was restarted' in text
    assert 'Cinder has none, or none for you' in text


def test_a_host_tells_its_service_and_its_hypervisor(enter, cloud, project):
    name = f'cmp-{cloud.new_uuid()[:8]}'
    id_ = cloud.add_host(name)
    cloud.add_server(project, name='web', host=name)
    service = next(
        row for row in cloud.tables['compute_services'] if row['host'] == name
    )
    cloud.change(
        'compute_services', service.id, status='disabled',
        disabled_reason='new disks', forced_down=True,
    )  # fmt: skip
    factory_services.service(host=name)
    models.Host.objects.create(
        region=factory.REGION, id=id_, name=name, seen=1,
        state='down', status='enabled',
    )  # fmt: skip
    text = live(enter(), 'host', name)
    for words in (
        'disabled; when it was collected: enabled',
        'new disks',
        'Forced down',
        'up; when it was collected: down',
        '<dt>Servers on it</dt><dd class="rey-words">1</dd>',
    ):
        assert words in text, words
    factory_services.service('cinder-volume', 'cinder-1')
    text = live(enter(), 'host', 'cinder-1')
    assert 'Nova has no compute service there.' in text


def test_a_project_tells_what_it_uses_of_its_quotas_now(enter, cloud, project):
    factory.project(project)
    factory.quota(project, 'compute', 'instances', 10, 3)
    factory.quota(project, 'compute', 'ram', 51200, 512)
    cloud.add_server(project, name='web')
    cloud.add_volume(project, name='data', size=7)
    text = live(enter(), 'project', project)
    for words in (
        'From Nova, Cinder and Neutron, with your own rights',
        'Servers</dt><dd class="rey-words">1 of 10; when it was collected: '
        '3 of 10<',
        'Storage (GiB)</dt><dd class="rey-words">7 of 1,000<',
        'Floating IPs</dt><dd class="rey-words">0 of ',
    ):
        assert words in text, words
    cloud.fault('block-storage', status=503)
    text = live(enter(), 'project', project)
    assert 'Cinder is down, or broke while it answered.' in text
    assert 'Floating IPs' in text and 'Storage (GiB)' not in text


def test_a_service_that_hangs_is_not_taken_for_those_behind_it(
    enter, cloud, project, monkeypatch
):
    factory.project(project)
    monkeypatch.setattr(now, 'LIMIT_S', 2)
    browser = enter()
    cloud.fault('block-storage', kind='hang', seconds=30)
    text = live(browser, 'project', project)
    assert 'Servers</dt>' in text
    assert 'Cinder did not answer within 2 seconds.' in text
    assert 'Neutron was not asked: Cinder took all the time.' in text


def test_a_catalog_without_the_service_is_told(enter, server, cloud):
    cloud.missing.add('compute')
    text = live(enter(), 'server', server)
    assert 'Your catalog has no Nova in this region.' in text


def test_without_javascript_it_is_a_page_of_its_own(enter, server):
    browser = enter()
    address = f'/rey/find/server/{server}/live/'
    page = browser.get(address)
    assert page['Cache-Control'] == 'no-store'
    text = page.content.decode()
    assert '<h1' in text and f'href="/rey/find/server/{server}/"' in text
    assert 'From Nova, with your own rights' in text
    assert f'Page: GET {address}' in text
    part = browser.get(address, headers=PART).content.decode()
    assert '<h1' not in part and '<html' not in part


def test_the_token_is_in_no_log(enter, server, cloud, caplog):
    browser = enter()
    caplog.set_level(logging.DEBUG)
    cloud.fault('compute', f'/servers/{server}/os-', status=500)
    live(browser, 'server', server)
    assert TOKEN not in caplog.text
