from django.utils.translation import gettext_lazy as _

import horizon

from rey_dashboard import dashboard
from rey_dashboard import policy
from rey_dashboard.policy import usage


class Projects(horizon.Panel):
    name = _('Projects')
    slug = 'projects'

    def allowed(self, context):
        return policy.allowed(context['request'], usage.READ)


dashboard.Rey.register(Projects)
