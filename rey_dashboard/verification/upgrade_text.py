"""Reads what ``nova-status upgrade check`` and its sisters print.

They build on oslo.upgradecheck: a table, or JSON where ``--json`` is known
(Nova 34 has no such option). Their details are wrapped by ``textwrap``, which
also breaks behind a hyphen. Several may be pasted together, with the prompts,
log lines and warnings that terminals have between them.
"""

from collections.abc import Iterator
from collections.abc import Sequence
import dataclasses
import json
import re

from django.utils.translation import gettext as _t

#: Bytes of a text.
MOST = 2**20
RESULTS = ('success', 'warning', 'failure')
#: By a check that no other service has.
_KNOWN = {
    'Cells v2': 'nova',
    'Placement API': 'nova',
    'Cinder API': 'nova',
    'Older than N-1 computes': 'nova',
    'hw_machine_type unset': 'nova',
    'Missing Root Provider IDs': 'placement',
    'Incomplete Consumers': 'placement',
    'Backup Driver Path': 'cinder',
    'Removed Drivers': 'cinder',
    'Service UUIDs': 'cinder',
    'Worker counts configured': 'neutron',
    'NIC Switch agent check kernel': 'neutron',
    'Port MAC address sanity check': 'neutron',
    'Check trust policies are not empty': 'keystone',
    'Check default roles are immutable': 'keystone',
    'Sheepdog Driver Removal': 'glance',
}
SERVICES = (
    *('aodh', 'barbican', 'blazar', 'ceilometer', 'cinder', 'cloudkitty'),
    *('cyborg', 'designate', 'glance', 'heat', 'ironic', 'keystone'),
    *('magnum', 'manila', 'masakari', 'mistral', 'neutron', 'nova'),
    *('octavia', 'placement', 'trove', 'vitrage', 'watcher', 'zaqar', 'zun'),
)
_COMMAND = re.compile(r'\b([a-z]+)-status\b.*\bupgrade\s+check\b')
_PACKAGE = re.compile(rf'(?:site|dist)-packages/({"|".join(SERVICES)})/')
_BORDER = re.compile(r'\+-+\+$')
_ROW = re.compile(r'\| (.*) \|$')
_FIELD = re.compile(r'(Check|Result|Details): (.*)$')
_JSON = re.compile(r'\{\s*("|$)')
_TRACEBACK = 'Traceback (most recent call last):'
_RAISED = re.compile(r'[A-Za-z_][\w.]*(: .*)?$')
_REFUSED = re.compile(r'([a-z]+)-status: error: (.*)$')
_NOISE = re.compile(r'\d{4}-\d\d-\d\d[ T]\d\d:\d\d|Error:$|usage: ')
_WARNING = re.compile(r'.*\w*Warning:( |$)|.* is deprecated')
_CONTROL = re.compile('[\x00-\x08\x0b-\x1f\x7f]')


class Wrong(ValueError):
    """Of one line.

    :ivar line: its number, from 1
    """

    def __init__(self, line: int, words: str):
        super().__init__(words)
        self.line, self.words = line, words


@dataclasses.dataclass(frozen=True)
class Told:
    """Of one service.

    :param checks: name, one of RESULTS, and details of each
    :param broke: what ended the check before it came to a result
    """

    service: str
    checks: Sequence[tuple[str, str, str]] = ()
    broke: str = ''


def read(text: str, service: str = '') -> list[Told]:
    """All that is in it, the last of each service.

    :param service: whose it is where the text does not tell that
    :raises Wrong: something in it is no such output
    """
    for number, line in enumerate(text.split('\n'), 1):
        if _CONTROL.search(line.removesuffix('\r')):
            raise Wrong(number, _t('There is a character that is no text.'))
    found = {}
    for told in _Reader(text, service).results():
        found[told.service] = told
    if not found:
        raise Wrong(1, _t('There is no result of an upgrade check in it.'))
    return list(found.values())


