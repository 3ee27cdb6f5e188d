"""What a project uses of its quotas at this moment, told to whoever asks.

Of another project than that of the token only administrators are told. Each
function is a step of ``asking``.
"""

from urllib import parse

from rey_dashboard.cloud import asking
from rey_dashboard.cloud import now
from rey_dashboard.cloud import quotas

# As new as what the collector asks for; Neutron has no microversions.
_NOVA, _CINDER, _NEUTRON = (2, 96), (3, 70), (0, 0)


def compute(asker: asking.Asker, project_id: str) -> list[quotas.Quota]:
    path = f'/os-quota-sets/{parse.quote(project_id, safe="")}/detail'
    return quotas.read(asker.get(now.COMPUTE, path, _NOVA)['quota_set'])


def volume(asker: asking.Asker, project_id: str) -> list[quotas.Quota]:
    path = f'/os-quota-sets/{parse.quote(project_id, safe="")}?usage=True'
    return quotas.read(asker.get(now.VOLUME, path, _CINDER)['quota_set'])


def network(asker: asking.Asker, project_id: str) -> list[quotas.Quota]:
    path = f'/v2.0/quotas/{parse.quote(project_id, safe="")}/details.json'
    told = asker.get('network', path, _NEUTRON)['quota']
    return quotas.read(
        {
            name: {**row, 'in_use': row['used']}
            for name, row in told.items()
            if isinstance(row, dict)
        }
    )
