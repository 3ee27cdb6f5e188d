"""The service user's rights in each project of the cloud on paper."""

import uuid

from keystoneauth1 import fixture

from tests import paper_cloud


class PaperRights:
    """Make it last: the cloud's own answer to a sign-in must not be newer.

    ``roles`` maps projects to the names of roles there; a project that is
    not in it refuses the sign-in. ``asked`` are the projects that somebody
    signed in to by their id.
    """

    def __init__(self, cloud):
        self.roles = {}
        self.asked = []
        self._cloud = cloud
        cloud.answers[paper_cloud.KEYSTONE].insert(0, self._projects)
        for base in (paper_cloud.NOVA, paper_cloud.CINDER):
            cloud.answers[base].insert(0, self._limits)
        cloud._mock.post(
            f'{paper_cloud.KEYSTONE}/auth/tokens',
            additional_matcher=_by_id,
            headers={'X-Subject-Token': uuid.uuid4().hex},
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

    def _limits(self, path, query):
        return (200, {'limits': {}}) if path == '/limits' else None

    def _token(self, request, context):
        project_id = request.json()['auth']['scope']['project']['id']
        self.asked.append(project_id)
        if project_id not in self.roles:
            context.status_code = 401
            return {'error': {'message': 'no access', 'code': 401}}
        token = fixture.V3Token(user_name='rey', project_id=project_id)
        for name in self.roles[project_id]:
            token.add_role(name=name)
        for kind, url in self._cloud._kinds.items():
            token.add_service(kind).add_standard_endpoints(
                public=url, region='RegionOne'
            )
        return token


def _by_id(request):
    return 'id' in request.json()['auth']['scope']['project']
