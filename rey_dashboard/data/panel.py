from django.utils.translation import gettext_lazy as _

from rey_dashboard import dashboard
from rey_dashboard.pages import panels
from rey_dashboard.policy import data


class Data(panels.Panel):
    """Where the pages' data comes from; reached from each page's age."""

    name = _('Data')
    slug = 'data'
    nav = False
    rule = data.READ


dashboard.Rey.register(Data)
