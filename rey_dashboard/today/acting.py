"""What the user may ask of a finding, and what becomes of it."""

from collections.abc import Callable
import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _t

from rey_dashboard import policy
from rey_dashboard.checks import models
from rey_dashboard.checks import orders
from rey_dashboard.checks import registry
from rey_dashboard.checks import seeing
from rey_dashboard.checks import showing
from rey_dashboard.policy import today as rules
from rey_dashboard.tasks import records

WHAT = models.FindingRecord.What
#: What somebody asks a second time so soon was a double click.
AGAIN = datetime.timedelta(minutes=1)


def may_act(request, finding: models.Finding) -> bool:
    """By the rule to act of the area of its check."""
    check = registry.installed().get(finding.check_name)
    return bool(check) and _passes(request, rules.ACTS[check.area])


def change(request, finding: models.Finding) -> registry.Change | None:
    """The task that may mend it, if the user may plan it."""
    found = None if finding.resolved_at else showing.change(finding)
    if found and seeing.may_plan(request, found):
        return found
    return None


def once(
    finding: models.Finding,
    actor: records.Actor,
    what: models.FindingRecord.What,
    order: Callable[[], None],
    **details,
) -> None:
    """Gives an order, unless the same person gave the same a moment ago.

    :param details: of its record, that make it the same
    :raises orders.NotNow: the finding is not in a state for it
    """
    with transaction.atomic():
        # The second click waits here for the first.
        models.Finding.objects.select_for_update().get(pk=finding.pk)
        last = finding.records.order_by('-pk').first()
        again = (
            last
            and (last.what, last.who_id) == (what, actor.id)
            and last.details.items() >= details.items()
            and timezone.now() - last.at < AGAIN
        )
        if not again:
            order()


def why_not(
    finding: models.Finding, actor: records.Actor, order: Callable
) -> str:
    """Why an order could not be given; nothing when it is so already."""
    finding.refresh_from_db()
    if order is orders.unacknowledge:
        return '' if not finding.acknowledged_at else _t('Try it again.')
    if order is orders.wake:
        return '' if not finding.is_snoozed else _t('Try it again.')
    if finding.resolved_at:
        return _t('It is resolved by now: nothing has to be done about it.')
    if order is orders.acknowledge:
        if finding.acknowledged_by_id == actor.id:
            return ''
        return _t('%s has acknowledged it already.') % (
            finding.acknowledged_by_name or finding.acknowledged_by_id
        )
    return _t('That time is over: choose a later one.')


def _passes(request, rule):
    """For this request: a page asks the same of each of its rows."""
    known = request.__dict__.setdefault('_rey_passes', {})
    if rule not in known:
        known[rule] = policy.allowed(request, rule)
    return known[rule]
