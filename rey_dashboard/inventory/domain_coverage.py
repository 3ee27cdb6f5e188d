"""The coverage of volumes added up by domain and state, for the bar."""

from collections.abc import Collection
from collections.abc import Iterable
import operator

from rey_dashboard.inventory import coverage_sums
from rey_dashboard.inventory import models
from rey_dashboard.inventory import store

AMOUNTS = ('volumes', 'gib', 'within', 'within_gib')
_amounts = operator.attrgetter(*AMOUNTS)


def domains_of(
    region: str, project_ids: Collection[str] | None = None
) -> dict[str, str]:
    """The domain of each project, by id; of these alone, or of all."""
    projects = models.Project.objects.filter(region=region)
    if project_ids is not None:
        projects = projects.filter(id__in=project_ids)
    return dict(projects.values_list('id', 'domain_id'))


def record(
    region: str, states: Iterable[tuple[str, str, coverage_sums.State]]
) -> None:
    """Makes the region's sums anew; to be called in a transaction.

    A project that is gone still counts for the domain it was in.

    :param states: what ``coverage_sums.Sums.states`` tells
    """
    domains = domains_of(region)
    sums = {}
    for project_id, state, amounts in states:
        key = domains.get(project_id, ''), str(state)
        so_far = sums.get(key, (0,) * len(AMOUNTS))
        sums[key] = tuple(map(operator.add, so_far, _amounts(amounts)))
    there = models.DomainCoverage.objects.filter(region=region)
    old = there.values_list('domain_id', 'state', *AMOUNTS)
    if {row[:2]: row[2:] for row in old} == sums:
        return
    there.delete()
    models.DomainCoverage.objects.bulk_create(
        (
            models.DomainCoverage(
                region=region,
                domain_id=domain_id,
                state=state,
                **dict(zip(AMOUNTS, amounts, strict=True)),
            )
            for (domain_id, state), amounts in sums.items()
        ),
        batch_size=store.BATCH,
    )
