from django.db import migrations
from django.db import models


class Migration(migrations.Migration):
    dependencies = [('rey_dashboard', '0025_policies_in_force')]

    operations = [
        migrations.AddField(
            model_name='lane',
            name='kept_for',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='lane',
            name='kept_until',
            field=models.DateTimeField(null=True),
        ),
    ]
