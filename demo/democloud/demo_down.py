"""Stops the demo, and tells how it is."""

from democloud import dashboard
from democloud import dashboard_places
from democloud import demo_commands
from democloud import demo_memory
from democloud import lifecycle
from democloud import progress
from democloud import state


def down():
    """Stop all that was started; the data stays."""
    # An `up` that was interrupted takes a moment to end.
    with demo_memory.locked(patience_seconds=40):
        # What an `up` left behind that was killed.
        demo_commands.builders().stop_all()
        with progress.step('Stopping Horizon'):
            dashboard_places.running().stop_all()
        with state.locked():
            ran = state.programs().report()
    if ran:
        lifecycle.down()
    progress.say('The demo is down. `make demo` starts it again.')
    return 0


def status():
    """Tell of each process; 1 when something is not as it should be."""
    running = dashboard_places.running()
    port = demo_memory.port()
    rows = {row['name']: row for row in running.report()}
    well = True
    for name in ('web', 'worker'):
        row = rows.get(name, {'pid': 0, 'rss_mib': 0})
        alive = bool(row['pid'])
        if name == 'web':
            alive = alive and dashboard.answers(port)
        well = well and alive
        print(
            '%-10s %8s %5.0f MiB  %-22s %s'
            % (
                name,
                row['pid'] or 'down',
                row['rss_mib'],
                dashboard_places.url(port) if name == 'web' else '',
                running.log(name),
            )
        )
    if demo_memory.recall('foreign'):
        return 0 if well else 1
    return lifecycle.status() or (0 if well else 1)
