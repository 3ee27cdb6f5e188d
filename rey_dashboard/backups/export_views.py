"""Records of backups for a file: which, what was sealed, and the file."""

from django import http
from django import shortcuts
from django.core import exceptions
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from horizon import messages

from rey_dashboard.backups import export_tables
from rey_dashboard.backups import exported
from rey_dashboard.backups import forms
from rey_dashboard.backups import record_files
from rey_dashboard.backups import record_forms
from rey_dashboard.backups import record_kinds
from rey_dashboard.backups import views as list_views
from rey_dashboard.inventory import parts
from rey_dashboard.pages import views
from rey_dashboard.policy import operate
from rey_dashboard.tasks import asking
from rey_dashboard.tasks import models as tasks
from rey_dashboard.tasks import orders
from rey_dashboard.tasks import views as task_views


def need_whole(scope) -> None:
    """Records are Cinder's: no domain's manager has to do with them."""
    if not scope.is_whole:
        raise exceptions.PermissionDenied


class ExportView(asking.AskView):
    """Of the backups that the address selects, as the list of all does.

    With ``?chosen=1`` those of ``id=``; else all that match the filter.
    """

    rule = operate.ACT
    parts = (parts.IDENTITY, parts.VOLUMES, parts.BACKUPS)
    template_name = 'rey/backups/export.html'
    form_class = record_forms.ExportForm
    kind = record_kinds.EXPORT
    page_title = _('Export records of backups')
    others_match = _('Other backups match by now: %d. Look again, please.')
    chosen_on = 'horizon:rey:backups:all'
    none_chosen = _('No backup was chosen: tick them on the page before.')
    none_match = _('No backup matches.')

    def selected(self):
        rows = self.scope.backups()
        if 'chosen' in self.request.GET:
            return rows.filter(id__in=self.request.GET.getlist('id'))
        form = forms.RecordsForm(self.request.GET, scope=self.scope)
        if not form.is_valid():
            raise exceptions.BadRequest
        return form.filter(rows)

    def parameters(self, ids):
        return {
            'backups': ids,
            'public_key': self.form.keys.public,
            'lock': self.form.lock.tell(),
        }

    def title(self, count):
        if count > 1:
            return _t('Export the records of %d backups') % count
        backup = self.selected().get()
        told = _t('Export the record of %s') % (backup.name or backup.id)
        return told[:255]


class IndexView(views.TableView):
    """One row an export, the youngest first."""

    rule = operate.ACT
    table = export_tables.EXPORTS
    template_name = 'rey/backups/exports.html'
    page_title = _('Records of backups')

    def get(self, request, *args, **kwargs):
        need_whole(self.scope)
        return super().get(request, *args, **kwargs)

    def get_rows(self):
        return exported.of(self.scope.region)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            tabs=list_views.tabs(self.request, self.scope), **kwargs
        )


class _OfExport:
    """Finds the export of the address."""

    rule = operate.ACT

    @cached_property
    def task(self) -> tasks.Task:
        need_whole(self.scope)
        return shortcuts.get_object_or_404(
            exported.of(self.scope.region), pk=self.kwargs['task_id']
        )


class DetailView(_OfExport, views.PageView):
    """What it sealed; a POST with the passphrase gives the file."""

    template_name = 'rey/backups/exported.html'
    page_title = '{{ task.title }}'
    form = None

    def post(self, request, *args, **kwargs):
        self.form = self._form(request.POST)
        if not self.form.is_valid():
            return super().get(request, *args, **kwargs)
        try:
            data = exported.file(self.task, self.form.keys)
        except record_files.WrongPassphrase as error:
            self.form.add_error('passphrase', str(error))
            return super().get(request, *args, **kwargs)
        except exported.Dropped:
            messages.warning(request, _('There is nothing to download.'))
            return http.HttpResponseRedirect(request.path)
        told = _t('The file was downloaded.')
        orders.comment(self.task, task_views.actor_of(request), told)
        return self._file(data)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            task=self.task,
            has_ended=self.task.state in tasks.Task.ENDED,
            left=exported.left(self.task),
            form=self.form or self._form(),
            comments=self.task.comments.order_by('at'),
            **kwargs,
        )

    def _form(self, data=None):
        if data is not None and self.task.state not in tasks.Task.ENDED:
            raise exceptions.BadRequest
        return record_forms.DownloadForm(data, parameters=self.task.parameters)

    def _file(self, data):
        name = get_valid_filename(
            f'backup-records-{self.task.region}-'
            f'{self.task.ended_at:%Y-%m-%d-%H%M}.json'
        )
        return http.HttpResponse(
            data,
            content_type='application/json',
            headers={
                'Content-Disposition': f'attachment; filename="{name}"',
                'Cache-Control': 'no-store',
            },
        )


class DropView(_OfExport, views.ScopedView):
    def post(self, request, *args, **kwargs):
        try:
            exported.drop(self.task, task_views.actor_of(request))
        except orders.NotNow:
            messages.warning(request, _('The export has not ended yet.'))
        else:
            messages.success(request, _('The sealed records are deleted.'))
        address = 'horizon:rey:backups:exported'
        return http.HttpResponseRedirect(reverse(address, args=[self.task.pk]))
