"""What the cloud says by itself: plain calls, paged, none of our code."""

from concurrent import futures
import copy
from urllib import parse

import requests
import yaml

VERSIONS = 'compute 2.96, volume 3.70, placement 1.39'


class Cloud:
    """The demo's administrator at the bare APIs."""

    def __init__(self, clouds_yaml, name='demo-admin'):
        entry = yaml.safe_load(clouds_yaml.read_text())['clouds'][name]
        auth = entry['auth']
        self._http = requests.Session()
        self._http.trust_env = False
        answer = self._http.post(
            f'{auth["auth_url"]}/auth/tokens', json=_body(auth), timeout=60
        )
        answer.raise_for_status()
        self._http.headers['X-Auth-Token'] = answer.headers['X-Subject-Token']
        token = answer.json()['token']
        self.urls = {
            service['type']: endpoint['url'].rstrip('/')
            for service in token['catalog']
            for endpoint in service['endpoints']
            if endpoint['interface'] == 'public'
        }

    def signed_in(self, token):
        """The same cloud for whom the token was given to."""
        other = copy.copy(self)
        other._http = requests.Session()
        other._http.trust_env = False
        other._http.headers['X-Auth-Token'] = token
        return other

    def answer(self, kind, path, versions=VERSIONS, token=None, **query):
        """As it comes, whatever its status."""
        url = f'{self.urls[kind]}{path}'
        if query:
            url += f'{"&" if "?" in path else "?"}{parse.urlencode(query)}'
        headers = {'OpenStack-API-Version': versions}
        if token:
            headers['X-Auth-Token'] = token
        return self._http.get(url, timeout=120, headers=headers)

    def ask(self, kind, path, **query):
        answer = self.answer(kind, path, **query)
        answer.raise_for_status()
        return answer.json()

    def write(self, method, path, kind='identity', body=None):
        """A call that changes something; what it answers."""
        answer = self.attempt(method, path, kind, body)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def attempt(self, method, path, kind='identity', body=None):
        """The same, also when it is refused."""
        return self._http.request(
            method,
            f'{self.urls[kind]}{path}',
            json=body,
            timeout=60,
            headers={'OpenStack-API-Version': VERSIONS},
        )

    def all(self, kind, path, key):
        """Every row of a listing, until a page is empty."""
        rows, seen = [], set()
        while True:
            query = {'limit': 500}
            if rows:
                query['marker'] = rows[-1]['id']
            body = self.ask(kind, path, **query)
            page = [row for row in body[key] if row['id'] not in seen]
            if not page:
                return rows
            seen.update(row['id'] for row in page)
            rows += page

    def each(self, call, ids):
        """The answers of a call for many ids, four at a time."""
        with futures.ThreadPoolExecutor(4) as pool:
            return dict(zip(ids, pool.map(call, ids), strict=True))

    def domains(self):
        return {
            row['id']: row['name']
            for row in self.all('identity', '/domains', 'domains')
        }

    def projects(self):
        return self.all('identity', '/projects', 'projects')

    def users(self):
        return self.all('identity', '/users', 'users')

    def groups(self):
        return self.all('identity', '/groups', 'groups')

    def members(self, group_id):
        return self.ask('identity', f'/groups/{group_id}/users')['users']

    def assignments(self):
        path = '/role_assignments'
        return self.ask('identity', path)['role_assignments']

    def roles_on(self, project_id):
        """(user, role) of everybody who could sign in to a project."""
        rows = self.ask(
            'identity',
            '/role_assignments?effective',
            **{'scope.project.id': project_id},
        )['role_assignments']
        return {(row['user']['id'], row['role']['id']) for row in rows}

    def roles(self):
        """Names by id, and pairs of roles: the first implies the second."""
        names = {
            row['id']: row['name']
            for row in self.ask('identity', '/roles')['roles']
        }
        implied = self.ask('identity', '/role_inferences')['role_inferences']
        pairs = {
            (row['prior_role']['id'], role['id'])
            for row in implied
            for role in row['implies']
        }
        return names, pairs

    def servers(self, deleted=False):
        path = '/servers/detail?all_tenants=1'
        if deleted:
            path += '&deleted=true'
        return self.all('compute', path, 'servers')

    def deleted_since(self, time):
        path = '/servers/detail?all_tenants=1&deleted=true'
        return self.all('compute', f'{path}&changes-since={time}', 'servers')

    def hosts(self):
        return self.all('compute', '/os-hypervisors', 'hypervisors')

    def usage(self, start, end, detailed=0):
        """Nova's hours by project; one project can stand there twice.

        :param start: like ``end`` in UTC, ``2026-01-31T00:00:00``
        """
        query = {'start': start, 'end': end, 'detailed': detailed}
        pages = self._usage('', 'tenant_usages', query)
        return [row for page in pages for row in page]

    def servers_usage(self, start, end, project_id):
        """Nova's hours of each server of one project."""
        query = {'start': start, 'end': end}
        pages = self._usage(f'/{project_id}', 'tenant_usage', query)
        return [row for page in pages for row in page.get('server_usages', ())]

    def _usage(self, end, key, query):
        path = f'/os-simple-tenant-usage{end}'
        links = True
        while links:
            body = self.ask('compute', path, limit=500, **query)
            yield body[key]
            links = body.get(f'{key}_links')
            if links:
                href = parse.urlsplit(links[0]['href'])
                query['marker'] = parse.parse_qs(href.query)['marker'][0]

    def volumes(self):
        return self._owned('volumes')

    def snapshots(self):
        return self._owned('snapshots')

    def backups(self):
        return self._owned('backups')

    def _owned(self, kind):
        path = f'/{kind}/detail?all_tenants=1'
        return self.all('block-storage', path, kind)

    def pools(self):
        path = '/scheduler-stats/get_pools?detail=True'
        return self.ask('block-storage', path)['pools']

    def listed(self, kind):
        """Neutron's things of all projects, ``floatingips`` for example."""
        return self.all('network', f'/v2.0/{kind}', kind.replace('-', '_'))

    def compute_quota(self, project_id):
        path = f'/os-quota-sets/{project_id}/detail'
        return self.ask('compute', path)['quota_set']

    def volume_quota(self, project_id):
        path = f'/os-quota-sets/{project_id}?usage=True'
        return self.ask('block-storage', path)['quota_set']

    def network_quota(self, project_id):
        path = f'/v2.0/quotas/{project_id}/details.json'
        return self.ask('network', path)['quota']

    def network_limits(self):
        return self.ask('network', '/v2.0/quotas')['quotas']

    def providers(self):
        path = '/resource_providers'
        return self.ask('placement', path)['resource_providers']

    def inventories(self, provider_id):
        path = f'/resource_providers/{provider_id}/inventories'
        return self.ask('placement', path)['inventories']

    def usages(self, provider_id):
        path = f'/resource_providers/{provider_id}/usages'
        return self.ask('placement', path)['usages']

    def allocations(self, provider_id):
        """What each consumer takes of a provider, by its id."""
        path = f'/resource_providers/{provider_id}/allocations'
        return self.ask('placement', path)['allocations']


def _body(auth):
    def domain(prefix):
        for form in ('id', 'name'):
            if f'{prefix}_domain_{form}' in auth:
                return {form: auth[f'{prefix}_domain_{form}']}
        return {'id': 'default'}

    return {
        'auth': {
            'identity': {
                'methods': ['password'],
                'password': {
                    'user': {
                        'name': auth['username'],
                        'password': auth['password'],
                        'domain': domain('user'),
                    }
                },
            },
            'scope': {
                'project': {
                    'name': auth['project_name'],
                    'domain': domain('project'),
                }
            },
        }
    }
