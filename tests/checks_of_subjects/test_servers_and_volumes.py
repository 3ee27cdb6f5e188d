"""Which servers, volumes and snapshots are stuck or in error."""

from django.utils import timezone
import pytest

from rey_dashboard.checks import attachments
from rey_dashboard.checks import registry
from rey_dashboard.checks import servers
from rey_dashboard.checks import volumes
from rey_dashboard.inventory import models
from tests import factory
from tests import factory_backups
from tests.checks_of_subjects import looks

pytestmark = pytest.mark.django_db


def test_a_server_that_copies_a_disk_gets_more_time():
    for name, state, updated_at in (
        ('busy', 'powering-off', factory_backups.ago(minutes=50)),
        ('stuck', 'powering-off', factory_backups.ago(minutes=70)),
        ('copies', 'image_uploading', factory_backups.ago(hours=5)),
        ('hangs', 'image_uploading', factory_backups.ago(hours=7)),
        ('idle', '', factory_backups.ago(days=7)),
    ):
        factory.server(name, 'p', task_state=state, updated_at=updated_at)
    assert set(looks.found(servers.ServerStuck())) == {'stuck', 'hangs'}


def test_a_server_that_never_had_a_host_is_not_brought_back():
    factory.server('s', 'p', status='ERROR', fault='No valid host was found.')
    check = servers.ServerError()
    one = looks.found(check)['s']
    assert looks.told(check, one) == (
        'The server s is in error: No valid host was found.'
    )
    one.evidence['fault'] = ''
    assert looks.told(check, one) == 'The server s is in error'
    runbook = check.runbook(one)
    assert runbook.commands[-1].line == 'openstack server delete s'


def test_a_volume_that_copies_its_data_gets_more_time():
    for name, status, updated_at in (
        ('busy', 'attaching', factory_backups.ago(minutes=50)),
        ('stuck', 'attaching', factory_backups.ago(minutes=70)),
        ('copies', 'backing-up', factory_backups.ago(hours=5)),
        ('hangs', 'backing-up', factory_backups.ago(hours=7)),
        ('born', 'creating', None),
        ('shelved', 'reserved', factory_backups.ago(days=7)),
        ('idle', 'available', factory_backups.ago(days=7)),
    ):
        factory.volume(
            name,
            'p',
            status=status,
            updated_at=updated_at,
            created_at=factory_backups.ago(hours=2),
        )
    assert set(looks.found(volumes.VolumeStuck())) == {
        'stuck',
        'hangs',
        'born',
    }


def test_a_snapshot_hits_no_volume():
    models.Snapshot.objects.create(
        region=looks.REGION,
        id='n',
        project_id='p',
        volume_id='v',
        status='error',
        size_gib=1,
        created_at=factory_backups.ago(hours=2),
        seen=1,
    )
    one = looks.found(volumes.SnapshotError())['n']
    assert (one.hits, one.hits_what) == (0, registry.HIT.NOTHING)


def test_a_server_that_is_younger_than_the_list_is_not_gone():
    """Its volume was read after the servers."""
    factory.server('there', 'p')
    for name, server_ids, updated_at in (
        ('new', ['not-yet-listed'], timezone.now()),
        ('held', ['gone'], factory_backups.ago(hours=1)),
        ('used', ['there'], factory_backups.ago(hours=1)),
        ('shared', ['there', 'gone'], factory_backups.ago(hours=1)),
        ('free', [], factory_backups.ago(hours=1)),
    ):
        factory.volume(name, 'p', server_ids=server_ids, updated_at=updated_at)
    one = looks.found(attachments.VolumeOfGoneServer())
    assert set(one) == {'held', 'shared'}
    assert one['shared'].evidence['gone'] == ['gone']
