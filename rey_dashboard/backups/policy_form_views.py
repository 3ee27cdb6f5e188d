"""Asks what a policy is to say, shows what that would do, and keeps it."""

import itertools

from django import http
from django.db.models import Count
from django.db.models import Sum
from django.urls import reverse
from django.utils import text
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from horizon import messages

from rey_dashboard.backups import forecast
from rey_dashboard.backups import models
from rey_dashboard.backups import policies
from rey_dashboard.backups import policy_forms
from rey_dashboard.backups import policy_history
from rey_dashboard.backups import policy_rights
from rey_dashboard.backups import policy_room
from rey_dashboard.backups import policy_words
from rey_dashboard.backups import schedule
from rey_dashboard.inventory import parts
from rey_dashboard.pages import views
from rey_dashboard.policy import operate
from rey_dashboard.tasks import views as task_views

#: Ids that no volume has, of which the preview tells so many, and so much.
UNKNOWN, LONGEST = 5, 64
#: Times that the preview shows.
NEXT = 5
_CHANGED = (policy_history.Changed, models.BackupPolicy.DoesNotExist)


class _FormView(views.PageView):
    """Nothing is kept whose preview was not shown before."""

    rule = operate.ACT
    parts = (
        parts.IDENTITY,
        parts.VOLUMES,
        parts.BACKUPS,
        parts.VOLUME_QUOTAS,
    )
    template_name = 'rey/backups/policy_form.html'
    policy: models.BackupPolicy | None = None

    def keep(self) -> models.BackupPolicy:
        """What the form says.

        :raises policy_history.Changed: see there
        :raises models.BackupPolicy.DoesNotExist: it was removed meanwhile
        """
        raise NotImplementedError

    def get_form(self, data=None) -> policy_forms.PolicyForm:
        raise NotImplementedError

    def get(self, request, *args, **kwargs):
        self.form = self.get_form()
        return super().get(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        self.form = self.get_form(request.POST)
        if self.form.is_valid():
            if self.form.is_shown:
                try:
                    return self._kept(self.keep())
                except _CHANGED:
                    self.form.add_error(
                        None,
                        _(
                            'Somebody else has changed it meanwhile. Look at '
                            'it, and say again what is to be changed.'
                        ),
                    )
            shown = self.form.digest
            self.form.data = {**request.POST.dict(), 'shown': shown}
        return super().get(request, *args, **kwargs)

    def _kept(self, policy):
        if policy.enabled and policy.next_at is None:
            messages.warning(self.request, _('There is no time any more.'))
        messages.success(
            self.request, _('The policy %s is kept.') % policy.name
        )
        address = reverse('horizon:rey:backups:policy', args=[policy.pk])
        return http.HttpResponseRedirect(address)

    def get_context_data(self, **kwargs):
        is_good = self.form.is_bound and self.form.is_valid()
        return super().get_context_data(
            form=self.form,
            policy=self.policy,
            preview=self._preview() if is_good else None,
            **kwargs,
        )

    def _preview(self):
        told, now = self.form.told, timezone.now()
        region, domain_id = self.scope.region, self.form.domain_id
        rows = policies.reached(region, told.scope, domain_id)
        times = schedule.after(told.cron, told.time_zone, now)
        return {
            'told': told,
            'times': [
                schedule.local(at, told.time_zone)
                for at in itertools.islice(times, NEXT)
            ],
            'week': forecast.of(region, told, domain_id, now, self.policy),
            'short': policy_room.of(region, rows),
            **self._unknown(told),
            'some': rows.order_by('-size_gib', 'volume_id')[:NEXT],
            **rows.aggregate(
                volumes=Count('volume_id'),
                gib=Sum('size_gib', default=0),
                projects=Count('project_id', distinct=True),
            ),
        }

    def _unknown(self, told):
        ids = policies.unknown(self.scope, told.scope, self.form.domain_id)
        shown = [text.Truncator(one).chars(LONGEST) for one in ids[:UNKNOWN]]
        return {
            'unknown': len(ids),
            'unknown_ids': policy_words.some(
                [*shown, *ids[UNKNOWN:]], UNKNOWN
            ),
        }


class NewView(_FormView):
    page_title = _('New policy of backups')

    def get_form(self, data=None):
        return policy_forms.PolicyForm(data, scope=self.scope)

    def keep(self):
        return self.form.twin or policy_history.create(
            self.scope.region,
            self.form.domain_id,
            self.form.told,
            task_views.actor_of(self.request),
        )


class EditView(_FormView):
    page_title = _('Edit a policy of backups')

    @cached_property
    def policy(self) -> models.BackupPolicy:
        return policy_rights.one(
            self.scope, self.kwargs['policy_id'], removed_at=None
        )

    def get_form(self, data=None):
        return policy_forms.PolicyForm(
            data, scope=self.scope, policy=self.policy
        )

    def keep(self):
        policy_history.keep(
            self.policy,
            self.form.told,
            task_views.actor_of(self.request),
            self.form.cleaned_data['version'],
        )
        return self.policy
