"""Compares what is in the cloud with what the plan says."""

import collections

from democloud import company_access
from democloud import progress


def tell(plan, servers, volumes, snapshots, backups):
    """Print a table of all things; raise Trouble where one is not as planned.

    The four arguments are what the APIs list, by the names of project and
    thing.
    """
    listed = {
        'servers': servers,
        'volumes': volumes,
        'snapshots': snapshots,
        'backups': backups,
    }
    wrong = []
    print('%-10s %-18s %7s %7s' % ('', 'status', 'planned', 'there'))
    for kind, there in listed.items():
        planned = {
            (project.name, thing.name): thing.status
            for project, thing in plan.each(kind)
        }
        found = {key: there[key].status for key in planned if key in there}
        _print_counts(kind, planned, found)
        wrong += _differences(kind, planned, found, there)
    if wrong:
        raise progress.Trouble(
            'Not as planned:\n' + '\n'.join(wrong),
            company_access.AGAIN,
        )


def _print_counts(kind, planned, found):
    asked = collections.Counter(planned.values())
    there = collections.Counter(found.values())
    for status in sorted(asked | there):
        counts = (asked[status], there[status])
        print('%-10s %-18s %7d %7d' % (kind, status, *counts))


def _differences(kind, planned, found, there):
    lines = []
    for key, status in planned.items():
        if found.get(key) == status:
            continue
        line = '%s %s in project %s: %s, planned %s' % (
            kind[:-1],
            ascii(key[1]),
            ascii(key[0]),
            found.get(key, 'missing'),
            status,
        )
        fault = getattr(there.get(key), 'fault', None)
        if fault:
            line += ' (%s)' % fault.get('message')
        lines.append('  ' + line)
    return lines
