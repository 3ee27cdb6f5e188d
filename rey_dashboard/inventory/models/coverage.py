from django.db import models
from django.utils.translation import gettext_lazy as _

from rey_dashboard.inventory.models import base


class VolumeCoverage(models.Model):
    """How well one volume is backed up: one ready row a volume.

    Made from volumes and backups with each collection.
    """

    class State(models.TextChoices):
        #: The last good backup is younger than the target.
        PROTECTED = 'protected', _('protected')
        #: There is a good backup, older than the target.
        STALE = 'stale', _('stale')
        #: No good backup, and none was tried.
        NEVER = 'never', _('never backed up')
        #: The last try failed, whatever came before.
        FAILING = 'failing', _('failing')
        IN_PROGRESS = 'in_progress', _('in progress')
        #: In progress for longer than twice the usual time.
        STUCK = 'stuck', _('stuck')
        #: No backup, and younger than its target.
        NEW = 'new', _('new')
        #: By a setting: machine-made or not worth it.
        EXCLUDED = 'excluded', _('excluded')

    #: Those that somebody has to look at, the worst first.
    AT_RISK = (State.STUCK, State.FAILING, State.NEVER, State.STALE)
    #: All of them; what nobody has to look at comes behind.
    BY_SEVERITY = (
        *AT_RISK,
        State.IN_PROGRESS,
        State.NEW,
        State.PROTECTED,
        State.EXCLUDED,
    )

    pk = models.CompositePrimaryKey('region', 'volume_id')
    region = models.CharField(max_length=255)
    volume_id = models.CharField(max_length=64)
    project_id = models.CharField(max_length=64)
    name = models.CharField(max_length=255)
    #: Casefolded; NULL when the volume has no name, so that it sorts last.
    sort_name = models.CharField(max_length=512, null=True)  # noqa: DJ001
    size_gib = models.IntegerField()
    type = models.CharField(max_length=255)
    back_end = models.CharField(max_length=255)
    status = models.CharField(max_length=64)
    state = models.CharField(max_length=16, choices=State.choices)
    #: Its place in ``BY_SEVERITY``, to sort by; 0 is the worst.
    severity = models.PositiveSmallIntegerField(default=0)
    #: Has a good backup that is not older than the target, whatever the state.
    within = models.BooleanField()
    target_h = models.PositiveIntegerField()
    #: Where the target is from: ``default``, ``domain``, ``project``,
    #: ``volume_type``, ``policy`` or ``metadata``; of an excluded one
    #: ``type``, ``metadata`` or ``name``, which excludes it.
    target_source = models.CharField(max_length=16)
    #: The time that the data of the last good backup are of.
    last_good_at = models.DateTimeField(null=True)
    last_good_id = models.CharField(max_length=64, default='')
    #: When the last backup, good or not, was begun.
    last_try_at = models.DateTimeField(null=True)
    #: First failed try since the last good backup.
    failing_since = models.DateTimeField(null=True)
    #: Cinder's words on the last failed try.
    fail_reason = models.TextField(default='')
    #: Twice the usual time of a backup of this size, while one is made; NULL
    #: without history.
    stuck_after_s = models.PositiveIntegerField(null=True)
    backups = models.PositiveIntegerField(default=0)
    #: As quotas count: an incremental one with its volume's size.
    held_gib = models.PositiveIntegerField(default=0)
    failures_7d = models.PositiveIntegerField(default=0)
    #: Snapshots are no backups: they live with the volume.
    snapshots = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=['region', 'project_id', 'state']),
            models.Index(fields=['region', 'state']),
            base.Covering(
                fields=['region', 'severity', '-size_gib'],
                also=['sort_name', 'volume_id'],
                name='rey_volumecoverage_worst',
            ),
            base.Covering(
                fields=['region', 'sort_name'],
                also=['volume_id'],
                name='rey_volumecoverage_name',
            ),
            models.Index(fields=['region', 'type']),
            models.Index(fields=['region', 'back_end']),
        ]

    def __str__(self):
        return self.name or self.volume_id


