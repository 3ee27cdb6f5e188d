"""Calls to a simulated cloud, and what they answer."""

import requests


def ids(pages):
    return [row.id for page in pages for row in page]


def bare(cloud, service, path, **headers):
    token = next(iter(cloud.keystone.tokens))
    return requests.get(
        cloud.services[service].url + path,
        headers={'X-Auth-Token': token, **headers},
        timeout=5,
    )


NOVA = {'OpenStack-API-Version': 'compute 2.96'}
CINDER = {'OpenStack-API-Version': 'volume 3.70'}
