"""Horizon's static files, collected and compressed as in production."""

import shutil

from democloud import dashboard_changes
from democloud import dashboard_install
from democloud import dashboard_places
from democloud import dashboard_settings
from democloud import demo_commands
from democloud import places
from democloud import processes
from democloud import progress


def ensure():
    """Make them anew when something that goes into them has changed.

    Returns a digest of what they were made of.
    """
    stamp = dashboard_places.here('run', 'static.stamp')
    horizon = dashboard_install.version()
    ours = dashboard_changes.digest(
        [
            places.CHECKOUT / 'static',
            places.CHECKOUT / 'enabled',
            dashboard_places.PACKAGE / 'templates',
            dashboard_settings.stylesheets().parent,
        ]
    )
    known = stamp.read_text().split() if stamp.exists() else ['', '']
    if known == [horizon, ours]:
        return horizon + ours
    stamp.unlink(missing_ok=True)
    if known[0] != horizon:
        shutil.rmtree(dashboard_places.static(), ignore_errors=True)
    _make()
    processes.write_whole(stamp, '%s\n%s\n' % (horizon, ours))
    return horizon + ours


def _make():
    what = 'Collecting static files'
    with progress.step(what):
        manage(what, 'collectstatic', '--noinput')
    what = 'Compressing scripts and styles'
    with progress.step(what):
        environment = dashboard_places.environment()
        environment['PYTHONPATH'] = str(places.DEMO)
        module = 'democloud.dashboard_compress'
        demo_commands.run(
            what,
            [dashboard_places.program('python'), '-m', module],
            dashboard_places.log('compress'),
            environment,
        )


def manage(what, *arguments):
    """Run one of Django's commands with Horizon's settings."""
    command = [dashboard_places.program('python'), '-m', 'django']
    command += [*arguments, '--settings', 'openstack_dashboard.settings']
    log = dashboard_places.log(arguments[0])
    environment = dashboard_places.environment()
    demo_commands.run(what, command, log, environment)