class _Reader:
    def __init__(self, text, service):
        self._lines = text.replace('\r\n', '\n').split('\n')
        self._place = 0
        self._asked = service
        self._hint = ''
        # Behind a warning come lines of any kind, until a result.
        self._in_warning = False

    def results(self) -> Iterator[Told]:
        while self._place < len(self._lines):
            line = self._lines[self._place].strip()
            made = self._result(line)
            if made:
                self._hint, self._in_warning = '', False
                yield made
            elif not self._is_passed_over(line):
                raise self._wrong(_t('This is no output of an upgrade check'))
            else:
                self._place += 1

    def _result(self, line):
        first = self._place + 1
        if _BORDER.match(line):
            return self._told(first, self._table())
        if _JSON.match(line):
            return self._told(first, self._json())
        if line == _TRACEBACK:
            broke = self._traceback()
            return Told(self._service(first, ()), broke=broke)
        return None

    def _is_passed_over(self, line):
        command = _COMMAND.search(line)
        if command:
            self._hint, self._in_warning = command.group(1), False
            return True
        package = _PACKAGE.search(line)
        if package:
            self._hint = package.group(1)
        refused = _REFUSED.match(line)
        if refused:
            raise self._wrong(
                _t(
                    '%(service)s-status refused (%(words)s): run it without '
                    'that option, and paste its table'
                )
                % {'service': refused.group(1), 'words': refused.group(2)}
            )
        if _WARNING.match(line) or line.startswith('usage: '):
            self._in_warning = True
        return not line or self._in_warning or bool(_NOISE.match(line))

    def _told(self, first, checks):
        return Told(self._service(first, checks), checks)

    def _service(self, first, checks):
        for name, _result, _details in checks:
            if name in _KNOWN:
                return _KNOWN[name]
        service = self._hint or self._asked
        if not service:
            raise Wrong(
                first,
                _t('It does not tell which service it is of: say so.'),
            )
        return service

    def _wrong(self, words):
        line = self._lines[self._place][:80] if self._more() else ''
        return Wrong(
            min(self._place + 1, len(self._lines)), f'{words}: {line}'
        )

    def _more(self):
        return self._place < len(self._lines)

    def _table(self):
        blocks, block = [], []
        self._place += 1
        while self._more():
            line = self._lines[self._place].strip()
            row = _ROW.match(line)
            if row:
                block.append((self._place + 1, row.group(1).rstrip()))
            elif _BORDER.match(line):
                blocks.append(block)
                block = []
            else:
                break
            self._place += 1
        if block or len(blocks) < 2:
            raise self._wrong(_t('The table ends in the middle'))
        # The first block is the title.
        return tuple(_of_block(block) for block in blocks[1:])

    def _json(self):
        first = self._place
        text = '\n'.join(self._lines[first:]).lstrip()
        try:
            told, end = json.JSONDecoder().raw_decode(text)
        except json.JSONDecodeError as error:
            raise Wrong(
                first + error.lineno, _t('No JSON: %s') % error.msg
            ) from error
        except RecursionError as error:
            raise self._wrong(_t('No JSON')) from error
        self._place = first + text[:end].count('\n')
        rest = text[end:].partition('\n')[0].strip()
        if rest:
            raise self._wrong(_t('More behind the end of the JSON'))
        self._place += 1
        checks = told.get('checks')
        if not isinstance(checks, list) or not checks:
            raise Wrong(first + 1, _t('The JSON has no list of checks.'))
        return tuple(_of_json(first + 1, check) for check in checks)

    def _traceback(self):
        """The last words of it, and whose code was at work."""
        last = ''
        while self._more():
            line = self._lines[self._place]
            package = _PACKAGE.search(line)
            if package:
                self._hint = package.group(1)
            if line and not line.startswith((' ', '\t')):
                is_frame = line.strip() == _TRACEBACK or line.startswith(
                    ('During handling', 'The above exception')
                )
                if not is_frame and not _RAISED.match(line):
                    break
                if not is_frame:
                    last = line.strip()
            self._place += 1
        return last or _TRACEBACK


def _of_block(block):
    told, places, at = {}, {}, ''
    for number, line in block:
        field = _FIELD.match(line.strip())
        if field and field.group(1) not in told:
            at = field.group(1)
            told[at], places[at] = field.group(2).strip(), number
        elif at == 'Details':
            joint = '' if re.search(r'\w-$', told[at]) else ' '
            told[at] = f'{told[at]}{joint}{line.strip()}'
        else:
            raise Wrong(
                number, _t('No part of a check: %s') % line.strip()[:80]
            )
    result = told.get('Result', '').casefold()
    if not told.get('Check') or result not in RESULTS:
        raise Wrong(
            places.get('Result', block[0][0] if block else 1),
            _t('A check has no name, or its result is none of %s.')
            % 'Success, Warning, Failure',
        )
    details = told.get('Details', '')
    return told['Check'], result, '' if details == 'None' else details


def _of_json(line, check):
    try:
        name, result = check['check'], check['result']
        details = check.get('details') or ''
        if _CONTROL.search(f'{name}{details}'):
            raise ValueError
        if not isinstance(name, str) or not isinstance(details, str):
            raise TypeError
        if isinstance(result, bool) or not 0 <= result < len(RESULTS):
            raise ValueError
        return name, RESULTS[result], details
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Wrong(
            line,
            _t('A check is not as oslo.upgradecheck tells it: %s')
            % str(check)[:80],
        ) from error
