from django.db import migrations
from django.db import models


def keep_names(apps, _schema_editor):
    """Of the backups that are still there."""
    backups = apps.get_model('rey_dashboard', 'Backup').objects.exclude(
        name=''
    )
    named = backups.filter(
        region=models.OuterRef('region'), id=models.OuterRef('backup_id')
    )
    holds = apps.get_model('rey_dashboard', 'BackupHold').objects
    holds.filter(models.Exists(named)).update(
        backup_name=models.Subquery(named.values('name')[:1])
    )


class Migration(migrations.Migration):
    dependencies = [('rey_dashboard', '0026_kept_places')]

    operations = [
        migrations.AddField(
            model_name='backuphold',
            name='backup_name',
            field=models.CharField(blank=True, default='', max_length=255),
        ),
        migrations.RunPython(keep_names, migrations.RunPython.noop),
    ]
