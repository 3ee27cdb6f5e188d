from django.db import models


class UsageDay(models.Model):
    """Hours of servers on one UTC day, by project and by who made them.

    From Nova's os-simple-tenant-usage. One hour of a server with 4 vCPUs is 4
    vCPU hours, and likewise for RAM and disk.
    """

    pk = models.CompositePrimaryKey('region', 'project_id', 'day', 'user_id')
    region = models.CharField(max_length=255)
    day = models.DateField()
    project_id = models.CharField(max_length=64)
    #: Nothing when nobody can tell any more: the server is purged from Nova.
    user_id = models.CharField(max_length=64)
    #: How many servers ran at any time of the day.
    servers = models.PositiveIntegerField()
    server_hours = models.FloatField()
    vcpu_hours = models.FloatField()
    ram_mib_hours = models.FloatField()
    disk_gib_hours = models.FloatField()

    class Meta:
        indexes = [models.Index(fields=['region', 'day'])]

    def __str__(self):
        return f'{self.project_id} on {self.day}'


class PeriodHours(models.Model):
    """The hours of a period that pages offer, added up: ready rows.

    Of each project, domain and user; see ``inventory/hour_sums.py``.
    """

    class Kind(models.TextChoices):
        PROJECT = 'project'
        DOMAIN = 'domain'
        USER = 'user'

    pk = models.CompositePrimaryKey(
        'region', 'first', 'last', 'kind', 'owner_id'
    )
    region = models.CharField(max_length=255)
    #: Both ends are included.
    first = models.DateField()
    last = models.DateField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    #: Nothing for the domain of projects, and the user, that nobody knows.
    owner_id = models.CharField(max_length=64)
    #: How many projects had hours.
    projects = models.PositiveIntegerField()
    server_hours = models.FloatField()
    vcpu_hours = models.FloatField()
    ram_mib_hours = models.FloatField()
    disk_gib_hours = models.FloatField()

    class Meta:
        indexes = [
            models.Index(
                fields=[
                    'region',
                    'first',
                    'last',
                    'kind',
                    measure,
                    'owner_id',
                ],
                name=f'rey_hours_by_{measure[:-6]}',
            )
            for measure in (
                'server_hours',
                'vcpu_hours',
                'ram_mib_hours',
                'disk_gib_hours',
            )
        ]

    def __str__(self):
        return f'{self.kind} {self.owner_id}, {self.first} to {self.last}'


class UsageDayState(models.Model):
    """A day whose hours were read: up to when, and whether it was over."""

    pk = models.CompositePrimaryKey('region', 'day')
    region = models.CharField(max_length=255)
    day = models.DateField()
    read_until = models.DateTimeField()
    is_over = models.BooleanField()

    def __str__(self):
        return str(self.day)


class Trend(models.Model):
    """One ready row a project: its last days for sparkline and order."""

    pk = models.CompositePrimaryKey('region', 'project_id')
    region = models.CharField(max_length=255)
    project_id = models.CharField(max_length=64)
    #: Mean vCPUs in use on each of the last days, the latest last; null where
    #: nothing is known.
    vcpus = models.JSONField(default=list)
    #: Mean vCPUs in use now less those of the same day a week ago.
    vcpus_change = models.FloatField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=['region', 'vcpus_change', 'project_id'])
        ]

    def __str__(self):
        return self.project_id


class ProjectDay(models.Model):
    """What a project used on one UTC day: our own readings, put together.

    ``readings`` maps ``service`` to the number of its samples that day, and
    ``service.resource`` to ``[samples, minimum, sum, maximum]`` in the quota's
    unit. What was never used that day is left out: its samples were all 0.
    """

    pk = models.CompositePrimaryKey('region', 'project_id', 'day')
    region = models.CharField(max_length=255)
    project_id = models.CharField(max_length=64)
    day = models.DateField()
    readings = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=['region', 'day'])]

    def __str__(self):
        return f'{self.project_id} on {self.day}'
