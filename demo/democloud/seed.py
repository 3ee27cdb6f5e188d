"""Fills the demo cloud with a small company, through the public APIs.

The same names and sizes each time. Everything is looked for by its name
first, so a run that was cut half-way can be said again and goes on.
"""

import argparse
import concurrent.futures
import os
import pathlib
import sys

from democloud import company
from democloud import company_access
from democloud import company_identity
from democloud import company_quotas
from democloud import company_report
from democloud import company_servers
from democloud import company_states
from democloud import company_volumes
from democloud import progress


class Seed:
    def __init__(self):
        self.plan = company.Company()
        self.access = company_access.Access()
        self.hosts = Hosts(self.access.admin, self.plan)
        self.identity = company_identity.Identity(self.access, self.plan)
        self.servers = company_servers.Servers(
            self.access, self.plan, self.hosts.closed()
        )
        self.volumes = company_volumes.Volumes(self.access, self.plan)

    def run(self):
        with progress.step('users and projects'):
            self.identity.make()
            self.identity.enable(self.plan.projects)
        with progress.step('quotas'):
            company_quotas.set_planned(self.access, self.plan)
        self._side_by_side(
            self._make_network, self._make_volumes, self._make_servers
        )
        self._finish()
        self._report()

    @staticmethod
    def _side_by_side(*works):
        with concurrent.futures.ThreadPoolExecutor(len(works)) as pool:
            parts = [pool.submit(work) for work in works]
            try:
                for part in concurrent.futures.as_completed(parts):
                    part.result()
            except BaseException:
                company_access.give_up()
                raise

    def _make_network(self):
        with progress.step('router'):
            self.servers.make_router()

    def _make_servers(self):
        with progress.step('servers'):
            self.servers.make()

    def _make_volumes(self):
        with progress.step('volumes, snapshots and backups'):
            self.volumes.make()

    def _finish(self):
        with progress.step('attachments and floating IPs'):
            self.volumes.attach(self.servers.known)
            self.servers.give_floating_ips()
        with progress.step('stopped, paused, ... servers'):
            self.servers.change()
        with progress.step('volumes that are backed up well and badly'):
            company_states.make(self.access, self.plan)
            company_states.move_back(self.access, self.plan)
        with progress.step('quotas below use, ends of projects and hosts'):
            company_quotas.lower(self.access, self.plan)
            self.volumes.strand()
            self.identity.end()
            self.hosts.end()

    def _report(self):
        everywhere = set(self.access.project_ids)
        things = {
            'servers': self.servers.there(everywhere),
            'volumes': self.volumes.there(everywhere),
            'snapshots': self.volumes.copies_there('snapshots'),
            'backups': self.volumes.copies_there('backups'),
        }
        company_report.tell(self.plan, self.identity.statuses(), things)


class Hosts:
    """The compute hosts that are disabled or down in the end."""

    def __init__(self, admin, plan):
        self._compute = admin.compute
        self._disabled = plan.disabled_host
        self._stopped = plan.stopped_host
        # The cloud's launcher stops the heartbeat of the hosts in this file.
        self._file = pathlib.Path(
            os.environ['DEMO_CLOUD_DATA'], 'stopped-hosts'
        )

    def _stopped_already(self):
        if not self._file.exists():
            return []
        return self._file.read_text().split()

    def closed(self):
        """Hosts that take no new server any more."""
        disabled = [
            service.host
            for service in self._compute.services(binary='nova-compute')
            if service.status == 'disabled'
        ]
        return {*disabled, *self._stopped_already()}

    def end(self):
        host = self._disabled['host']
        service = next(
            self._compute.services(binary='nova-compute', host=host)
        )
        if service.status != 'disabled':
            self._compute.disable_service(
                service, disabled_reason=self._disabled['reason']
            )
        stopped = self._stopped_already()
        if self._stopped not in stopped:
            names = [*stopped, self._stopped]
            self._file.write_text('\n'.join(names) + '\n')


def main():
    parser = argparse.ArgumentParser(
        prog='demo/cloud seed', description=__doc__.split('\n')[0]
    )
    parser.parse_args(sys.argv[1:])
    seed = Seed()
    seed.run()
    progress.say(
        'The company is there; %s reads "down" in about a minute.'
        % seed.plan.stopped_host
    )


if __name__ == '__main__':
    progress.run(main)
