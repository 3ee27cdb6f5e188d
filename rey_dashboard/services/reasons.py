"""The reason of an agent: Neutron has no place for it but the description.

What people wrote there stays; the reason stands behind it, and goes again.
"""

import re

#: What Neutron keeps (``DESCRIPTION_FIELD_SIZE``).
LONGEST = 255
# Not translated: it is read again, by whatever user's browser asked for it.
_MARK = 'disabled: '
_OURS = re.compile(rf'(^|; ){_MARK}.*', re.DOTALL)


def added(description: str, reason: str) -> str | None:
    """With a reason; None when there is no room for both."""
    own = removed(description)
    told = f'{own}; {_MARK}{reason}' if own else f'{_MARK}{reason}'
    return told if len(told) <= LONGEST else None


def removed(description: str) -> str:
    """What people wrote."""
    return _OURS.sub('', description)
