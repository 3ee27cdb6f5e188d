"""How old a volume's last good backup may be, and which need none.

Both come from the settings, or from a policy of backups; the row of a volume
tells which of them counts.
"""

from collections.abc import Mapping
import dataclasses
import fnmatch
import re

from rey_dashboard import conf

_HOURS = {'h': 1, 'd': 24, 'w': 168}
_TOLD = re.compile(r'\s*(\d{1,5})\s*([hdw]?)\s*', re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class Target:
    """The greatest age of the last good backup.

    :param source: what of the volume the target is of, as
        ``VolumeCoverage.target_source`` has it
    :param excluded: the volume needs no backup, and ``source`` says so
    """

    hours: int
    source: str
    excluded: bool = False


class Targets:
    """The settings, asked for one volume after the other."""

    def __init__(self, settings: conf.Settings):
        self._default = Target(settings.BACKUP_TARGET_H, 'default')
        self._of = settings.BACKUP_TARGETS_H
        self._key = settings.BACKUP_TARGET_KEY
        self._exclude = settings.BACKUP_EXCLUDE

    def of(
        self,
        volume: Mapping,
        project: Mapping | None,
        promised: int | None = None,
    ) -> Target:
        """The nearest target of one volume.

        :param volume: its ``name``, ``type`` and ``metadata``
        :param project: its ``id``, ``name``, ``domain_id``, ``domain_name``;
            none when it is gone
        :param promised: hours, by a policy that reaches it
        """
        excluded = self._excluded(volume)
        if excluded:
            return Target(self._default.hours, excluded, excluded=True)
        own = hours_of(str(volume['metadata'].get(self._key, '')))
        if own:
            return Target(own, 'metadata')
        if promised:
            return Target(promised, 'policy')
        found = self._told('volume_types', volume['type'])
        if found:
            return Target(found, 'volume_type')
        if project:
            found = self._told('projects', project['id'], project['name'])
            if found:
                return Target(found, 'project')
            found = self._told(
                'domains', project['domain_id'], project['domain_name']
            )
            if found:
                return Target(found, 'domain')
        return self._default

    def _told(self, kind, *names):
        known = self._of.get(kind, {})
        return next((known[name] for name in names if name in known), None)

    def _excluded(self, volume):
        said = [f'{key}={value}' for key, value in volume['metadata'].items()]
        for kind, source, words in (
            ('volume_types', 'type', [volume['type']]),
            ('metadata', 'metadata', said),
            ('names', 'name', [volume['name']]),
        ):
            for pattern in self._exclude.get(kind, ()):
                if any(fnmatch.fnmatchcase(word, pattern) for word in words):
                    return source
        return ''


def hours_of(text: str) -> int | None:
    """``12``, ``12h``, ``7d`` or ``2w`` in hours; None for all else."""
    match = _TOLD.fullmatch(text)
    if not match:
        return None
    return int(match[1]) * _HOURS[match[2].lower() or 'h'] or None
