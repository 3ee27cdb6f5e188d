"""Who may see and change which policies: every query begins here.

One of the whole cloud is nothing for who manages domains; that of a domain is
for him as well as for who may see the whole.
"""

from django import shortcuts
from django.core import exceptions
from django.db.models import QuerySet

from rey_dashboard.backups import models
from rey_dashboard.inventory import scope as scope_
from rey_dashboard.policy import operate


def of(scope: scope_.Scope) -> QuerySet[models.BackupPolicy]:
    """Also those that are removed."""
    rows = models.BackupPolicy.objects.filter(region=scope.region)
    if scope.is_whole:
        return rows
    return rows.filter(domain_id__in=scope.domain_ids - {''})


def one(scope: scope_.Scope, policy_id: int, **more) -> models.BackupPolicy:
    """:raises django.http.Http404: there is none that he may see"""
    # The greatest number that each of the databases takes.
    if policy_id >= 2**63:
        policy_id = 0
    return shortcuts.get_object_or_404(of(scope), pk=policy_id, **more)


def may_act(request, policy: models.BackupPolicy) -> bool:
    if policy.removed_at:
        return False
    try:
        scope = scope_.of(request, operate.ACT)
    except exceptions.PermissionDenied:
        return False
    return of(scope).filter(pk=policy.pk).exists()
