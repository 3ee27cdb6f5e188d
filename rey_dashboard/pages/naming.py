"""Finds what people name in a form."""

from django import forms
from django.utils.translation import gettext as _t

from rey_dashboard.inventory import models
from rey_dashboard.inventory import scope as scope_

ENABLED = models.ProjectSummary.State.ENABLED


def project(scope: scope_.Scope, named: str) -> models.ProjectSummary:
    """The enabled project of this id or name.

    :raises django.forms.ValidationError: there is none, or several
    """
    rows = scope.summaries().filter(state=ENABLED)
    found = list(rows.filter(project_id=named)[:1])
    found = found or list(rows.filter(name=named)[:2])
    if len(found) != 1:
        raise forms.ValidationError(
            _t('Several projects have this name: give the id.')
            if found
            else _t('No enabled project has this name or id.')
        )
    return found[0]
