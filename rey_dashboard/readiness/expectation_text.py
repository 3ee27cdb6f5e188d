"""Reads what somebody expects of his cloud, out of YAML that anybody wrote.

Nothing of YAML is used but maps, lists, text, whole numbers, true, false and
null: no tag, no alias (a small file could stand for gigabytes), and no value
that is more than it looks like (``no`` and ``2026-11-23`` are text).
"""

from collections.abc import Iterator
from collections.abc import Mapping
import dataclasses
import itertools
import re

from django.utils.translation import gettext as _t
import jsonschema
import yaml

#: Bytes. PyYAML takes a second or two for so much.
MOST = 256 * 1024
#: Errors that are told at once.
MOST_ERRORS = 20
_NAME = {'type': 'string', 'minLength': 1, 'maxLength': 255}
_NAMES = {'type': 'array', 'items': _NAME}
_COUNT = {'type': 'integer', 'minimum': 0, 'maximum': 1_000_000}
_NAMES_OR_COUNT = {
    'if': {'type': 'array'},
    'then': _NAMES,
    'else': {**_COUNT, 'description': 'a list of names, or their number'},
}
_INTERFACES = {
    'type': 'array',
    'items': {'enum': ['public', 'internal', 'admin']},
}
SCHEMA = {
    '$schema': 'https://json-schema.org/draft/2020-12/schema',
    'title': 'What is expected of a cloud',
    'type': 'object',
    'required': ['version'],
    'additionalProperties': False,
    'properties': {
        'version': {'const': 1},
        'services': {
            'type': 'object',
            'propertyNames': _NAME,
            'additionalProperties': _NAMES_OR_COUNT,
        },
        'hypervisors': _NAMES_OR_COUNT,
        'endpoints': {
            'type': 'object',
            'propertyNames': _NAME,
            'additionalProperties': {
                'type': 'object',
                'propertyNames': _NAME,
                'additionalProperties': _INTERFACES,
            },
        },
        'volume_types': _NAMES_OR_COUNT,
    },
}
_SCALARS = {
    'tag:yaml.org,2002:str': str,
    'tag:yaml.org,2002:int': int,
    'tag:yaml.org,2002:bool': lambda text: text == 'true',
    'tag:yaml.org,2002:null': lambda text: None,
}


@dataclasses.dataclass(frozen=True)
class Fault:
    """What is wrong, and where.

    :param line: from 1; 0 when there is none
    :param path: in the file, ``services / nova-compute / 3``
    """

    words: str
    line: int = 0
    path: str = ''


class Wrong(Exception):
    """The file cannot be used."""

    def __init__(self, faults: list[Fault]):
        super().__init__(faults)
        self.faults = faults


class _Loader(yaml.SafeLoader):
    """Only composes; nothing is ever constructed."""

    yaml_implicit_resolvers = {}

    def compose_node(self, parent, index):
        event = self.peek_event()
        if isinstance(event, yaml.AliasEvent):
            raise _wrong(_t('Aliases (*name) are not taken.'), event)
        if getattr(event, 'tag', None):
            raise _wrong(_t('Tags (!name) are not taken.'), event)
        return super().compose_node(parent, index)


for _tag, _pattern, _first in (
    ('int', r'(?:0|[1-9][0-9]{0,8})$', '0123456789'),
    ('bool', r'(?:true|false)$', 'tf'),
    ('null', r'(?:null|~|)$', ['n', '~', '']),
):
    _Loader.add_implicit_resolver(
        f'tag:yaml.org,2002:{_tag}', re.compile(_pattern), list(_first)
    )


def read(data: bytes) -> tuple[str, dict]:
    """The file's text, and what it says.

    :raises Wrong: it cannot be used
    """
    if len(data) > MOST:
        words = _t('It has more than %d KiB.') % (MOST // 1024)
        raise Wrong([Fault(words)])
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b'\n', 0, error.start) + 1
        raise Wrong([Fault(_t('It is no UTF-8.'), line)]) from error
    lines: dict[tuple, int] = {}
    told = _loaded(text, lines)
    faults = list(itertools.islice(_faults(told, lines), MOST_ERRORS))
    if faults:
        raise Wrong(sorted(faults, key=lambda fault: fault.line))
    return text, told


def written(told: Mapping) -> str:
    """As ``read`` takes it."""
    return yaml.safe_dump(
        dict(told), allow_unicode=True, sort_keys=False, width=78
    )


def _loaded(text, lines):
    try:
        node = yaml.compose(text, Loader=_Loader)
        return _value(node, (), lines) if node else {}
    except yaml.YAMLError as error:
        mark = getattr(error, 'problem_mark', None)
        words = getattr(error, 'problem', None) or str(error)
        line = mark.line + 1 if mark else 0
        raise Wrong([Fault(words, line)]) from error
    except (OverflowError, ValueError) as error:
        raise Wrong([Fault(_t('A character is none.'))]) from error
    except RecursionError as error:
        raise Wrong([Fault(_t('It is nested too deeply.'))]) from error


def _value(node, path, lines):
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        return dict(_pairs(node, path, lines))
    if isinstance(node, yaml.SequenceNode):
        return [
            _value(one, (*path, place), lines)
            for place, one in enumerate(node.value)
        ]
    return _scalar(node)


def _scalar(node):
    # What no database stores: escapes can write it.
    if '\0' in node.value or not _is_utf8(node.value):
        raise _wrong(_t('A character is none.'), node)
    return _SCALARS[node.tag](node.value)


def _is_utf8(text):
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _pairs(node, path, lines) -> Iterator:
    seen = set()
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _wrong(_t('A name must be text.'), key)
        _scalar(key)
        name = key.value
        if name in seen:
            raise _wrong(_t('This name was there before.'), key, (*path, name))
        seen.add(name)
        told = _value(value, (*path, name), lines)
        lines[*path, name] = key.start_mark.line + 1
        yield name, told


def _wrong(words, at, path=()):
    return Wrong([Fault(words, at.start_mark.line + 1, _joined(path))])


def _faults(told, lines):
    found = jsonschema.Draft202012Validator(SCHEMA).iter_errors(told)
    for error in found:
        path = tuple(error.absolute_path)
        yield Fault(_words(error), lines.get(path, 0), _joined(path))


def _words(error):
    """Without the value, which may be the whole file."""
    wanted = error.schema.get('description')
    if error.validator == 'additionalProperties':
        known = set(error.schema.get('properties', ()))
        names = sorted(set(error.instance) - known)[:5]
        return _t('Nobody knows these names: %s.') % _cut(', '.join(names))
    if error.validator == 'required':
        return _t('It must say: %s.') % ', '.join(error.validator_value)
    if wanted:
        return _t('It must be %s.') % wanted
    told = {
        'type': _t('It must be of the type %s.'),
        'const': _t('It must be %s.'),
        'enum': _t('It must be one of %s.'),
        'minimum': _t('It must be %s or more.'),
        'maximum': _t('It must be %s or less.'),
        'minLength': _t('It must have %s character or more.'),
        'maxLength': _t('It must have %s characters or less.'),
    }[error.validator]
    value = error.validator_value
    return told % (', '.join(value) if isinstance(value, list) else value)


def _joined(path):
    return _cut(' / '.join(str(part) for part in path))


def _cut(text):
    return text if len(text) <= 300 else f'{text[:300]}…'
