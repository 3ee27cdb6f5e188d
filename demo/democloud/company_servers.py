"""The company's servers, their networks and floating IPs."""

import datetime as dt
import itertools

from democloud import company_access

# No host has this trait, so the scheduler finds none.
IMPOSSIBLE = {'trait:HW_GPU_API_VULKAN': 'required'}
ROUTER = 'shared-router'
# Nova's changes-since takes whole seconds.
MARGIN = dt.timedelta(seconds=2)


class Servers:
    def __init__(self, access, plan, stopped):
        self._access = access
        self._admin = access.admin
        self._plan = plan
        # A host that is down or disabled takes no server: those that a later
        # run makes anew go where the scheduler likes.
        self._closed_hosts = stopped
        self._flavors = {}
        self._image = ''
        self._networks = {}
        # By the names of project and server, as this run last saw them.
        self.known = {}

    def make(self):
        """Make the servers that are missing; they end up ACTIVE or ERROR."""
        self._find_basics()
        self.known = self.there(
            set(self._access.project_ids) - self._access.fresh
        )
        missing = [
            (project, server)
            for project, server in self._plan.each('servers')
            if (project.name, server.name) not in self.known
        ]
        rows = itertools.groupby(
            missing, lambda pair: (pair[0].name, pair[1].stem)
        )
        begin = dt.datetime.now(dt.UTC) - MARGIN
        work = [self._requests(list(row)) for _, row in rows]
        company_access.together(
            'servers', self._create, itertools.chain.from_iterable(work)
        )
        company_access.wait_while('building servers', self._building)
        self._look_again(begin)

    @staticmethod
    def _requests(row):
        """One request for a whole row; Nova then numbers the names itself.

        Where a part of the row is there already, one for each server.
        """
        project, server = row[0]
        if server.count == len(row):
            return [(project, server, server.stem, server.count)]
        return [(project, server, server.name, 0) for project, server in row]

    def _find_basics(self):
        compute = self._admin.compute
        flavors = {flavor.name: flavor.id for flavor in compute.flavors()}
        if 'demo.gpu' not in flavors:
            flavor = compute.create_flavor(
                name='demo.gpu', ram=8192, vcpus=4, disk=80
            )
            compute.create_flavor_extra_specs(flavor, IMPOSSIBLE)
            flavors['demo.gpu'] = flavor.id
        self._flavors = flavors
        self._image = self._admin.image.find_image(
            'demo', ignore_missing=False
        ).id
        for name in ('public', 'shared-net'):
            found = self._admin.network.find_network(
                name, ignore_missing=False
            )
            self._networks[name] = found

    def there(self, names):
        """Servers by the names of project and server.

        They are read project by project, so that it costs the same in a
        cloud of ten thousand servers.
        """

        def read(name):
            found = self._admin.compute.servers(
                all_projects=True, project_id=self._access.project_ids[name]
            )
            return [((name, server.name), server) for server in found]

        rows = company_access.together('servers', read, [(n,) for n in names])
        return dict(row for found in rows for row in found)

    def _create(self, project, server, name, count):
        host = server.host if server.host not in self._closed_hosts else ''
        access = self._access
        # Nova lets only an admin choose the host.
        connection = (
            access.admin_in(project) if host else access.owner_in(project)
        )
        wishes = {
            'host': host,
            'availability_zone': server.zone,
            'min_count': count,
        }
        shared = {'uuid': self._networks['shared-net'].id}
        connection.compute.create_server(
            name=name,
            flavor_id=self._flavors['demo.' + server.flavor],
            image_id=self._image,
            networks=[shared] if server.network else 'none',
            **{name: value for name, value in wishes.items() if value},
        )

    def _look_again(self, begin):
        """Learn what became of the servers that changed since."""
        names = {i: name for name, i in self._access.project_ids.items()}
        found = self._admin.compute.servers(
            all_projects=True, changes_since=begin.strftime('%FT%TZ')
        )
        for server in found:
            if server.project_id in names and server.status != 'DELETED':
                self.known[names[server.project_id], server.name] = server

    def _building(self):
        found = self._admin.compute.servers(
            details=False, all_projects=True, status='BUILD'
        )
        return [server.name for server in found]

    def change(self):
        """Stop, pause, ... the servers whose plan says so."""
        asked = [
            (project, server)
            for project, server in self._plan.each('servers')
            if server.status not in ('ACTIVE', 'ERROR')
        ]
        self.known.update(self.there({project.name for project, _ in asked}))
        begin = dt.datetime.now(dt.UTC) - MARGIN
        company_access.together(
            'changing servers', self._act, filter(self._can_act, asked)
        )

        def pending():
            self._look_again(begin)
            return [
                server.name
                for project, server in asked
                if self.known[project.name, server.name].status
                != server.status
            ]

        company_access.wait_while('changing servers', pending)

    def _can_act(self, pair):
        # A run that was cut may have left a change under way.
        known = self.known[pair[0].name, pair[1].name]
        return known.status == 'ACTIVE' and not known.task_state

    def _act(self, project, server):
        compute = self._access.owner_in(project).compute
        server_id = self.known[project.name, server.name].id
        if server.status == 'VERIFY_RESIZE':
            flavor = self._flavors['demo.' + server.resize]
            compute.resize_server(server_id, flavor)
            return
        act = {
            'SHUTOFF': compute.stop_server,
            'PAUSED': compute.pause_server,
            'SUSPENDED': compute.suspend_server,
            'SHELVED_OFFLOADED': compute.shelve_server,
        }
        act[server.status](server_id)

    def make_router(self):
        """One router leads from the shared network to the public one."""
        network = self._admin.network
        public, shared = (
            network.find_network(name, ignore_missing=False)
            for name in ('public', 'shared-net')
        )
        router = network.find_router(ROUTER)
        if not router:
            router = network.create_router(
                name=ROUTER, external_gateway_info={'network_id': public.id}
            )
        if not list(network.ports(device_id=router.id, network_id=shared.id)):
            network.add_interface_to_router(
                router, subnet_id=shared.subnet_ids[0]
            )

    def give_floating_ips(self):
        wanted = [
            (project, server)
            for project, server in self._plan.each('servers')
            if server.floating
        ]
        taken = {ip.port_id for ip in self._admin.network.ips()}

        def give(project, server):
            found = self.known[project.name, server.name]
            network = self._access.owner_in(project).network
            port = next(network.ports(device_id=found.id))
            if port.id not in taken:
                network.create_ip(
                    floating_network_id=self._networks['public'].id,
                    port_id=port.id,
                )

        company_access.together('floating IPs', give, wanted)
