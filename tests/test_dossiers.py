"""The page of one server, volume, backup or host: what it tells, and whom."""

import html

from django.utils import timezone
import pytest

from rey_dashboard.inventory import fault_meanings
from rey_dashboard.inventory import models
from tests import factory
from tests import factory_checks
from tests import factory_services
from tests import factory_tasks
from tests import two_domains as two

pytestmark = pytest.mark.django_db
NAME = '<script>x</script> =cmd() \U0001f680'


def text(browser, kind, id_):
    answer = browser.get(f'/rey/find/{kind}/{id_}/')
    assert answer.status_code == 200, (kind, id_)
    return html.unescape(' '.join(answer.content.decode().split()))


def touch(target, kind='set_quotas'):
    task = factory_tasks.make_task(1, kind=kind, title=f'Touched {target}')
    task.steps.update(target=target, state='done', ended_at=timezone.now())
    return task


def test_a_server_tells_its_state_place_owner_and_what_belongs_to_it(
    admin, company, our_checks
):
    models.Server.objects.filter(id='in-p').update(
        status='ERROR',
        fault='No valid host was found. There are not enough hosts available.',
        host='cmp-1',
        addresses=['10.0.0.5'],
        macs=['fa:16:3e:00:00:01'],
    )
    models.Migration.objects.create(
        region=factory.REGION,
        id='m',
        number=1,
        server_id='in-p',
        type='live-migration',
        status='completed',
        source='cmp-0',
        destination='cmp-1',
        created_at=timezone.now(),
        seen=1,
    )
    models.VolumeCoverage.objects.update(last_good_at=timezone.now())
    factory_checks.make_finding('in-p', check_name='server_error')
    factory_checks.make_finding('other', check_name='server_error')
    service = factory_services.service(host='cmp-1')
    factory_checks.make_finding(service.id, check_name='service_disabled')
    task = touch('in-p')
    page = text(admin, 'server', 'in-p')
    for words in (
        'Nova gave up on it',
        'No host had room for it',
        '10.0.0.5',
        'fa:16:3e:00:00:01',
        '/rey/find/host/cmp-1/',
        '/rey/projects/p/',
        'webshop-person',
        '/rey/find/volume/webshop-volume/',
        '/rey/find/backup/webshop-backup/',
        'from cmp-0 to cmp-1: completed',
        'Paper in-p',
        f'Paper {service.id}',
        f'/rey/tasks/{task.pk}/',
        'openstack server show in-p',
        '/admin/instances/in-p/',
        'vCPUs',
        '/rey/projects/set-quotas/?chosen=1&project=p',
    ):
        assert words in page, words
    assert 'Paper other' not in page


def test_a_volume_and_its_backup_tell_of_each_other(admin, company):
    factory.server('gone-later', 'p')
    models.Backup.objects.filter(id='webshop-backup').update(
        status='error',
        fail_reason='incomplete backup reset on manager restart',
    )
    page = text(admin, 'volume', 'webshop-volume')
    for words in (
        'It is whole, and attached to nothing',
        '/rey/find/server/in-p/',
        '/rey/find/backup/webshop-backup/',
        'webshop failed',
        'openstack volume show webshop-volume',
        'failing',
    ):
        assert words in page, words
    page = text(admin, 'backup', 'webshop-backup')
    for words in (
        'nothing can be restored from it',
        'cinder-backup was restarted',
        '/rey/find/volume/webshop-volume/',
        'openstack volume backup show webshop-backup',
    ):
        assert words in page, words
    assert '--backup webshop-backup' not in page
    models.Volume.objects.filter(id='webshop-volume').delete()
    assert 'which is gone' in text(admin, 'backup', 'webshop-backup')


