"""A company in a simulated cloud, whose people do something all the time."""

from tests import histories
from tests.crash import collecting

STATUSES = {
    'servers': ['ACTIVE', 'SHUTOFF', 'ERROR'],
    'volumes': ['available', 'in-use', 'error'],
    'snapshots': ['available', 'error'],
    'backups': ['available', 'error'],
}
VERBS = ('add', 'add', 'change', 'change', 'delete', 'attach', 'wait')


class Company:
    """Projects of a cloud, in which something happens all the time."""

    def __init__(self, cloud, chance):
        self._cloud = cloud
        self._chance = chance
        self._projects = cloud.fill(
            projects=5, servers=3, volumes=3, snapshots=1, backups=2
        )

    def live(self):
        self._cloud.advance(1000)
        if self._chance.random() < 0.2:
            self._projects.append(self._cloud.add_project('new'))
        for _ in range(self._chance.randint(1, 8)):
            self._event().happen(self._cloud, self._projects)

    def grow(self, servers):
        project_id = self._cloud.add_project('big')
        for _ in range(servers):
            self._cloud.add_server(project_id)

    def _event(self):
        verb = self._chance.choice(VERBS)
        kind = self._chance.choice(list(STATUSES))
        value = {'status': self._chance.choice(STATUSES[kind])}
        if verb == 'wait':
            value = self._chance.choice([1, 60, 299, 301, 4000])
        which = self._chance.randrange(100)
        return histories.Event(verb, kind, which, value)

    @property
    def ids(self):
        return {
            kind: {
                row.id
                for row in self._cloud.tables[kind]
                if not row.get('deleted')
            }
            for kind in collecting.KINDS
        }
