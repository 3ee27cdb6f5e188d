import os
import random

import pytest

from tests import databases
from tests import simcloud
from tests.crash import collecting
from tests.crash import company as companies
from tests.crash import processes


@pytest.fixture(params=('sqlite', *databases.KINDS), scope='module')
def url(request, tmp_path_factory):
    if request.param == 'sqlite':
        folder = tmp_path_factory.mktemp('sqlite')
        yield f'sqlite:///{folder}/rey.sqlite3'
        return
    with databases.running(request.param) as server:
        server.add('cloud', 'rey', 'secret')
        yield server.url('cloud', 'rey', 'secret')


@pytest.fixture
def chance():
    seed = int(
        os.environ.get('REY_SEED', random.SystemRandom().getrandbits(32))
    )
    print(f'Once more with the same history: REY_SEED={seed}')
    return random.Random(seed)


@pytest.fixture
def cloud():
    with simcloud.running(page=5) as cloud:
        yield cloud


@pytest.fixture
def deployment(url, cloud, tmp_path):
    clouds_yaml = tmp_path / 'clouds.yaml'
    cloud.clouds_yaml(clouds_yaml)
    deployment = processes.Deployment(url, str(clouds_yaml))
    deployment.run(collecting.migrate)
    deployment.run(collecting.begin_anew)
    yield deployment
    deployment.end()


@pytest.fixture
def company(cloud, chance):
    return companies.Company(cloud, chance)
