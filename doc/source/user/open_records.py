"""Opens a file of backup records, and prints the commands to import them."""

import base64
import getpass
import json
import shlex
import sys
import unicodedata

from nacl import encoding
from nacl import hash as nacl_hash
from nacl import secret
from nacl.pwhash import argon2id


def open_file(told: dict, passphrase: str) -> list[dict]:
    """The records; ``nacl.exceptions.CryptoError`` with another passphrase."""
    sealed = base64.b64decode(told.pop('sealed'))
    kdf = told['kdf']
    master = argon2id.kdf(
        32,
        unicodedata.normalize('NFKC', passphrase).encode(),
        base64.b64decode(kdf['salt']),
        opslimit=kdf['passes'],
        memlimit=kdf['memory'],
    )
    key = nacl_hash.blake2b(
        b'',
        digest_size=32,
        key=master,
        person=b'rey-records-file',
        encoder=encoding.RawEncoder,
    )
    bound = json.dumps(told, sort_keys=True, separators=(',', ':')).encode()
    return json.loads(secret.Aead(key).decrypt(sealed, bound))


def commands(records: list[dict]) -> list[str]:
    """Each after that of the backup that it builds on."""
    words = ('openstack', 'volume', 'backup', 'record', 'import')
    columns = [json.loads(base64.b64decode(one['url'])) for one in records]
    told = {
        held['id']: (held.get('parent_id'), one['service'], one['url'])
        for held, one in zip(columns, records, strict=True)
    }
    ordered = []
    while told:
        ready = [key for key, one in told.items() if one[0] not in told]
        for key in ready or list(told):
            _parent, service, url = told.pop(key)
            ordered.append(shlex.join([*words, service, url]))
    return ordered


if __name__ == '__main__':
    with open(sys.argv[1], 'rb') as file:
        told = json.load(file)
    for command in commands(open_file(told, getpass.getpass('Passphrase: '))):
        print(command)
