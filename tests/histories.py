"""Random histories of a simulated cloud, as hypothesis draws them."""

import dataclasses

from hypothesis import strategies as st

STATUSES = st.sampled_from(['ACTIVE', 'SHUTOFF', 'ERROR', 'PAUSED'])
OF_VOLUMES = st.sampled_from(['available', 'in-use', 'error', 'deleting'])
#: What happens to a thing; the number chooses among those that are there.
WHICH = st.integers(0, 7)
KINDS = st.sampled_from(['servers', 'volumes', 'snapshots', 'backups'])


@dataclasses.dataclass(frozen=True)
class Event:
    """Something that happens in a cloud, when there is what it happens to."""

    verb: str
    kind: str = ''
    which: int = 0
    value: object = None

    def happen(self, cloud, projects):
        getattr(self, f'_{self.verb}')(cloud, projects)

    def _add(self, cloud, projects):
        project_id = projects[self.which % len(projects)]
        if self.kind == 'servers':
            cloud.add_server(project_id, name=f'n{self.which}')
        elif self.kind == 'volumes':
            cloud.add_volume(project_id, size=1 + self.which)
        elif self.kind == 'snapshots':
            self._on(cloud, 'volumes', cloud.add_snapshot)
        else:
            self._on(cloud, 'volumes', cloud.add_backup)

    def _change(self, cloud, projects):
        self._on(
            cloud,
            self.kind,
            lambda one: cloud.change(self.kind, one, **self.value),
        )

    def _delete(self, cloud, projects):
        self._on(cloud, self.kind, lambda one: cloud.delete(self.kind, one))

    def _attach(self, cloud, projects):
        servers = _living(cloud, 'servers')
        if servers:
            self._on(
                cloud, 'volumes', lambda one: cloud.attach(one, servers[0])
            )

    def _wait(self, cloud, projects):
        cloud.advance(self.value)

    def _skew(self, cloud, projects):
        cloud.skew_s = self.value

    def _on(self, cloud, kind, happen):
        there = _living(cloud, kind)
        if there:
            happen(there[self.which % len(there)])


def _living(cloud, kind):
    return sorted(
        row.id for row in cloud.tables[kind] if not row.get('deleted')
    )


CHANGES = {
    'servers': st.one_of(
        st.fixed_dictionaries({'status': STATUSES}),
        st.fixed_dictionaries({'name': st.text(max_size=5)}),
        st.fixed_dictionaries({'host': st.sampled_from(['compute-2', None])}),
        st.fixed_dictionaries({'addresses': st.just({})}),
    ),
    'volumes': st.one_of(
        st.fixed_dictionaries({'status': OF_VOLUMES}),
        st.fixed_dictionaries({'size': st.integers(1, 9)}),
        st.fixed_dictionaries({'metadata': st.just({'a': 'b'})}),
    ),
    'snapshots': st.fixed_dictionaries({'status': OF_VOLUMES}),
    'backups': st.fixed_dictionaries(
        {'status': st.sampled_from(['available', 'error', 'restoring'])}
    ),
}
events = st.one_of(
    st.builds(Event, st.just('add'), KINDS, WHICH),
    st.builds(Event, st.just('delete'), KINDS, WHICH),
    *(
        st.builds(Event, st.just('change'), st.just(kind), WHICH, value)
        for kind, value in CHANGES.items()
    ),
    st.builds(Event, st.just('attach'), st.just(''), WHICH),
    st.builds(
        Event,
        st.just('wait'),
        value=st.sampled_from([1, 60, 299, 301, 4000]),
    ),
    # A cluster whose clocks differ by less than the overlap.
    st.builds(Event, st.just('skew'), value=st.sampled_from([-100, 0, 100])),
)
#: What happens between one collection and the next, three times.
histories = st.lists(
    st.lists(events, min_size=1, max_size=12), min_size=1, max_size=3
)
