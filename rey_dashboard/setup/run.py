"""Goes through the steps, there and back, and tells each."""

from collections.abc import Iterator
import dataclasses
import pathlib
import shutil
import subprocess

from rey_dashboard.setup import faults
from rey_dashboard.setup import marks
from rey_dashboard.setup import place as places
from rey_dashboard.setup import static_files
from rey_dashboard.setup import steps
from rey_dashboard.setup import tables
from rey_dashboard.setup import unit

#: In the order in which they are done; they are undone the other way round.
STEPS = (
    steps.State,
    steps.Password,
    steps.Snippet,
    steps.Enabled,
    tables.Tables,
    static_files.Static,
    unit.User,
    unit.Unit,
)
#: Services that Horizon runs in: Debian, Red Hat, and of its own.
_WEB_SERVICES = ('apache2', 'httpd', 'openstack-dashboard', 'horizon')

WELL = 'well'
DONE = 'done'
WOULD = 'would'
FAILED = 'failed'


@dataclasses.dataclass(frozen=True)
class Told:
    """What one step came to; ``state`` is one of those above."""

    step: str
    state: str
    words: str
    remedy: str = ''


def setup(place: places.Place, dry: bool = False) -> Iterator[Told]:
    """Each thing in turn; ends at the first that fails."""
    for kind in STEPS:
        step = kind(place)
        try:
            words = step.look()
            if words and not dry:
                yield Told(step.name, DONE, step.do())
            elif words:
                yield Told(step.name, WOULD, words)
            else:
                yield Told(step.name, WELL, step.note)
        except (faults.NotWell, OSError) as error:
            yield _failed(step, error)
            return
        if kind is steps.State and not dry:
            place.record.save(choices=dataclasses.asdict(place.choices))


def remove(place: places.Place, purge: bool = False) -> Iterator[Told]:
    """Takes back all that it can, whatever fails in between."""
    failed = False
    for kind in reversed(STEPS):
        step = kind(place)
        if kind in (steps.State, steps.Password) and failed:
            # What is left needs the password and is known by the record.
            continue
        try:
            if kind is tables.Tables and purge:
                _need_to_go(place)
                words = step.purge()
            else:
                words = step.undo()
        except (faults.NotWell, OSError) as error:
            failed = True
            yield _failed(step, error)
        else:
            if words:
                yield Told(step.name, DONE, words)


def _need_to_go(place):
    """Settings that stay need their data.

    :raises faults.NotWell: a file that we may not remove was changed by hand
    """
    for kind in (steps.Snippet, steps.Enabled):
        path = kind(place).path()
        if marks.state(path) == marks.CHANGED and not place.force:
            raise faults.NotWell(
                f'The data is kept, since {path} was changed by hand and '
                'stays.',
                'Move your changes into another file and say the same again '
                'with --force.',
            )


def restarts(place: places.Place) -> list[str]:
    """The commands that make all this take effect."""
    commands = []
    systemctl = shutil.which('systemctl')
    if systemctl and pathlib.Path('/run/systemd/system').exists():
        commands += [
            f'systemctl restart {name}'
            for name in _WEB_SERVICES
            if not subprocess.run(
                [systemctl, 'is-active', '--quiet', name], check=False
            ).returncode
        ]
    if not commands:
        commands.append('Restart the web server that runs Horizon.')
    if place.choices.units:
        commands.append(f'systemctl enable {unit.NAME}')
        commands.append(f'systemctl restart {unit.NAME}')
    else:
        commands.append(
            f'Start the worker, or start it anew: {unit.program()} worker'
        )
    return commands


def _failed(step, error):
    if isinstance(error, PermissionError):
        remedy = 'Say the same again as root, or as the owner of Horizon.'
    elif isinstance(error, faults.NotWell):
        remedy = error.remedy
    else:
        remedy = 'Mend what it says, and say the same again.'
    return Told(step.name, FAILED, str(error), remedy)
