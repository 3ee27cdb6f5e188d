"""What is expected of the cloud: upload, make, take back, and compare."""

import itertools
import json

from django import db
from django import http
from django import shortcuts
from django.core import exceptions
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from horizon import messages

from rey_dashboard import policy
from rey_dashboard.pages import views
from rey_dashboard.policy import install
from rey_dashboard.readiness import expectation_checks
from rey_dashboard.readiness import expectation_text
from rey_dashboard.readiness import expectations
from rey_dashboard.readiness import models
from rey_dashboard.readiness import views as report_views

#: Differences that the page shows; Today has them all.
SHOWN = 100
_ADDRESS = 'horizon:rey:readiness:expectations'


class ExpectationsView(report_views.Tabs, views.PageView):
    """The file that counts, its history, and where the cloud differs."""

    parts = expectation_checks.Expectation.rests_on
    template_name = 'rey/readiness/expectations.html'
    page_title = _('What is expected of this cloud')
    faults: tuple[expectation_text.Fault, ...] = ()

    def get(self, request, *args, **kwargs):
        answer = super().get(request, *args, **kwargs)
        if 'format' in request.GET:
            return self._download(request.GET['format'])
        return answer

    def post(self, request, *args, **kwargs):
        may_act = policy.allowed(request, install.ACT)
        if not self.scope.is_whole or not may_act:
            raise exceptions.PermissionDenied
        try:
            is_new = self._keep(*expectation_text.read(self._asked()))
        except expectation_text.Wrong as error:
            self.faults = tuple(error.faults)
            return super().get(request, *args, **kwargs)
        except db.IntegrityError:
            messages.error(
                request, _('Somebody else was quicker: look again, please.')
            )
        else:
            said = _('It counts from now on.')
            messages.success(
                request, said if is_new else _('It is the same as before.')
            )
        return http.HttpResponseRedirect(reverse(_ADDRESS))

    def get_context_data(self, **kwargs):
        region = self.scope.region
        now = expectations.current(region)
        found = list(
            itertools.islice(self._differences(now), SHOWN + 1) if now else ()
        )
        return super().get_context_data(
            now=now,
            faults=self.faults,
            differences=found[:SHOWN],
            is_cut=len(found) > SHOWN,
            versions=expectations.history(region),
            **kwargs,
        )

    def _differences(self, now):
        check = expectation_checks.Expectation()
        return map(check.title, check.find(now.region))

    def _asked(self) -> bytes:
        """What is to count; an old version is read as if it were new."""
        asked = self.request.POST
        if 'generate' in asked:
            return expectations.generated(self.scope.region).encode()
        if 'take_back' in asked:
            if not asked['take_back'].isdecimal():
                raise exceptions.BadRequest
            old = shortcuts.get_object_or_404(
                models.Expectations,
                region=self.scope.region,
                version=min(int(asked['take_back'][:9]), 2**31 - 1),
            )
            return old.text.encode()
        upload = self.request.FILES.get('file')
        if not upload:
            raise expectation_text.Wrong(
                [expectation_text.Fault(_('Choose a file.'))]
            )
        # One byte more than may be shows that it is too large.
        return upload.read(expectation_text.MOST + 1)

    def _keep(self, text, told):
        user = self.request.user
        return expectations.keep(
            self.scope.region, text, told, user.id, user.username or ''
        )

    def _download(self, format_):
        if format_ == 'schema':
            return _file(
                'expectations.schema.json',
                json.dumps(expectation_text.SCHEMA, indent=2),
                'application/schema+json',
            )
        now = expectations.current(self.scope.region)
        if format_ == 'there':
            text = expectations.generated(self.scope.region)
        elif format_ == 'yaml' and now:
            text = now.text
        else:
            return http.HttpResponseNotFound(content_type='text/plain')
        return _file('expectations.yaml', text, 'application/yaml')


def _file(name, text, content_type):
    return http.HttpResponse(
        text,
        content_type=content_type,
        headers={'Content-Disposition': f'attachment; filename="{name}"'},
    )
