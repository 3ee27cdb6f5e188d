"""What the live part of a page tells of each kind of thing."""

import pytest

from rey_dashboard.cloud import now as cloud_now
from rey_dashboard.inventory import models
from tests import factory
from tests import factory_services
from tests.now import live

pytestmark = pytest.mark.django_db


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
        fault={
            'message': 'No valid host was found. ' + live.HOSTILE,
            'code': 500,
        },
    )
    ids = [
        cloud.add_action(server, {'event': 'conductor_build'}, user_id='u7'),
        cloud.add_action(
            server,
            {
                'event': 'compute_migrate',
                'result': 'Error',
                'traceback': live.TRACEBACK,
                'host': 'compute-2',
            },
            action='migrate',
            message='Error',
        ),
    ]
    text = live.ask(enter(), 'server', server)
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


def test_all_pages_of_actions_are_read_up_to_a_limit(
    enter, server, cloud, monkeypatch
):
    for number in range(11):
        name = f'act{number}.'
        failed = 'Error' if number == 2 else None
        event = {'event': f'of-{name}'}
        cloud.add_action(server, event, action=name, message=failed)
    text = live.ask(enter(), 'server', server)
    assert all(f'act{number}.' in text for number in range(11))
    told = [number for number in range(11) if f'of-act{number}.' in text]
    assert told == [2, 8, 9, 10]
    monkeypatch.setattr(cloud_now, 'MOST', 6)
    text = live.ask(enter(), 'server', server)
    assert 'act5.' in text and 'act4.' not in text
    assert 'These are the newest 6.' in text
    cloud.fault('compute', f'/servers/{server}/os-instance-actions', 'loop')
    monkeypatch.setattr(cloud_now, 'MOST', 50)
    assert 'go in a circle' in live.ask(enter(), 'server', server)


def test_an_old_nova_without_pages_is_asked_as_it_can_be(enter, server, cloud):
    for number in range(6):
        cloud.add_action(server, {'event': 'x'}, action=f'act{number}.')
    cloud.versions['compute'] = ('2.1', '2.57')
    text = live.ask(enter(), 'server', server)
    assert all(f'act{number}.' in text for number in range(6))
    assert 'x, Success' in text


def test_a_server_that_is_gone_tells_who_deleted_it(enter, server, cloud):
    cloud.add_action(server, action='delete', user_id='u9')
    cloud.delete('servers', server)
    text = live.ask(enter(), 'server', server)
    assert 'Nova does not know it any more.' in text
    assert 'could not be found' in text
    assert 'delete, u9' in text


def test_a_volume_tells_its_attachments_and_messages(enter, cloud, project):
    server_id = cloud.add_server(project, name='web')
    id_ = cloud.add_volume(project, name='data')
    cloud.attach(id_, server_id)
    factory.volume(id_, 'p', status='available')
    told = f'schedule allocate volume: {live.HOSTILE}'
    cloud.add_message(id_, told, project_id=project)
    for number in range(5):
        cloud.add_message(id_, f'message{number}.', project_id='other')
    cloud.add_message('another', 'of another', project_id=project)
    text = live.ask(enter(), 'volume', id_)
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
    text = live.ask(enter(), 'volume', id_)
    assert text.count(words) == 2
    assert text.count('What it usually means:') == 1
    assert meaning in text


def test_a_backup_tells_why_it_failed(enter, cloud, project):
    volume_id = cloud.add_volume(project, name='data')
    words = 'incomplete backup reset on manager restart'
    id_ = cloud.add_backup(volume_id, status='error', fail_reason=words)
    models.Backup.objects.filter(id='webshop-backup').update(id=id_)
    text = live.ask(enter(), 'backup', id_)
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
    text = live.ask(enter(), 'host', name)
    for words in (
        'disabled; when it was collected: enabled',
        'new disks',
        'Forced down',
        'up; when it was collected: down',
        '<dt>Servers on it</dt><dd class="rey-words">1</dd>',
    ):
        assert words in text, words
    factory_services.service('cinder-volume', 'cinder-1')
    text = live.ask(enter(), 'host', 'cinder-1')
    assert 'Nova has no compute service there.' in text


def test_a_project_tells_what_it_uses_of_its_quotas_now(enter, cloud, project):
    factory.project(project)
    factory.quota(project, 'compute', 'instances', 10, 3)
    factory.quota(project, 'compute', 'ram', 51200, 512)
    cloud.add_server(project, name='web')
    cloud.add_volume(project, name='data', size=7)
    text = live.ask(enter(), 'project', project)
    for words in (
        'From Nova, Cinder and Neutron, with your own rights',
        'Servers</dt><dd class="rey-words">1 of 10; when it was collected: '
        '3 of 10<',
        'Storage (GiB)</dt><dd class="rey-words">7 of 1,000<',
        'Floating IPs</dt><dd class="rey-words">0 of ',
    ):
        assert words in text, words
    cloud.fault('block-storage', status=503)
    text = live.ask(enter(), 'project', project)
    assert 'Cinder is down, or broke while it answered.' in text
    assert 'Floating IPs' in text and 'Storage (GiB)' not in text


def test_without_javascript_it_is_a_page_of_its_own(enter, server):
    browser = enter()
    address = f'/rey/find/server/{server}/live/'
    page = browser.get(address)
    assert page['Cache-Control'] == 'no-store'
    text = page.content.decode()
    assert '<h1' in text and f'href="/rey/find/server/{server}/"' in text
    assert 'From Nova, with your own rights' in text
    assert f'Page: GET {address}' in text
    part = browser.get(address, headers=live.PART).content.decode()
    assert '<h1' not in part and '<html' not in part
