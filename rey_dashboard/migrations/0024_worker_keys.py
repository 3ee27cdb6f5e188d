from django.db import migrations
from django.db import models


class Migration(migrations.Migration):
    dependencies = [('rey_dashboard', '0023_backup_proofs')]

    operations = [
        migrations.CreateModel(
            name='WorkerKey',
            fields=[
                (
                    'key',
                    models.CharField(
                        max_length=64, primary_key=True, serialize=False
                    ),
                ),
                ('region', models.CharField(max_length=255)),
                ('host', models.CharField(max_length=255)),
                ('seen_at', models.DateTimeField()),
            ],
            options={
                'indexes': [
                    models.Index(
                        fields=['seen_at'],
                        name='rey_dashboa_seen_at_2ae983_idx',
                    )
                ],
            },
        ),
    ]
