"""Who may see which tasks and act on them: every query begins here.

A task of the whole cloud (``domain_id`` is empty) is nothing for who manages
domains; that of a domain is for him as well as for who may see the whole.
"""

from collections.abc import Collection

from django.db.models import Q
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from rey_dashboard.inventory import scope as scope_
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import models


def scopes(request) -> dict[str, scope_.Scope]:
    """What the signed-in user may see of the tasks of each kind, by its name.

    By each kind's own rule; those of which he may see nothing are left out.
    """
    installed = kinds.installed().items()
    return scope_.each(
        request, {name: kind.read_rule for name, kind in installed}
    )


def of(request) -> QuerySet:
    """The tasks that the signed-in user may see, in his region.

    Those of kinds that are not installed here nobody sees.
    """
    by_scope = {}
    for name, scope in scopes(request).items():
        by_scope.setdefault(scope, []).append(name)
    seen = Q(pk__in=[])
    for scope, names in by_scope.items():
        of_scope = Q(kind__in=names)
        if not scope.is_whole:
            of_scope &= Q(domain_id__in=_named(scope))
        seen |= of_scope
    region = request.user.services_region or ''
    return models.Task.objects.filter(seen, region=region)


def listed(request) -> Collection[str]:
    """Kinds of tasks that he may see, for a choice among them.

    Where he sees those of a domain alone, only kinds of which it has some.
    """
    found = scopes(request)
    whole = {name for name, scope in found.items() if scope.is_whole}
    if whole == found.keys():
        return whole
    return whole | set(of(request).values_list('kind', flat=True).distinct())


def may_act(request, task: models.Task) -> bool:
    """By the kind's rule, for the whole cloud or for the task's domain."""
    kind = kinds.installed().get(task.kind)
    return bool(kind) and _covers(request, kind.rule, task)


def is_whole(request, task: models.Task) -> bool:
    """Whether he sees it by a right on the whole cloud."""
    scope = scopes(request).get(task.kind)
    return bool(scope) and scope.is_whole


def note(request, task: models.Task) -> str:
    """Why it waits; words of services and back ends are not for managers."""
    if not task.note or is_whole(request, task):
        return task.note
    return _('It waits for the cloud, and goes on by itself.')


def _covers(request, rule, task):
    scope = scope_.each(request, {'': rule}).get('')
    if not scope or scope.region != task.region:
        return False
    return scope.is_whole or task.domain_id in _named(scope)


def _named(scope):
    return scope.domain_ids - {''}
