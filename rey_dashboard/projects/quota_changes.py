"""What is asked of quotas, and what becomes of a limit by that."""

from collections.abc import Iterable
from collections.abc import Mapping
import dataclasses
import math

from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from rey_dashboard.cloud import quotas

#: What every service can keep: a signed column of 32 bits.
GREATEST = 2**31 - 1


class How(models.TextChoices):
    SET = 'set', _('set to')
    ADD = 'add', _('add')
    MULTIPLY = 'multiply', _('multiply by')


class Impossible(ValueError):
    """What was asked makes no limit; it says why, for people."""


@dataclasses.dataclass(frozen=True)
class Change:
    """What is asked of one resource.

    :param value: in the service's unit; -1 sets no limit
    """

    service: str
    resource: str
    how: str
    value: float

    @classmethod
    def read(cls, told: Mapping) -> 'Change':
        """:raises Impossible: it is no change"""
        try:
            made = cls(
                service=str(told['service']),
                resource=str(told['resource']),
                how=How(told['how']).value,
                value=float(told['value']),
            )
        except (KeyError, TypeError, ValueError):
            raise Impossible(_t('This is no change of a quota.')) from None
        made._check()
        return made

    def _check(self):
        if not math.isfinite(self.value):
            raise Impossible(_t('This is no number.'))
        if self.how != How.MULTIPLY and self.value != int(self.value):
            raise Impossible(_t('A limit is a whole number.'))
        if self.how == How.MULTIPLY and self.value < 0:
            raise Impossible(
                _t('A limit cannot be multiplied by less than 0.')
            )
        if self.how == How.SET:
            _checked(self.value)

    def of(self, limit: int | None) -> int | None:
        """The new limit; None where there is none to begin with.

        No limit stays none, whatever is added; a share is rounded up.

        :raises Impossible: below 0, or more than a service can keep
        """
        if self.how == How.SET:
            return int(self.value)
        if limit is None or limit == quotas.UNLIMITED:
            return limit
        if self.how == How.ADD:
            return _checked(limit + self.value, least=0)
        return _checked(math.ceil(round(limit * self.value, 6)), least=0)

    def told(self) -> dict:
        """As ``read`` takes it, for the task's parameters."""
        return dataclasses.asdict(self)


def read_all(told: Iterable[Mapping]) -> list[Change]:
    """:raises Impossible: one is no change, or two are of one resource"""
    changes = [Change.read(one) for one in told]
    keys = {(change.service, change.resource) for change in changes}
    if len(keys) < len(changes):
        raise Impossible(_t('A quota cannot be changed twice at once.'))
    return changes


def _checked(limit, least=quotas.UNLIMITED):
    if limit < least:
        raise Impossible(_t('A limit cannot be less than %d.') % least)
    if limit > GREATEST:
        raise Impossible(_t('A limit cannot be more than %d.') % GREATEST)
    return int(limit)
