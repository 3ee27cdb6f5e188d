from django.utils.translation import gettext_lazy as _

from rey_dashboard import dashboard
from rey_dashboard.pages import panels
from rey_dashboard.policy import find


class Find(panels.Panel):
    name = _('Find')
    slug = 'find'
    rule = find.READ


dashboard.Rey.register(Find)
