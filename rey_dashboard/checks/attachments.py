"""Volumes that servers hold which do not exist any more."""

import dataclasses

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from rey_dashboard.checks import registry
from rey_dashboard.checks import volumes
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import reading
from rey_dashboard.inventory import store


class VolumeOfGoneServer(volumes.Things):
    """Its attachment is all that is left of a server."""

    label = _('Volumes attached to servers that are gone')
    rests_on = (parts.SERVERS, parts.VOLUMES)
    # A server that a silent cell hides is not gone.
    whole = (parts.SERVERS,)
    titles = {'': _('%(name)s is attached to a server that is gone')}
    model, noun = models.Volume, ('volume',)
    severity = registry.SEVERITY.WARNING
    extra = ('host', 'type')

    def find(self, region):
        gone = self._gone(region)
        for ids in store.batches(gone, store.BATCH):
            rows = self.rows(region).filter(id__in=ids)
            for found in self.told(region, rows):
                evidence = {**found.evidence, 'gone': gone[found.subject]}
                # Cinder does not tell when the server went.
                yield dataclasses.replace(found, evidence=evidence, since=None)

    def _gone(self, region):
        """Servers that are gone, by the volumes that they hold."""
        servers = models.Server.objects.filter(region=region)
        there = set(servers.values_list('id', flat=True).iterator())
        listed = models.PartState.objects.get(
            region=region, name=parts.SERVERS
        )
        # What is younger may be held by a server that was not listed yet.
        held = self.rows(region).filter(
            updated_at__lt=listed.started_at - reading.OVERLAP
        )
        pairs = held.exclude(server_ids=[]).values_list('id', 'server_ids')
        return {
            one: sorted(set(ids) - there)
            for one, ids in pairs.iterator()
            if not there.issuperset(ids)
        }

    def runbook(self, finding):
        gone = finding.evidence['gone']
        return registry.Runbook(
            meaning=_t(
                'Nobody can attach it elsewhere, nor delete it, though '
                'nothing uses it.'
            ),
            causes=(
                _t('The server was deleted while Cinder did not answer.'),
                _t('It is deleted softly, and can still be restored.'),
                _t('Something other than Nova has attached the volume.'),
            ),
            commands=(
                *(
                    registry.command(
                        _t('Nova says that there is no such server'),
                        *('openstack', 'server', 'show', one),
                    )
                    for one in gone
                ),
                registry.command(
                    _t('Its attachments; ID is one of a server that is gone'),
                    *('openstack', '--os-volume-api-version', '3.27'),
                    *('volume', 'attachment', 'list', '--all-projects'),
                    *('--volume-id', finding.subject),
                ),
                registry.command(
                    _t('Take that one away'),
                    *('openstack', '--os-volume-api-version', '3.27'),
                    *('volume', 'attachment', 'delete', 'ID'),
                ),
            ),
            mended=_t('Its state is available.'),
            documentation='cinder/{release}/admin/'
            'ts-failed-attach-vol-after-detach.html',
        )
