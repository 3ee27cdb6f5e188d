"""The simulated Keystone: sign-in, and the people of the cloud."""

import datetime
import secrets

from tests.simcloud import clock
from tests.simcloud import rows
from tests.simcloud import service

#: Keystone never gives more, and without a limit it does not say so.
MOST = 1000
TOKEN_LIFE = datetime.timedelta(hours=24)


class Keystone(service.Service):
    type = 'identity'
    name = 'keystone'
    base = '/v3'
    open_paths = ('', '/auth/tokens')
    paths = {
        '/': 'discover',
        '/auth/tokens': 'token',
        '/domains': 'domains',
        '/projects': 'projects',
        '/users': 'users',
        '/groups': 'groups',
        '/groups/<group_id>/users': 'members',
        '/roles': 'roles',
        '/roles/<role_id>': 'role',
        '/role_assignments': 'assignments',
        '/role_inferences': 'inferences',
        '/services': 'catalog_services',
        '/endpoints': 'catalog_endpoints',
        '/<any(domains, projects, users, groups):kind>/<row_id>': 'one',
    }

    def __init__(self, cloud):
        super().__init__(cloud)
        self.tokens = {}
        #: Those of nobody who administers.
        self.plain = set()
        #: Those of the service user in projects where it is a member alone.
        self.member_tokens = set()
        #: Of tokens for another project than the service user's own.
        self._projects = {}

    def holds(self, token: str) -> bool:
        return self.tokens.get(token, rows.NEVER) > self.cloud.clock.told

    def admit(self, token: str, project_id: str, plain: bool = False) -> str:
        """Somebody has signed in elsewhere."""
        self.tokens[token] = self.cloud.clock.told + TOKEN_LIFE
        self._projects[token] = project_id
        if plain:
            self.plain.add(token)
        return token

    def project_of(self, token: str) -> str:
        return self._projects.get(token, self.cloud.service_project.id)

    def discover(self, call):
        version = {
            'id': 'v3.14',
            'status': 'stable',
            'updated': '2020-04-07T00:00:00Z',
            'links': [{'rel': 'self', 'href': f'{self.url}/'}],
            'media-types': [],
        }
        return {'version': version}

    def token(self, call):
        if call.method == 'GET':
            return self._told(call.header('X-Subject-Token', ''))
        asked = ((call.body or {}).get('auth') or {}).get('identity') or {}
        user = (asked.get('password') or {}).get('user') or {}
        found = self._user(user)
        if not found or user.get('password') != found.get('password'):
            raise service.Refusal(
                401, 'The request you have made requires authentication.'
            )
        scope = ((call.body or {}).get('auth') or {}).get('scope') or {}
        project = self._project(scope)
        token = secrets.token_hex(16)
        self._projects[token] = project.id
        if project is not self.cloud.service_project:
            self.member_tokens.add(token)
        self.tokens[token] = self.cloud.clock.told + TOKEN_LIFE
        call.status = 201
        call.headers['X-Subject-Token'] = token
        return self._body(found, project)

    def _project(self, scope):
        """The one of the scope; without a role there nobody gets in."""
        wanted = (scope.get('project') or {}).get('id')
        if wanted is None or wanted == self.cloud.service_project.id:
            return self.cloud.service_project
        project = self.cloud.tables['projects'].get(wanted)
        if project is None or wanted in self.cloud.closed_projects:
            raise service.Refusal(
                401, 'The request you have made requires authentication.'
            )
        return project

    def _user(self, asked):
        domain = asked.get('domain') or {}
        for row in self.cloud.tables['users']:
            of_domain = self.cloud.tables['domains'].get(row['domain_id'])
            if row.id == asked.get('id') or (
                row.name == asked.get('name')
                and domain.get('id', of_domain.id) == of_domain.id
                and domain.get('name', of_domain.name) == of_domain.name
            ):
                return row
        return None

    def _told(self, token):
        if not self.holds(token):
            raise service.Refusal(404, 'Failed to validate token')
        project = self.cloud.tables['projects'].get(self.project_of(token))
        return self._body(self.cloud.service_user, project)

    def _body(self, user, project):
        now = self.cloud.clock.told
        domain = {'id': 'default', 'name': 'Default'}
        return {
            'token': {
                'methods': ['password'],
                'user': {
                    'domain': domain,
                    'id': user.id,
                    'name': user.name,
                    'password_expires_at': None,
                },
                'audit_ids': [secrets.token_hex(8)],
                'expires_at': clock.fraction(now + TOKEN_LIFE) + 'Z',
                'issued_at': clock.fraction(now) + 'Z',
                'project': {
                    'domain': domain,
                    'id': project.id,
                    'name': project.name,
                },
                'is_domain': False,
                'roles': [
                    {'id': role.id, 'name': role.name}
                    for role in self.cloud.tables['roles']
                ],
                'catalog': self.cloud.catalog(),
            }
        }

    def domains(self, call):
        return self._listed(call, 'domains', ('name', 'enabled'))

    def projects(self, call):
        known = ('name', 'enabled', 'domain_id', 'parent_id')
        return self._listed(call, 'projects', known)

    def users(self, call):
        return self._listed(call, 'users', ('name', 'enabled', 'domain_id'))

    def groups(self, call):
        return self._listed(call, 'groups', ('name', 'domain_id'))

    def _listed(self, call, kind, known):
        wanted = {
            name: value for name, value in call.query.items() if name in known
        }
        if 'enabled' in wanted:
            wanted['enabled'] = wanted['enabled'].lower() in ('true', '1', '')
        rows = [
            row
            for row in self.cloud.tables[kind].by_id()
            if all(
                (row.name if name == 'name' else row.get(name)) == value
                for name, value in wanted.items()
            )
        ]
        if not self.cloud.keystone_ignores_marker:
            table = self.cloud.tables[kind]
            marker = call.marker()
            if marker is not None:
                if marker not in table.rows:
                    raise service.Refusal(
                        404, f'Marker {marker} could not be found.'
                    )
                rows = [row for row in rows if row.id > marker]
        return self._paged(call, kind, rows, self._limit(call) or MOST)

    def _limit(self, call):
        text = call.query.get('limit', '')
        limit = int(text) if text.isdigit() else 0
        return min(limit or MOST, MOST) if 'limit' in call.query else None

    def _paged(self, call, kind, rows, limit):
        page, link = call.page(iter(rows), limit)
        body = {kind: [self.shown(kind, row) for row in page]}
        links = {'next': None, 'previous': None}
        links['self'] = f'{self.url}{call.path}'
        asked = self._limit(call)
        full = asked is not None and len(page) >= asked
        if page and (full if link is None else link):
            links['next'] = call.following(page[-1].id, limit=limit)
            body['truncated'] = True
        return {**body, 'links': links}

    def shown(self, kind, row):
        told = {
            'id': row.id,
            'name': row.name,
            **SHOWN[kind],
            **{
                name: value
                for name, value in row.columns.items()
                if name not in ('password', 'members')
            },
        }
        told['links'] = {'self': f'{self.url}/{kind}/{row.id}'}
        return told

    def one(self, call, kind, row_id):
        row = self.cloud.tables[kind].get(row_id)
        if row is None:
            raise _lost(kind[:-1], row_id)
        return {kind[:-1]: self.shown(kind, row)}

    def members(self, call, group_id):
        """Cut to the limit, whatever the marker says."""
        group = self.cloud.tables['groups'].get(group_id)
        if group is None:
            raise _lost('group', group_id)
        users = self.cloud.tables['users']
        rows = [users.get(user_id) for user_id in group['members']]
        rows = [row for row in rows if row]
        return self._paged(call, 'users', rows, self._limit(call))

    def roles(self, call):
        """Cut to the limit, whatever the marker says."""
        rows = [
            row
            for row in self.cloud.tables['roles'].by_id()
            if row.get('domain_id') == call.query.get('domain_id')
            and call.query.get('name', row.name) == row.name
        ]
        return self._paged(call, 'roles', rows, self._limit(call))

    def role(self, call, role_id):
        row = self.cloud.tables['roles'].get(role_id)
        if row is None:
            raise _lost('role', role_id)
        return {'role': self.shown('roles', row)}

    def inferences(self, call):
        roles = {row.name: row for row in self.cloud.tables['roles']}
        pairs = (('admin', 'manager'), ('manager', 'member'))
        return {
            'role_inferences': [
                {
                    'prior_role': {'id': roles[prior].id, 'name': prior},
                    'implies': [{'id': roles[name].id, 'name': name}],
                }
                for prior, name in (*pairs, ('member', 'reader'))
            ]
        }

    def catalog_services(self, call):
        return {
            'services': [
                {
                    **{name: each[name] for name in ('id', 'type', 'name')},
                    'enabled': True,
                }
                for each in self.cloud.catalog()
            ]
        }

    def catalog_endpoints(self, call):
        return {
            'endpoints': [
                {**endpoint, 'service_id': each['id'], 'enabled': True}
                for each in self.cloud.catalog()
                for endpoint in each['endpoints']
            ]
        }

    def assignments(self, call):
        """All at once: it does not page."""
        rows = self.cloud.assignments
        domain_id = call.query.get('scope.domain.id')
        if domain_id is not None:
            rows = [
                row for row in rows if row['scope'].get('domain') == domain_id
            ]
        if call.query.get('effective', 'false').lower() in ('', 'true', '1'):
            rows = self._effective(rows)
        links = {'next': None, 'previous': None}
        links['self'] = f'{self.url}{call.path}'
        return {
            'role_assignments': [self._assignment(row) for row in rows],
            'links': links,
        }

    def _effective(self, rows):
        """Groups and implied roles resolved; inherited ones left out."""
        roles = {row.name: row.id for row in self.cloud.tables['roles']}
        names = {row_id: name for name, row_id in roles.items()}
        for row in rows:
            if row['inherited']:
                continue
            users = [row['user']]
            if row['group']:
                group = self.cloud.tables['groups'].get(row['group'])
                users = group['members']
            chain = ('admin', 'manager', 'member', 'reader')
            name = names.get(row['role'])
            given = [row['role']]
            if name in chain:
                given = [roles[r] for r in chain[chain.index(name) :]]
            for user_id in users:
                for role_id in given:
                    yield {
                        **row,
                        'user': user_id,
                        'group': None,
                        'role': role_id,
                    }

    def _assignment(self, row):
        scope = {key: {'id': value} for key, value in row['scope'].items()}
        if row['inherited']:
            scope['OS-INHERIT:inherited_to'] = 'projects'
        actor = 'user' if row['user'] else 'group'
        return {
            'links': {'assignment': f'{self.url}/role_assignments'},
            'scope': scope,
            actor: {'id': row[actor]},
            'role': {'id': row['role']},
        }

    def refused(self, refusal):
        titles = {401: 'Unauthorized', 404: 'Not Found'}
        return {
            'error': {
                'code': refusal.status,
                'message': refusal.words,
                'title': titles.get(refusal.status, 'Bad Request'),
            }
        }


def _lost(kind, row_id):
    return service.Refusal(404, f'Could not find {kind}: {row_id}.')


SHOWN = {
    'domains': {
        'description': '',
        'enabled': True,
        'tags': [],
        'options': {},
    },
    'projects': {
        'description': '',
        'enabled': True,
        'is_domain': False,
        'tags': [],
        'options': {},
    },
    'users': {'enabled': True, 'password_expires_at': None, 'options': {}},
    'groups': {'description': ''},
    'roles': {'domain_id': None, 'description': None, 'options': {}},
}
