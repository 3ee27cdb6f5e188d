"""Horizon's own test settings, with enabled/ read as a deployment reads it."""

import pathlib
import tempfile

from openstack_dashboard import enabled as horizon_enabled

ROOT = pathlib.Path(__file__).resolve().parent.parent
horizon_enabled.__path__.append(str(ROOT / 'enabled'))

from openstack_dashboard.test.settings import *  # noqa: E402, F403

# A file and not :memory:, since the parts of a collection have a thread and
# so a connection each.
_SCRATCH = pathlib.Path(tempfile.mkdtemp(prefix='rey-tests-'))
DATABASES = {
    'default': {
        'ENGINE': 'django.db.backends.sqlite3',
        'NAME': str(_SCRATCH / 'db.sqlite3'),
        'TEST': {'NAME': str(_SCRATCH / 'test.sqlite3')},
        'OPTIONS': {
            'transaction_mode': 'IMMEDIATE',
            # Nothing is to outlive a power cut here.
            'init_command': (
                'PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF'
            ),
        },
    },
}

# What a deployment does once (compressing, finding templates), Horizon's test
# settings do for each page.
COMPRESS_ENABLED = False
COMPRESS_PRECOMPILERS = ()
_OPTIONS = TEMPLATES[0]['OPTIONS']  # noqa: F405
_OPTIONS['loaders'] = [
    ('django.template.loaders.cached.Loader', _OPTIONS['loaders'])
]

# pytest keeps all that is logged, and Django logs the request with each
# refusal: a walk over all addresses would fill the memory.
LOGGING = {
    'version': 1,
    'disable_existing_loggers': False,
    'loggers': {'django.request': {'level': 'ERROR'}},
}
