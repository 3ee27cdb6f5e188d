from django.utils.translation import gettext_lazy as _

from rey_dashboard import dashboard
from rey_dashboard.pages import panels
from rey_dashboard.policy import update


class Verification(panels.Panel):
    name = _('Verification')
    slug = 'verification'
    rule = update.READ


dashboard.Rey.register(Verification)
