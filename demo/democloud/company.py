"""The company that the seed makes: what company.yaml says, spelled out.

A row with `count` stands for that many things, numbered from 1.
`longest` repeats the name up to the greatest length that OpenStack takes.
"""

import dataclasses
import itertools
import pathlib

import yaml

PLAN = pathlib.Path(__file__).with_name('company.yaml')

# A project with such a tag says by it, not by properties, who to write to.
CONTACT_TAG = 'contact:'

LONGEST_PROJECT = 64
LONGEST = 255

# What each word in a volume's `backups` becomes in the end. `spoilt` is a full
# one that was lost later; `stuck` was left by a backup service that is gone.
BACKUP_STATUS = {
    'full': 'available',
    'inc': 'available',
    'fails': 'error',
    'spoilt': 'error',
    'stuck': 'creating',
}


@dataclasses.dataclass
class Server:
    name: str
    flavor: str
    host: str = ''
    zone: str = ''
    network: bool = False
    floating: bool = False
    status: str = 'ACTIVE'
    resize: str = ''
    # Its row's name and count; a count of 0 is a thing without a number.
    stem: str = ''
    count: int = 0


@dataclasses.dataclass
class Backup:
    name: str
    volume: str
    rank: int
    kind: str

    @property
    def status(self):
        return BACKUP_STATUS[self.kind]


@dataclasses.dataclass
class Snapshot:
    name: str
    volume: str
    status: str = 'available'


@dataclasses.dataclass
class Volume:
    name: str
    size: int
    type: str = 'fast'
    server: str = ''
    status: str = ''
    metadata: dict = dataclasses.field(default_factory=dict)
    backups: list = dataclasses.field(default_factory=list)
    snapshots: list = dataclasses.field(default_factory=list)
    # Made just now, when all others are made to look two months old.
    young: bool = False
    # How old its last backup is made to look.
    last_backup_h: int = 3
    # The admin made a backup too, which belongs to the admin's project.
    admin_backup: bool = False
    # Deleted when its backups are made.
    deleted: bool = False

    def __post_init__(self):
        stem = self.name[: LONGEST - 20]
        self.backups = [
            Backup('%s-backup-%d' % (stem, rank + 1), self.name, rank, kind)
            for rank, kind in enumerate(self.backups)
        ]
        self.snapshots = [
            Snapshot('%s-snapshot-%d' % (stem, number + 1), self.name)
            for number in range(self.snapshots or 0)
        ]
        self.status = self.status or self._status()

    @property
    def admin_backup_name(self):
        return self.name + '-backup-by-admin'

    def _status(self):
        if self.deleted:
            return 'deleted'
        if self.server:
            return 'in-use'
        # The backup that never ended holds its volume.
        stuck = any(backup.kind == 'stuck' for backup in self.backups)
        return 'backing-up' if stuck else 'available'


@dataclasses.dataclass
class Project:
    name: str
    domain: str
    description: str
    tags: list = dataclasses.field(default_factory=list)
    owner: str = ''
    contact: str = ''
    quota: dict = dataclasses.field(default_factory=dict)
    lowered: dict = dataclasses.field(default_factory=dict)
    disabled: bool = False
    deleted: bool = False
    servers: list = dataclasses.field(default_factory=list)
    volumes: list = dataclasses.field(default_factory=list)

    def __post_init__(self):
        self.servers = _spell_out(Server, self.servers, LONGEST)
        self.volumes = _spell_out(Volume, self.volumes, LONGEST)

    @property
    def status(self):
        if self.deleted:
            return 'deleted'
        return 'disabled' if self.disabled else 'enabled'

    @property
    def snapshots(self):
        return [s for volume in self.volumes for s in volume.snapshots]

    @property
    def backups(self):
        return [b for volume in self.volumes for b in volume.backups]


def _spell_out(kind, rows, longest):
    things = []
    for row in rows:
        row = dict(row)
        count = row.pop('count', 0)
        if row.pop('longest', False):
            row['name'] = (row['name'] * longest)[:longest]
        if kind is Server:
            row.update(stem=row['name'], count=count)
        names = ['%s-%d' % (row['name'], n + 1) for n in range(count)]
        for name in names or [row['name']]:
            things.append(kind(**{**row, 'name': name}))
    return things


class Company:
    """All that company.yaml asks for."""

    def __init__(self, path=PLAN):
        plan = yaml.safe_load(path.read_text(encoding='utf-8'))
        self.users = plan['users']
        self.groups = plan['groups']
        self.projects = _spell_out(Project, plan['projects'], LONGEST_PROJECT)
        self._choose_hosts(itertools.cycle(plan['hosts']))
        self.machine_made = plan['machine_made']
        self.disabled_host = plan['disabled_host']
        self.stopped_host = plan['stopped_host']

    def contact_properties(self, project):
        """What Keystone shall hold besides its own: addresses of people."""
        if any(tag.startswith(CONTACT_TAG) for tag in project.tags):
            return {}
        emails = {user['name']: user['email'] for user in self.users}
        return {
            key: emails[name]
            for key, name in (
                ('contact', project.contact),
                ('owner', project.owner),
            )
            if name
        }

    def _choose_hosts(self, hosts):
        for _, row in itertools.groupby(
            self.each('servers'), lambda pair: (pair[0].name, pair[1].stem)
        ):
            servers = [server for _, server in row]
            if not servers[0].host and not servers[0].zone:
                host = next(hosts)
                for server in servers:
                    server.host = host

    def each(self, kind):
        """Pairs of project and thing: kind is 'servers', 'volumes', ..."""
        return [
            (project, thing)
            for project in self.projects
            for thing in getattr(project, kind)
        ]
