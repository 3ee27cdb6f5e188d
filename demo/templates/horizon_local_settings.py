# Written by `make demo` from demo/templates. Settings of Horizon itself; what
# the plugin needs stands in local_settings.d/_9000_rey_dashboard.py.

import json

from horizon.utils import secret_key

OPENSTACK_KEYSTONE_URL = '$KEYSTONE_URL'
OPENSTACK_SSL_NO_VERIFY = json.loads('$NO_VERIFY')
OPENSTACK_SSL_CACERT = json.loads('$CACERT')

# With no names the sign-in page has a free field for the domain.
OPENSTACK_KEYSTONE_MULTIDOMAIN_SUPPORT = True
OPENSTACK_KEYSTONE_DEFAULT_DOMAIN = 'Default'
OPENSTACK_KEYSTONE_DOMAIN_CHOICES = [
    (name, name) for name in json.loads('$DOMAINS')
]
OPENSTACK_KEYSTONE_DOMAIN_DROPDOWN = bool(OPENSTACK_KEYSTONE_DOMAIN_CHOICES)

DEBUG = False
ALLOWED_HOSTS = ['127.0.0.1', 'localhost', '[::1]']
TIME_ZONE = 'UTC'
SECRET_KEY = secret_key.generate_or_read_from_file('$DATA/secret_key')

# Sessions in files: they outlive a restart, and no memcached is needed.
CACHES = {
    'default': {
        'BACKEND': 'django.core.cache.backends.filebased.FileBasedCache',
        'LOCATION': '$DATA/cache',
    },
}

# Static files as in production: collected, and compressed beforehand.
STATIC_ROOT = '$STATIC'
COMPRESS_OFFLINE = True
AVAILABLE_THEMES = [
    ('default', 'Default', 'themes/default'),
    ('material', 'Material', 'themes/material'),
]
DEFAULT_THEME = 'default'

OPENSTACK_CINDER_FEATURES = {'enable_backup': True}

LOGGING = {
    'version': 1,
    'disable_existing_loggers': False,
    'formatters': {
        'line': {'format': '%(asctime)s %(levelname)s %(name)s %(message)s'},
    },
    'handlers': {
        'console': {'class': 'logging.StreamHandler', 'formatter': 'line'},
    },
    'root': {'handlers': ['console'], 'level': 'WARNING'},
    'loggers': {
        # Without a handler Django sends tracebacks to nobody.
        'django': {'handlers': ['console'], 'propagate': False},
        'rey_dashboard': {'level': 'INFO'},
    },
}
