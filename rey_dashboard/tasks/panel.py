from django.utils.translation import gettext_lazy as _

from rey_dashboard import dashboard
from rey_dashboard.pages import panels
from rey_dashboard.policy import tasks


class Tasks(panels.Panel):
    name = _('Tasks')
    slug = 'tasks'
    rule = tasks.READ


dashboard.Rey.register(Tasks)
