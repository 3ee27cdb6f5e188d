"""The service user's rights in the cloud on paper, and what check tells."""

import json
import re

from keystoneauth1 import fixture

from rey_dashboard import cli
from tests import paper_cloud
from tests import paper_network


class PaperRights:
    """Make it last: the cloud's own answer to a sign-in must not be newer.

    ``roles`` maps projects to the names of roles there; a project that is
    not in it refuses the sign-in. ``volumes`` maps projects to a volume
    there, ``no_backups`` are those where Cinder refuses one. ``asked`` are
    the projects that somebody signed in to by their id, ``sent`` the path
    and the body of each change, ``refuse`` the starts of paths of changes.
    """

    def __init__(self, cloud):
        self.roles, self.volumes = {}, {}
        self.no_backups, self.refuse = set(), set()
        self.asked, self.sent = [], []
        self._cloud = cloud
        cloud.answers[paper_cloud.KEYSTONE].insert(0, self._projects)
        mock = cloud._mock
        mock.get(f'{paper_cloud.CINDER}/volumes', json=self._volumes)
        mock.post(f'{paper_cloud.CINDER}/backups', json=self._backup)
        for base in (
            paper_cloud.NOVA,
            paper_cloud.CINDER,
            paper_network.NEUTRON,
        ):
            mock.put(re.compile(f'{base}/'), json=self._change)
        mock.post(
            f'{paper_cloud.KEYSTONE}/auth/tokens',
            additional_matcher=_by_id,
            headers={'X-Subject-Token': 'unknown'},
            json=self._token,
        )

    def _projects(self, path, query):
        if path != '/projects' or 'domain_id' not in query:
            return None
        rows = [
            row
            for row in self._cloud.projects
            if row['domain_id'] == query['domain_id']
        ]
        return 200, self._cloud._page(rows, 'projects', query)

    def _volumes(self, request, context):
        (project_id,) = request.qs.get('project_id') or [_project(request)]
        found = self.volumes.get(project_id)
        return {'volumes': [{'id': found}] if found else []}

    def _backup(self, request, context):
        project_id = _project(request)
        body = request.json()['backup']
        self.sent.append((request.path, body))
        assert body['volume_id'] == self.volumes[project_id]
        refused = project_id in self.no_backups
        context.status_code = 403 if refused else 404
        return {}

    def _change(self, request, context):
        self.sent.append((request.path, request.json()))
        refused = any(start in request.path for start in self.refuse)
        context.status_code = 403 if refused else 404
        return {}

    def _token(self, request, context):
        project_id = request.json()['auth']['scope']['project']['id']
        self.asked.append(project_id)
        if project_id not in self.roles:
            context.status_code = 401
            return {'error': {'message': 'no access', 'code': 401}}
        context.headers['X-Subject-Token'] = f'of {project_id}'
        token = fixture.V3Token(user_name='rey', project_id=project_id)
        for name in self.roles[project_id]:
            token.add_role(name=name)
        for kind, url in self._cloud._kinds.items():
            token.add_service(kind).add_standard_endpoints(
                public=url, region='RegionOne'
            )
        return token


def found(capsys, *arguments):
    """The exit status of ``rey-dashboard check``, and its verdicts by name."""
    status = cli.main(['check', '--json', *arguments])
    told = json.loads(capsys.readouterr().out)
    assert told['well'] == (status == 0)
    return status, {row['name']: row for row in told['checks']}


def bad(verdicts):
    return [
        name for name, row in verdicts.items() if row['state'] == 'not well'
    ]


def _project(request):
    return request.headers['X-Auth-Token'].removeprefix('of ')


def _by_id(request):
    # An application credential names no project.
    scope = request.json()['auth'].get('scope', {'project': {}})
    return 'id' in scope['project']
