"""The bulk projects in Keystone."""

import dataclasses

from democloud import bulk_database

DOMAINS = ['Default', 'research', 'customers']
TAGS = ['production', 'internal', 'temporary', 'archived']
PURPOSES = [
    'web shop',
    'batch computing',
    'development',
    'data warehouse',
    'teaching',
    'archive',
    'message broker',
]
DISABLED_SHARE = 0.05
TAGGED_SHARE = 0.3


@dataclasses.dataclass
class Project:
    number: int
    id: str
    row: dict
    tags: list

    @property
    def label(self):
        """What the names of its things share."""
        return '%04d' % self.number

    def chance(self, subject):
        return bulk_database.Chance('%s %d' % (subject, self.number))


def projects(databases, count):
    """The projects bulk-0001 and so on, whether they are there or not."""
    rows = databases.keystone.rows('project')
    domains = {row['name']: row['id'] for row in rows if row['is_domain']}
    like = next(row for row in rows if row['name'] == 'admin')
    return [
        _project(like, [domains[name] for name in DOMAINS], number)
        for number in range(1, count + 1)
    ]


def _project(like, domains, number):
    chance = bulk_database.Chance('project %d' % number)
    project_id = chance.uuid().replace('-', '')
    domain = chance.choice(domains)
    purpose = chance.choice(PURPOSES)
    row = dict(
        like,
        id=project_id,
        name='bulk-%04d' % number,
        description='Bulk project %d: %s' % (number, purpose),
        enabled=chance.random() >= DISABLED_SHARE,
        domain_id=domain,
        parent_id=domain,
    )
    tagged = chance.random() < TAGGED_SHARE
    tags = chance.sample(TAGS, chance.randint(1, 2)) if tagged else []
    return Project(number, project_id, row, tags)


def missing(databases, wanted):
    there = {row['id'] for row in databases.keystone.rows('project')}
    return [project for project in wanted if project.id not in there]


def insert(databases, batch):
    databases.keystone.insert('project', [project.row for project in batch])
    databases.keystone.insert(
        'project_tag',
        [
            {'project_id': project.id, 'name': tag}
            for project in batch
            for tag in project.tags
        ],
    )
