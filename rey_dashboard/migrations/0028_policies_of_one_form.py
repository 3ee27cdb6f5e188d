from django.db import migrations
from django.db import models
from django.db.models.functions import Cast

import rey_dashboard.backups.models


def tell_apart(apps, _schema_editor):
    """Those that are there all got one token with the column."""
    policies = apps.get_model('rey_dashboard', 'BackupPolicy')
    policies.objects.update(token=Cast('pk', models.CharField(max_length=64)))


class Migration(migrations.Migration):
    dependencies = [('rey_dashboard', '0027_names_of_holds')]

    operations = [
        migrations.AddField(
            model_name='backuppolicy',
            name='made_by_id',
            field=models.CharField(blank=True, default='', max_length=64),
        ),
        migrations.AddField(
            model_name='backuppolicy',
            name='token',
            field=models.CharField(
                default=rey_dashboard.backups.models.new_token, max_length=64
            ),
        ),
        migrations.RunPython(tell_apart, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='backuppolicy',
            constraint=models.UniqueConstraint(
                fields=('region', 'made_by_id', 'token'),
                name='rey_backup_policy_of_one_form',
            ),
        ),
    ]
