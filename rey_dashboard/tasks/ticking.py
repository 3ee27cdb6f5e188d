"""The worker's thread for tasks, beside the one that collects."""

from collections.abc import Callable
import logging
import threading
import time

from django import db
from django.db import connection

from rey_dashboard import conf
from rey_dashboard.cloud import faults
from rey_dashboard.cloud import session as cloud_session
from rey_dashboard.inventory import databases
from rey_dashboard.tasks import engine
from rey_dashboard.tasks import models
from rey_dashboard.tasks import notices
from rey_dashboard.tasks import planning

LOG = logging.getLogger(__name__)

#: Time between two looks whether a task is due.
TICK_S = 1.0
#: After a fault that no task can help.
REST_S = 60.0
#: After an error of ours: other tasks come before the one that met it.
STUMBLED_S = 5.0
TIDY_EVERY_S = 3600.0


class Ticker:
    """Ticks until it is closed.

    :param tell: of the database's errors
    """

    def __init__(self, tell: Callable[[db.Error], None]):
        self._tell = tell
        self._stop = threading.Event()
        self._engine = None
        self._tidy_at = 0.0
        self._notices = notices.Notices(self._stop)
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Waits for the calls that are under way."""
        self._stop.set()
        self._thread.join()

    def _run(self):
        while not self._stop.is_set():
            self._stop.wait(self._tick())
        if self._engine:
            self._engine.close()
        self._notices.close()
        connection.close()

    def _tick(self):
        """One turn; how long to wait for the next."""
        try:
            if time.monotonic() >= self._tidy_at:
                planning.forget_unstarted()
                self._tidy_at = time.monotonic() + TIDY_EVERY_S
            self._notices.look()
            if not self._engine:
                if not models.Task.objects.exclude(due_at=None).exists():
                    # Nothing to sign in for.
                    return TICK_S
                self._engine = make_engine(self._stop)
            return 0 if self._engine.tick() else TICK_S
        except faults.ALL as error:
            explained = faults.explain(error)
            LOG.error('%s %s', explained.words, explained.remedy)
        except db.Error as error:
            self._tell(error)
            databases.let_go()
            return TICK_S
        except Exception:  # the outermost loop of this thread: log, and go on
            LOG.exception('Work on tasks stumbled; it goes on')
            databases.let_go()
            return STUMBLED_S
        return REST_S


def make_engine(stop: threading.Event | None = None) -> engine.Engine:
    """For the region of the worker's clouds.yaml.

    :raises faults.ALL: the region cannot be told
    """
    settings = conf.current()
    cloud = cloud_session.Cloud(settings.CLOUD, settings.CALL_TIMEOUT_S)
    return engine.Engine(cloud.region, settings, stop)


def work_once() -> int:
    """Turns until no task is due; how many there were.

    :raises faults.ALL: the region cannot be told
    :raises db.Error: the database is away; nothing is lost
    """
    worker = make_engine()
    turns = 0
    try:
        while worker.tick():
            turns += 1
    finally:
        worker.close()
    return turns
