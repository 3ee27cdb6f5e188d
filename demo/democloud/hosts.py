"""The compute hosts that the demo cloud pretends to have.

Ten comes after four on purpose: a page that sorts names letter by letter
shows compute-10 before compute-2.
"""

from democloud import places

ZONES = {
    'north': ['compute-1', 'compute-2', 'compute-3'],
    'south': ['compute-4', 'compute-10', 'compute-11'],
}
# Virtual CPUs, memory (MiB) and disk (GiB).
SIZES = {
    'north': (64, 256 * 1024, 8192),
    'south': (128, 512 * 1024, 20480),
}


def names():
    return [name for zone in ZONES.values() for name in zone]


def size(host):
    """What a host has; a name that is not ours counts as a small one."""
    for zone, hosts in ZONES.items():
        if host in hosts:
            return SIZES[zone]
    return SIZES['north']


def stopped():
    """The hosts that are to be dead, one name a line in a file.

    Who writes the file decides; the nova process follows it within seconds.
    """
    try:
        text = places.data('stopped-hosts').read_text()
    except FileNotFoundError:
        return set()
    return set(text.split())
