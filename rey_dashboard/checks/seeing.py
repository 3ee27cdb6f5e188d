"""Who may see which findings: every query that serves a page begins here."""

from django.core import exceptions
from django.db.models import Q
from django.db.models import QuerySet

from rey_dashboard.checks import models
from rey_dashboard.checks import registry
from rey_dashboard.inventory import scope as scope_


def of(request) -> QuerySet:
    """The findings that the signed-in user may see, in his region.

    By each check's own rule: of the whole cloud, or of the projects of his
    domains. Those of checks that are not installed here nobody sees.
    """
    by_rule = {}
    for name, check in registry.installed().items():
        by_rule.setdefault(check.rule, []).append(name)
    seen = Q(pk__in=[])
    for rule, names in by_rule.items():
        try:
            scope = scope_.of(request, rule)
        except exceptions.PermissionDenied:
            continue
        of_rule = Q(check_name__in=names)
        if not scope.is_whole:
            of_rule &= Q(project_id__in=scope.projects().values('id'))
        seen |= of_rule
    region = request.user.services_region or ''
    return models.Finding.objects.filter(seen, region=region)
