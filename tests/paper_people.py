"""People and roles of the cloud on paper, paged (or not) as Keystone 30 does.

Users and groups page, except in an LDAP domain; members and roles do not:
they are cut to ``limit`` and come again for any ``marker``.
"""

from tests import paper_cloud

ROLES = ('admin', 'member', 'reader')


class PaperPeople:
    """Change the public attributes; the next call sees it.

    ``ldap`` holds domains that do not page, ``broken`` domains to the status
    that their users are answered with, ``no_roles`` domains whose roles cannot
    be listed, ``domain_roles`` roles that only their own address tells.
    """

    def __init__(self, cloud):
        self.users, self.groups = [], []
        self.members = {}
        self.assignments = []
        self.domain_roles = {}
        self.ldap = set()
        self.broken = {}
        self.no_roles = set()
        self._cloud = cloud
        cloud.answers[paper_cloud.KEYSTONE].append(self.answer)

    def answer(self, path, query):
        if path == '/role_assignments':
            return self._assignments(query)
        if path == '/roles':
            rows = [{'id': f'id-{name}', 'name': name} for name in ROLES]
            return self._cut(rows, 'roles', query)
        kind, *rest = path[1:].split('/')
        if kind == 'roles':
            name = self.domain_roles.get(rest[0])
            return (200, {'role': {'name': name}}) if name else (404, {})
        if kind == 'groups' and len(rest) == 2:
            rows = [{'id': user_id} for user_id in self.members[rest[0]]]
            return self._cut(rows, 'users', query)
        if kind in ('users', 'groups') and rest:
            known = {row['id'] for row in getattr(self, kind)}
            return (200, {}) if rest[0] in known else (404, {})
        if kind in ('users', 'groups'):
            return self._of_domain(kind, query)
        return None

    def _assignments(self, query):
        domain_id = query.get('scope.domain.id')
        if domain_id in self.no_roles:
            return 500, {'error': {'message': 'out of order'}}
        if domain_id:
            rows = list(self._effective(domain_id))
            return 200, {'role_assignments': rows}
        return 200, {'role_assignments': self.assignments}

    def _effective(self, domain_id):
        """On the domain itself, with groups resolved."""
        for row in self.assignments:
            if row['scope'] != {'domain': {'id': domain_id}}:
                continue
            ids = [row['user']['id']] if 'user' in row else []
            if 'group' in row:
                ids = self.members[row['group']['id']]
            for user_id in ids:
                yield {**row, 'user': {'id': user_id}}

    def _of_domain(self, kind, query):
        domain_id = query['domain_id']
        if domain_id in self.broken:
            error = {'error': {'message': 'out of order'}}
            return self.broken[domain_id], error
        rows = [
            row for row in getattr(self, kind) if row['domain_id'] == domain_id
        ]
        if domain_id in self.ldap:
            return self._cut(rows, kind, query)
        body = self._cloud._page(rows, kind, query)
        return 200, {**body, 'links': {'next': body.pop('next', None)}}

    def _cut(self, rows, key, query):
        if 'limit' not in query:
            return 200, {key: rows, 'links': {'next': None}}
        query.pop('marker', None)
        body = self._cloud._page(rows, key, query)
        return 200, {**body, 'links': {'next': body.pop('next', None)}}

    def add_user(self, user_id, domain_id='default', **row):
        self.users.append(
            {
                'id': user_id,
                'name': user_id,
                'domain_id': domain_id,
                'enabled': True,
                **row,
            }
        )

    def add_group(self, group_id, *members, domain_id='default'):
        self.groups.append(
            {'id': group_id, 'name': group_id, 'domain_id': domain_id}
        )
        self.members[group_id] = list(members)

    def give(self, role, *, inherited=False, **ends):
        """A role of a ``user`` or ``group`` on a ``project`` or ``domain``."""
        row = {key: {'id': value} for key, value in ends.items()}
        scope = {
            key: row.pop(key)
            for key in ('project', 'domain', 'system')
            if key in row
        }
        if inherited:
            scope['OS-INHERIT:inherited_to'] = 'projects'
        if role in ROLES:
            role = f'id-{role}'
        self.assignments.append({'scope': scope, 'role': {'id': role}, **row})
