from rey_dashboard.inventory.models.capacity import Aggregate
from rey_dashboard.inventory.models.capacity import Host
from rey_dashboard.inventory.models.capacity import Inventory
from rey_dashboard.inventory.models.capacity import Pool
from rey_dashboard.inventory.models.compute import Migration
from rey_dashboard.inventory.models.compute import Server
from rey_dashboard.inventory.models.coverage import BackupChain
from rey_dashboard.inventory.models.coverage import CoverageDay
from rey_dashboard.inventory.models.coverage import DomainCoverage
from rey_dashboard.inventory.models.coverage import DomainLevel
from rey_dashboard.inventory.models.coverage import PolicyTarget
from rey_dashboard.inventory.models.coverage import ProjectCoverage
from rey_dashboard.inventory.models.coverage import ProvenVolume
from rey_dashboard.inventory.models.coverage import ServiceLevel
from rey_dashboard.inventory.models.coverage import VolumeCoverage
from rey_dashboard.inventory.models.directory import DirectoryPage
from rey_dashboard.inventory.models.endpoints import CatalogService
from rey_dashboard.inventory.models.endpoints import Endpoint
from rey_dashboard.inventory.models.endpoints import EndpointProbe
from rey_dashboard.inventory.models.holds import BackupHold
from rey_dashboard.inventory.models.identity import Domain
from rey_dashboard.inventory.models.identity import DomainRole
from rey_dashboard.inventory.models.identity import Group
from rey_dashboard.inventory.models.identity import Project
from rey_dashboard.inventory.models.identity import RoleAssignment
from rey_dashboard.inventory.models.identity import User
from rey_dashboard.inventory.models.network import AddressRange
from rey_dashboard.inventory.models.network import FloatingIp
from rey_dashboard.inventory.models.quota import Quota
from rey_dashboard.inventory.models.rights import Right
from rey_dashboard.inventory.models.service import Service
from rey_dashboard.inventory.models.summary import DomainSummary
from rey_dashboard.inventory.models.summary import ProjectSummary
from rey_dashboard.inventory.models.sync import Collector
from rey_dashboard.inventory.models.sync import PartReading
from rey_dashboard.inventory.models.sync import PartState
from rey_dashboard.inventory.models.sync import Worker
from rey_dashboard.inventory.models.usage import PeriodHours
from rey_dashboard.inventory.models.usage import ProjectDay
from rey_dashboard.inventory.models.usage import Trend
from rey_dashboard.inventory.models.usage import UsageDay
from rey_dashboard.inventory.models.usage import UsageDayState
from rey_dashboard.inventory.models.volume import Backup
from rey_dashboard.inventory.models.volume import Snapshot
from rey_dashboard.inventory.models.volume import Volume
from rey_dashboard.inventory.models.volume import VolumeService
from rey_dashboard.inventory.models.volume import VolumeType

__all__ = [
    'AddressRange',
    'Aggregate',
    'Backup',
    'BackupChain',
    'BackupHold',
    'CatalogService',
    'Collector',
    'CoverageDay',
    'DirectoryPage',
    'Domain',
    'DomainCoverage',
    'DomainLevel',
    'DomainRole',
    'DomainSummary',
    'Endpoint',
    'EndpointProbe',
    'FloatingIp',
    'Group',
    'Host',
    'Inventory',
    'Migration',
    'PartReading',
    'PartState',
    'PeriodHours',
    'PolicyTarget',
    'Pool',
    'Project',
    'ProjectCoverage',
    'ProjectDay',
    'ProjectSummary',
    'ProvenVolume',
    'Quota',
    'Right',
    'RoleAssignment',
    'Server',
    'Service',
    'ServiceLevel',
    'Snapshot',
    'Trend',
    'UsageDay',
    'UsageDayState',
    'User',
    'Volume',
    'VolumeCoverage',
    'VolumeService',
    'VolumeType',
    'Worker',
]
