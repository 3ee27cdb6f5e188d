"""Two domains with one of everything each."""

from django.utils import timezone

from rey_dashboard.backups import models as backups
from rey_dashboard.backups import policies
from rey_dashboard.inventory import models
from tests import factory
from tests import factory_backups

#: Stand in the ids and in the names of all that belongs to the second one.
FOREIGN, STRANGE = 'f0reign', 'str4nge'


def make() -> None:
    factory.collected()
    _domain('research', 'p', 'webshop')
    _domain(FOREIGN, f'{FOREIGN}-project', STRANGE)
    _policy(1, 'research', 'webshop')
    _policy(2, FOREIGN, STRANGE)


def _policy(number, domain_id, name):
    policy = backups.BackupPolicy.objects.create(
        pk=number,
        region=factory.REGION,
        domain_id=domain_id,
        name=name,
        version=1,
    )
    policy.versions.create(
        version=1,
        told=policies.written(policies.Told(name=name)),
        at=timezone.now(),
        who_id=f'{name}-user',
    )


def _domain(domain_id, project_id, name):
    row = {'name': name, 'user_id': f'{name}-user'}
    factory.domain(domain_id)
    factory.project(project_id, domain_id=domain_id)
    factory.summary(
        project_id,
        {'vcpus': (9, 10), 'volumes': (3, 10)},
        name=name,
        domain_id=domain_id,
        domain_name=domain_id,
        contact=f'{name}@example.org',
    )
    factory.quota(project_id, 'volume', f'volumes_{name}', 5, 1)
    models.DomainSummary.objects.create(
        region=factory.REGION,
        domain_id=domain_id,
        name=domain_id,
        sort_name=domain_id,
        **dict.fromkeys(
            (
                'servers_used',
                'vcpus_used',
                'ram_used',
                'volumes_used',
                'storage_used',
            ),
            1,
        ),
    )
    models.User.objects.create(
        region=factory.REGION,
        id=f'{name}-user',
        domain_id=domain_id,
        name=f'{name}-person',
        enabled=True,
        seen=1,
    )
    factory.server(f'in-{project_id[-1]}', project_id, **row)
    # A server of the other domain holds it too: its id may be told.
    factory.volume(
        f'{name}-volume',
        project_id,
        server_ids=['in-p', 'in-t'],
        **row,
    )
    factory.hours(
        project_id, timezone.now().date(), 24, user_id=f'{name}-user'
    )
    _backed_up(project_id, name)


def _backed_up(project_id, name):
    # It builds on a backup of the other domain, of which nobody is told.
    other = f'{STRANGE}-backup' if name != STRANGE else 'webshop-backup'
    factory_backups.volume(
        f'{name}-volume',
        project_id,
        'failing',
        name=name,
        type=f'{name}-type',
        back_end=f'{name}-back-end',
        fail_reason=f'{name} failed',
        last_good_id=f'{name}-backup',
    )
    factory_backups.project(
        project_id, volumes=2, failing=1, fail_reason=f'{name} failed'
    )
    factory_backups.backup(
        f'{name}-backup',
        project_id,
        f'{name}-volume',
        name=name,
        is_incremental=True,
    )
    factory_backups.chain(
        f'{name}-backup', parent_id=other, full_id=other, depth=1
    )
    factory_backups.day(project_id, 0, 1, 2)
    factory_backups.service(f'{name}-host', state='down')
