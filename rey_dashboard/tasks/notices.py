"""Tells by e-mail, web hook or chat that a task ended, where it is set.

Apprise sends; ``NOTIFY`` has its addresses. They hold passwords: nothing here
logs or raises one.
"""

from collections.abc import Iterator
import datetime
import logging
import threading
from urllib import parse

from django.db import connection
from django.utils import timezone

from rey_dashboard import conf
from rey_dashboard.inventory import models as inventory
from rey_dashboard.tasks import handover
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import models

LOG = logging.getLogger(__name__)

#: In an address: the e-mail address of whoever asked.
EMAIL = '{email}'
#: What ended longer ago is no news: the worker stood still.
LONGEST_AGO = datetime.timedelta(days=1)
#: Pauses between the tries of one address.
PAUSES_S = (5, 20)
NO_APPRISE = (
    "NOTIFY is set, but Apprise is not installed: pip install 'apprise>=1.9' "
    'where the worker runs.'
)


class CannotSend(Exception):
    """What is wrong, for people, without an address."""


class Notices:
    """Sends in a thread of its own: a mail server may take its time.

    What was begun to be told is not told again after a crash.
    """

    def __init__(self, stop: threading.Event):
        self._stop = stop
        self._thread = threading.Thread()

    def look(self) -> None:
        """Begins to tell of what has ended, unless it does so already."""
        settings = conf.current()
        if not settings.NOTIFY or self._thread.is_alive():
            return
        if _untold().exists():
            self._thread = threading.Thread(target=self._send, daemon=True)
            self._thread.start()

    def close(self) -> None:
        if self._thread.is_alive():
            self._thread.join()

    def _send(self):
        try:
            for task in _taken():
                self._tell(task)
        except Exception:  # the outermost frame of this thread: log it
            LOG.exception('Telling of ended tasks broke')
        finally:
            connection.close()

    def _tell(self, task):
        settings = conf.current()
        email = _email_of(task)
        for place, address in enumerate(settings.NOTIFY, 1):
            for pause_s in (*PAUSES_S, None):
                try:
                    send(address, email, *_message(task, settings))
                except CannotSend as error:
                    LOG.error(
                        'Task %s: address %d of NOTIFY was not told. %s',
                        task.pk,
                        place,
                        error,
                    )
                    if pause_s is None or self._stop.wait(pause_s):
                        break
                else:
                    break


def send(address: str, email: str, title: str, body: str) -> bool:
    """To one address of ``NOTIFY``; whether there was something to send.

    :param email: of whoever asked; without it an address that needs it is
        left out
    :raises CannotSend: the address is no use, or the other side said no
    """
    if EMAIL in address:
        if not email:
            return False
        address = address.replace(EMAIL, parse.quote(email, safe='@'))
    sender = _apprise()
    if not sender.add(address):
        raise CannotSend('Apprise does not understand it: see its manual.')
    if not sender.notify(title=title, body=body, body_format='text'):
        raise CannotSend('The other side did not take it.')
    return True


def problems(settings: conf.Settings) -> Iterator[str]:
    """What is wrong with ``NOTIFY``, without telling an address."""
    for place, address in enumerate(settings.NOTIFY, 1):
        try:
            understood = _apprise().add(address.replace(EMAIL, 'a@b.example'))
        except CannotSend as error:
            yield str(error)
            return
        if not understood:
            yield f'Apprise does not understand address {place} of NOTIFY.'


def _apprise():
    try:
        import apprise
    except ImportError:
        raise CannotSend(NO_APPRISE) from None
    # It would log the addresses of servers, and parts of ours.
    logging.getLogger('apprise').setLevel(logging.CRITICAL)
    return apprise.Apprise()


def _untold():
    return models.Task.objects.filter(
        told_at=None,
        state__in=models.Task.ENDED,
        ended_at__gte=timezone.now() - LONGEST_AGO,
    ).exclude(started_at=None)


def _taken() -> Iterator[models.Task]:
    """Those that no other worker tells of."""
    for task in _untold().order_by('ended_at'):
        rows = models.Task.objects.filter(pk=task.pk, told_at=None)
        if rows.update(told_at=timezone.now()):
            yield task


def _email_of(task):
    rows = inventory.User.objects.filter(
        region=task.region, id=task.asked_by_id
    )
    return rows.values_list('email', flat=True).first() or ''


def _message(task, settings):
    title = f'{task.title}: {task.get_state_display()}'
    address = ''
    if settings.HORIZON_URL:
        path = f'rey/tasks/{task.pk}/'
        address = parse.urljoin(f'{settings.HORIZON_URL.rstrip("/")}/', path)
    return title, handover.words(
        task, kinds.installed().get(task.kind), address
    )
