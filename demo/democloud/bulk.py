"""Puts very many projects straight into the databases.

The services' APIs then list and count them like any other. Every row is a
copy of one that the services wrote themselves (bulk_templates.py has them
written), so that the columns are right; only ids, names, owners, sizes and
times differ. What a project holds follows from its number alone: a second
run adds the projects that are missing, and nothing else.

The servers stand on hosts that exist in the databases only. Listing and
counting them works, acting on them does not.
"""

import argparse
import sys

from democloud import bulk_compute
from democloud import bulk_database
from democloud import bulk_identity
from democloud import bulk_nodes
from democloud import bulk_templates
from democloud import bulk_volume
from democloud import progress

# Rows are made for so many projects at a time, to keep memory flat.
BATCH = 100


def main():
    args = _arguments()
    databases = bulk_database.Databases()
    projects = bulk_identity.projects(databases, args.projects)
    missing = bulk_identity.missing(databases, projects)
    if not missing:
        progress.say('already there: %d projects' % len(projects))
        return
    with progress.step('rows to copy'):
        templates = bulk_templates.make(databases)
    with progress.step('database-only hosts'):
        nodes = bulk_nodes.make(databases)
    with progress.step('%d projects with their things' % len(missing)):
        _fill(databases, templates, nodes, missing, args)
    progress.say(
        'added %d projects with %d servers and %d volumes each'
        % (len(missing), args.servers_per, args.volumes_per)
    )


def _arguments():
    parser = argparse.ArgumentParser(
        prog='demo/cloud bulk', description=__doc__.split('\n')[0]
    )
    parser.add_argument('--projects', type=int, default=1200)
    parser.add_argument('--servers-per', type=int, default=10)
    parser.add_argument('--volumes-per', type=int, default=10)
    return parser.parse_args(sys.argv[1:])


def _fill(databases, templates, nodes, projects, args):
    compute = bulk_compute.Compute(databases, templates, nodes)
    volume = bulk_volume.Volume(databases, templates)
    for start in range(0, len(projects), BATCH):
        batch = projects[start : start + BATCH]
        bulk_identity.insert(databases, batch)
        servers = compute.insert(batch, args.servers_per)
        volume.insert(batch, args.volumes_per, servers)
        # A batch is there or not: all databases commit together, Keystone's,
        # which tells what is missing, last.
        databases.commit()


if __name__ == '__main__':
    progress.run(main)
