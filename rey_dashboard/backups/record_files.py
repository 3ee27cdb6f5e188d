"""The file of backup records: of use to who knows the passphrase, and whole.

Argon2id makes a key of the passphrase and a salt, and BLAKE2b makes two of
that. One is the private half of a key pair: to its public half the worker
seals each record that it reads. The other seals the file: XChaCha20-Poly1305
seals all records at once and binds them to what the file tells openly, so
that nobody can add, take away or change one without the passphrase.
"""

import base64
import binascii
from collections.abc import Iterable
from collections.abc import Mapping
import dataclasses
import datetime
import json
import unicodedata

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from nacl import encoding
from nacl import exceptions
from nacl import hash as nacl_hash
from nacl import public
from nacl import secret
from nacl import utils
from nacl.pwhash import argon2id

FORMAT = 'rey.sealed-backup-records/1'
#: A record takes about 2,000 bytes in it.
MOST_BYTES = 48 << 20
FEWEST_CHARACTERS, MOST_CHARACTERS = 12, 1000
#: What a file may ask of this machine: passes, and bytes of memory.
_MOST_PASSES, _MOST_MEMORY = 10, 1 << 30
_BYTES = 32
#: All that a file tells openly, but for the sealed records.
_OPEN = ('format', 'region', 'exported_at', 'records', 'cipher', 'kdf')
_CIPHER = 'xchacha20-poly1305'
_KDF = 'argon2id'


class Unreadable(Exception):
    """The file is of no use, in words for people."""


class WrongPassphrase(Unreadable):
    """It is another one, or the file was changed: nobody can tell which."""


@dataclasses.dataclass(frozen=True)
class Lock:
    """How a passphrase becomes keys; no secret.

    :param memory: bytes
    """

    salt: bytes
    passes: int = argon2id.OPSLIMIT_MODERATE
    memory: int = argon2id.MEMLIMIT_MODERATE

    @classmethod
    def new(cls) -> 'Lock':
        return cls(utils.random(argon2id.SALTBYTES))

    @classmethod
    def told(cls, told: Mapping) -> 'Lock':
        """:raises Unreadable: it is none, or asks for too much"""
        if not isinstance(told, Mapping) or told.get('name') != _KDF:
            raise Unreadable(_t('It does not tell how its key is made.'))
        lock = cls(
            _bytes(told.get('salt')), told.get('passes'), told.get('memory')
        )
        if (
            len(lock.salt) != argon2id.SALTBYTES
            or not _within(lock.passes, argon2id.OPSLIMIT_MIN, _MOST_PASSES)
            or not _within(lock.memory, argon2id.MEMLIMIT_MIN, _MOST_MEMORY)
        ):
            raise Unreadable(
                _t('Its key cannot be made: it asks for too much or nothing.')
            )
        return lock

    def tell(self) -> dict:
        return {
            'name': _KDF,
            'salt': _text(self.salt),
            'passes': self.passes,
            'memory': self.memory,
        }


class Keys:
    """Those that a passphrase makes; takes a second, and the lock's memory.

    :raises Unreadable: this machine has not so much memory
    """

    def __init__(self, passphrase: str, lock: Lock):
        try:
            master = argon2id.kdf(
                _BYTES,
                normal(passphrase).encode(),
                lock.salt,
                opslimit=lock.passes,
                memlimit=lock.memory,
            )
        except exceptions.RuntimeError as error:
            raise Unreadable(
                _t('The web server has not %d MiB of memory for its key.')
                % (lock.memory >> 20)
            ) from error
        self._pair = public.PrivateKey(_derived(master, b'rey-records-pair'))
        self._file = secret.Aead(_derived(master, b'rey-records-file'))

    @property
    def public(self) -> str:
        return _text(bytes(self._pair.public_key))

    def open_one(self, sealed: str) -> dict:
        """What ``seal_one`` sealed to the public half.

        :raises WrongPassphrase: it is for another key
        """
        try:
            box = public.SealedBox(self._pair)
            return json.loads(box.decrypt(base64.b64decode(sealed)))
        except exceptions.CryptoError as error:
            raise WrongPassphrase(WRONG) from error

    def seal(self, told: bytes, bound: bytes) -> bytes:
        return bytes(self._file.encrypt(told, bound))

    def open(self, sealed: bytes, bound: bytes) -> bytes:
        """:raises WrongPassphrase: or somebody has changed a byte"""
        try:
            return self._file.decrypt(sealed, bound)
        except (exceptions.CryptoError, ValueError) as error:
            raise WrongPassphrase(WRONG) from error


