"""Backups on hold: the list, and how one is put on hold and released."""

from django import http
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from horizon import messages

from rey_dashboard.backups import hold_forms
from rey_dashboard.backups import hold_tables
from rey_dashboard.backups import holds
from rey_dashboard.backups import views
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.pages import views as page_views
from rey_dashboard.policy import operate
from rey_dashboard.tasks import views as task_views
from rey_dashboard.templatetags import rey

PARTS = (parts.IDENTITY, parts.VOLUMES, parts.BACKUPS)


class HoldsView(views.TabView):
    """One row a hold; none is ever deleted."""

    parts = PARTS
    form_class = hold_forms.HoldsForm
    page_title = _('Backups on hold')
    table = hold_tables.HOLDS
    when_empty = _(
        'A backup on hold is not deleted by this dashboard, whatever a policy '
        'says. Tick it under “All backups”, and press “Put the chosen on '
        'hold…”.'
    )
    acts = (views.Act('release', _('Release the chosen…'), rule=operate.HOLD),)

    def get_rows(self):
        return self.scope.of_projects(models.BackupHold)

    def load(self, page):
        projects = self.projects_of(row.project_id for row in page)
        backups = {
            row.id: row
            for row in self.scope.backups().filter(
                id__in={row.backup_id for row in page}
            )
        }
        volumes = dict(
            self.scope.volumes()
            .filter(id__in={row.volume_id for row in backups.values()})
            .values_list('id', 'name')
        )
        now = timezone.now()
        for row in page:
            row.project = projects.get(row.project_id)
            row.backup = backups.get(row.backup_id)
            row.name = row.backup.name if row.backup else row.backup_name
            row.volume_name = row.backup and volumes.get(row.backup.volume_id)
            row.is_over = bool(row.until and row.until <= now)


class _ChosenView(page_views.PageView):
    """Asks for the rows that the address names, and does it with a POST."""

    rule = operate.HOLD
    parts = PARTS
    chosen_on: str
    nothing: str

    def selected(self):
        raise NotImplementedError

    def get_template_names(self):
        if not self.rows:
            return ['rey/tasks/nothing.html']
        return super().get_template_names()

    @cached_property
    def rows(self) -> list:
        return list(self.selected())

    @property
    def ids(self) -> list[str]:
        return self.request.GET.getlist('id')

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            rows=self.rows,
            nothing=self.nothing,
            choose=reverse(self.chosen_on),
            **kwargs,
        )


class HoldView(_ChosenView):
    """For the chosen backups."""

    template_name = 'rey/backups/hold.html'
    page_title = _('Put backups on hold')
    chosen_on = 'horizon:rey:backups:all'
    nothing = _('No backup was chosen: tick them on the page before.')

    def selected(self):
        rows = self.scope.backups().filter(id__in=self.ids)
        return rows.order_by('name', 'id')

    def get(self, request, *args, **kwargs):
        self.form = hold_forms.HoldForm()
        return super().get(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        self.form = hold_forms.HoldForm(request.POST)
        if not self.rows or not self.form.is_valid():
            return super().get(request, *args, **kwargs)
        self._hold()
        number = len(self.rows)
        told = ngettext(
            '%s backup is on hold.', '%s backups are on hold.', number
        )
        messages.success(request, told % rey.number(number))
        return http.HttpResponseRedirect(reverse('horizon:rey:backups:holds'))

    def get_context_data(self, **kwargs):
        held = self._held()
        for row in self.rows:
            row.hold = held.get(row.id)
        return super().get_context_data(form=self.form, **kwargs)

    def _held(self):
        return holds.of(self.scope.region, [row.id for row in self.rows])

    def _hold(self):
        who = task_views.actor_of(self.request)
        told = {
            'reason': self.form.cleaned_data['reason'],
            'until': self.form.until,
            'who_id': who.id,
        }
        with transaction.atomic():
            # A double click holds once.
            there = models.BackupHold.objects.in_force(self.scope.region)
            same = set(
                there.filter(
                    backup_id__in=[row.id for row in self.rows], **told
                ).values_list('backup_id', flat=True)
            )
            models.BackupHold.objects.bulk_create(
                models.BackupHold(
                    region=self.scope.region,
                    backup_id=row.id,
                    backup_name=row.name,
                    project_id=row.project_id,
                    at=timezone.now(),
                    who_name=who.name,
                    **told,
                )
                for row in self.rows
                if row.id not in same
            )


class ReleaseView(_ChosenView):
    """For the chosen holds; a backup may have others."""

    template_name = 'rey/backups/release.html'
    page_title = _('Release backups')
    chosen_on = 'horizon:rey:backups:holds'
    nothing = _('No hold was chosen that is in force.')

    def selected(self):
        ids = [one for one in self.ids if one.isdecimal() and len(one) < 19]
        rows = self.scope.of_projects(models.BackupHold).in_force(
            self.scope.region
        )
        return rows.filter(pk__in=ids).order_by('at', 'pk')

    def post(self, request, *args, **kwargs):
        if not self.rows:
            return super().get(request, *args, **kwargs)
        who = task_views.actor_of(request)
        number = self.selected().update(
            ended_at=timezone.now(),
            ended_by_id=who.id,
            ended_by_name=who.name,
        )
        told = ngettext('%s hold has ended.', '%s holds have ended.', number)
        messages.success(request, told % rey.number(number))
        return http.HttpResponseRedirect(reverse(self.chosen_on))

    def get_context_data(self, **kwargs):
        names = dict(
            self.scope.backups()
            .filter(id__in={row.backup_id for row in self.rows})
            .values_list('id', 'name')
        )
        for row in self.rows:
            row.name = (
                names.get(row.backup_id) or row.backup_name or row.backup_id
            )
        return super().get_context_data(**kwargs)
