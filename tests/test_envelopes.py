"""What is sealed for the workers that run, and for nobody else."""

import base64
import datetime
import json

from django.utils import timezone
import pytest

from rey_dashboard.tasks import envelopes
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import models

pytestmark = pytest.mark.django_db
REGION = 'RegionOne'


@pytest.fixture
def sealer():
    envelopes.Teller().tell(REGION)
    return envelopes.Sealer(REGION)


def aged(**span):
    seen_at = timezone.now() - datetime.timedelta(**span)
    models.WorkerKey.objects.update(seen_at=seen_at)


def test_a_worker_that_runs_reads_it(sealer):
    sealed = sealer.seal({'a': '😀'})
    assert envelopes.read(sealer.keys, sealed) == {'a': '😀'}
    stored = json.dumps([sealed, sealer.keys])
    assert '😀' not in base64.b64decode(sealed).decode(errors='replace')
    assert base64.b64encode(bytes(envelopes._own())).decode() not in stored


def test_nobody_can_change_it(sealer):
    sealed = bytearray(base64.b64decode(sealer.seal({})))
    sealed[-1] ^= 1
    with pytest.raises(kinds.Refused, match='changed in the database'):
        envelopes.read(sealer.keys, base64.b64encode(sealed).decode())


def test_one_that_still_runs_is_waited_for(sealer):
    sealed = sealer.seal({})
    envelopes._own.cache_clear()
    with pytest.raises(envelopes.Elsewhere):
        envelopes.read(sealer.keys, sealed)
    aged(minutes=2)
    with pytest.raises(kinds.Refused, match='started anew'):
        envelopes.read(sealer.keys, sealed)


def test_without_a_sign_of_life_nothing_is_sealed(sealer):
    with pytest.raises(envelopes.NoWorker):
        envelopes.Sealer('Other')
    aged(minutes=2)
    with pytest.raises(envelopes.NoWorker):
        envelopes.Sealer(REGION)


def test_each_that_runs_gets_a_copy_and_the_old_ones_are_forgotten(sealer):
    aged(days=2)
    for _ in range(2):
        envelopes._own.cache_clear()
        envelopes.Teller().tell(REGION)
    assert models.WorkerKey.objects.count() == 2
    assert len(envelopes.Sealer(REGION).keys) == 2


def test_a_sign_of_life_is_given_now_and_then_alone(monkeypatch):
    teller = envelopes.Teller()
    teller.tell(REGION)
    first = models.WorkerKey.objects.get().seen_at
    teller.tell(REGION)
    assert models.WorkerKey.objects.get().seen_at == first
    monkeypatch.setattr(envelopes, 'TELL_EVERY_S', 0)
    teller = envelopes.Teller()
    teller.tell(REGION)
    assert models.WorkerKey.objects.get().seen_at > first
