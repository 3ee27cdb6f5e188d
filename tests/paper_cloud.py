"""A cloud on paper: canned answers behind the real clients and sessions.

It pages as the services do, so that what reads it must page as well.
"""

import collections
import datetime
from email import utils
import re
from urllib import parse
import uuid

from keystoneauth1 import fixture

#: What everybody signs in with.
TOKEN = uuid.uuid4().hex
KEYSTONE = 'http://keystone.test/v3'
NOVA = 'http://nova.test/v2.1'
CINDER = 'http://cinder.test/v3'
VERSIONS = {
    NOVA: ('v2.1', '2.1', '2.104'),
    CINDER: ('v3.0', '3.0', '3.71'),
}


class PaperCloud:
    """Change the public attributes; the next call sees it.

    ``fail`` maps the start of a path to a status that it answers with,
    ``replace`` a path to another body; ``on_ask`` is called with each path.
    With a ``skew_s`` its answers tell the time, so many seconds off.
    """

    def __init__(self, requests_mock, page=1000):
        self.page = page
        self.domains, self.projects = [], []
        self.servers, self.volumes = [], []
        #: What nova's and cinder's listings do not show though it exists.
        self.hidden = set()
        self.quotas = {}
        self.fail = {}
        self.replace = {}
        self.skew_s = 0
        self.on_ask = lambda path: None
        #: More answers of a service, asked first: base -> functions of a path
        #: and its query, that give (status, body) or None.
        self.answers = collections.defaultdict(list)
        self._kinds = {
            'identity': KEYSTONE,
            'compute': NOVA,
            'block-storage': CINDER,
        }
        self._mock = requests_mock
        self._identity(requests_mock)
        self._versions(requests_mock)
        for base in (KEYSTONE, NOVA, CINDER):
            self._serve(base)

    def add_service(self, service_type, base):
        """Puts one more service into the catalog."""
        self._kinds[service_type] = base
        self._identity(self._mock)
        self._serve(base)

    def _serve(self, base):
        self._mock.get(f'{base}/', json={})
        # Whoever may change something finds that it does not exist.
        self._mock.put(re.compile(f'{base}/'), status_code=404, json={})
        self._mock.add_matcher(self._matcher(base))

    def leave_out(self, service_type):
        """Takes a service out of the catalog."""
        self._identity(self._mock, without=service_type)

    def _identity(self, mock, without=None):
        token = fixture.V3Token(user_name='rey', project_name='service')
        token.add_role(name='admin')
        for kind, url in self._kinds.items():
            if kind == without:
                continue
            token.add_service(kind).add_standard_endpoints(
                public=url, region='RegionOne'
            )
        mock.get(KEYSTONE, json=fixture.V3Discovery(KEYSTONE))
        mock.post(
            f'{KEYSTONE}/auth/tokens',
            json=token,
            headers={'X-Subject-Token': TOKEN},
        )

    def _versions(self, mock):
        for url, (name, low, high) in VERSIONS.items():
            version = {
                'id': name,
                'status': 'CURRENT',
                'min_version': low,
                'version': high,
                'links': [{'rel': 'self', 'href': url}],
            }
            mock.get(url, json={'version': version, 'versions': [version]})

    def _matcher(self, base):
        from requests_mock import create_response

        def match(request):
            url = request.url
            if request.method != 'GET' or not url.startswith(f'{base}/'):
                return None
            split = parse.urlsplit(url[len(base) :])
            query = dict(parse.parse_qsl(split.query))
            self.on_ask(split.path)
            for start, status in self.fail.items():
                if split.path.startswith(start):
                    return create_response(
                        request,
                        status_code=status,
                        json={'error': {'message': 'out of order'}},
                    )
            answers = (
                answer(split.path, query) for answer in self.answers[base]
            )
            status, body = next(filter(None, answers), None) or self._answer(
                base, split.path, query
            )
            body = self.replace.get(split.path, body)
            return create_response(
                request,
                status_code=status,
                json=body,
                headers=self._date(),
            )

        return match

    def _date(self):
        if not self.skew_s:
            return {}
        told = datetime.datetime.now(datetime.UTC) + datetime.timedelta(
            seconds=self.skew_s
        )
        return {'Date': utils.format_datetime(told, usegmt=True)}

    def _answer(self, base, path, query):
        if path.startswith('/os-quota-sets/'):
            project_id = path.split('/')[2]
            found = self.quotas.get((base, project_id))
            return (200, {'quota_set': found}) if found else (400, {})
        if path in ('/domains', '/projects'):
            key = path[1:]
            rows = getattr(self, key)
            body = self._page(rows, key, query)
            return 200, {**body, 'links': {'next': body.pop('next', None)}}
        key = path.split('/')[1]
        rows = getattr(self, key)
        if path not in (f'/{key}', f'/{key}/detail'):
            known = {row['id'] for row in rows}
            one = path.split('/')[2]
            return (
                (200, {key[:-1]: {'id': one}}) if one in known else (404, {})
            )
        listed = [row for row in rows if row['id'] not in self.hidden]
        body = self._page(listed, key, query)
        if 'next' in body:
            body[f'{key}_links'] = [{'rel': 'next', 'href': body.pop('next')}]
        if query.get('with_count'):
            body['count'] = len(rows)
        return 200, body

    def _page(self, rows, key, query):
        limit = min(int(query.get('limit', self.page)), self.page)
        ids = [row['id'] for row in rows]
        start = 0
        if 'marker' in query:
            start = ids.index(query['marker']) + 1
        body = {key: rows[start : start + limit]}
        if start + limit < len(rows):
            marker = ids[start + limit - 1]
            # The host is one that only the service knows.
            body['next'] = f'http://inside.test/{key}?marker={marker}'
        return body

    def add_domain(self, domain_id, **row):
        self.domains.append({'id': domain_id, 'name': domain_id, **row})

    def add_project(self, project_id, **row):
        self.projects.append(
            {
                'id': project_id,
                'name': project_id,
                'domain_id': 'default',
                'enabled': True,
                **row,
            }
        )
        self.quotas[NOVA, project_id] = quota(instances=10, cores=20, ram=4096)
        self.quotas[CINDER, project_id] = quota(volumes=10, gigabytes=-1)

    def add_server(self, server_id, project_id, **row):
        self.servers.append(
            {
                'id': server_id,
                'name': server_id,
                'tenant_id': project_id,
                'status': 'ACTIVE',
                'flavor': {'original_name': 's', 'vcpus': 2, 'ram': 1024},
                'created': '2026-01-01T00:00:00Z',
                **row,
            }
        )

    def add_volume(self, volume_id, project_id, **row):
        self.volumes.append(
            {
                'id': volume_id,
                'name': volume_id,
                'os-vol-tenant-attr:tenant_id': project_id,
                'status': 'available',
                'size': 5,
                'created_at': '2026-01-01T00:00:00.000000',
                **row,
            }
        )


def quota(in_use=0, **limits):
    """A quota set as nova and cinder answer it, with details."""
    return {
        name: {'limit': limit, 'in_use': in_use, 'reserved': 0}
        for name, limit in limits.items()
    }
