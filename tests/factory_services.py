"""Services and agents of the inventory."""

import uuid

from django.utils import timezone

from rey_dashboard.inventory import models
from tests import factory


def service(name='nova-compute', host='cmp-1', **columns):
    kind = 'volume' if name.startswith('cinder') else 'compute'
    now = timezone.now()
    return models.Service.objects.create(
        region=columns.pop('region', factory.REGION),
        host=host,
        **{
            'id': str(uuid.uuid5(uuid.NAMESPACE_OID, f'{name} {host}')),
            'service': kind if '-' in name else 'network',
            'name': name,
            'binary': name,
            'zone': 'nova',
            'state': 'up',
            'status': 'enabled',
            'reported_at': now,
            'state_since': now,
            'status_since': now,
            'seen': 1,
            **columns,
        },
    )
