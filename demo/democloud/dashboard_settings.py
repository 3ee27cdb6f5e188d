"""Writes Horizon's settings from demo/templates, as an operator would."""

import hashlib
import json
import string
import urllib.parse

from democloud import dashboard_places
from democloud import places
from democloud import processes

TEMPLATES = places.DEMO / 'templates'
# The one that the operators' guide shows.
POLICY = places.CHECKOUT / 'doc' / 'source' / 'operator' / 'rey_policy.yaml'
ENABLED = places.CHECKOUT / 'enabled' / '_9000_rey_dashboard.py'


def database(cloud):
    """The plugin's database: one for each cloud, so that none is mixed up."""
    name = 'demo'
    if cloud.foreign:
        name = 'cloud-' + urllib.parse.quote(cloud.name, safe='')
    return dashboard_places.here('data', name, 'rey_dashboard.sqlite3')


def write(cloud, port):
    """Write all files. Returns a digest of what they say."""
    for folder in (database(cloud).parent, dashboard_places.here('log')):
        folder.mkdir(parents=True, exist_ok=True)
    values = _values(cloud, port)
    texts = {stylesheets(): _stylesheets()}
    for target, source in _templates().items():
        template = string.Template((TEMPLATES / source).read_text())
        texts[target] = template.substitute(values)
    texts[_local('enabled', ENABLED.name)] = ENABLED.read_text()
    # Beside Horizon's other policies. Another cloud keeps the defaults.
    texts[_horizon('conf', POLICY.name)] = (
        '{}\n' if cloud.foreign else POLICY.read_text()
    )
    for target, text in texts.items():
        # Left alone when the same: Python has it compiled already.
        if not target.exists() or target.read_text() != text:
            processes.write_whole(target, text)
    return hashlib.sha256(repr(texts).encode()).hexdigest()


def _templates():
    """Which file is made of which template."""
    etc = dashboard_places.here('etc')
    snippets = 'local_settings.d'
    return {
        _local('local_settings.py'): 'horizon_local_settings.py',
        _local(snippets, ENABLED.name): 'horizon_rey_dashboard.py',
        _local(snippets, '_9010_both_themes.py'): 'horizon_both_themes.py',
        etc / 'horizon_wsgi.py': 'horizon_wsgi.py',
        etc / 'gunicorn.conf.py': 'gunicorn.conf.py',
    }


def _horizon(*parts):
    """A path in Horizon's package."""
    package = 'lib/python*/site-packages/openstack_dashboard'
    return next(dashboard_places.venv().glob(package)).joinpath(*parts)


def _local(*parts):
    """Where an operator's own settings of Horizon stand."""
    return _horizon('local', *parts)


def stylesheets():
    """The template whose styles are compressed for each theme."""
    return dashboard_places.here('etc', 'templates', '_stylesheets.html')


def _stylesheets():
    """Horizon's own with the theme's name in it: see _9010_both_themes.py."""
    text = _horizon('templates', '_stylesheets.html').read_text()
    begin = '{% compress css %}'
    text = text.replace(begin, begin + '<!-- {{ THEME }} -->')
    return '{% load themes %}{% current_theme as THEME %}\n' + text


def _values(cloud, port):
    values = {
        'KEYSTONE_URL': cloud.keystone_url,
        'NO_VERIFY': json.dumps(not cloud.verify),
        'CACERT': json.dumps(cloud.cacert),
        'DOMAINS': json.dumps(cloud.domains),
        'CLOUD': cloud.name,
        'DATABASE': database(cloud),
        'DATA': dashboard_places.here('data'),
        'STATIC': dashboard_places.static(),
        'ETC': dashboard_places.here('etc'),
        'LOG': dashboard_places.here('log'),
        'HOST': places.HOST,
        'PORT': port,
    }
    return {name: _quotable(value) for name, value in values.items()}


def _quotable(value):
    """As it may stand between single quotes in Python."""
    return str(value).replace('\\', '\\\\').replace("'", "\\'")
