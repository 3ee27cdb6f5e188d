"""As Horizon's own, which knows no settings but its own."""

import os

from django.core import wsgi

os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.load.settings'

application = wsgi.get_wsgi_application()
