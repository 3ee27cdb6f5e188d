"""What can be asked of a policy with one press."""

import dataclasses

from django import http
from django import shortcuts
from django.core import exceptions
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from horizon import messages

from rey_dashboard.backups import due
from rey_dashboard.backups import models
from rey_dashboard.backups import policies
from rey_dashboard.backups import policy_history
from rey_dashboard.backups import policy_rights
from rey_dashboard.backups import schedule
from rey_dashboard.pages import views
from rey_dashboard.policy import operate
from rey_dashboard.tasks import records
from rey_dashboard.tasks import views as task_views


class OrderView(views.ScopedView):
    """Enable, disable, run, take back, remove."""

    rule = operate.ACT

    def post(self, request, policy_id, order):
        if order not in _ORDERS:
            raise http.Http404
        try:
            return _ORDERS[order](self) or _to('policy', self.policy.pk)
        except policy_history.Changed:
            messages.error(
                request, _('Somebody else was quicker: look again, please.')
            )
        except models.BackupPolicy.DoesNotExist:
            messages.error(request, _('Somebody else has removed it.'))
        except (schedule.Wrong, policies.UnknownScope) as error:
            messages.error(request, str(error))
        return _to('policy', self.policy.pk)

    @cached_property
    def policy(self) -> models.BackupPolicy:
        return policy_rights.one(
            self.scope, self.kwargs['policy_id'], removed_at=None
        )

    @property
    def who(self) -> records.Actor:
        return task_views.actor_of(self.request)

    def enable(self):
        self._keep(enabled=True)
        messages.success(self.request, _('It runs when it is due.'))

    def disable(self):
        self._keep(enabled=False)
        messages.success(
            self.request,
            _('It runs no more. What is under way goes on: see its task.'),
        )

    def _keep(self, **changed):
        told = dataclasses.replace(policies.current(self.policy), **changed)
        policy_history.keep(self.policy, told, self.who, self.policy.version)

    def run(self):
        try:
            run = due.run_now(self.policy, self.who, timezone.now())
        except due.UnderWay as error:
            messages.error(
                self.request,
                _('A run is under way: task %d.') % error.run.task_id,
            )
            return None
        if run.task:
            return _to_task(run.task.pk)
        messages.warning(self.request, run.note)
        return None

    def take_back(self):
        asked = self.request.POST.get('version', '')
        if not asked.isdecimal():
            raise exceptions.BadRequest
        old = shortcuts.get_object_or_404(
            self.policy.versions, version=min(int(asked[:9]), 2**31 - 1)
        )
        # Whether it runs is not part of what it says how.
        told = dataclasses.replace(
            policies.read(old.told), enabled=self.policy.enabled
        )
        problems = list(policies.problems(told))
        if problems:
            messages.error(self.request, problems[0][1])
            return
        policy_history.keep(self.policy, told, self.who, self.policy.version)
        messages.success(
            self.request, _('It says what version %d said.') % old.version
        )

    def remove(self):
        if self.request.POST.get('name', '').strip() != self.policy.name:
            messages.error(
                self.request,
                _('That is not its name, so it is still there.'),
            )
            return None
        policy_history.remove(self.policy, self.who)
        messages.success(
            self.request,
            _('The policy %s is removed; the backups that it made stay.')
            % self.policy.name,
        )
        return _to('policies')


_ORDERS = {
    'enable': OrderView.enable,
    'disable': OrderView.disable,
    'run': OrderView.run,
    'take-back': OrderView.take_back,
    'remove': OrderView.remove,
}


def _to(name, *arguments):
    address = reverse(f'horizon:rey:backups:{name}', args=arguments)
    return http.HttpResponseRedirect(address)


def _to_task(task_id):
    address = reverse('horizon:rey:tasks:task', args=[task_id])
    return http.HttpResponseRedirect(address)
