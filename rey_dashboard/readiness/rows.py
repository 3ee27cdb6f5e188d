"""Endpoints with what their addresses answered, as pages show them."""

from django.db import models as db_models
from django.utils.translation import gettext_lazy as _

from rey_dashboard.inventory import models
from rey_dashboard.readiness import endpoint_checks


class State(db_models.TextChoices):
    """The worst comes first."""

    SILENT = 'silent', _('no answer')
    BROKEN = 'broken', _('broken')
    NO_ADDRESS = 'no_address', _('no address')
    SLOW = 'slow', _('slow')
    UNASKED = 'unasked', _('not asked yet')
    GOOD = 'good', _('answers')
    DISABLED = 'disabled', _('disabled')


ORDER = tuple(State)
#: Bootstrap's colour of each.
COLOURS = {
    State.SILENT: 'danger',
    State.BROKEN: 'danger',
    State.NO_ADDRESS: 'danger',
    State.SLOW: 'warning',
    State.GOOD: 'success',
}


def of(region: str) -> list[models.Endpoint]:
    """All that the catalog has, disabled ones too; two queries.

    Each has its ``probe`` (or none), its ``state`` and what tables sort by.
    """
    probes = {
        row.id: row
        for row in models.EndpointProbe.objects.filter(region=region)
    }
    endpoints = models.Endpoint.objects.filter(region=region).order_by(
        'service_type', 'in_region', 'interface', 'id'
    )
    found = list(endpoints)
    for row in found:
        probe = probes.get(row.probe_id) if row.enabled else None
        row.probe = probe
        row.state = state(row, probe)
        row.place_in_order = ORDER.index(row.state)
        row.colour = COLOURS.get(row.state, 'default')
        row.seconds = probe and probe.seconds
        row.version = probe and (probe.most_microversion or probe.version)
        row.cert_days = probe and probe.cert_days
    return found


def state(endpoint, probe) -> State:
    if not endpoint.enabled:
        return State.DISABLED
    if not endpoint.probe_id:
        return State.NO_ADDRESS
    if not probe:
        return State.UNASKED
    if probe.status is None:
        return State.SILENT
    if not probe.is_good:
        return State.BROKEN
    return State.SLOW if endpoint_checks.slowness(probe) else State.GOOD