class PolicyTarget(models.Model):
    """A target that a policy of backups promises for a volume.

    The package of policies keeps it; see ``backups/policy_targets.py``.
    """

    pk = models.CompositePrimaryKey('region', 'volume_id')
    region = models.CharField(max_length=255)
    volume_id = models.CharField(max_length=64)
    hours = models.PositiveIntegerField()

    def __str__(self):
        return f'{self.volume_id}: {self.hours} h'


class DomainCoverage(models.Model):
    """The volumes of a domain in one state: ready sums for the bar."""

    pk = models.CompositePrimaryKey('region', 'domain_id', 'state')
    region = models.CharField(max_length=255)
    #: Nothing when nobody knows the project.
    domain_id = models.CharField(max_length=64)
    state = models.CharField(
        max_length=16, choices=VolumeCoverage.State.choices
    )
    volumes = models.PositiveIntegerField()
    gib = models.PositiveBigIntegerField()
    within = models.PositiveIntegerField()
    within_gib = models.PositiveBigIntegerField()

    def __str__(self):
        return f'{self.state} in {self.domain_id}'


class ProjectCoverage(models.Model):
    """The volumes of one project together: one ready row a project."""

    pk = models.CompositePrimaryKey('region', 'project_id')
    region = models.CharField(max_length=255)
    project_id = models.CharField(max_length=64)
    volumes = models.PositiveIntegerField()
    gib = models.PositiveIntegerField()
    #: Excluded and new ones are left out of the share.
    counted = models.PositiveIntegerField()
    within = models.PositiveIntegerField()
    within_gib = models.PositiveIntegerField()
    #: ``within`` of ``counted``; NULL when nothing counts.
    percent = models.FloatField(null=True)
    #: Volumes in each state.
    protected = models.PositiveIntegerField(default=0)
    stale = models.PositiveIntegerField(default=0)
    never = models.PositiveIntegerField(default=0)
    failing = models.PositiveIntegerField(default=0)
    in_progress = models.PositiveIntegerField(default=0)
    stuck = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    excluded = models.PositiveIntegerField(default=0)
    #: Stuck, failing, never and stale.
    at_risk = models.PositiveIntegerField(default=0)
    at_risk_gib = models.PositiveIntegerField(default=0)
    #: Of the last good backups of its volumes the oldest.
    oldest_good_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    #: Cinder's words on the failure that most of its volumes share.
    fail_reason = models.TextField(default='')
    failures_7d = models.PositiveIntegerField(default=0)
    backups = models.PositiveIntegerField(default=0)
    held_gib = models.PositiveIntegerField(default=0)
    snapshots = models.PositiveIntegerField(default=0)
    #: The target of its volumes, where they share one, and its source.
    target_h = models.PositiveIntegerField(null=True)
    target_source = models.CharField(max_length=16, default='')

    class Meta:
        indexes = [
            base.Covering(
                fields=['region', 'at_risk', 'at_risk_gib'],
                also=['project_id'],
                name='rey_projectcoverage_worst',
            ),
            models.Index(fields=['region', 'percent', 'project_id']),
        ]

    def __str__(self):
        return self.project_id


