"""Domains, projects, people and roles, and how a test makes them."""

ROLES = ('admin', 'manager', 'member', 'reader')


class People:
    """``assignments`` are roles as they were given."""

    def _make_people(self, password):
        self.assignments = []
        #: Ids of those in which the service user has no role.
        self.closed_projects = set()
        self.add_domain('Default', domain_id='default')
        for name in ROLES:
            self._person('roles', None, {'name': name, 'domain_id': None})
        for name in ('admin', 'service'):
            self.add_project(name)
        self.service_project = self._named('projects', 'service')
        for name in ('admin', 'rey'):
            self.add_user(name, password=password)
            for project in ('admin', 'service'):
                self.give(
                    'admin',
                    user=self._named('users', name).id,
                    project=self._named('projects', project).id,
                )
        self.service_user = self._named('users', 'rey')

    def _named(self, kind, name):
        return next(row for row in self.tables[kind] if row.name == name)

    def _person(self, kind, row_id, columns):
        # Keystone's ids have no dashes.
        row_id = row_id or self.new_uuid().replace('-', '')
        with self.lock:
            self.new_row(kind, '', columns, row_id)
        return row_id

    def add_domain(self, name: str, domain_id: str | None = None, **columns):
        return self._person('domains', domain_id, {'name': name, **columns})

    def add_project(
        self, name: str, domain_id: str = 'default', **columns
    ) -> str:
        """A project; columns that Keystone does not know are properties."""
        made = {'name': name, 'domain_id': domain_id, 'parent_id': domain_id}
        return self._person('projects', None, {**made, **columns})

    def add_user(
        self, name: str, domain_id: str = 'default', **columns
    ) -> str:
        made = {'name': name, 'domain_id': domain_id, **columns}
        return self._person('users', None, made)

    def add_group(
        self, name: str, domain_id: str = 'default', members=(), **columns
    ) -> str:
        """A group; ``members`` are ids of users."""
        made = {'name': name, 'domain_id': domain_id}
        made['members'] = tuple(members)
        return self._person('groups', None, {**made, **columns})

    def add_role(self, name: str, domain_id: str | None = None) -> str:
        return self._person(
            'roles', None, {'name': name, 'domain_id': domain_id}
        )

    def give(
        self,
        role: str,
        *,
        user: str | None = None,
        group: str | None = None,
        inherited: bool = False,
        **scope: str,
    ) -> dict:
        """Gives a role by its name or id.

        :param scope: ``project=`` or ``domain=`` with an id, or ``system=``
        """
        row = {
            'role': self._role_id(role),
            'user': user,
            'group': group,
            'inherited': inherited,
            'scope': scope,
        }
        with self.lock:
            self.assignments = [*self.assignments, row]
        return row

    def take(self, row: dict) -> None:
        """Takes back what ``give`` gave."""
        with self.lock:
            self.assignments = [
                given for given in self.assignments if given is not row
            ]

    def _role_id(self, role):
        if role in self.tables['roles'].rows:
            return role
        return self._named('roles', role).id

    def _delete_person(self, kind, row):
        """With a domain all that it holds; its servers stay, as in life."""
        self.tables[kind].remove(row)
        self.assignments = [
            given
            for given in self.assignments
            if row.id
            not in (
                given['user'],
                given['group'],
                given['role'],
                *given['scope'].values(),
            )
        ]
        if kind == 'users':
            for group in list(self.tables['groups']):
                members = [m for m in group['members'] if m != row.id]
                if len(members) != len(group['members']):
                    self.tables['groups'].change(
                        group, {'members': tuple(members)}
                    )
        if kind == 'domains':
            for below in ('projects', 'users', 'groups'):
                for held in list(self.tables[below]):
                    if held['domain_id'] == row.id:
                        self._delete_person(below, held)
