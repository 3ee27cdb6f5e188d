"""Users, projects and roles that somebody makes in Keystone on paper."""

import re

from tests import paper_cloud


class PaperGrants:
    """``users`` maps names to what was sent, ``given`` holds the paths."""

    def __init__(self, cloud, requests_mock):
        self.users = {}
        self.given = set()
        self.refuse = False
        self._roles = {'admin': 'r-admin', 'member': 'r-member'}
        base = paper_cloud.KEYSTONE
        cloud.answers[base].insert(0, self._answer)
        requests_mock.post(f'{base}/users', json=self._make)
        requests_mock.patch(re.compile(f'{base}/users/'), json=self._change)
        roles = re.compile(f'{base}/.+/roles/r-')
        requests_mock.head(roles, text=self._check)
        requests_mock.put(roles, text=self._give)

    def _answer(self, path, query):
        name = query.get('name')
        if path == '/users' and name:
            found = [name] if name in self.users else []
            return 200, _rows('users', {one: f'u-{one}' for one in found})
        if path == '/roles' and name:
            return 200, _rows('roles', {name: self._roles[name]})
        if path == '/projects' and name:
            found = [name] if name == 'service' else []
            return 200, _rows('projects', {one: f'p-{one}' for one in found})
        return None

    def _make(self, request, context):
        if self.refuse:
            return self._refused(context)
        context.status_code = 201
        user = request.json()['user']
        self.users[user['name']] = user
        return {'user': {**user, 'id': f'u-{user["name"]}'}}

    def _refused(self, context):
        context.status_code = 403
        return {'error': {'message': 'not for you', 'code': 403}}

    def _change(self, request, context):
        if self.refuse:
            return self._refused(context)
        name = request.path.rpartition('/u-')[2]
        self.users[name].update(request.json()['user'])
        return {'user': {'id': f'u-{name}', 'name': name}}

    def _check(self, request, context):
        context.status_code = 204 if _path(request) in self.given else 404

    def _give(self, request, context):
        context.status_code = 204
        self.given.add(_path(request))


def _path(request):
    return request.path.removeprefix('/v3')


def _rows(key, names):
    rows = [{'id': row_id, 'name': name} for name, row_id in names.items()]
    return {key: rows, 'links': {'next': None}}
