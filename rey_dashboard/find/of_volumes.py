"""A volume, and one backup of a volume."""

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from rey_dashboard.checks import registry
from rey_dashboard.find import dossier
from rey_dashboard.find import restorable
from rey_dashboard.find import states
from rey_dashboard.inventory import meanings
from rey_dashboard.inventory import models
from rey_dashboard.pages import times
from rey_dashboard.policy import operate


def _gib(size):
    return _t('%d GiB') % size


def _backup(row):
    kind = _t('incremental') if row.is_incremental else _t('full')
    return dossier.Thing(
        row.name or row.id,
        row.status,
        dossier.page('backup', row.id),
        f'{kind}, {row.created_at:%Y-%m-%d %H:%M} UTC',
    )


class Volume(restorable.Restorable):
    kind = 'volume'
    quotas = ('volume.volumes', 'volume.gigabytes')

    def find(self):
        return self.scope.volumes().filter(id=self.id).first()

    @property
    def words(self):
        return states.of(states.VOLUMES, self.row.status)

    @cached_property
    def _coverage(self):
        rows = self.scope.volume_coverage().filter(volume_id=self.id)
        return rows.first()

    @property
    def restorable_id(self):
        return self._coverage.last_good_id if self._coverage else ''

    @property
    def proof(self):
        chosen = urlencode({'chosen': 1, 'id': self.id})
        address = reverse('horizon:rey:backups:prove')
        label = _('Prove its last good backup…')
        return registry.Change(label, f'{address}?{chosen}', operate.ACT)

    @property
    def last_good(self):
        """As a server's."""
        return [(self.name, self._coverage)] if self._coverage else []

    @property
    def fault(self):
        told = self._coverage and self._coverage.fail_reason
        if not told:
            return None
        service = _t('Cinder, of its last backup,')
        return dossier.Fault(service, told, meanings.of(told))

    def facts(self):
        row = self.row
        yield dossier.Fact(_t('Size'), _gib(row.size_gib))
        yield dossier.Fact(_t('Type'), row.type)
        bootable = _t('yes') if row.bootable else _t('no')
        yield dossier.Fact(_t('Bootable'), bootable)
        if self.scope.is_whole:
            host = row.host.partition('@')[0]
            page = dossier.page('host', host) if host else ''
            yield dossier.Fact(_t('Host, back end and pool'), row.host, page)
        proven = self.scope.proven_volumes().filter(volume_id=self.id)
        yield from self.proven_on(proven)
        yield from self.made_by()
        yield dossier.Fact(_t('Made'), row.created_at)
        yield dossier.Fact(_t('Changed last, as Cinder tells'), row.updated_at)

    def listings(self):
        ids = self.row.server_ids
        servers = {
            row.id: row for row in self.scope.servers().filter(id__in=ids)
        }
        attached = [
            dossier.Thing(
                servers[one].name or one,
                servers[one].status,
                dossier.page('server', one),
            )
            if one in servers
            else dossier.Thing(one, words=_t('not known here'))
            for one in ids
        ]
        yield dossier.Listing(_t('Attached to'), attached, len(attached))
        backups = self.scope.backups().filter(volume_id=self.id)
        some = backups.order_by('-created_at', 'id')[: dossier.MOST]
        things = [_backup(row) for row in some]
        page = f'{reverse("horizon:rey:find:index")}?kind=backup&q={self.id}'
        yield dossier.Listing(_t('Backups'), things, backups.count(), page)
        snapshots = self.scope.of_projects(models.Snapshot)
        snapshots = snapshots.filter(volume_id=self.id)
        some = snapshots.order_by('-created_at', 'id')[: dossier.MOST]
        things = [
            dossier.Thing(row.name or row.id, row.status) for row in some
        ]
        yield dossier.Listing(_t('Snapshots'), things, snapshots.count())

    def own_events(self):
        row = self.row
        yield dossier.Event(row.created_at, _t('Made'))
        yield dossier.Event(
            row.updated_at, _t('Changed last: %s') % row.status
        )
        backups = self.scope.backups().filter(volume_id=self.id)
        for backup in backups.order_by('-created_at')[: dossier.MOST]:
            told = {'name': backup.name or backup.id, 'state': backup.status}
            yield dossier.Event(
                backup.created_at,
                _t('Backup %(name)s begun; it is %(state)s') % told,
                dossier.page('backup', backup.id),
            )

    def commands(self):
        show = ('openstack', 'volume')
        yield registry.command(
            _t('What Cinder knows of it'), *show, 'show', self.id
        )
        yield registry.command(
            _t('Its backups'),
            *(*show, 'backup', 'list', '--all-projects'),
            *('--volume', self.id),
        )
        yield registry.command(
            _t('What went wrong with it, as users are told'),
            *('openstack', '--os-volume-api-version', '3.5'),
            *('volume', 'message', 'list'),
            *('--project', self.row.project_id),
        )
        host = self.row.host.partition('@')[0]
        if host:
            yield registry.command(
                _t('On %s: what cinder-volume tells of it') % host,
                *('grep', self.id, '/var/log/cinder/cinder-volume.log'),
            )

    @property
    def horizon(self):
        return reverse('horizon:admin:volumes:detail', args=[self.id])


