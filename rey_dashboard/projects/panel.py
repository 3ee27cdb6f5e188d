from django.utils.translation import gettext_lazy as _

from rey_dashboard import dashboard
from rey_dashboard.pages import panels
from rey_dashboard.policy import usage


class Projects(panels.Panel):
    name = _('Projects')
    slug = 'projects'
    rule = usage.READ


dashboard.Rey.register(Projects)
