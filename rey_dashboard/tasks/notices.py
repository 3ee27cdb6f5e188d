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
        title, body = _message(task, settings)
        tell(self._stop, f'Task {task.pk}', title, body, _email_of(task))


def tell(
    stop: threading.Event, about: str, title: str, body: str, email: str = ''
) -> None:
    """To each address of ``NOTIFY``, with more than one try.

    :param stop: when set, nothing is tried again
    :param about: for the log
    :param email: see ``send``
    """
    for place, address in enumerate(conf.current().NOTIFY, 1):
        for pause_s in (*PAUSES_S, None):
            try:
                send(address, email, title, body)
            except CannotSend as error:
                LOG.error(
                    '%s: address %d of NOTIFY was not told. %s',
                    about,
                    place,
                    error,
                )
                if pause_s is None or stop.wait(pause_s):
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
    address = address_of(f'rey/tasks/{task.pk}/', settings)
    return title, handover.words(
        task, kinds.installed().get(task.kind), address
    )


def address_of(path: str, settings: conf.Settings) -> str:
    """The whole address of a page of ours; nothing where none is known."""
    if not settings.HORIZON_URL:
        return ''
    return parse.urljoin(f'{settings.HORIZON_URL.rstrip("/")}/', path)
