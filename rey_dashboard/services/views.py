"""The list of services and agents."""

from django.core import exceptions
from django.utils.translation import gettext_lazy as _

from rey_dashboard import policy
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import resources
from rey_dashboard.inventory import services
from rey_dashboard.pages import views
from rey_dashboard.policy import install
from rey_dashboard.policy import operate
from rey_dashboard.services import forms
from rey_dashboard.services import on_hosts
from rey_dashboard.services import tables
from rey_dashboard.services import tiles

PARTS = (parts.COMPUTE_SERVICES, parts.VOLUME_SERVICES, parts.NETWORK_AGENTS)


class IndexView(views.TableView):
    """One row a service or agent, those that are down first."""

    rule = operate.READ
    parts = (*PARTS, parts.SERVERS)
    table = tables.SERVICES
    form_class = forms.ServicesForm
    template_name = 'rey/services/index.html'
    page_title = _('Services')

    def get(self, request, *args, **kwargs):
        if not self.scope.is_whole:
            raise exceptions.PermissionDenied
        return super().get(request, *args, **kwargs)

    def get_rows(self):
        return models.Service.objects.filter(region=self.scope.region)

    def load(self, page):
        hosts = {row.host for row in page if row.name == services.COMPUTE}
        counts = on_hosts.servers(self.scope.region, hosts)
        for row in page:
            row.service_label = resources.SERVICES[row.service]
            row.servers = None
            if row.name == services.COMPUTE:
                row.servers = counts.get(row.host, 0)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            tiles=tiles.of(self.scope.region),
            may_act=policy.allowed(self.request, operate.ACT),
            may_try=policy.allowed(self.request, install.ACT),
            **kwargs,
        )
