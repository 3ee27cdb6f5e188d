# Settings of Cloud Operations (rey_dashboard), as an operator writes them:
# a snippet for openstack_dashboard/local/local_settings.d/.
# This one was written by `make demo` from demo/templates.

# Horizon itself has no database. For more than one machine use MariaDB or
# PostgreSQL; one machine does with SQLite.
DATABASES = {
    'default': {
        'ENGINE': 'django.db.backends.sqlite3',
        # Its folder is writable for both the web server and the worker.
        'NAME': '$DATABASE',
        'OPTIONS': {
            # Seconds that one of them waits while the other writes.
            'timeout': 30,
            'transaction_mode': 'IMMEDIATE',
            # Readers need not wait for writers.
            'init_command': (
                'PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL'
            ),
        },
    },
}

REY_DASHBOARD = {
    # The entry of clouds.yaml that the worker signs in with.
    'CLOUD': '$CLOUD',
}
