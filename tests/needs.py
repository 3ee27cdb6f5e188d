import os
from typing import NoReturn

import pytest


def lack(told: str) -> NoReturn:
    """Skips the test; in CI, where nothing may be left out, fails it."""
    if os.environ.get('CI'):
        pytest.fail(told)
    pytest.skip(told)
