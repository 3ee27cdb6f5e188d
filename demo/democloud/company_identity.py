"""The company's domains, people and projects, in Keystone."""

import uuid

from openstack import exceptions

from democloud import company_access

# Heat's own naming: the owner's project, then the stack, cut to 64.
HEAT_DESCRIPTION = 'Heat stack user project'


class Identity:
    """Makes what is not there yet, found by its name."""

    def __init__(self, access, plan):
        self._access = access
        self._plan = plan
        self._api = access.admin.identity
        self._domains = {d.name: d.id for d in self._api.domains()}
        self._roles = {role.name: role.id for role in self._api.roles()}
        self._projects = {}

    def make(self):
        machine_made = self._plan.machine_made['domain']
        if machine_made not in self._domains:
            domain = self._api.create_domain(
                name=machine_made,
                description='Contains users and projects created by heat',
            )
            self._domains[machine_made] = domain.id
        self._projects = {
            (project['domain_id'], project['name']): project
            for project in self._read_projects()
        }
        self._make_users()
        self._make_projects()
        self._make_groups()

    def _read_projects(self):
        """All pages: Keystone ends a page at 1,000, openstacksdk with it."""
        url = '/projects?limit=1000'
        while url:
            page = self._api.get(url).json()
            yield from page['projects']
            url = page['links'].get('next')

    def _make_users(self):
        ids = {(u.domain_id, u.name): u.id for u in self._api.users()}

        def make(name, domain, email):
            user = (self._domains[domain], name)
            if user not in ids:
                made = self._api.create_user(
                    domain_id=user[0],
                    name=name,
                    email=email,
                    password=company_access.PASSWORD,
                )
                ids[user] = made.id
            self._access.user_ids[name] = ids[user]

        rows = [(u['name'], u['domain'], u['email']) for u in self._plan.users]
        company_access.together('users', make, rows)

    def _make_projects(self):
        machine_made = self._plan.machine_made
        company_access.together(
            'projects', self._make_project, [(p,) for p in self._plan.projects]
        )
        company_access.together(
            'machine-made projects',
            self._make_machine_project,
            [(number,) for number in range(machine_made['count'])],
        )

    def _make_project(self, project):
        known = self._projects.get(
            (self._domains[project.domain], project.name)
        )
        if known:
            self._access.project_ids[project.name] = known['id']
        elif project.deleted and (old := self._deleted_id(project)):
            self._access.project_ids[project.name] = old
            return
        else:
            self._create_project(project)
        self._tell_contact(project, known or {'tags': project.tags})
        self._people(project)

    def _people(self, project):
        # The admin needs a role where it works itself.
        if not project.owner or any(s.host for s in project.servers):
            admin = self._access.admin.current_user_id
            self._grant(project, admin, 'admin')
        for name, role in (
            (project.owner, 'member'),
            (project.contact, 'reader'),
        ):
            if name:
                self._grant(project, self._access.user_ids[name], role)

    def _create_project(self, project):
        made = self._api.create_project(
            name=project.name,
            domain_id=self._domains[project.domain],
            description=project.description,
            tags=project.tags,
        )
        self._access.project_ids[project.name] = made.id
        self._access.fresh.add(project.name)

    def _tell_contact(self, project, known):
        """Store who to write to, where an earlier run has not.

        Properties of one's own making get past openstacksdk's resources only
        in a bare call.
        """
        wanted = self._plan.contact_properties(project)
        lacking = {
            key: value
            for key, value in wanted.items()
            if known.get(key) != value
        }
        if not set(project.tags) <= set(known['tags']):
            lacking['tags'] = sorted({*project.tags, *known['tags']})
        if lacking:
            answer = self._api.patch(
                '/projects/%s' % self._access.project_ids[project.name],
                json={'project': lacking},
            )
            exceptions.raise_from_response(answer)

    def _deleted_id(self, project):
        """The id of a project that an earlier run made and deleted."""
        # Nova filters names by regular expressions; this name is plain.
        left = self._access.admin.compute.servers(
            all_projects=True, name='^%s$' % project.servers[0].name
        )
        return next((server.project_id for server in left), None)

    def _grant(self, project, user_id, role):
        self._api.assign_project_role_to_user(
            self._access.project_ids[project.name], user_id, self._roles[role]
        )

    def _make_machine_project(self, number):
        domain = self._domains[self._plan.machine_made['domain']]
        owner, stack = (
            uuid.uuid5(uuid.NAMESPACE_DNS, '%s%d' % (word, number))
            for word in ('owner', 'stack')
        )
        name = ('%s-%s' % (owner.hex, stack))[:64]
        if (domain, name) not in self._projects:
            self._api.create_project(
                name=name, domain_id=domain, description=HEAT_DESCRIPTION
            )

    def _make_groups(self):
        ids = {(g.domain_id, g.name): g.id for g in self._api.groups()}
        for row in self._plan.groups:
            domain = self._domains[row['domain']]
            group = ids.get((domain, row['name']))
            if not group:
                made = self._api.create_group(
                    domain_id=domain, name=row['name']
                )
                group = made.id
            self._fill_group(row, domain, group)

    def _fill_group(self, row, domain, group):
        for name in row['users']:
            self._api.add_user_to_group(self._access.user_ids[name], group)
        if 'domain_role' in row:
            role = self._roles[row['domain_role']]
            self._api.assign_domain_role_to_group(domain, group, role)
        for name in row.get('projects', []):
            role = self._roles[row['project_role']]
            self._api.assign_project_role_to_group(
                self._access.project_ids[name], group, role
            )

    def enable(self, projects):
        """Let a run that goes on work in a project that it will disable."""
        for project in projects:
            if project.disabled and project.name not in self._access.fresh:
                self._api.update_project(
                    self._access.project_ids[project.name], is_enabled=True
                )

    def end(self):
        """Disable and delete what shall end so, now that it is filled."""
        for project in self._plan.projects:
            project_id = self._access.project_ids[project.name]
            if project.disabled:
                self._api.update_project(project_id, is_enabled=False)
            if project.deleted:
                self._api.delete_project(project_id, ignore_missing=True)

    def statuses(self):
        """The projects' statuses as Keystone tells them now, by name."""
        there = {row['id']: row['enabled'] for row in self._read_projects()}
        words = {True: 'enabled', False: 'disabled', None: 'deleted'}
        return {
            name: words[there.get(project_id)]
            for name, project_id in self._access.project_ids.items()
        }
