"""Takes the records of backups out of Cinder and puts them back in.

A record tells where a backup's data are, so that they are found again when
Cinder's database has lost the row. Found out with cinder 29 (tried, and code
of ``backup/api.py`` and ``backup/manager.py``):

- Both need the role admin on the project of the token, by Cinder's defaults.
- What is imported keeps its id, its parent, its times and its metadata, and
  belongs to the token's project, whose quota pays.
- An import is refused for an id that is there. It answers before the record
  is looked into: what is wrong with it shows in the row, as ``error``, and
  such a row can be deleted without harm to the data.
- Taking a record out writes the row: ``updated_at`` moves.
"""

import base64
import binascii
from collections.abc import Mapping
import dataclasses
import json
import uuid

from keystoneauth1 import exceptions as ks_exceptions

from rey_dashboard.cloud import backups
from rey_dashboard.cloud import faults
from rey_dashboard.cloud import listing


@dataclasses.dataclass(frozen=True)
class Record:
    """As Cinder gave it.

    :param service: the driver that can read the data
    :param url: in base64, the columns of Cinder's row and what the driver adds
    """

    service: str
    url: str

    def columns(self) -> dict:
        """What it holds of the backup, by the names of Cinder's columns.

        :raises ValueError: it is no record
        """
        try:
            columns = json.loads(base64.b64decode(self.url, validate=True))
        except (binascii.Error, RecursionError) as error:
            raise ValueError(str(error)) from error
        if not isinstance(columns, dict) or not _is_id(columns.get('id')):
            raise ValueError('It holds no id.')
        return columns


class NoRight(faults.CloudFault):
    """The service user may not import in that project."""


class IsThere(faults.CloudFault):
    """Cinder has a backup of this id."""


def export(owner: backups.Owner, backup_id: str) -> Record:
    """:raises faults.ALL: it is not available, its driver is another, ..."""
    # The log is not to hold it.
    answer = owner.admin.get(f'/backups/{backup_id}/export_record', log=False)
    told = listing.held(answer, 'backup-record')
    return Record(told['backup_service'], told['backup_url'])


def take_in(owner: backups.Owner, record: Record) -> None:
    """Has Cinder read it, into the owner's project.

    :raises NoRight: see above
    :raises IsThere: see above
    :raises faults.ALL: the quota is full, there is no backup service, ...
    """
    told: Mapping = {
        'backup_service': record.service,
        'backup_url': record.url,
    }
    try:
        owner.own.post(
            '/backups/import_record',
            json={'backup-record': told},
            log=False,
        )
    except ks_exceptions.Unauthorized as error:
        raise NoRight('The service user has no role there.') from error
    except ks_exceptions.Forbidden as error:
        raise NoRight(
            'Cinder lets its administrators alone import records.'
        ) from error
    except ks_exceptions.BadRequest as error:
        if 'already exists' in str(error.response.text):
            raise IsThere('It is there already.') from error
        raise


def _is_id(text):
    try:
        return str(uuid.UUID(text)) == text
    except (AttributeError, TypeError, ValueError):
        return False
