from django.utils.translation import gettext_lazy as _

from rey_dashboard.pages import tables

PROJECTS = tables.Table(
    schema='rey.projects/1',
    noun=_('Projects'),
    columns=(
        tables.Column('name', _('Project'), 'sort_name'),
        tables.Column('servers', _('Servers'), 'servers_used', numeric=True),
        tables.Column('vcpus', _('vCPUs'), 'vcpus_used', numeric=True),
        tables.Column('ram', _('RAM (GiB)'), 'ram_used_mib', numeric=True),
        tables.Column('volumes', _('Volumes'), 'volumes_used', numeric=True),
        tables.Column(
            'storage', _('Storage (GiB)'), 'storage_used_gib', numeric=True
        ),
        tables.Column('domain', _('Domain'), 'domain_name'),
        tables.Column('state', _('State'), 'state'),
    ),
    fields=tuple(
        tables.attribute(name)
        for name in (
            'project_id',
            'name',
            'domain_id',
            'domain_name',
            'state',
            'servers_used',
            'servers_limit',
            'vcpus_used',
            'vcpus_limit',
            'ram_used_mib',
            'ram_limit_mib',
            'volumes_used',
            'volumes_limit',
            'storage_used_gib',
            'storage_limit_gib',
        )
    ),
    row_template='rey/projects/_row.html',
    sort='name',
    ties=('sort_name', 'project_id'),
)

SERVERS = tables.Table(
    schema='rey.servers/1',
    noun=_('Servers'),
    columns=(
        tables.Column('name', _('Server'), 'name'),
        tables.Column('status', _('Status'), 'status'),
        tables.Column('host', _('Host'), 'host'),
        tables.Column('flavor', _('Flavor'), 'flavor'),
        tables.Column('vcpus', _('vCPUs'), 'vcpus', numeric=True),
        tables.Column('ram', _('RAM (GiB)'), 'ram_mib', numeric=True),
        tables.Column('created', _('Created'), 'created_at', numeric=True),
    ),
    fields=(
        tables.Field('server_id', lambda row: row.id),
        *(
            tables.attribute(name)
            for name in (
                'name',
                'project_id',
                'user_id',
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
            )
        ),
    ),
    row_template='rey/projects/_server.html',
    sort='name',
    ties=('name', 'id'),
)

VOLUMES = tables.Table(
    schema='rey.volumes/1',
    noun=_('Volumes'),
    columns=(
        tables.Column('name', _('Volume'), 'name'),
        tables.Column('status', _('Status'), 'status'),
        tables.Column('size', _('Size (GiB)'), 'size_gib', numeric=True),
        tables.Column('type', _('Type'), 'type'),
        tables.Column('host', _('Back end'), 'host'),
        tables.Column('created', _('Created'), 'created_at', numeric=True),
    ),
    fields=(
        tables.Field('volume_id', lambda row: row.id),
        *(
            tables.attribute(name)
            for name in (
                'name',
                'project_id',
                'user_id',
                'status',
                'size_gib',
                'type',
                'host',
                'bootable',
                'server_ids',
                'created_at',
                'updated_at',
            )
        ),
    ),
    row_template='rey/projects/_volume.html',
    sort='name',
    ties=('name', 'id'),
)
