from django.utils.translation import gettext_lazy as _

import horizon

from rey_dashboard import dashboard
from rey_dashboard import policy
from rey_dashboard.policy import usage


class Data(horizon.Panel):
    """Where the pages' data comes from; reached from each page's age."""

    name = _('Data')
    slug = 'data'
    nav = False

    def allowed(self, context):
        return policy.allowed(context['request'], usage.READ)


dashboard.Rey.register(Data)
