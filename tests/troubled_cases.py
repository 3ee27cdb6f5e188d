"""For each of our checks what makes it find something, and what mends it."""

from collections.abc import Callable
import dataclasses
import hashlib

from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.readiness import models as expectations
from tests import factory
from tests import factory_backups
from tests import troubled_rows as rows


@dataclasses.dataclass
class Case:
    """What makes a check find something, and what mends it."""

    break_: Callable
    mend: Callable
    subject: str
    project_id: str = 'p'


CASES = {
    'addresses_full': Case(
        rows.addresses, rows.bring_back(models.AddressRange, used=8), 'n', ''
    ),
    'aggregate_full': Case(
        rows.aggregate_full, rows.bring_back(models.Inventory, used=1), 'a', ''
    ),
    'backup_service': Case(
        rows.no_backup_service,
        lambda: factory_backups.service('control'),
        'cinder-backup',
        '',
    ),
    'backup_stuck': Case(
        rows.backup(status='restoring'),
        rows.bring_back(models.Backup, status='available'),
        'b',
    ),
    'backup_undeleted': Case(
        rows.backup(status='error_deleting'),
        lambda: models.Backup.objects.all().delete(),
        'b',
    ),
    'catalog_address': Case(
        rows.no_address,
        rows.bring_back(models.Endpoint, enabled=False),
        'e0',
        '',
    ),
    'catalog_double': Case(
        rows.doubled,
        lambda: models.Endpoint.objects.filter(id='e0').update(enabled=False),
        hashlib.sha256(
            f'{rows.HOSTILE}:public:{rows.HOSTILE}'.encode()
        ).hexdigest(),
        '',
    ),
    'catalog_gap': Case(
        rows.catalog_gap,
        rows.bring_back(models.CatalogService, enabled=False),
        hashlib.sha256(
            f'none::{rows.HOSTILE}:{rows.HOSTILE}:'.encode()
        ).hexdigest(),
        '',
    ),
    'certificate_expiry': Case(
        rows.certificate(cert_not_after=rows.ago(days=1)),
        rows.bring_back(
            models.EndpointProbe, cert_not_after=rows.ago(days=-90)
        ),
        'x.test:443',
        '',
    ),
    'certificate_name': Case(
        rows.certificate(cert_name_matches=False),
        rows.bring_back(models.EndpointProbe, cert_name_matches=True),
        'x.test:443',
        '',
    ),
    'certificate_trust': Case(
        rows.certificate(cert_verifies=False),
        rows.bring_back(models.EndpointProbe, cert_verifies=True),
        'x.test:443',
        '',
    ),
    'clock_skew': Case(
        rows.endpoint(skew_s=7.2),
        rows.bring_back(models.EndpointProbe, skew_s=-0.4),
        'x.test:443',
        '',
    ),
    'cloud_full': Case(
        rows.full, rows.bring_back(models.Inventory, used=1), 'MEMORY_MB', ''
    ),
    'compute_service_down': Case(
        rows.service(state='down'),
        rows.bring_back(models.Service, state='up'),
        rows.SERVICE,
        '',
    ),
    'compute_without_hypervisor': Case(
        rows.service('nova-compute'), lambda: rows.host(), rows.SERVICE, ''
    ),
    'endpoint_down': Case(
        rows.endpoint(
            status=None,
            seconds=None,
            error=rows.HOSTILE,
            failing_since=rows.ago(hours=1),
        ),
        rows.bring_back(models.EndpointProbe, status=401),
        rows.PROBE,
        '',
    ),
    'endpoint_slow': Case(
        rows.endpoint(seconds=6.0),
        rows.bring_back(models.EndpointProbe, seconds=0.1),
        rows.PROBE,
        '',
    ),
    'expectation': Case(
        rows.expected,
        rows.bring_back(expectations.Expectations, told={'version': 1}),
        hashlib.sha256(
            f'services:{rows.HOSTILE}:{rows.HOSTILE}'.encode()
        ).hexdigest(),
        '',
    ),
    'host_disabled': Case(
        lambda: rows.host(status='disabled'),
        rows.bring_back(models.Host, status='enabled'),
        f'id-{rows.HOSTILE}'[:64],
        '',
    ),
    'host_down': Case(
        rows.down,
        rows.bring_back(models.Host, state='up'),
        f'id-{rows.HOSTILE}'[:64],
        '',
    ),
    'host_full': Case(
        rows.full,
        rows.bring_back(models.Inventory, used=1),
        f'id-{rows.HOSTILE}'[:64],
        '',
    ),
    'host_without_aggregate': Case(
        rows.without_aggregate,
        rows.bring_back(models.Aggregate, hosts=['cmp-1', rows.HOSTILE]),
        rows.SERVICE,
        '',
    ),
    'migration_failed': Case(
        rows.migration(status='failed'),
        rows.bring_back(
            models.Migration, created_at=rows.ago(hours=3), status='done'
        ),
        's',
    ),
    'migration_stuck': Case(
        rows.migration(status='running'),
        rows.bring_back(models.Migration, updated_at=rows.ago(minutes=2)),
        's',
    ),
    'network_agent_down': Case(
        rows.service('DHCP agent', binary=rows.HOSTILE, state='down'),
        rows.bring_back(models.Service, state='up'),
        rows.SERVICE,
        '',
    ),
    'orphans': Case(
        rows.owned_by_nobody,
        lambda: (
            models.Server.objects.all().delete(),
            models.Volume.objects.all().delete(),
        ),
        'gone',
        'gone',
    ),
    'part_not_read': Case(
        rows.part(
            failing_since=rows.ago(hours=2),
            error=rows.HOSTILE,
            remedy=rows.HOSTILE,
        ),
        rows.part(failing_since=None, error=''),
        parts.NETWORK,
        '',
    ),
    'part_note': Case(
        rows.part(note=rows.HOSTILE), rows.part(note=''), parts.NETWORK, ''
    ),
    'pool_full': Case(
        rows.pool(free_gib=5),
        rows.bring_back(models.Pool, free_gib=50),
        rows.HOSTILE[:255],
        '',
    ),
    'quota_drift': Case(
        rows.drifted, rows.bring_back(models.Quota, in_use=0), 'p'
    ),
    'quota_full': Case(
        lambda: factory.quota('p', 'compute', 'cores', 10, 9),
        rows.bring_back(models.Quota, in_use=8, percent=80),
        'p',
    ),
    'release_ended': Case(
        rows.runs('2.95'),
        rows.bring_back(models.EndpointProbe, most_microversion='2.104'),
        'RegionOne',
        '',
    ),
    'releases_mixed': Case(
        rows.runs('2.104', '3.60'),
        lambda: models.Endpoint.objects.filter(
            service_type='volumev3'
        ).delete(),
        'RegionOne',
        '',
    ),
    'right_missing': Case(
        rows.no_right,
        rows.bring_back(models.Right, refused=False),
        'read:compute',
        '',
    ),
    'server_error': Case(
        rows.server(status='ERROR', fault=rows.HOSTILE),
        rows.bring_back(models.Server, status='ACTIVE'),
        's',
    ),
    'server_stuck': Case(
        rows.server(task_state='powering-off'),
        rows.bring_back(models.Server, task_state=''),
        's',
    ),
    'servers_of_down_hosts': Case(
        rows.down, rows.bring_back(models.Host, state='up'), 'p'
    ),
    'service_disabled': Case(
        rows.service(
            status='disabled',
            disabled_reason=rows.HOSTILE,
            status_since=rows.ago(days=8),
        ),
        rows.bring_back(models.Service, status='enabled'),
        rows.SERVICE,
        '',
    ),
    'service_restless': Case(
        rows.service(
            flips=[
                rows.ago(minutes=minute).isoformat() for minute in (40, 20, 9)
            ]
        ),
        rows.bring_back(
            models.Service, flips=[rows.ago(minutes=9).isoformat()]
        ),
        rows.SERVICE,
        '',
    ),
    'snapshot_error': Case(
        rows.snapshot('error_deleting'),
        rows.bring_back(models.Snapshot, status='available'),
        'n',
    ),
    'snapshot_stuck': Case(
        rows.snapshot('creating'),
        rows.bring_back(models.Snapshot, status='available'),
        'n',
    ),
    'volume_error': Case(
        rows.volume(status='error_extending'),
        rows.bring_back(models.Volume, status='available'),
        'v',
    ),
    'volume_of_gone_server': Case(
        rows.volume(status='in-use', server_ids=['gone']),
        rows.bring_back(models.Volume, server_ids=[]),
        'v',
    ),
    'volume_service_down': Case(
        lambda: factory_backups.service(rows.HOSTILE, state='down'),
        rows.bring_back(models.VolumeService, state='up'),
        f'cinder-backup:{rows.HOSTILE}'[:255],
        '',
    ),
    'volume_stuck': Case(
        rows.volume(status='detaching'),
        rows.bring_back(models.Volume, status='available'),
        'v',
    ),
    'volumes_at_risk': Case(
        rows.unprotected,
        rows.bring_back(models.VolumeCoverage, state='protected'),
        'p:failing',
    ),
    'worker_away': Case(
        rows.worker(seen_at=rows.ago(hours=1)), rows.worker(), rows.HOSTILE, ''
    ),
}
