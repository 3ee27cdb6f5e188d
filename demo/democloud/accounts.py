"""The demo cloud's domains, users, roles and catalog, in Keystone.

All of it is looked for by name first: it can be said again at any time.
"""

from democloud import places
from democloud import processes
from democloud import state

PASSWORD = 'demo'  # noqa: S105 (of the accounts that people try it with)
REGION = 'RegionOne'
DEFAULT = 'default'
DOMAINS = ['research', 'customers']
# Roles of people in the project demo; the operators' guide tells what the
# policy gives to each.
IN_DEMO = {
    'member': 'member',
    'usage': 'cloud_usage',
    'updater': 'cloud_updater',
    'helper': 'cloud_helper',
}
CATALOG = [
    ('identity', 'keystone', '/v3'),
    ('compute', 'nova', '/v2.1'),
    ('placement', 'placement', ''),
    ('block-storage', 'cinder', '/v3'),
    ('image', 'glance', ''),
    ('network', 'neutron', ''),
]

CLOUDS = """\
# Written by `demo/cloud up`: the ways into the demo cloud.
clouds:
  # The service user of Horizon's plugin.
  rey:
%s
  demo-admin:
%s
"""
CLOUD = """\
    region_name: %s
    identity_api_version: 3
    auth:
      auth_url: %s/v3
      username: %s
      password: %s
      project_name: %s
      user_domain_id: default
      project_domain_id: default"""


def write_clouds_yaml():
    clouds = [('rey', state.secret('rey'), 'service')]
    clouds.append(('admin', PASSWORD, 'admin'))
    url = state.url('keystone')
    parts = tuple(CLOUD % (REGION, url, *entry) for entry in clouds)
    processes.write_whole(places.clouds_yaml(), CLOUDS % parts)


def shell_variables():
    """The admin's OS_* variables."""
    return {
        'OS_AUTH_URL': state.url('keystone') + '/v3',
        'OS_USERNAME': 'admin',
        'OS_PASSWORD': PASSWORD,
        'OS_PROJECT_NAME': 'admin',
        'OS_USER_DOMAIN_ID': DEFAULT,
        'OS_PROJECT_DOMAIN_ID': DEFAULT,
        'OS_REGION_NAME': REGION,
        'OS_IDENTITY_API_VERSION': '3',
    }


def make(client):
    """Make the accounts; the client is the admin's."""
    keystone = Keystone(client)
    for kind, name, path in CATALOG:
        keystone.endpoints(kind, name, state.url(name) + path)
    service = keystone.project('service', DEFAULT)
    for name in ('nova', 'placement', 'cinder', 'glance', 'neutron'):
        user = keystone.user(name, DEFAULT, state.secret(name))
        for role in ('admin', 'service'):
            keystone.grant('projects', service, user, role)
    domains = {name: keystone.domain(name) for name in DOMAINS}
    manager = keystone.user('manager', domains['research'], PASSWORD)
    keystone.grant('domains', domains['research'], manager, 'manager')
    demo = keystone.project('demo', DEFAULT)
    for name, role in IN_DEMO.items():
        keystone.role(role)
        user = keystone.user(name, DEFAULT, PASSWORD)
        keystone.grant('projects', demo, user, role)
        # Horizon's own pages ask for a role that the services know.
        keystone.grant('projects', demo, user, 'member')
    rey = keystone.user('rey', DEFAULT, state.secret('rey'))
    keystone.grant('projects', service, rey, 'admin')
    # What rey makes in a project it makes with a token of that project.
    for domain in [DEFAULT, *domains.values()]:
        keystone.grant_inherited(domain, rey, 'member')


class Keystone:
    """Makes what is not there, and returns its id."""

    def __init__(self, client):
        self._client = client
        roles = client.get('keystone', '/v3/roles')['roles']
        self._roles = {role['name']: role['id'] for role in roles}

    def _ensure(self, kind, name, **body):
        query = '/v3/%ss?name=%s' % (kind, name)
        if 'domain_id' in body:
            query += '&domain_id=' + body['domain_id']
        found = self._client.get('keystone', query)[kind + 's']
        if found:
            return found[0]['id']
        body = {kind: {'name': name, **body}}
        made = self._client.post('keystone', '/v3/%ss' % kind, body)
        return made[kind]['id']

    def domain(self, name):
        return self._ensure('domain', name)

    def project(self, name, domain):
        return self._ensure('project', name, domain_id=domain)

    def role(self, name):
        self._roles[name] = self._ensure('role', name)

    def user(self, name, domain, password):
        return self._ensure('user', name, domain_id=domain, password=password)

    def endpoints(self, kind, name, url):
        service = self._ensure('service', name, type=kind)
        query = '/v3/endpoints?service_id=' + service
        found = self._client.get('keystone', query)['endpoints']
        found = {endpoint['interface']: endpoint for endpoint in found}
        for interface in ('public', 'internal', 'admin'):
            body = {
                'service_id': service,
                'interface': interface,
                'region_id': REGION,
                'url': url,
            }
            known = found.get(interface)
            if not known:
                path, method = '/v3/endpoints', 'POST'
            elif known['url'] != url:
                path, method = '/v3/endpoints/' + known['id'], 'PATCH'
            else:
                continue
            self._client.call('keystone', method, path, {'endpoint': body})

    def grant(self, kind, target, user, role):
        """Give a role on a target; kind is "projects" or "domains"."""
        path = '/v3/%s/%s/users/%s/roles/%s'
        path %= (kind, target, user, self._roles[role])
        self._client.put('keystone', path)

    def grant_inherited(self, domain, user, role):
        """Give a role on all projects that the domain has or will have."""
        path = '/v3/OS-INHERIT/domains/%s/users/%s/roles/%s'
        path += '/inherited_to_projects'
        path %= (domain, user, self._roles[role])
        self._client.put('keystone', path)
