"""Hypervisors by the hosts of the services that look after them."""

from rey_dashboard.inventory import models


def by_service(region: str) -> dict[str, models.Host]:
    """By each name that a service's host may have.

    Where Nova did not tell the service, that is the hypervisor's name, and
    the short one unless several have it.
    """
    found, short = {}, {}
    for host in models.Host.objects.filter(region=region):
        found[host.name] = host
        if host.service_host:
            found[host.service_host] = host
        short.setdefault(host.name.partition('.')[0], []).append(host)
    for name, hosts in short.items():
        if len(hosts) == 1:
            found.setdefault(name, hosts[0])
    return found
