"""Has the services write one of each thing, for the bulk to copy.

The things stay, in a project of their own: a bulk backup's data are those of
the backup that it was copied from.
"""

import dataclasses

from keystoneauth1 import session as keystone_session
from keystoneauth1.identity import v3
import openstack

from democloud import company_access

PROJECT = 'bulk-templates'
VOLUME_TYPES = ['fast', 'slow']
NAME = 'template'
# Nova's tables with rows of a server's own.
AROUND_SERVER = (
    'instance_extra',
    'instance_info_caches',
    'instance_system_metadata',
)
# Chosen, for the scheduler trusts a host that fell silent for a minute more.
HOST = 'compute-1'


@dataclasses.dataclass
class Templates:
    """Rows by table; those of servers come with the rows around them."""

    servers: list
    volumes: list
    mapping: dict
    attachment: dict
    block_device: dict
    snapshot: dict
    backup: dict
    type_names: dict


def make(databases):
    """The rows to copy, from the databases, after the APIs made them."""
    admin = openstack.connect()
    connection, project_id = _enter(admin)
    _make_servers(connection)
    _make_volumes(connection)
    return _read(databases, project_id)


def _enter(admin):
    """The admin's connection to the project of the templates."""
    identity = admin.identity
    project = identity.find_project(PROJECT, domain_id='default')
    if not project:
        project = identity.create_project(
            name=PROJECT,
            domain_id='default',
            description='What the bulk rows were copied from',
        )
    role = identity.find_role('admin', ignore_missing=False)
    identity.assign_project_role_to_user(project, admin.current_user_id, role)
    auth = v3.Token(
        admin.config.get_auth_args()['auth_url'],
        token=admin.auth_token,
        project_id=project.id,
    )
    connection = openstack.connection.Connection(
        session=keystone_session.Session(auth),
        region_name=admin.config.get_region_name(),
    )
    return connection, project.id


def _make_servers(connection):
    compute = connection.compute
    there = {server.name for server in compute.servers()}
    image = connection.image.find_image('demo', ignore_missing=False)
    for flavor in compute.flavors():
        name = '%s-%s' % (NAME, flavor.name)
        # A flavor with a wish may be one that no host fulfils.
        if name not in there and not flavor.extra_specs:
            compute.create_server(
                name=name,
                flavor_id=flavor.id,
                image_id=image.id,
                networks='none',
                host=HOST,
            )
    company_access.wait_while(
        'servers to copy',
        lambda: [s.name for s in compute.servers() if s.status != 'ACTIVE'],
    )


def _make_volumes(connection):
    storage = connection.block_storage
    volumes = {volume.name: volume for volume in storage.volumes()}
    for kind in VOLUME_TYPES:
        name = '%s-%s' % (NAME, kind)
        if name not in volumes:
            volumes[name] = storage.create_volume(
                name=name, size=1, volume_type=kind
            )
    _settle(storage.volumes)
    source = volumes['%s-slow' % NAME]
    if not list(storage.snapshots()):
        storage.create_snapshot(name=NAME, volume_id=source.id)
        _settle(storage.snapshots)
    if not list(storage.backups()):
        storage.create_backup(name=NAME, volume_id=source.id)
        _settle(storage.backups)
    attached = volumes['%s-fast' % NAME]
    if not storage.get_volume(attached).attachments:
        server = next(connection.compute.servers())
        connection.compute.create_volume_attachment(
            server, volume_id=attached.id
        )
        _settle(storage.volumes)


def _settle(things):
    company_access.wait_while(
        'things to copy',
        lambda: [
            thing.name
            for thing in things()
            if thing.status not in ('available', 'in-use')
        ],
    )


def _read(databases, project_id):
    nova, cinder = databases.nova, databases.cinder
    servers = [
        {'instances': row, **_around(nova, row['uuid'])}
        for row in nova.rows('instances', project_id=project_id, deleted=0)
    ]
    volumes = cinder.rows('volumes', project_id=project_id, deleted=False)
    attached = next(v for v in volumes if v['status'] == 'in-use')
    this = {'project_id': project_id, 'deleted': False}
    return Templates(
        servers=servers,
        volumes=volumes,
        mapping=databases.nova_api.rows(
            'instance_mappings', instance_uuid=servers[0]['instances']['uuid']
        )[0],
        attachment=cinder.rows('volume_attachment', volume_id=attached['id'])[
            0
        ],
        block_device=nova.rows(
            'block_device_mapping', volume_id=attached['id'], deleted=0
        )[0],
        snapshot=cinder.rows('snapshots', **this)[0],
        backup=cinder.rows('backups', **this)[0],
        type_names={
            row['id']: row['name'] for row in cinder.rows('volume_types')
        },
    )


def _around(nova, server_id):
    return {
        table: nova.rows(table, instance_uuid=server_id)
        for table in AROUND_SERVER
    }
