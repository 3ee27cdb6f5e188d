"""Asks what is to be restored where, and plans the task."""

from django.core import exceptions
from django.db.models import Count
from django.db.models import Sum
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from rey_dashboard.backups import forms
from rey_dashboard.backups import restore_forms
from rey_dashboard.backups import restore_over_kind
from rey_dashboard.backups import restore_rates
from rey_dashboard.backups import restore_sources
from rey_dashboard.backups import services
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import resources
from rey_dashboard.inventory import scope as scope_
from rey_dashboard.policy import operate
from rey_dashboard.tasks import asking
from rey_dashboard.templatetags import rey

PARTS = (
    parts.IDENTITY,
    parts.VOLUMES,
    parts.BACKUPS,
    parts.VOLUME_QUOTAS,
    parts.VOLUME_SERVICES,
)
#: Projects whose quotas the page tells.
MOST_PROJECTS = 10


class _OfBackups(asking.OfProjects):
    """Of the backups that the address selects, as the tab of them does.

    With ``?chosen=1`` those of ``id=``; else all that match the filter.
    """

    parts = PARTS
    others_match = _('Other backups match by now: %d. Look again, please.')
    none_chosen = _('No backup was chosen: tick them on the page before.')
    none_match = _('No backup matches.')
    chosen_on = 'horizon:rey:backups:all'

    def selected(self):
        rows = self.scope.backups()
        if 'chosen' in self.request.GET:
            return rows.filter(id__in=self.request.GET.getlist('id'))
        form = forms.RecordsForm(self.request.GET, scope=self.scope)
        if not form.is_valid():
            raise exceptions.BadRequest
        return form.filter(rows)

    @cached_property
    def one(self) -> restore_sources.Source | None:
        """The only one that is selected, if it is only one."""
        found = list(self.selected()[:2])
        if len(found) != 1:
            return None
        backup_id = found[0].id
        known = restore_sources.read(self.scope.region, [backup_id])
        return known.get(backup_id)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            one=self.one,
            troubles=services.troubles(self.scope),
            times=restore_rates.Measured(self.scope.region),
            **kwargs,
        )


class RestoreView(_OfBackups):
    """To new volumes of the projects that own the backups."""

    rule = operate.ACT
    template_name = 'rey/backups/restore.html'
    page_title = _('Restore to a new volume')
    kind = restore_rates.NEW
    form_class = restore_forms.RestoreForm

    def form_options(self):
        return {'scope': self.scope, 'one': self.one}

    def parameters(self, ids):
        told = self.form.cleaned_data
        return {
            'backups': ids,
            'type': told['type'],
            'name': told.get('name', ''),
            'size_gib': told.get('size_gib') or 0,
            'at_once': told.get('at_once') or 0,
        }

    def title(self, count):
        if self.one:
            told = _t('Restore %s to a new volume')
            return (told % (self.one.backup.name or self.one.backup.id))[:255]
        words = ngettext(
            'Restore %s backup to a new volume',
            'Restore %s backups to new volumes',
            count,
        )
        return words % rey.number(count)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        gib = self.selected().aggregate(gib=Sum('size_gib'))['gib'] or 0
        back_end = self.one.back_end if self.one else ''
        return {
            **context,
            'gib': gib,
            'time': context['times'].words(gib, back_end),
            'needs': quotas(self.scope, self.selected()),
        }


class RestoreOverView(_OfBackups):
    """Over the volume that it came from, or another of its project."""

    rule = operate.RESTORE_OVER
    template_name = 'rey/backups/restore_over.html'
    page_title = _('Restore over a volume')
    kind = restore_rates.OVER
    form_class = restore_forms.RestoreOverForm

    def form_options(self):
        volume = self.one.volume if self.one else None
        asked = self.request.GET.get('volume', '')
        return {
            'source': self.one,
            'initial': {'volume': asked or (volume.id if volume else '')},
        }

    def parameters(self, ids):
        (backup_id,) = ids
        return {'backup': backup_id, 'volume': self.form.row.id}

    def title(self, count):
        volume = self.form.row
        told = {
            'volume': volume.name or volume.id,
            'time': f'{self.one.data_at:%Y-%m-%d %H:%M}',
        }
        words = _t('Restore the backup of %(time)s UTC over %(volume)s')
        return (words % told)[:255]

    def post(self, request, *args, **kwargs):
        if self.count > 1:
            raise exceptions.BadRequest
        return super().post(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        if not self.one:
            return context
        gib, back_end = self.one.backup.size_gib, self.one.back_end
        context['time'] = context['times'].words(gib, back_end)
        volume = self.one.volume
        if not volume:
            return context
        chosen = urlencode({'chosen': 1, 'id': volume.id})
        address = reverse('horizon:rey:backups:back_up')
        return {
            **context,
            'refused': restore_over_kind.refused(self.one, volume),
            'remedy': restore_over_kind.remedy(volume),
            'back_up_first': f'{address}?{chosen}'
            if scope_.is_open(self.request, operate.ACT)
            else '',
        }


def quotas(scope: scope_.Scope, rows) -> list[dict]:
    """What the projects of these backups need, and what they have of it."""
    sums = (
        rows.order_by()
        .values('project_id')
        .annotate(volumes=Count('id'), gib=Sum('size_gib'))
        .order_by('-gib', 'project_id')[:MOST_PROJECTS]
    )
    needs = {row['project_id']: row for row in sums}
    names = dict(
        scope.summaries()
        .filter(project_id__in=needs)
        .values_list('project_id', 'name')
    )
    known = of_volumes(scope.region, needs)
    return [
        {
            **row,
            'name': names.get(project_id) or project_id,
            'quotas': known.get(project_id, {}),
        }
        for project_id, row in needs.items()
    ]


def of_volumes(region: str, project_ids) -> dict[str, dict]:
    """Quotas of volumes and their storage: project -> resource -> quota."""
    found: dict[str, dict] = {}
    for row in models.Quota.objects.filter(
        region=region,
        project_id__in=list(project_ids),
        service=resources.VOLUME,
        resource__in=('volumes', 'gigabytes'),
    ):
        found.setdefault(row.project_id, {})[row.resource] = row
    return found