def test_what_a_task_of_ours_made_names_it(admin, company, sign_in):
    made, forged = (touch(one, 'restore_backup') for one in ('b', 'c'))
    made.steps.update(work={'volume_id': 'webshop-volume'}, request_id='mark')
    forged.steps.update(work={'volume_id': 'other'}, request_id='mark')
    backed_up = touch('webshop-volume', 'back_up')
    backed_up.steps.update(
        work={'backup_id': 'webshop-backup'}, request_id='of-backup'
    )
    page = text(admin, 'volume', 'webshop-volume')
    assert f'/rey/tasks/{backed_up.pk}/' in page
    assert f'/rey/tasks/{made.pk}/' not in page
    models.Volume.objects.filter(id='webshop-volume').update(
        metadata={'rey_step': 'mark'}
    )
    models.Backup.objects.filter(id='webshop-backup').update(mark='of-backup')
    page = text(admin, 'volume', 'webshop-volume')
    assert f'/rey/tasks/{made.pk}/' in page
    # Its owner writes what he likes into the metadata.
    assert f'/rey/tasks/{forged.pk}/' not in page
    page = text(admin, 'backup', 'webshop-backup')
    assert f'/rey/tasks/{backed_up.pk}/' in page
    # A task of the whole cloud is nothing for who manages a domain.
    factory.domain_role(models.Project.objects.get(id='p').domain_id)
    manager = sign_in('member')
    page = text(manager, 'volume', 'webshop-volume')
    assert f'/rey/tasks/{made.pk}/' not in page


def test_a_host_tells_its_services_servers_and_what_was_found(
    admin, company, paper
):
    service = factory_services.service(
        host='cmp-1', status='disabled', disabled_reason='new disks'
    )
    factory_services.service('cinder-volume', 'cmp-1@lvm')
    factory_services.service('cinder-volume', 'cmp-10@lvm', state='down')
    models.Server.objects.update(host='cmp-1')
    models.VolumeCoverage.objects.update(back_end='cmp-1@lvm')
    factory_checks.make_finding('s', host='cmp-1')
    task = touch(service.id, 'disable_services')
    page = text(admin, 'host', 'cmp-1')
    for words in (
        'nova-compute',
        'new disks',
        'gets nothing new to do for: nova-compute',
        '/rey/find/server/in-p/',
        '/rey/find/volume/webshop-volume/',
        'Paper s',
        f'/rey/tasks/{task.pk}/',
        '--host=cmp-1',
        'Disable or enable its services',
    ):
        assert words in page, words
    assert 'cmp-10' not in page


def test_a_host_has_its_hypervisor_though_that_has_a_longer_name(
    admin, company
):
    factory_services.service(host='cmp-1')
    row = {'region': factory.REGION, 'state': 'up', 'status': 'enabled'}
    for id_, name in (('h', 'cmp-1.example.org'), ('i', 'cmp-10.example.org')):
        models.Host.objects.create(id=id_, name=name, seen=1, **row)
    page = text(admin, 'host', 'cmp-1')
    assert 'cmp-1.example.org: up, enabled' in page
    assert '/admin/hypervisors/h_cmp-1.example.org/' in page
    models.Host.objects.create(id='j', name='cmp-1.example.net', seen=1, **row)
    assert (
        'Hypervisor'
        not in text(admin, 'host', 'cmp-1').partition('rey-beside')[2]
    )


def test_a_project_tells_what_went_on_and_what_needs_a_look(
    admin, company, our_checks
):
    models.Server.objects.filter(id='in-p').update(status='ERROR')
    check = {'check_name': 'server_error'}
    factory_checks.make_finding('in-p', project_id='p', **check)
    factory_checks.make_finding('elsewhere', project_id='t', **check)
    task = touch('p')
    now = timezone.now()
    models.VolumeCoverage.objects.update(last_good_at=now)
    models.FloatingIp.objects.create(
        region=factory.REGION, id='f', project_id='p', seen=1,
        address='203.0.113.7', status='ACTIVE',
    )  # fmt: skip
    models.Migration.objects.create(
        region=factory.REGION, id='m', number=1, server_id='in-p',
        project_id='p', type='resize', status='finished', source='cmp-0',
        destination='cmp-1', created_at=now, seen=1,
    )  # fmt: skip
    page = text(admin, 'project', 'p')
    for words in (
        'Its members can work in it',
        '/rey/projects/p/',
        '/rey/find/server/in-p/',
        'Servers in error',
        '/rey/find/volume/webshop-volume/',
        'failing',
        'Paper in-p',
        f'/rey/tasks/{task.pk}/',
        'openstack project show p',
        'Set its quotas…',
        '/identity/p/detail/',
        'Newest good backup</dt><dd class="rey-words"><a href="/rey/find/'
        'backup/webshop-backup/"><time',
        'Volumes with a good backup</dt><dd class="rey-words">1 of 1<',
        '203.0.113.7',
        '<a href="/rey/find/server/in-p/">Server ',
        '<a href="/rey/find/volume/webshop-volume/">Volume ',
        '<a href="/rey/find/backup/webshop-backup/">Backup ',
        'Move (resize) from cmp-0 to cmp-1: finished',
        'hx-get="/rey/find/project/p/live/"',
    ):
        assert words in page, words
    assert 'Paper elsewhere' not in page
    projects = models.Project.objects.filter(id='p')
    projects.update(enabled=False)
    assert 'Nobody can sign in to it' in text(admin, 'project', 'p')
    projects.update(gone_at=timezone.now())
    page = text(admin, 'project', 'p')
    assert 'Keystone knows it no more' in page
    assert 'Not in the list of projects any more' in page
    assert 'Set its quotas…' not in page


