"""The tables of what one project owns, and the fields of their exports."""

from django.utils.translation import gettext_lazy as _

from rey_dashboard.inventory import models
from rey_dashboard.pages import leads
from rey_dashboard.pages import tables


def _table(kind, noun, columns, fields, **more):
    """A table of things with ids; ``kind`` names them in the export."""
    return tables.Table(
        schema=f'rey.{kind}s/1',
        noun=noun,
        columns=columns,
        fields=(
            tables.Field(f'{kind.replace("-", "_")}_id', lambda row: row.id),
            *map(tables.attribute, fields),
        ),
        row_template=f'rey/projects/_{kind.replace("-", "_")}.html',
        **{'sort': 'name', 'ties': ('name', 'id'), **more},
    )


SERVERS = _table(
    'server',
    _('Servers'),
    (
        tables.Column('name', _('Server'), 'name'),
        tables.Column('status', _('Status'), 'status'),
        tables.Column('host', _('Host'), 'host'),
        tables.Column('flavor', _('Flavor'), 'flavor'),
        tables.Column('vcpus', _('vCPUs'), 'vcpus', numeric=True),
        tables.Column('ram', _('RAM (GiB)'), 'ram_mib', numeric=True),
        tables.Column('user', _('Made by'), 'user_name'),
        tables.Column('created', _('Age'), 'created_at', numeric=True),
    ),
    (
        'name',
        'project_id',
        'user_id',
        'user_name',
        'status',
        'task_state',
        'fault',
        'host',
        'zone',
        'flavor',
        'vcpus',
        'ram_mib',
        'disk_gib',
        'addresses',
        'created_at',
        'updated_at',
    ),
)

VOLUMES = _table(
    'volume',
    _('Volumes'),
    (
        tables.Column('name', _('Volume'), 'name'),
        tables.Column('status', _('Status'), 'status'),
        tables.Column('size', _('Size (GiB)'), 'size_gib', numeric=True),
        tables.Column('type', _('Type'), 'type'),
        tables.Column('host', _('Back end'), 'host'),
        tables.Column('user', _('Made by'), 'user_name'),
        tables.Column('created', _('Age'), 'created_at', numeric=True),
    ),
    (
        'name',
        'project_id',
        'user_id',
        'user_name',
        'status',
        'size_gib',
        'type',
        'host',
        'bootable',
        'server_ids',
        'created_at',
        'updated_at',
    ),
)

SNAPSHOTS = _table(
    'snapshot',
    _('Snapshots'),
    (
        tables.Column('name', _('Snapshot'), 'name'),
        tables.Column('status', _('Status'), 'status'),
        tables.Column('size', _('Size (GiB)'), 'size_gib', numeric=True),
        tables.Column('volume', _('Of volume'), 'volume_name'),
        tables.Column('user', _('Made by'), 'user_name'),
        tables.Column('created', _('Age'), 'created_at', numeric=True),
    ),
    (
        'name',
        'project_id',
        'user_id',
        'user_name',
        'status',
        'size_gib',
        'volume_id',
        'volume_name',
        'created_at',
        'updated_at',
    ),
)

BACKUPS = _table(
    'backup',
    _('Backups'),
    (
        tables.Column('name', _('Backup'), 'name'),
        tables.Column('status', _('Status'), 'status'),
        tables.Column('size', _('Size (GiB)'), 'size_gib', numeric=True),
        tables.Column('kind', _('Kind'), 'is_incremental'),
        tables.Column('volume', _('Of volume'), 'volume_name'),
        tables.Column('data', _('Data of'), 'data_timestamp', numeric=True),
        tables.Column(
            'proven',
            _('Proven on'),
            leads.Lead(models.ProvenVolume, 'at', key='backup_id', of='id'),
            numeric=True,
            hint=_('A drill restored it elsewhere, and checked it'),
        ),
        tables.Column('created', _('Age'), 'created_at', numeric=True),
    ),
    (
        'name',
        'project_id',
        'user_id',
        'user_name',
        'status',
        'proven_at',
        'fail_reason',
        'size_gib',
        'volume_id',
        'volume_name',
        'snapshot_id',
        'is_incremental',
        'has_dependent_backups',
        'data_timestamp',
        'container',
        'zone',
        'created_at',
        'updated_at',
    ),
)

FLOATING_IPS = _table(
    'floating-ip',
    _('Floating IPs'),
    (
        tables.Column('address', _('Address'), 'address'),
        tables.Column('status', _('Status'), 'status'),
        tables.Column('fixed', _('Leads to'), 'fixed_address'),
        tables.Column('server', _('Server'), 'server_name'),
        tables.Column('created', _('Age'), 'created_at', numeric=True),
    ),
    (
        'address',
        'project_id',
        'status',
        'fixed_address',
        'port_id',
        'router_id',
        'network_id',
        'server_id',
        'server_name',
        'description',
        'created_at',
        'updated_at',
    ),
    sort='address',
    ties=('address', 'id'),
)
