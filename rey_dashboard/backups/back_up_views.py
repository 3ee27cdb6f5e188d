"""Asks which volumes are to be backed up how, and plans the task."""

import collections

from django.core import exceptions
from django.db.models import Count
from django.db.models import Sum
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from rey_dashboard.backups import back_up_forms
from rey_dashboard.backups import forms
from rey_dashboard.backups import rates
from rey_dashboard.backups import services
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.policy import operate
from rey_dashboard.tasks import asking
from rey_dashboard.templatetags import rey

STATES = models.VolumeCoverage.State


class BackUpView(asking.OfProjects):
    """Of the volumes that the address selects, as the tab Volumes does.

    With ``?chosen=1`` those of ``id=``; else all that match the filter, but
    for those that need no backup.
    """

    rule = operate.ACT
    parts = (
        parts.IDENTITY,
        parts.VOLUMES,
        parts.BACKUPS,
        parts.VOLUME_QUOTAS,
        parts.VOLUME_SERVICES,
    )
    template_name = 'rey/backups/back_up.html'
    page_title = _('Back up volumes')
    kind = 'back_up'
    form_class = back_up_forms.BackUpForm
    key = 'volume_id'
    #: The worst first: they begin first.
    order = ('severity', '-size_gib', 'volume_id')
    others_match = _('Other volumes match by now: %d. Look again, please.')
    chosen_on = 'horizon:rey:backups:volumes'
    none_chosen = _('No volume was chosen: tick them on the page before.')
    none_match = _('No volume that needs a backup matches.')

    def selected(self):
        rows = self.scope.volume_coverage()
        if 'chosen' in self.request.GET:
            ids = self.request.GET.getlist('id')
            return rows.filter(volume_id__in=ids)
        form = forms.VolumesForm(self.request.GET, scope=self.scope)
        if not form.is_valid():
            raise exceptions.BadRequest
        rows = form.filter(rows)
        if form.cleaned_data['state'] != STATES.EXCLUDED:
            rows = rows.exclude(state=STATES.EXCLUDED)
        return rows

    def parameters(self, ids):
        told = self.form.cleaned_data
        return {
            'volumes': ids,
            **{
                name: told[name]
                for name in ('method', 'full_every', 'container', 'at_once')
            },
        }

    def title(self, count):
        if count == 1:
            return (_t('Back up %s') % self.selected().first())[:255]
        told = ngettext('Back up %s volume', 'Back up %s volumes', count)
        return told % rey.number(count)

    def get_context_data(self, **kwargs):
        rows = self.selected()
        return super().get_context_data(
            gib=rows.aggregate(gib=Sum('size_gib'))['gib'] or 0,
            attached=rows.filter(status='in-use').count(),
            excluded=rows.filter(state=STATES.EXCLUDED).count(),
            back_ends=self._back_ends(rows) if self.scope.is_whole else (),
            troubles=services.troubles(self.scope),
            **kwargs,
        )

    def _back_ends(self, rows):
        """Name, volumes, GiB, and the rates of full and incremental ones."""
        sums = (
            rows.order_by()
            .values_list('back_end')
            .annotate(Count('volume_id'), Sum('size_gib'))
        )
        known = rates.of(
            self.scope.region,
            (
                (name, method)
                for name, _volumes, _gib in sums
                for method in (rates.FULL, rates.INCREMENTAL)
            ),
        )
        measured = collections.defaultdict(list)
        for (name, method), rate in known.items():
            measured[name].append((method, rate))
        return [
            (
                name,
                volumes,
                gib,
                [
                    (method, rates.words(rate, gib))
                    for method, rate in measured[name]
                ],
            )
            for name, volumes, gib in sums.order_by('back_end')
        ]
