"""The simulated cloud as a test sees and changes it.

Everything that it tells is in ``tables``, behind one lock; the services look
into them when they are asked.
"""

import collections
import contextlib
import json
import random
import threading
import uuid

from tests.simcloud import acts
from tests.simcloud import cinder
from tests.simcloud import cinder_backup
from tests.simcloud import clock
from tests.simcloud import copies
from tests.simcloud import faults
from tests.simcloud import filling
from tests.simcloud import glance
from tests.simcloud import hardware
from tests.simcloud import keystone
from tests.simcloud import moves
from tests.simcloud import neutron
from tests.simcloud import nova
from tests.simcloud import people
from tests.simcloud import placement
from tests.simcloud import rows
from tests.simcloud import server
from tests.simcloud import things

SERVICES = (
    keystone.Keystone,
    nova.Nova,
    cinder.Cinder,
    neutron.Neutron,
    placement.Placement,
)
PASSWORD = 's3cret'
REGION = 'RegionOne'


class Cloud(
    people.People,
    things.Things,
    hardware.Hardware,
    moves.Moves,
    acts.Acts,
    copies.Copies,
    filling.Filling,
):
    """A cloud on ports of the loopback; ``running`` starts and ends it.

    :param page: the most rows that a page of nova and cinder has
    :param images: whether it has Glance
    """

    def __init__(
        self,
        page: int = 1000,
        port: int = 0,
        seed: int = 0,
        images: bool = False,
    ):
        self.lock = threading.RLock()
        self.clock = clock.Clock()
        self.page = page
        self.latency_s = 0.0
        self.ended = threading.Event()
        self.calls = []
        self.faults = faults.Faults()
        #: (oldest, newest) microversion of a service.
        self.versions = {
            'compute': ('2.1', '2.104'),
            'block-storage': ('3.0', '3.71'),
            'placement': ('1.0', '1.39'),
        }
        #: Types of services that the catalog leaves out.
        self.missing = set()
        #: Names of nova's cells that do not answer.
        self.down_cells = set()
        #: Names of hosts that do not answer nova's RPC.
        self.silent_hosts = set()
        #: It says yes to enabling and disabling, and does nothing.
        self.cinder_is_29 = False
        #: As Keystone before 2025.1 does.
        self.keystone_ignores_marker = False
        self._random = random.Random(seed)
        self._closed = collections.Counter()
        self.tables = collections.defaultdict(rows.Table)
        self.tables['servers'] = rows.Table(tie='number')
        self._numbers = collections.Counter()
        #: Kinds of things whose making never ends, or ends badly; more of
        #: volumes and backups tells ``cinder_backup``.
        self.stuck, self.broken = set(), set()
        self.cinder_backup = cinder_backup.CinderBackup(self)
        #: Ids of each kind that are being made.
        self.under_way = collections.defaultdict(list)
        kinds = (*SERVICES, glance.Glance) if images else SERVICES
        self.services = {each.type: each(self) for each in kinds}
        self.keystone = self.services['identity']
        self._make_people(PASSWORD)
        self._make_things()
        self._make_copies()
        self._make_hardware()
        self.ports = {
            kind: server.Port(
                each, self.clock, port if kind == 'identity' else 0
            )
            for kind, each in self.services.items()
        }

    def end(self) -> None:
        self.ended.set()
        self.faults.clear()
        for port in self.ports.values():
            port.end()

    @property
    def addresses(self) -> list[str]:
        """Where its services answer."""
        return [port.url for port in self.ports.values()]

    @property
    def auth_url(self) -> str:
        return self.keystone.url

    def clouds_yaml(self, path, name: str = 'rey') -> None:
        """Writes an entry for the service user, an administrator."""
        # JSON is YAML.
        entry = {
            'region_name': REGION,
            'auth': {
                'auth_url': self.auth_url,
                'username': 'rey',
                'password': PASSWORD,
                'project_name': 'service',
                'user_domain_id': 'default',
                'project_domain_id': 'default',
            },
        }
        path.write_text(json.dumps({'clouds': {name: entry}}, indent=1))

    def catalog(self) -> list[dict]:
        return [
            {
                'id': each.type,
                'type': each.type,
                'name': each.name,
                'endpoints': [
                    {
                        'id': f'{each.type}-{interface}',
                        'interface': interface,
                        'region_id': REGION,
                        'region': REGION,
                        'url': each.url,
                    }
                    for interface in ('public', 'internal', 'admin')
                ],
            }
            for each in self.services.values()
            if each.type not in self.missing
        ]

    @property
    def now(self):
        """The true time, that of the cloud; services may be wrong by skew."""
        return self.clock.now

    def advance(self, seconds: float) -> None:
        self.clock.advance(seconds)

    def settle(self) -> None:
        """What is due in Cinder has its effect, as when somebody asks it."""
        with self.lock:
            self.cinder_backup.settle()

    @property
    def skew_s(self) -> float:
        return self.clock.skew_s

    @skew_s.setter
    def skew_s(self, seconds):
        self.clock.skew_s = seconds

    def fault(
        self, service: str, path: str = '/', kind: str = 'status', **told
    ) -> faults.Fault:
        """Orders a fault; ``faults.KINDS`` tells the kinds.

        :param service: its type, ``compute`` for example
        :param path: start of the paths below the catalog's address
        :param told: the other fields of ``faults.Fault``
        """
        if service not in self.services:
            raise ValueError(service)
        fault = faults.Fault(service, path, kind, **told)
        if kind == 'refused':
            self._closed[service] += 1
            self.ports[service].close()
            fault.undo = lambda: self._reopen(service)
        return self.faults.add(fault)

    def _reopen(self, service):
        self._closed[service] -= 1
        if not self._closed[service]:
            self.ports[service].open()

    def is_down(self, service: str) -> bool:
        """Whether others find its port closed."""
        return bool(self._closed[service])

    def clear_faults(self) -> None:
        self.faults.clear()

    def expire_tokens(self) -> None:
        """All tokens are void; a new sign-in works."""
        with self.lock:
            self.keystone.tokens.clear()

    @contextlib.contextmanager
    def calls_made(self):
        """Gives a list that holds the calls of the block at its end."""
        begin, made = len(self.calls), []
        yield made
        made += self.calls[begin:]

    def new_uuid(self) -> str:
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def new_row(self, kind, project_id, columns, row_id=None, **times):
        """Puts a row in; ``created_at`` and ``updated_at`` may be told."""
        created = times.get('created_at') or self.clock.told
        if kind == 'servers':
            created = created.replace(microsecond=0)
        self._numbers[kind] += 1
        row = rows.Row(
            row_id or self.new_uuid(),
            self._numbers[kind],
            project_id,
            created,
            columns,
        )
        row.updated = times.get('updated_at', created)
        return self.tables[kind].add(row)

    def stamp(self, kind: str):
        now = self.clock.told
        return now.replace(microsecond=0) if kind == 'servers' else now
