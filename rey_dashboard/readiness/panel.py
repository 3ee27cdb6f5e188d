from django.utils.translation import gettext_lazy as _

from rey_dashboard import dashboard
from rey_dashboard.pages import panels
from rey_dashboard.policy import install


class Readiness(panels.Panel):
    name = _('Readiness')
    slug = 'readiness'
    rule = install.READ


dashboard.Rey.register(Readiness)
