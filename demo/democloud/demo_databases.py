"""Installs MariaDB and PostgreSQL for the tests, which start them themselves.

MariaDB's programs alone: its package mariadb-server would start a server for
the whole machine. PostgreSQL's programs come with such a server only.
"""

import pathlib
import shutil

from democloud import demo_packages

PACKAGES = ['mariadb-client-core', 'mariadb-server-core', 'postgresql']


def ensure():
    postgresql = list(pathlib.Path('/usr/lib/postgresql').glob('*/bin/initdb'))
    return demo_packages.ensure(
        'MariaDB or PostgreSQL',
        PACKAGES,
        'Tests of databases',
        bool(postgresql and shutil.which('mariadb-install-db')),
    )