WRONG = _(
    'The passphrase is another one, or the file was changed. Nothing can be '
    'read without the right one.'
)


@dataclasses.dataclass(frozen=True)
class File:
    """What was read.

    :param region: of the cloud that the records are of
    """

    region: str
    exported_at: datetime.datetime
    records: list


def normal(passphrase: str) -> str:
    """Keyboards type the same letter in several ways."""
    return unicodedata.normalize('NFKC', passphrase)


def seal_one(public_key: str, told: Mapping) -> str:
    """By who may not read it afterwards."""
    key = public.PublicKey(base64.b64decode(public_key))
    return _text(public.SealedBox(key).encrypt(json.dumps(told).encode()))


def write(
    records: Iterable[Mapping],
    region: str,
    at: datetime.datetime,
    lock: Lock,
    keys: Keys,
) -> bytes:
    """The file; JSON, so that it can be mailed and pasted."""
    records = list(records)
    head = {
        'format': FORMAT,
        'region': region,
        'exported_at': at.isoformat(timespec='seconds'),
        'records': len(records),
        'cipher': _CIPHER,
        'kdf': lock.tell(),
    }
    sealed = keys.seal(json.dumps(records).encode(), _bound(head))
    return json.dumps({**head, 'sealed': _text(sealed)}, indent=1).encode()


def read(data: bytes, passphrase: str) -> File:
    """What such a file holds; its records are not looked into.

    :raises Unreadable: in words for people
    """
    told = _parsed(data)
    head = {name: told.get(name) for name in _OPEN}
    lock = Lock.told(head['kdf'])
    try:
        at = datetime.datetime.fromisoformat(head['exported_at'])
    except (TypeError, ValueError) as error:
        raise Unreadable(_t('It does not tell when it was made.')) from error
    sealed = _bytes(told.get('sealed'))
    opened = Keys(passphrase, lock).open(sealed, _bound(head))
    records = json.loads(opened)
    if not isinstance(records, list) or len(records) != head['records']:
        raise Unreadable(_t('It does not hold the records that it counts.'))
    # PostgreSQL stores none of these.
    region = str(head['region']).replace('\0', '')
    return File(region=region, exported_at=at, records=records)


def _parsed(data):
    if len(data) > MOST_BYTES:
        raise Unreadable(
            _t('It is larger than %d MiB, and no such file of ours is.')
            % (MOST_BYTES >> 20)
        )
    try:
        told = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Unreadable(
            _t('It is no file of backup records, or a part of one only.')
        ) from error
    name = told.get('format') if isinstance(told, dict) else None
    if name == FORMAT and told.get('cipher') == _CIPHER:
        return told
    if isinstance(name, str) and name.startswith(FORMAT.partition('/')[0]):
        raise Unreadable(
            _t('It is of another version (%s), which is not known here.')
            % name[:64]
        )
    raise Unreadable(
        _t('It is no file of backup records: it does not say %s.') % FORMAT
    )


def _bound(head):
    """What is told openly, in the one form that is sealed with the records."""
    told = {name: head[name] for name in _OPEN}
    return json.dumps(told, sort_keys=True, separators=(',', ':')).encode()


def _derived(master, use):
    return nacl_hash.blake2b(
        b'', _BYTES, key=master, person=use, encoder=encoding.RawEncoder
    )


def _within(number, least, most):
    return type(number) is int and least <= number <= most


def _text(data):
    return base64.b64encode(data).decode()


def _bytes(text):
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, TypeError, ValueError) as error:
        raise Unreadable(
            _t('It is damaged: what was sealed is not complete.')
        ) from error
