"""The package that a developer guide shows, installed as pip leaves it."""

from collections.abc import Iterator
import contextlib
import pathlib
import textwrap

GUIDES = pathlib.Path(__file__).parent.parent / 'doc/source/developer'
#: What the guides promise.
MOST_LINES = 40


def lines_of(code: str) -> int:
    return len([line for line in code.splitlines() if line])


@contextlib.contextmanager
def installed(
    tmp_path, monkeypatch, guide: str, mark: str, registry
) -> Iterator[str]:
    """Gives its code.

    :param guide: the file's name
    :param mark: what only the block of code has
    :param registry: a module with ``GROUP`` and the cached ``installed``
    """
    blocks = list(_blocks(GUIDES / guide))
    code = next(block for block in blocks if mark in block)
    setup = next(block for block in blocks if '[options' in block)
    entry = setup.splitlines()[-1].strip()
    name = entry.partition('= ')[2].partition(':')[0]
    (tmp_path / f'{name}.py').write_text(code)
    told = tmp_path / f'{name}-1.0.dist-info'
    told.mkdir()
    (told / 'METADATA').write_text(f'Name: {name}\nVersion: 1.0\n')
    (told / 'entry_points.txt').write_text(f'[{registry.GROUP}]\n{entry}\n')
    monkeypatch.syspath_prepend(tmp_path)
    registry.installed.cache_clear()
    yield code
    registry.installed.cache_clear()


def _blocks(guide):
    """The literal blocks."""
    block = []
    for line in guide.read_text().splitlines():
        if line.startswith('    ') or not line:
            block.append(line)
        else:
            yield textwrap.dedent('\n'.join(block)).strip('\n')
            block = []
