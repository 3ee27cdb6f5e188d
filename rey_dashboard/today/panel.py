from django.utils.translation import gettext_lazy as _

from rey_dashboard import dashboard
from rey_dashboard.pages import panels
from rey_dashboard.policy import today


class Today(panels.Panel):
    name = _('Today')
    slug = 'today'
    rule = today.READ


dashboard.Rey.register(Today)
