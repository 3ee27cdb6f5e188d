"""Django's one place for models: gathers the packages' own."""

from rey_dashboard.backups.models import BackupPolicy
from rey_dashboard.backups.models import BackupPolicyRun
from rey_dashboard.backups.models import BackupPolicyVersion
from rey_dashboard.backups.models import BackupProof
from rey_dashboard.checks.models import CheckRun
from rey_dashboard.checks.models import Finding
from rey_dashboard.checks.models import FindingRecord
from rey_dashboard.inventory.models import *  # noqa: F403
from rey_dashboard.pages.models import ColumnChoice
from rey_dashboard.projects.models import QuotaTemplate
from rey_dashboard.readiness.models import Expectations
from rey_dashboard.readiness.models import ReadinessRun
from rey_dashboard.runs.models import Baseline
from rey_dashboard.runs.models import Comparison
from rey_dashboard.runs.models import UpgradeCheck
from rey_dashboard.tasks.models import Comment
from rey_dashboard.tasks.models import Lane
from rey_dashboard.tasks.models import Record
from rey_dashboard.tasks.models import Step
from rey_dashboard.tasks.models import Task
from rey_dashboard.tasks.models import WorkerKey

__all__ = [
    'BackupPolicy',
    'BackupPolicyRun',
    'BackupPolicyVersion',
    'BackupProof',
    'Baseline',
    'CheckRun',
    'ColumnChoice',
    'Comment',
    'Comparison',
    'Expectations',
    'Finding',
    'FindingRecord',
    'Lane',
    'QuotaTemplate',
    'ReadinessRun',
    'Record',
    'Step',
    'Task',
    'UpgradeCheck',
    'WorkerKey',
]
