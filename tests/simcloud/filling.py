"""Filling the simulated cloud with many things that cost little memory."""

import datetime
import itertools

from tests.simcloud import copies
from tests.simcloud import rows
from tests.simcloud import things


class Filling:
    def fill(
        self,
        projects: int,
        servers: int = 0,
        volumes: int = 0,
        snapshots: int = 0,
        backups: int = 0,
        domain_id: str = 'default',
    ) -> list[str]:
        """Adds projects with so many things in each; their ids.

        The things are a year old at most, one older than the next. Nothing is
        attached; snapshots and backups are of the project's volumes in turn.
        """
        with self.lock:
            ids = [
                self.add_project(f'bulk-{number:05}', domain_id)
                for number in range(projects)
            ]
            self._fill_servers(ids, servers)
            self._fill('volumes', ids, volumes, lambda p, n: _VOLUMES[n % 4])
            for kind, number, columns in (
                ('snapshots', snapshots, copies.SNAPSHOT),
                ('backups', backups, copies.BACKUP),
            ):
                self._fill_copies(kind, ids, number, columns)
        return ids

    def _fill_servers(self, ids, count):
        hosts = [row.name for row in self.hosts]
        kinds = [
            {**things.SERVER, 'host': host, 'vcpus': size, 'ram': size * 1024}
            for host, size in itertools.product(hosts, (1, 2, 4))
        ]
        made = self._fill(
            'servers', ids, count, lambda p, n: kinds[n % len(kinds)]
        )
        for row in made:
            self.reckon(None, row, 'servers')

    def _fill_copies(self, kind, ids, count, columns):
        table = self.tables['volumes']

        def of(project_id, number):
            held = table.of_project(project_id)
            volume = held[number % len(held)]
            told = {
                'volume_id': volume.id,
                'size': volume['size'],
                'user_id': volume['user_id'],
                **columns,
            }
            if kind == 'backups':
                told |= {'parent_id': None, 'data_timestamp': None}
            return told

        self._fill(kind, ids, count, of)

    def _fill(self, kind, ids, count, columns):
        total = len(ids) * count
        step = datetime.timedelta(days=365) / max(total, 1)
        begin = self.stamp(kind) - datetime.timedelta(days=365)
        made = []
        for place in range(total):
            created = begin + step * place
            if kind == 'servers':
                created = created.replace(microsecond=0)
            # Each moment is of another project.
            project_id = ids[place % len(ids)]
            number = self._numbers[kind] + place + 1
            told = columns(project_id, number)
            made.append(
                rows.Row(self.new_uuid(), number, project_id, created, told)
            )
        self._numbers[kind] += total
        self.tables[kind].extend(made)
        return made


_VOLUMES = [{**things.VOLUME, 'size': size} for size in (1, 5, 20, 100)]
