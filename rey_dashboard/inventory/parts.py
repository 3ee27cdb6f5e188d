"""The parts that a region is read in; pages name what they show of them."""

from django.utils.translation import gettext_lazy as _

IDENTITY = 'identity'
SERVERS = 'servers'
VOLUMES = 'volumes'
COMPUTE_QUOTAS = 'compute_quotas'
VOLUME_QUOTAS = 'volume_quotas'

LABELS = {
    IDENTITY: _('Projects'),
    SERVERS: _('Servers'),
    VOLUMES: _('Volumes'),
    COMPUTE_QUOTAS: _('Compute quotas'),
    VOLUME_QUOTAS: _('Volume quotas'),
}
