"""A kind of task for a domain's manager, and the page that asks for one.

Both are of volumes. ``urlpatterns`` puts the page among those of Horizon.
"""

from django.urls import path

import horizon
from openstack_dashboard import urls

from rey_dashboard.policy import operate
from rey_dashboard.tasks import asking
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import planning
from tests import factory
from tests import paper_tasks

KIND = 'paper_of_domains'
ADDRESS = '/rey/backups/paper/'


class Paper(paper_tasks.PaperKind):
    label, rule = 'Paper of domains', operate.ACT

    def plan(self, region, parameters):
        for target in parameters['volumes']:
            yield kinds.Planned(
                target=target,
                service='volume',
                before={'value': self.there[target]},
                after={'value': 40},
            )


class AskView(asking.OfProjects):
    rule = operate.ACT
    kind = KIND
    # Any with a button: it shows what the form says.
    template_name = 'rey/services/switch.html'
    page_title = 'Paper'
    order = ('id',)
    others_match = 'Others match by now: %d.'
    chosen_on = 'horizon:rey:backups:index'
    none_chosen = 'No volume was chosen.'
    none_match = 'No volume matches.'

    def selected(self):
        rows = self.scope.volumes()
        if 'chosen' in self.request.GET:
            return rows.filter(id__in=self.request.GET.getlist('id'))
        return rows.filter(id__contains=self.request.GET.get('q', ''))

    def parameters(self, ids):
        return {'volumes': ids}

    def title(self, count):
        return f'Paper for {count}'


class WholeView(AskView):
    """The same for who may act in the whole cloud alone."""

    of_domains = False


def _of_panel(view):
    """As Horizon has the views of a panel: the breadcrumb asks for that."""

    def call(request):
        rey = horizon.get_dashboard('rey')
        found = {'dashboard': rey, 'panel': rey.get_panel('backups')}
        request.horizon.update(found)
        return view.as_view()(request)

    return call


urlpatterns = [
    path(ADDRESS[1:], _of_panel(AskView)),
    path(f'{ADDRESS[1:]}whole/', _of_panel(WholeView)),
    *urls.urlpatterns,
]


def plan(domain_id, kind=KIND, actor=paper_tasks.REY, **more):
    parameters = {'volumes': ['webshop-volume'], 'steps': 1, 'value': 40}
    return planning.plan(
        kind,
        factory.REGION,
        {**parameters, **more.pop('parameters', {})},
        more.pop('title', f'Paper in {domain_id or "the cloud"}'),
        more.pop('token', f'{kind} {domain_id}'),
        actor,
        domain_id,
    )
