"""How the simulated Nova and Neutron make and delete what they are asked for.

A server is under way until somebody looks at it, unless its kind is in
``cloud.stuck``; a kind in ``cloud.broken`` ends badly. As in Nova 34 and
Neutron 29: a network in use cannot be deleted (409).
"""

from tests.simcloud import service

_NO_HOST = {'code': 500, 'message': 'No valid host was found.'}


def settle(cloud) -> None:
    """The servers that an earlier call made are there by now."""
    if 'servers' in cloud.stuck:
        return
    for row_id in cloud.under_way.pop('servers', ()):
        told = {'status': 'ACTIVE'}
        if 'servers' in cloud.broken:
            told = {'status': 'ERROR', 'fault': _NO_HOST}
        if row_id in cloud.tables['servers'].rows:
            cloud.change('servers', row_id, **told)


def server(cloud, call) -> dict:
    asked = call.body['server']
    flavor = cloud.tables['flavors'].get(asked['flavorRef'])
    if flavor is None:
        raise service.Refusal(400, 'Flavor could not be found.')
    if cloud.tables['images'].get(asked['imageRef']) is None:
        raise service.Refusal(400, 'Can not find requested image')
    project_id = cloud.keystone.project_of(call.token)
    quota = cloud.services['compute']._quota(project_id)['instances']
    if quota['in_use'] >= quota['limit'] >= 0:
        raise service.Refusal(
            403, 'Quota exceeded for instances: Requested 1', 'forbidden'
        )
    zone, _, host = asked.get('availability_zone', 'nova').partition(':')
    row_id = cloud.add_server(
        project_id,
        name=asked['name'],
        metadata=asked.get('metadata', {}),
        status='BUILD',
        zone=zone,
        host=host or 'compute-1',
        flavor=flavor.name,
        vcpus=flavor['vcpus'],
        ram=flavor['ram'],
        disk=flavor['disk'],
    )
    cloud.under_way['servers'].append(row_id)
    for network in asked['networks']:
        cloud.add(
            'ports',
            project_id,
            name='',
            device_id=row_id,
            network_id=network['uuid'],
        )
    call.status = 202
    return {'server': {'id': row_id, 'links': []}}


def delete_server(cloud, call, row) -> None:
    for port in list(cloud.tables['ports']):
        if port.get('device_id') == row.id:
            cloud.delete('ports', port.id)
    cloud.delete('servers', row.id)
    call.status = 204


def attachments(cloud, call, row) -> dict:
    if call.method == 'POST':
        volume_id = call.body['volumeAttachment']['volumeId']
        volume = cloud.tables['volumes'].get(volume_id)
        if volume is None:
            raise service.Refusal(404, f'Volume {volume_id} not found.')
        if volume['status'] != 'available' or row['status'] != 'ACTIVE':
            raise service.Refusal(400, f'Invalid volume: {volume["status"]}')
        cloud.attach(volume_id, row.id)
        return {'volumeAttachment': {'volumeId': volume_id}}
    return {
        'volumeAttachments': [
            {'id': volume_id, 'volumeId': volume_id, 'serverId': row.id}
            for volume_id in row['attached']
        ]
    }


def detach(cloud, call, row, volume_id) -> None:
    if volume_id not in row['attached']:
        raise service.Refusal(404, f'{volume_id} is not attached')
    held = tuple(held for held in row['attached'] if held != volume_id)
    cloud.change('servers', row.id, attached=held)
    cloud.change('volumes', volume_id, status='available', attachments=())
    call.status = 202


def of_neutron(cloud, call, key: str) -> dict:
    asked = dict(call.body[key[:-1]])
    if key == 'subnets' and not cloud.tables['networks'].get(
        asked['network_id']
    ):
        raise service.Refusal(404, 'Network could not be found.')
    project_id = cloud.keystone.project_of(call.token)
    row_id = cloud.add(key, project_id, **asked)
    call.status = 201
    return {key[:-1]: {'id': row_id, **asked, 'project_id': project_id}}


def delete_of_neutron(cloud, call, key: str, row) -> None:
    """With a network go its subnets."""
    for port in cloud.tables['ports']:
        if key == 'networks' and port.get('network_id') == row.id:
            raise service.Refusal(
                409, f'Unable to complete operation on network {row.id}.'
            )
    if key == 'networks':
        for subnet in list(cloud.tables['subnets']):
            if subnet.get('network_id') == row.id:
                cloud.delete('subnets', subnet.id)
    cloud.delete(key, row.id)
    call.status = 204
