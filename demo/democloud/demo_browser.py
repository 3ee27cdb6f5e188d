"""Installs the browser (and its fonts) that the browser tests drive.

Debian's chromium: a browser that a package index brings is not needed.
"""

import shutil

from democloud import demo_packages

PACKAGES = ['chromium', 'fonts-dejavu-core', 'fonts-noto-color-emoji']


def ensure():
    # When only fonts are missing, the pages look a little different.
    return demo_packages.ensure(
        'chromium', PACKAGES, 'Browser tests', bool(shutil.which('chromium'))
    )
