"""Horizon with its static files, which WhiteNoise serves."""

import whitenoise

from openstack_dashboard import wsgi

application = whitenoise.WhiteNoise(
    wsgi.application,
    root='$STATIC',
    prefix='static/',
    # Names with a hash of their content: a browser need never ask again.
    immutable_file_test=r'/dashboard/.*\.[0-9a-f]{12}\.(css|js)$$',
)
