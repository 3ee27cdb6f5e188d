"""What only the workers that run now can read of a task.

Some work is none of the database's business, and the web process shares no
secret with a worker: Horizon's key is the web server's own, and clouds.yaml
the worker's. So each worker process makes a key pair when it starts, keeps
the private half in its memory alone, and tells the public half with its signs
of life. When the last of those workers is gone, nobody can read it any more.
"""

import base64
from collections.abc import Mapping
import datetime
import functools
import json
import socket
import time

from django.utils import timezone
from nacl import exceptions
from nacl import public
from nacl import secret
from nacl import utils

from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import models

#: Time between two signs of life.
TELL_EVERY_S = 5
#: Who gave none for so long does not run.
ALIVE = datetime.timedelta(seconds=60)
FORGOTTEN = datetime.timedelta(days=1)
#: Until another worker may have taken the step.
LOOK_AGAIN_S = 5


class NoWorker(Exception):
    """None runs that could read it."""


class Elsewhere(Exception):
    """Another worker that runs can read it, and this one cannot."""


class Teller:
    """Tells the public half of this process's key; for one thread."""

    def __init__(self):
        self._due = 0.0

    def tell(self, region: str) -> None:
        """Also that the worker lives, now and then.

        :raises db.Error: the database is away
        """
        if time.monotonic() < self._due:
            return
        now = timezone.now()
        models.WorkerKey.objects.update_or_create(
            key=_text(bytes(_own().public_key)),
            defaults={
                'region': region,
                'host': socket.gethostname(),
                'seen_at': now,
            },
        )
        old = models.WorkerKey.objects.filter(seen_at__lt=now - FORGOTTEN)
        old.delete()
        self._due = time.monotonic() + TELL_EVERY_S


class Sealer:
    """Seals what belongs to one task, for the workers that run now.

    :ivar keys: for the task's parameters
    :raises NoWorker: none of the region's gave a sign of life
    """

    def __init__(self, region: str):
        keys = [row.key for row in _alive().filter(region=region)]
        if not keys:
            raise NoWorker
        own = utils.random(secret.SecretBox.KEY_SIZE)
        self._box = secret.SecretBox(own)
        self.keys = {
            key: _text(public.SealedBox(_public(key)).encrypt(own))
            for key in keys
        }

    def seal(self, told: Mapping) -> str:
        return _text(self._box.encrypt(json.dumps(told).encode()))


def read(keys: Mapping[str, str], sealed: str) -> dict:
    """In a worker: what a ``Sealer`` sealed.

    :param keys: the sealer's
    :raises Elsewhere: it is for another worker
    :raises kinds.Refused: nobody can read it any more
    """
    own = _own()
    mine = keys.get(_text(bytes(own.public_key)))
    if mine is None:
        if _alive().filter(key__in=list(keys)).exists():
            raise Elsewhere
        raise kinds.Refused(
            'The worker was started anew since this was planned, and the key '
            'to what it needs went with the old one.',
            'Ask for it again; what is done already is left out.',
        )
    try:
        key = public.SealedBox(own).decrypt(base64.b64decode(mine))
        told = secret.SecretBox(key).decrypt(base64.b64decode(sealed))
    except exceptions.CryptoError as error:
        raise kinds.Refused(
            'What was sealed for this step was changed in the database.',
            'Ask for it again.',
        ) from error
    return json.loads(told)


@functools.cache
def _own() -> public.PrivateKey:
    return public.PrivateKey.generate()


def _alive():
    since = timezone.now() - ALIVE
    return models.WorkerKey.objects.filter(seen_at__gte=since)


def _public(key):
    return public.PublicKey(base64.b64decode(key))


def _text(data):
    return base64.b64encode(data).decode()
