"""Who may see which findings: every query that serves a page begins here."""

from django.db.models import Q
from django.db.models import QuerySet

from rey_dashboard.checks import models
from rey_dashboard.checks import registry
from rey_dashboard.inventory import scope as scope_


def scopes(request) -> dict[str, scope_.Scope]:
    """What the signed-in user may see of each check's findings, by its name.

    By each check's own rule; those of which he may see nothing are left out.
    """
    checks = registry.installed().items()
    return scope_.each(request, {name: check.rule for name, check in checks})


def of(request) -> QuerySet:
    """The findings that the signed-in user may see, in his region.

    Of the whole cloud, or of the projects of his domains. Those of checks
    that are not installed here nobody sees.
    """
    by_scope = {}
    for name, scope in scopes(request).items():
        by_scope.setdefault(scope, []).append(name)
    seen = Q(pk__in=[])
    for scope, names in by_scope.items():
        of_scope = Q(check_name__in=names)
        if not scope.is_whole:
            of_scope &= Q(project_id__in=scope.projects().values('id'))
        seen |= of_scope
    region = request.user.services_region or ''
    return models.Finding.objects.filter(seen, region=region)
