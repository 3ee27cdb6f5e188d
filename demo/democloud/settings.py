"""Writes the services' configuration files from demo/templates."""

import shutil
import string

from democloud import places
from democloud import processes
from democloud import state

TEMPLATES = places.DEMO / 'templates'
FILES = {
    'keystone': 'keystone.conf',
    'placement': 'placement.conf',
    'glance': 'glance-api.conf',
    'neutron': 'neutron.conf',
    'nova': 'nova.conf',
    'cinder': 'cinder.conf',
}
FOLDERS = [
    'db',
    'locks',
    'nova',
    'cinder/coordination',
    'volumes/fast',
    'volumes/slow',
    'volumes/flaky',
    'backups',
    'neutron',
    'images/store',
    'images/staging',
    'images/tasks',
]


def file(service):
    return places.cloud('etc', service, FILES[service])


def write():
    """Write all the files and make the folders that they name."""
    for name in FOLDERS:
        places.data(name).mkdir(parents=True, exist_ok=True)
    common = (TEMPLATES / 'common.conf').read_text()
    for service, name in FILES.items():
        text = (TEMPLATES / name).read_text() + common
        text = string.Template(text).substitute(_values(service))
        processes.write_whole(file(service), text)
    # Nova's API looks for it beside nova.conf, whatever [wsgi] says.
    paste = places.cloud_venv() / 'etc' / 'nova' / 'api-paste.ini'
    shutil.copy(paste, places.cloud('etc', 'nova'))
    # Nova's fake driver never writes this file, but a compute service that
    # starts for the second time refuses to without. All hosts share one, and
    # only its presence counts: the driver says itself which nodes it has.
    compute_id = places.data('nova', 'compute_id')
    compute_id.write_text('00000000-0000-4000-8000-000000000000')


def _values(service):
    values = {
        'ETC': str(places.cloud('etc')),
        'DATA': str(places.data()),
        'VENV': str(places.cloud_venv()),
        'CREDENTIALS': _credentials(service),
    }
    for name in FILES:
        values['URL_' + name.upper()] = state.url(name)
    return values


def _credentials(service):
    """How a service signs in to Keystone, as lines of its file."""
    return '\n'.join(
        [
            'auth_type = password',
            'auth_url = %s/v3' % state.url('keystone'),
            'username = %s' % service,
            'password = %s' % state.secret(service),
            'project_name = service',
            'user_domain_id = default',
            'project_domain_id = default',
            'region_name = RegionOne',
        ]
    )
