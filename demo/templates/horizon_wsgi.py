"""Horizon with its static files, which WhiteNoise serves."""

import whitenoise

from openstack_dashboard import wsgi

_served = whitenoise.WhiteNoise(
    wsgi.application,
    root='$STATIC',
    prefix='static/',
    # Names with a hash of their content: a browser need never ask again.
    immutable_file_test=r'/dashboard/.*\.[0-9a-f]{12}\.(css|js)$$',
)


def application(environ, start_response):
    """As Apache and nginx do, take two slashes for one.

    Horizon's material theme asks for its icons at /static//horizon/.
    """
    environ['PATH_INFO'] = environ['PATH_INFO'].replace('//', '/')
    return _served(environ, start_response)
