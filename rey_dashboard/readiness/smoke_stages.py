"""The stages of a smoke test; see ``tasks/staged.py``."""

from collections.abc import Callable
from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from keystoneauth1 import exceptions as ks_exceptions

from rey_dashboard.cloud import scratch as scratch_
from rey_dashboard.tasks import staged

#: Things by their part of the name, in the order in which they go.
THINGS = {
    'server': scratch_.SERVER,
    'restored': scratch_.VOLUME,
    'backup': scratch_.BACKUP,
    'volume': scratch_.VOLUME,
    'subnet': scratch_.SUBNET,
    'network': scratch_.NETWORK,
}
LABELS = {
    'sweep': _('Delete what an earlier try left'),
    'choose': _('Choose image and flavor'),
    'network': _('Network'),
    'subnet': _('Subnet'),
    'server': _('Server'),
    'volume': _('Volume'),
    'attach': _('Attach the volume'),
    'backup': _('Backup'),
    'restore': _('Restore'),
    'detach': _('Detach the volume'),
    **{
        f'delete {name}': label
        for name, label in (
            ('server', _('Delete the server')),
            ('restored', _('Delete the restored volume')),
            ('backup', _('Delete the backup')),
            ('volume', _('Delete the volume')),
            ('subnet', _('Delete the subnet')),
            ('network', _('Delete the network')),
        )
    },
}
#: What needs another stage to have been done.
_NEEDS = {'attach': 'volume', 'backup': 'volume', 'restore': 'backup'}
_READY = ('available', 'in-use')


class Stages:
    """Of one step.

    :param names: starts the name of all that it makes
    :param asked: the step's parameters: ``image``, ``flavor``, ``zone``
    :param work: what is kept; changed in place
    """

    def __init__(
        self,
        scratch: scratch_.Scratch,
        names: str,
        mark: str,
        asked: Mapping[str, str],
        work: dict,
    ):
        self._scratch = scratch
        self._names = names
        self._mark = mark
        self._asked = asked
        self._work = work

    def take(self, stage: str) -> bool:
        needed = _NEEDS.get(stage)
        if needed in self._work['skipped']:
            raise staged.Skipped(self._work['skipped'][needed])
        if stage.startswith('delete '):
            return self._is_gone(stage.removeprefix('delete '))
        stages: dict[str, Callable[[], bool]] = {
            'sweep': self._sweep,
            'choose': self._choose,
            'network': self._network,
            'subnet': self._subnet,
            'server': self._server,
            'volume': self._volume,
            'attach': self._attach,
            'backup': self._backup,
            'restore': self._restore,
            'detach': self._detach,
        }
        return stages[stage]()

    def force(self, what: str) -> None:
        """Of a volume or a backup, whatever its status."""
        if THINGS[what] in (scratch_.VOLUME, scratch_.BACKUP):
            for thing in self._found(what):
                self._scratch.force(THINGS[what], thing.id)

    def name(self, what: str) -> str:
        return f'{self._names}-{what}'

    def _found(self, what):
        return self._scratch.find(THINGS[what], self.name(what), self._mark)

    def _one(self, what):
        found = self._found(what)
        if found and found[0].is_bad:
            told = f': {found[0].why}' if found[0].why else '.'
            raise staged.Failed(
                f'The {what} went to {found[0].status}{told}',
                'Look into the service’s log for the request id shown here.',
            )
        return found[0] if found else None

    def _needed(self, what):
        """One that an earlier stage has made."""
        thing = self._one(what)
        if not thing:
            raise staged.Failed(f'The {what} is not there any more.')
        return thing

    def _sweep(self):
        """One after the other, as they hang on each other."""
        return all(self._is_gone(what) for what in THINGS)

    def _choose(self):
        image, flavor = scratch_.choose(
            self._scratch,
            self._asked.get('image', ''),
            self._asked.get('flavor', ''),
        )
        self._work['image'], self._work['image_id'] = image.name, image.id
        self._work['flavor'], self._work['flavor_id'] = flavor.name, flavor.id
        return True

    def _network(self):
        if self._one('network'):
            return True
        self._scratch.make_network(self.name('network'), self._mark)
        return False

    def _subnet(self):
        if self._one('subnet'):
            return True
        network = self._needed('network')
        self._scratch.make_subnet(self.name('subnet'), self._mark, network.id)
        return False

    def _server(self):
        server = self._one('server')
        if server:
            return server.status == 'ACTIVE'
        self._scratch.make_server(
            self.name('server'),
            self._mark,
            self._needed('network').id,
            self._work['image_id'],
            self._work['flavor_id'],
            self._asked.get('zone', ''),
        )
        return False

    def _volume(self):
        try:
            volume = self._one('volume')
        except ks_exceptions.EndpointNotFound as error:
            raise staged.Skipped(
                'The catalog has no block storage.'
            ) from error
        if volume:
            return volume.status in _READY
        self._scratch.make_volume(self.name('volume'), self._mark)
        return False

    def _attach(self):
        server, volume = self._needed('server'), self._needed('volume')
        if volume.status == 'in-use':
            return True
        if volume.status == 'available':
            if self._work.get('attach_asked'):
                raise staged.Failed(
                    'The volume was not attached, and is available.'
                )
            self._scratch.attach(server.id, volume.id)
            self._work['attach_asked'] = True
        return False

    def _backup(self):
        backup = self._one('backup')
        if backup:
            return backup.status == 'available'
        if not self._scratch.has_backups():
            raise staged.Skipped(
                'Cinder has no backup service that is enabled.'
            )
        self._scratch.make_backup(
            self.name('backup'), self._mark, self._needed('volume').id
        )
        return False

    def _restore(self):
        restored = self._one('restored')
        if restored:
            return restored.status == 'available'
        self._scratch.make_volume(
            self.name('restored'), self._mark, self._needed('backup').id
        )
        return False

    def _detach(self):
        servers = self._found('server')
        if not servers:
            return True
        held = [
            (server.id, volume_id)
            for server in servers
            if not server.is_going
            for volume_id in self._scratch.attached(server.id)
        ]
        for server_id, volume_id in held:
            self._scratch.detach(server_id, volume_id)
        return not held

    def _is_gone(self, what):
        try:
            found = self._found(what)
        except ks_exceptions.EndpointNotFound:
            # A service that the cloud lacks made nothing.
            return True
        for thing in found:
            if not thing.is_going:
                self._scratch.delete(THINGS[what], thing.id)
        return not found
