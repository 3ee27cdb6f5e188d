"""The listings of the contract, and how to ask for the contract's own rows."""

#: Of each thing the contract makes as many.
COUNT = 2
UNKNOWN = '00000000-0000-4000-8000-000000000000'

SECOND = r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ'

FRACTION = r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}'

#: Listings: service, path, the status for a wrong marker, and what narrows
#: it to the contract's own rows.
LISTINGS = {
    'projects': ('identity', '/projects', 404, 'domain'),
    'users': ('identity', '/users', 404, 'domain'),
    'groups': ('identity', '/groups', 404, 'domain'),
    'servers': ('compute', '/servers/detail', 400, 'project'),
    'volumes': ('block-storage', '/volumes/detail', 404, 'project'),
    'snapshots': ('block-storage', '/snapshots/detail', 404, 'project'),
    'backups': ('block-storage', '/backups/detail', 404, 'project'),
    'networks': ('network', '/v2.0/networks', 404, 'owner'),
    'ports': ('network', '/v2.0/ports', 404, 'owner'),
    'security_groups': ('network', '/v2.0/security-groups', 200, 'owner'),
    'floatingips': ('network', '/v2.0/floatingips', 200, 'owner'),
}


def own(side, kind):
    """The query that narrows a listing to the contract's own rows."""
    scope = LISTINGS[kind][3]
    if scope == 'domain':
        return {'domain_id': side.domain}
    if scope == 'owner':
        return {'project_id': side.project}
    return {'all_tenants': 1, 'project_id': side.project}


def page(side, kind, **query):
    service, path, *_ = LISTINGS[kind]
    return side.bare.ask(service, path, **own(side, kind), **query)


def following(body, kind):
    if isinstance(body.get('links'), dict):
        return body['links']['next']
    links = {x['rel']: x['href'] for x in body.get(f'{kind}_links', ())}
    return links.get('next')


def ids(body, kind):
    return [row['id'] for row in body[kind]]


def server(side, server_id):
    return side.bare.ask('compute', f'/servers/{server_id}')['server']
