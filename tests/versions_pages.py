"""The pages of Versions, and the hosts that they count."""

import json

from rey_dashboard.inventory import models
from tests import factory
from tests.factory_catalog import telling as endpoint

INDEX = '/rey/versions/'
HOSTILE = '=cmd() <script>alert(1)</script> %(x)s 😀'


def host(name, version=8002002, type_='QEMU', **columns):
    return models.Host.objects.create(
        region=factory.REGION,
        id=f'id-{name}'[:64],
        name=name,
        type=type_,
        version=version,
        seen=1,
        **{
            'state': 'up',
            'status': 'enabled',
            'service_host': name,
            **columns,
        },
    )


def runs(nova='2.104'):
    endpoint('compute', nova)
    endpoint('identity', version='v3.14')


def exported(browser, tab='', **query):
    answer = browser.get(INDEX + tab, {'format': 'json', **query})
    return json.loads(b''.join(answer.streaming_content))


def text(browser, tab='', **query):
    answer = browser.get(INDEX + tab, query)
    assert answer.status_code == 200
    return ' '.join(answer.content.decode().split())
