"""Horizon's own processes: the web server and the plugin's worker."""

import hashlib
import time
import urllib.request

from democloud import dashboard_changes
from democloud import dashboard_places
from democloud import dashboard_static
from democloud import demo_commands
from democloud import places
from democloud import progress

# A first page compiles Horizon's templates, on a busy machine too.
PATIENCE_SECONDS = 180
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def version(settings, static):
    """A digest of all that the processes were, or would be, started with."""
    code = dashboard_changes.digest([dashboard_places.PACKAGE])
    words = repr((settings, static, code))
    return hashlib.sha256(words.encode()).hexdigest()


def migrate():
    # Ours alone: Horizon's own apps need no tables.
    with progress.step("Making the plugin's tables"):
        dashboard_static.manage(
            "Making the plugin's tables", 'migrate', 'rey_dashboard'
        )


def collect(cloud):
    """The first reading of the cloud, so that no page is empty."""
    with progress.step('Reading the cloud for the first time'):
        demo_commands.run(
            'Reading the cloud for the first time',
            [dashboard_places.program('rey-dashboard'), 'collect'],
            dashboard_places.log('collect'),
            cloud.worker_environment(),
            cloud.worker_folder(),
        )


def start_web(port):
    """Start the web server and wait until it shows the sign-in page."""
    places.tell_taken('the dashboard', port, taken(port))
    command = [dashboard_places.program('gunicorn'), '--config']
    command.append(dashboard_places.here('etc', 'gunicorn.conf.py'))
    running = dashboard_places.running()
    running.log('web').unlink(missing_ok=True)
    running.spawn('web', command, dashboard_places.environment())
    with progress.step('Starting Horizon'):
        end = time.monotonic() + PATIENCE_SECONDS
        while not answers(port):
            if not running.alive('web'):
                _tell_failed('web', 'Horizon ended while it started')
            if time.monotonic() > end:
                _tell_failed('web', 'Horizon does not show its sign-in page')
            time.sleep(0.2)


def start_worker(cloud):
    running = dashboard_places.running()
    if running.alive('worker'):
        return
    running.log('worker').unlink(missing_ok=True)
    running.spawn(
        'worker',
        [dashboard_places.program('rey-dashboard'), 'worker'],
        cloud.worker_environment(),
        cloud.worker_folder(),
    )


def check_worker():
    if not dashboard_places.running().alive('worker'):
        _tell_failed('worker', 'The worker ended while it started')


def answers(port):
    """Whether Horizon shows its sign-in page there."""
    url = dashboard_places.url(port) + 'auth/login/'
    try:
        with _opener.open(url, timeout=60) as answer:
            return answer.status == 200
    except OSError:
        return False


def taken(port):
    return (
        'End that program, or choose another port: '
        'make demo DEMO_PORT=%d' % (port + 1)
    )


def _tell_failed(name, what):
    log = dashboard_places.running().log(name)
    raise progress.Trouble(
        '%s:\n%s' % (what, progress.tail(log)),
        'Read %s, mend what it says and say the same again.' % log,
    )