class Backup(restorable.Restorable):
    kind = 'backup'
    quotas = ('volume.backups', 'volume.backup_gigabytes')

    def find(self):
        return self.scope.backups().filter(id=self.id).first()

    @cached_property
    def _chain(self):
        rows = models.BackupChain.objects.filter(
            region=self.scope.region, backup_id=self.id
        )
        return rows.first()

    @property
    def restorable_id(self):
        ill = self._chain and self._chain.problem
        return self.id if self.row.status == 'available' and not ill else ''

    @property
    def proof(self):
        chosen = urlencode({'chosen': 1, 'id': self.id})
        address = reverse('horizon:rey:backups:prove_backups')
        label = _('Prove it…')
        return registry.Change(label, f'{address}?{chosen}', operate.ACT)

    @property
    def words(self):
        words = states.of(states.BACKUPS, self.row.status)
        if self._chain and self._chain.problem:
            words += ' ' + (
                _t('But nothing can be restored from it: %s.')
                % self._chain.get_problem_display()
            )
        return words

    @property
    def fault(self):
        told = self.row.fail_reason
        if not told:
            return None
        return dossier.Fault('Cinder', told, meanings.of(told))

    def facts(self):
        row = self.row
        volume = self.scope.volumes().filter(id=row.volume_id).first()
        if volume:
            page = dossier.page('volume', volume.id)
            yield dossier.Fact(_t('Volume'), volume.name or volume.id, page)
        else:
            words = _t('%s, which is gone or of another domain')
            yield dossier.Fact(_t('Volume'), words % row.volume_id)
        kind = _t('incremental') if row.is_incremental else _t('full')
        yield dossier.Fact(_t('Kind'), kind)
        yield from self._holds()
        yield dossier.Fact(_t('Size'), _gib(row.size_gib))
        yield dossier.Fact(_t('Kept in'), row.container)
        yield dossier.Fact(_t('Objects'), row.object_count)
        yield dossier.Fact(_t('Its data are of'), row.data_timestamp)
        proven = self.scope.proven_volumes().filter(backup_id=self.id)
        yield from self.proven_on(proven)
        yield from self.made_by()
        yield dossier.Fact(_t('Made'), row.created_at)
        if row.took:
            minutes = row.took.total_seconds() / 60
            yield dossier.Fact(_t('Took, in minutes'), minutes)

    def _holds(self):
        rows = models.BackupHold.objects.in_force(self.scope.region)
        page = f'{reverse("horizon:rey:backups:holds")}?q={self.id}'
        for hold in rows.filter(backup_id=self.id).order_by('at', 'pk'):
            words = hold.reason
            if hold.until:
                words = _t('until %(until)s: %(reason)s') % {
                    'until': times.until(hold.until),
                    'reason': hold.reason,
                }
            yield dossier.Fact(_t('On hold'), words, page)

    def listings(self):
        chain = self._chain
        below = {chain.parent_id, chain.full_id} if chain else set()
        below -= {'', self.id}
        rows = self.scope.backups()
        known = list(rows.filter(id__in=below).order_by('-created_at'))
        things = [_backup(row) for row in known]
        yield dossier.Listing(_t('It builds on'), things, len(things))
        above = models.BackupChain.objects.filter(
            region=self.scope.region, parent_id=self.id
        )
        upon = rows.filter(id__in=above.values('backup_id'))
        some = upon.order_by('-created_at', 'id')[: dossier.MOST]
        things = [_backup(row) for row in some]
        yield dossier.Listing(_t('These build on it'), things, upon.count())

    def own_events(self):
        row = self.row
        yield dossier.Event(row.created_at, _t('Begun'))
        yield dossier.Event(
            row.updated_at, _t('Changed last: %s') % row.status
        )

    def commands(self):
        show = ('openstack', 'volume', 'backup')
        yield registry.command(
            _t('What Cinder knows of it'), *show, 'show', self.id
        )
        restorable = self.row.status == 'available'
        if restorable and not (self._chain and self._chain.problem):
            yield registry.command(
                _t('Restore it to a new volume, as a user of its project'),
                *('openstack', '--os-volume-api-version', '3.47'),
                *('volume', 'create', '--backup', self.id),
                *('--size', str(self.row.size_gib), f'restored-{self.id}'),
            )
        yield registry.command(
            _t('On the hosts of cinder-backup: what it tells of it'),
            *('grep', '-r', self.id, '/var/log/cinder/'),
        )

    @property
    def horizon(self):
        return reverse('horizon:admin:backups:detail', args=[self.id])
