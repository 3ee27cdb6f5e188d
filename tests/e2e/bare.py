"""What the cloud says by itself: plain calls, paged, none of our code."""

from concurrent import futures
from urllib import parse

import requests
import yaml


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
        self._project = token['project']['id']

    def get(self, url):
        answer = self._http.get(
            url,
            timeout=120,
            headers={
                'OpenStack-API-Version': 'compute 2.96, volume 3.70',
                'X-OpenStack-Nova-API-Version': '2.96',
            },
        )
        answer.raise_for_status()
        return answer.json()

    def all(self, kind, path, key):
        """Every row of a listing, until a page is empty."""
        rows, seen = [], set()
        while True:
            query = {'limit': 500}
            if rows:
                query['marker'] = rows[-1]['id']
            mark = '&' if '?' in path else '?'
            url = f'{self.urls[kind]}{path}{mark}{parse.urlencode(query)}'
            page = [row for row in self.get(url)[key] if row['id'] not in seen]
            if not page:
                return rows
            seen.update(row['id'] for row in page)
            rows += page

    def domains(self):
        return {
            row['id']: row['name']
            for row in self.all('identity', '/domains', 'domains')
        }

    def projects(self):
        return self.all('identity', '/projects', 'projects')

    def servers(self):
        return self.all('compute', '/servers/detail?all_tenants=1', 'servers')

    def volumes(self):
        path = '/volumes/detail?all_tenants=1'
        return self.all('block-storage', path, 'volumes')

    def compute_quota(self, project_id):
        url = f'{self.urls["compute"]}/os-quota-sets/{project_id}/detail'
        return self.get(url)['quota_set']

    def volume_quota(self, project_id):
        base = f'{self.urls["block-storage"]}/os-quota-sets'
        return self.get(f'{base}/{project_id}?usage=True')['quota_set']

    def each(self, call, ids):
        """The answers of a call for many ids, four at a time."""
        with futures.ThreadPoolExecutor(4) as pool:
            return dict(zip(ids, pool.map(call, ids), strict=True))


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
