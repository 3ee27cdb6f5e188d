from django.utils.translation import gettext_lazy as _

from rey_dashboard import dashboard
from rey_dashboard.pages import panels
from rey_dashboard.policy import operate


class Backups(panels.Panel):
    name = _('Backups')
    slug = 'backups'
    rule = operate.READ


dashboard.Rey.register(Backups)
