from django import apps
from django.core import checks

from rey_dashboard import conf


class ReyDashboardConfig(apps.AppConfig):
    name = 'rey_dashboard'
    label = 'rey_dashboard'
    verbose_name = 'Cloud Operations'
    default_auto_field = 'django.db.models.BigAutoField'

    def ready(self):
        # Horizon's policy needs the models that come before this.
        from rey_dashboard import policy

        policy.register()
        checks.register(conf.check)
