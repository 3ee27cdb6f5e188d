"""Tells once that something critical was found, where ``NOTIFY`` says so."""

from collections.abc import Sequence
import logging
import threading

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rey_dashboard import conf
from rey_dashboard.checks import models
from rey_dashboard.checks import showing
from rey_dashboard.tasks import notices

LOG = logging.getLogger(__name__)

#: Findings that one notice names.
NAMED = 10


class Notices:
    """Sends in a thread of its own: a mail server may take its time.

    One notice a look, however much it found. Who looked tells, so that
    several workers tell it once; a crash before may leave it untold.
    """

    def __init__(self, stop: threading.Event):
        self._stop = stop
        self._threads: list[threading.Thread] = []

    def tell(self, opened: Sequence[models.Finding]) -> None:
        """Begins to tell of what was not there before."""
        settings = conf.current()
        if not opened or not settings.NOTIFY:
            return
        title, body = words(opened, settings)
        self.close(timeout_s=0)
        thread = threading.Thread(
            target=self._send, args=(title, body), daemon=True
        )
        self._threads.append(thread)
        thread.start()

    def close(self, timeout_s: float | None = None) -> None:
        """Waits for what is being sent."""
        for thread in self._threads:
            thread.join(timeout_s)
        self._threads = [row for row in self._threads if row.is_alive()]

    def _send(self, title, body):
        try:
            notices.tell(self._stop, 'Findings', title, body)
        except Exception:  # the outermost frame of this thread: log it
            LOG.exception('Telling of findings broke')


def words(
    opened: Sequence[models.Finding], settings: conf.Settings
) -> tuple[str, str]:
    """Title and body."""
    count = len(opened)
    title = ngettext(
        '%(count)d critical finding in %(region)s',
        '%(count)d critical findings in %(region)s',
        count,
    ) % {'count': count, 'region': opened[0].region}
    lines = []
    for finding in opened[:NAMED]:
        lines.append(f'- {showing.title(finding)}')
        path = f'rey/today/findings/{finding.pk}/'
        address = notices.address_of(path, settings)
        if address:
            lines.append(f'  {address}')
    if count > NAMED:
        lines.append(_('and %d more') % (count - NAMED))
    return title, '\n'.join(lines)
