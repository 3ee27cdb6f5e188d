"""The parts that a region is read in; pages name what they show of them."""

from django.utils.translation import gettext_lazy as _

IDENTITY = 'identity'
PEOPLE = 'people'
DOMAIN_ROLES = 'domain_roles'
SERVERS = 'servers'
VOLUMES = 'volumes'
SNAPSHOTS = 'snapshots'
BACKUPS = 'backups'
COMPUTE_QUOTAS = 'compute_quotas'
VOLUME_QUOTAS = 'volume_quotas'
NETWORK = 'network'
ADDRESSES = 'addresses'
HOSTS = 'hosts'
AGGREGATES = 'aggregates'
POOLS = 'pools'
VOLUME_SERVICES = 'volume_services'
COMPUTE_SERVICES = 'compute_services'
NETWORK_AGENTS = 'network_agents'
MIGRATIONS = 'migrations'
HOURS = 'hours'
CATALOG = 'catalog'
PROBES = 'probes'
RIGHTS = 'rights'
READY = 'ready'

LABELS = {
    IDENTITY: _('Projects'),
    PEOPLE: _('People and roles'),
    DOMAIN_ROLES: _('Roles on domains'),
    SERVERS: _('Servers'),
    VOLUMES: _('Volumes'),
    SNAPSHOTS: _('Snapshots'),
    BACKUPS: _('Backups'),
    COMPUTE_QUOTAS: _('Compute quotas'),
    VOLUME_QUOTAS: _('Volume quotas'),
    NETWORK: _('Networks and their quotas'),
    ADDRESSES: _('Addresses of networks'),
    HOSTS: _('Hosts'),
    AGGREGATES: _('Host aggregates'),
    POOLS: _('Storage pools'),
    VOLUME_SERVICES: _('Volume services and types'),
    COMPUTE_SERVICES: _('Compute services'),
    NETWORK_AGENTS: _('Network agents'),
    MIGRATIONS: _('Migrations of servers'),
    HOURS: _('Server hours'),
    CATALOG: _('Catalog'),
    PROBES: _('Endpoints and certificates'),
    RIGHTS: _('Rights of the service user'),
    READY: _('History and backup states'),
}