def test_names_that_hold_anything_are_shown_as_they_are(admin, company):
    models.Server.objects.filter(id='in-p').update(name=NAME, fault=NAME)
    models.Volume.objects.filter(id='webshop-volume').update(name='')
    answer = admin.get('/rey/find/server/in-p/').content.decode()
    assert '<script>x' not in answer
    assert NAME in html.unescape(answer)
    assert 'webshop-volume' in text(admin, 'volume', 'webshop-volume')


def test_a_host_of_any_name_has_a_page_and_its_commands_are_quoted(
    admin, company
):
    name = "-o'Proxy; rm"
    factory_services.service(host=name)
    page = text(admin, 'host', name)
    assert """'--host=-o'"'"'Proxy; rm'""" in page
    assert """ssh -- '-o'"'"'Proxy; rm'""" in page


@pytest.mark.parametrize(
    'kind', ['server', 'volume', 'backup', 'host', 'project']
)
def test_what_is_not_there_is_not_found(admin, company, kind):
    for id_ in ('nothing', '%3Cscript%3E', 'a/b', 'x' * 999):
        answer = admin.get(f'/rey/find/{kind}/{id_}/')
        assert answer.status_code == 404, id_


def test_who_manages_a_domain_opens_only_what_is_its_own(sign_in, company):
    factory_services.service(host='cmp-1')
    models.Server.objects.update(host='cmp-1')
    models.Volume.objects.update(host='cmp-1@lvm#pool')
    models.Migration.objects.create(
        region=factory.REGION,
        id='m',
        number=1,
        server_id='in-p',
        type='resize',
        status='done',
        source='cmp-0',
        destination='cmp-1',
        created_at=timezone.now(),
        seen=1,
    )
    touch('in-p')
    factory.domain_role('research')
    browser = sign_in('member')
    for kind, mine, other in (
        ('server', 'in-p', 'in-t'),
        ('volume', 'webshop-volume', f'{two.STRANGE}-volume'),
        ('backup', 'webshop-backup', f'{two.STRANGE}-backup'),
    ):
        page = text(browser, kind, mine)
        for words in (
            'cmp-',
            two.FOREIGN,
            'openstack ',
            'Touched',
            'set-quotas',
        ):
            assert words not in page, (kind, words)
        answer = browser.get(f'/rey/find/{kind}/{other}/')
        assert answer.status_code == 404, kind
    assert browser.get('/rey/find/host/cmp-1/').status_code == 403


def test_without_a_right_no_dossier_opens(member, company):
    for kind, id_ in (('server', 'in-p'), ('host', 'cmp-1')):
        assert member.get(f'/rey/find/{kind}/{id_}/').status_code == 403


def test_a_server_with_many_volumes_takes_no_more_queries(
    admin, company, django_assert_max_num_queries
):
    for number in range(60):
        factory.volume(f'v{number:02}', 'p', server_ids=['in-p'])
    text(admin, 'server', 'in-p')
    with django_assert_max_num_queries(55):
        page = text(admin, 'server', 'in-p')
    assert 'These are the first 20.' in page


@pytest.mark.parametrize(
    'words, meaning',
    [
        ('No valid host was found. ', 'No host had room'),
        (
            'Exceeded maximum number of retries. Exhausted all hosts '
            'available for retrying build failures for instance x.',
            'Several hosts tried',
        ),
        (
            'Build of instance x aborted: Failed to allocate the network(s), '
            'not rescheduling.',
            'Neutron did not bring',
        ),
        ('Image 1234 could not be found.', 'The image that it is made of'),
        ('something else', None),
    ],
)
def test_what_a_fault_of_nova_usually_means(words, meaning):
    told = fault_meanings.of(words)
    assert (told and str(told.words).startswith(meaning)) or told is meaning
