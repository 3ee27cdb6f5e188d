"""What volumes and backups have in common: they are restored, and proven."""

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from rey_dashboard.checks import registry
from rey_dashboard.find import dossier
from rey_dashboard.inventory import scope as scope_
from rey_dashboard.policy import operate

#: What can be asked for a backup: label, name in the URL conf, rule.
_RESTORE = (
    (_('Restore to a new volume…'), 'restore', operate.ACT),
    (_('Restore over a volume…'), 'restore_over', operate.RESTORE_OVER),
)


class Restorable(dossier.Dossier):
    """Something that has been backed up, or is a backup."""

    @property
    def restorable_id(self) -> str:
        """Of a good backup; nothing without one."""
        raise NotImplementedError

    @property
    def proof(self) -> registry.Change:
        """That which has it proven."""
        raise NotImplementedError

    def changes(self):
        return [*super().changes(), *self._of_backup()]

    def _of_backup(self):
        """For whoever may do so in the domain that he sees it of."""
        if not self.restorable_id:
            return
        chosen = urlencode({'chosen': 1, 'id': self.restorable_id})
        for label, name, rule in _RESTORE:
            if scope_.is_open(self.request, rule):
                address = reverse(f'horizon:rey:backups:{name}')
                yield registry.Change(label, f'{address}?{chosen}', rule)
        if scope_.is_open(self.request, self.proof.rule):
            yield self.proof

    def proven_on(self, rows):
        """When a drill found it good."""
        row = rows.first()
        if not row:
            yield dossier.Fact(_t('Proven on'), _t('never'))
            return
        page = dossier.page('backup', row.backup_id)
        told = f'{row.at:%Y-%m-%d %H:%M} UTC'
        yield dossier.Fact(_t('Proven on'), told, page)
