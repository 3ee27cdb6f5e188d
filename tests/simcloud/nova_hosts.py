"""Hypervisors and services of the simulated Nova."""

from tests.simcloud import clock
from tests.simcloud import service

COMPUTE = 'nova-compute'
UNEXPECTED = (
    'Unexpected API Error. Please report this at '
    'http://bugs.launchpad.net/nova/ and attach the Nova API log if possible.'
)


class Hosts:
    def hypervisors(self, call):
        return self._hypervisors(call, detail=False)

    def hypervisors_detail(self, call):
        """From 2.88 on nova asks each host by RPC; a silent one is a 500."""
        if self.cloud.silent_hosts and call.version >= (2, 88):
            raise service.Refusal(500, UNEXPECTED)
        return self._hypervisors(call, detail=True)

    def _hypervisors(self, call, detail):
        hosts = self.cloud.hosts
        if self.cloud.down_cells & {host.get('cell') for host in hosts}:
            raise service.Refusal(500, UNEXPECTED)
        rows = service.skip_to(
            hosts,
            call.marker(),
            lambda m: service.Refusal(400, f'marker [{m}] not found'),
        )
        limit = self.limit(call)
        page, link = call.page(iter(rows), limit)
        # Those whose service is deleted are left out, and then the link too.
        shown = [row for row in page if not row.get('orphan')]
        body = {'hypervisors': [_hypervisor(row, detail) for row in shown]}
        if shown and (len(shown) == limit if link is None else link):
            href = call.following(shown[-1].id)
            body['hypervisors_links'] = [{'rel': 'next', 'href': href}]
        return body

    def hypervisor(self, call, host_id):
        for row in self.cloud.hosts:
            if row.id == host_id and not row.get('orphan'):
                told = _hypervisor(row, detail=True)
                if call.version < (2, 88):
                    told['running_vms'] = sum(
                        server['host'] == row.name
                        and not server.get('deleted')
                        for server in self.cloud.tables['servers']
                    )
                return {'hypervisor': told}
        raise service.Refusal(
            404, f'Compute host {host_id} could not be found.'
        )

    def services(self, call):
        rows = [
            row
            for row in self.cloud.tables['compute_services']
            if call.query.get('binary', row['binary']) == row['binary']
            and call.query.get('host', row['host']) == row['host']
        ]
        return {
            'services': [
                _brief(row) if self.is_away(row) else self._service(call, row)
                for row in rows
                if not self.is_away(row)
                # Of such a cell nova knows its hosts.
                or (call.version >= (2, 69) and row['binary'] == COMPUTE)
            ]
        }

    def service(self, call, service_id):
        """Sets status and reason; a reason that is not told is erased."""
        row = self.cloud.tables['compute_services'].get(service_id)
        if call.method != 'PUT' or row is None:
            raise service.Refusal(404, f'Service {service_id} not found.')
        if row['binary'] != COMPUTE:
            raise service.Refusal(
                400,
                f'Updating a {row["binary"]} service is not supported. Only '
                'nova-compute services can be updated.',
            )
        status = call.body['status']
        reason = call.body.get('disabled_reason')
        if status == 'enabled' and reason:
            raise service.Refusal(
                400,
                "Specifying 'disabled_reason' with status 'enabled' is "
                'invalid.',
            )
        if reason is not None and not 1 <= len(reason) <= 255:
            raise service.Refusal(400, 'Invalid input for disabled_reason.')
        self.cloud.change(
            'compute_services', row.id, status=status, disabled_reason=reason
        )
        for host in self.cloud.tables['hosts']:
            if host.name == row['host']:
                self.cloud.change('hosts', host.id, status=status)
        return {'service': self._service(call, row)}

    def _service(self, call, row):
        told = self.cloud.clock.told
        if row['state'] == 'down':
            told = row.updated
        return {
            'binary': row['binary'],
            'host': row['host'],
            'id': row.id if call.version >= (2, 53) else row.number,
            'zone': row['zone'],
            'status': row['status'],
            'state': row['state'],
            'updated_at': clock.fraction(told),
            'disabled_reason': row['disabled_reason'],
            'forced_down': row['forced_down'],
        }


def _brief(row):
    names = ('binary', 'host')
    return {**{name: row[name] for name in names}, 'status': 'UNKNOWN'}


def _hypervisor(row, detail):
    told = {
        'id': row.id,
        'hypervisor_hostname': row.name,
        'state': row['state'],
        'status': row['status'],
    }
    if detail:
        told['hypervisor_type'] = 'QEMU'
        told['hypervisor_version'] = row['version']
        told['service'] = {'host': row.name, 'disabled_reason': None}
    return told
