"""Who may see which findings: every query that serves a page begins here."""

from django.db.models import Q
from django.db.models import QuerySet

from rey_dashboard import policy
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

    Of the whole cloud, or of his domains as each check tells it. Those of
    checks that are not installed here nobody sees.
    """
    alike = {}
    for name, scope in scopes(request).items():
        check = registry.installed()[name]
        # One condition for all that tell it the same way.
        how = None if scope.is_whole else type(check).of_domains
        alike.setdefault((scope, how), {})[name] = check
    seen = Q(pk__in=[])
    for (scope, how), checks in alike.items():
        of_scope = Q(check_name__in=list(checks))
        if how:
            of_scope &= next(iter(checks.values())).of_domains(scope)
        seen |= of_scope
    region = request.user.services_region or ''
    return models.Finding.objects.filter(seen, region=region)


def may_plan(request, change: registry.Change) -> bool:
    """Whether the page is open to the signed-in user."""
    if change.of_domains:
        return scope_.is_open(request, change.rule)
    return policy.allowed(request, change.rule)
