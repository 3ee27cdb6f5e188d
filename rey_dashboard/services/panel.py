from django.utils.translation import gettext_lazy as _

from rey_dashboard import dashboard
from rey_dashboard import policy
from rey_dashboard.pages import panels
from rey_dashboard.policy import operate


class Services(panels.Panel):
    """Services belong to no domain: for who may see the whole cloud."""

    name = _('Services')
    slug = 'services'
    rule = operate.READ

    def allowed(self, context):
        return policy.allowed(context['request'], self.rule)

    def nav(self, context):
        return self.allowed(context)


dashboard.Rey.register(Services)
