"""Takes a file of backups' records, and plans what comes of it."""

import uuid

from django import http
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from rey_dashboard.backups import export_views
from rey_dashboard.backups import record_entries
from rey_dashboard.backups import record_files
from rey_dashboard.backups import record_forms
from rey_dashboard.backups import record_kinds
from rey_dashboard.backups import record_plans
from rey_dashboard.backups import service_user
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.pages import views
from rey_dashboard.policy import operate
from rey_dashboard.tasks import envelopes
from rey_dashboard.tasks import planning
from rey_dashboard.tasks import views as task_views


class ImportView(views.PageView):
    """The file is read in this request and kept nowhere."""

    rule = operate.ACT
    parts = (parts.IDENTITY, parts.PEOPLE, parts.VOLUME_QUOTAS, parts.BACKUPS)
    template_name = 'rey/backups/import.html'
    page_title = _('Import records of backups')

    def get(self, request, *args, **kwargs):
        export_views.need_whole(self.scope)
        self.form = self._form()
        return super().get(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        export_views.need_whole(self.scope)
        self.form = self._form(request.POST, request.FILES)
        if self.form.is_valid():
            try:
                return self._plan(self.form.read)
            except record_files.Unreadable as error:
                words = _t('Nothing was imported. %s') % error
                self.form.add_error('file', words)
            except envelopes.NoWorker:
                self.form.add_error(None, _NO_WORKER)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        own = self._own()
        return super().get_context_data(
            form=self.form,
            own=own,
            most_mib=record_files.MOST_BYTES >> 20,
            **kwargs,
        )

    def _plan(self, read):
        region = self.scope.region
        entries = record_entries.read(read.records)
        sealer = envelopes.Sealer(region)
        own = self.form.cleaned_data['into'] == record_forms.OWN
        into = self._own().project_id if own else ''
        task = planning.plan(
            record_kinds.IMPORT,
            region,
            {
                'keys': sealer.keys,
                'into': into,
                'region': read.region,
                'exported_at': read.exported_at.isoformat(),
            },
            self._title(read),
            str(self.form.cleaned_data['token']),
            task_views.actor_of(self.request),
            steps=record_plans.take_in(region, entries, sealer, into),
        )
        return http.HttpResponseRedirect(
            reverse('horizon:rey:tasks:task', args=[task.pk])
        )

    def _title(self, read):
        count = len(read.records)
        words = ngettext(
            'Import %(count)d backup record of %(region)s, %(at)s',
            'Import %(count)d backup records of %(region)s, %(at)s',
            count,
        )
        at = read.exported_at.date().isoformat()
        told = {'count': count, 'region': read.region, 'at': at}
        return (words % told)[:255]

    def _form(self, *data):
        own = self._own()
        projects = models.Project.objects.filter(region=self.scope.region)
        project = projects.filter(id=own.project_id).first()
        return record_forms.ImportForm(
            *data,
            own=project.name if project else '',
            initial={'token': uuid.uuid4()},
        )

    def _own(self):
        return service_user.Own.of(self.scope.region)


_NO_WORKER = _(
    'No worker runs that could take the records: it tells the key that they '
    'are sealed with once it has read the cloud after its start. Look at '
    'Data, and try again.'
)
