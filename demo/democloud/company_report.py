"""Compares what is in the cloud with what the plan says."""

import collections

from democloud import company_access
from democloud import progress


def tell(plan, projects, things):
    """Print a table of all there is; raise Trouble where it is not as planned.

    `projects` are statuses by name. `things` has for each kind (servers,
    volumes, ...) what the APIs list, by the names of project and thing.
    """
    print('%-10s %-18s %7s %7s' % ('', 'status', 'planned', 'there'))
    planned = {(p.name, p.name): p.status for p in plan.projects}
    found = {(name, name): status for name, status in projects.items()}
    wrong = _compare('projects', planned, found, {})
    for kind, there in things.items():
        planned = {
            (project.name, thing.name): thing.status
            for project, thing in plan.each(kind)
        }
        found = {
            key: there[key].status if key in there else status
            for key, status in planned.items()
            if key in there or status == 'deleted'
        }
        wrong += _compare(kind, planned, found, there)
    if wrong:
        raise progress.Trouble(
            'Not as planned:\n' + '\n'.join(wrong), company_access.AGAIN
        )


def _compare(kind, planned, found, there):
    """Print the counts by status; return a line for each difference."""
    asked = collections.Counter(planned.values())
    counts = collections.Counter(found.values())
    for status in sorted(asked | counts):
        print(
            '%-10s %-18s %7d %7d'
            % (kind, status, asked[status], counts[status])
        )
    return _differences(kind, planned, found, there)


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
