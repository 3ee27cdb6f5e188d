"""Runs in Horizon's environment: compresses the styles of each theme.

Horizon 27 keeps the theme that it compiles for in a variable of the thread,
but django-compressor 4 compiles in threads of its own, which see the default
theme only. It takes one theme after the other, so here one for all will do.
"""

import os
import sys
import types

import django
from django.core import management

from horizon import themes


def main():
    os.environ['DJANGO_SETTINGS_MODULE'] = 'openstack_dashboard.settings'
    django.setup()
    themes._local = types.SimpleNamespace()
    management.call_command('compress', force=True)
    return 0


if __name__ == '__main__':
    sys.exit(main())