class BackupChain(models.Model):
    """What we know of a backup beyond Cinder's row.

    Cinder does not tell what an incremental backup builds on; see
    ``inventory/chains.py`` for how it is found out.
    """

    class Problem(models.TextChoices):
        NONE = '', _('whole')
        #: What it builds on is not in the listing.
        PARENT_GONE = 'parent_gone', _('what it builds on is gone')
        #: What it builds on, or that builds on, cannot be read.
        PARENT_FAILED = 'parent_failed', _('what it builds on has failed')

    pk = models.CompositePrimaryKey('region', 'backup_id')
    region = models.CharField(max_length=255)
    backup_id = models.CharField(max_length=64)
    #: Nothing for a full one, and when it is gone.
    parent_id = models.CharField(max_length=64, default='')
    #: The full one at the bottom; itself for a full one.
    full_id = models.CharField(max_length=64, default='')
    #: 0 for a full one.
    depth = models.PositiveIntegerField(default=0)
    problem = models.CharField(
        max_length=16, choices=Problem.choices, default='', blank=True
    )
    volume_gone = models.BooleanField(default=False)
    project_gone = models.BooleanField(default=False)
    #: Casefolded names of what it belongs to; NULL where they are not known.
    sort_volume = models.CharField(max_length=512, null=True)  # noqa: DJ001
    sort_project = models.CharField(max_length=512, null=True)  # noqa: DJ001

    class Meta:
        indexes = [
            models.Index(fields=['region', 'depth', 'backup_id']),
            models.Index(fields=['region', 'sort_volume']),
            models.Index(fields=['region', 'sort_project']),
            # MariaDB has no index of some rows alone, and does without.
            models.Index(
                fields=['region', 'backup_id'],
                condition=~models.Q(problem='')
                | models.Q(volume_gone=True)
                | models.Q(project_gone=True),
                name='rey_backupchain_ill',
            ),
        ]

    def __str__(self):
        return self.backup_id


class ProvenVolume(models.Model):
    """When a backup of a volume was last restored elsewhere, and was right.

    One ready row a volume; whoever tries backups writes it.
    """

    pk = models.CompositePrimaryKey('region', 'volume_id')
    region = models.CharField(max_length=255)
    volume_id = models.CharField(max_length=64)
    #: Of the volume; of the backup when the volume is gone.
    project_id = models.CharField(max_length=64)
    backup_id = models.CharField(max_length=64)
    at = models.DateTimeField()
    #: The time that the backup's data are of.
    data_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=['region', 'at', 'volume_id']),
            models.Index(fields=['region', 'project_id']),
            models.Index(fields=['region', 'backup_id']),
        ]

    def __str__(self):
        return f'{self.volume_id} on {self.at:%Y-%m-%d}'


class CoverageDay(models.Model):
    """How many of a project's volumes were within their target on a UTC day.

    Sums over that day's samples, so ``within / counted`` is the day's share.
    """

    pk = models.CompositePrimaryKey('region', 'project_id', 'day')
    region = models.CharField(max_length=255)
    project_id = models.CharField(max_length=64)
    day = models.DateField()
    samples = models.PositiveIntegerField()
    counted = models.PositiveIntegerField()
    within = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=['region', 'day'])]

    def __str__(self):
        return f'{self.project_id} on {self.day}'


class _Level(models.Model):
    """The samples of the last days added up.

    For each of ``levels.SPANS``: what was within, of how many, on how many
    days that are known.
    """

    region = models.CharField(max_length=255)
    within_7 = models.PositiveBigIntegerField()
    counted_7 = models.PositiveBigIntegerField()
    known_7 = models.PositiveIntegerField()
    within_30 = models.PositiveBigIntegerField()
    counted_30 = models.PositiveBigIntegerField()
    known_30 = models.PositiveIntegerField()
    within_90 = models.PositiveBigIntegerField()
    counted_90 = models.PositiveBigIntegerField()
    known_90 = models.PositiveIntegerField()

    class Meta:
        abstract = True


class ServiceLevel(_Level):
    """One ready row a project."""

    pk = models.CompositePrimaryKey('region', 'project_id')
    project_id = models.CharField(max_length=64)

    def __str__(self):
        return self.project_id


class DomainLevel(_Level):
    """The projects of a domain together; of no known domain with the id ''.

    As many days are known as of the project that is known longest.
    """

    pk = models.CompositePrimaryKey('region', 'domain_id')
    domain_id = models.CharField(max_length=64)

    def __str__(self):
        return self.domain_id
