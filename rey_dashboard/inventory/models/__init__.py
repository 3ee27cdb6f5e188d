from rey_dashboard.inventory.models.compute import Server
from rey_dashboard.inventory.models.identity import Domain
from rey_dashboard.inventory.models.identity import Project
from rey_dashboard.inventory.models.quota import Quota
from rey_dashboard.inventory.models.summary import ProjectSummary
from rey_dashboard.inventory.models.sync import Collector
from rey_dashboard.inventory.models.sync import PartState
from rey_dashboard.inventory.models.sync import Worker
from rey_dashboard.inventory.models.volume import Volume

__all__ = [
    'Collector',
    'Domain',
    'PartState',
    'Project',
    'ProjectSummary',
    'Quota',
    'Server',
    'Volume',
    'Worker',
]
