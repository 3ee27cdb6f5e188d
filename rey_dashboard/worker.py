"""The worker: collects, works on tasks, and shows that it is alive."""

from collections.abc import Callable
import datetime
import logging
import signal
import socket
import threading
import time

from django import db
from django.db import connection
from django.utils import timezone

from rey_dashboard import conf
from rey_dashboard.backups import policy_looks
from rey_dashboard.backups import proofs
from rey_dashboard.checks import cycle
from rey_dashboard.checks import notices
from rey_dashboard.cloud import faults
from rey_dashboard.cloud import session as cloud_session
from rey_dashboard.inventory import databases
from rey_dashboard.inventory import lease
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import sync
from rey_dashboard.readiness import runs
from rey_dashboard.tasks import envelopes
from rey_dashboard.tasks import ticking
from rey_dashboard.verification import runs as verifications

LOG = logging.getLogger(__name__)

#: Time between two readings of the roles on domains, which count for minutes
#: only: they do not wait for a collection that takes long.
ROLES_EVERY_S = 120
#: Time between two looks whether a policy of backups is due.
POLICIES_EVERY_S = 5.0
#: Time between two looks for a request from a page.
TICK_S = 1.0
#: Time between two signs of life.
BEAT_S = 5.0
#: Time between two lines of the log about the same trouble of the database.
TELL_AGAIN_S = 60.0


def collect_once(
    beat: Callable[[], None] = lambda: None,
    stop: threading.Event | None = None,
    hours_again: int = 0,
    full: bool = False,
) -> list[models.PartState]:
    """Signs in as the service user and reads once; see ``sync.collect``.

    :raises faults.ALL: signing in failed, or its entry cannot be used
    :raises lease.Held: somebody else collects now
    """
    settings = conf.current()
    cloud = cloud_session.Cloud(settings.CLOUD, settings.CALL_TIMEOUT_S)
    return sync.collect(cloud, settings, beat, stop, hours_again, full)


def look_once(
    region: str,
    told: notices.Notices,
    beat: Callable[[], None] = lambda: None,
    stop: threading.Event | None = None,
) -> None:
    """Lets the checks look at what was read, and begins to tell of it.

    Nothing happens while somebody else collects: he has them look afterwards.

    :raises db.Error: nothing can be written
    """
    try:
        told.tell(cycle.run(region, beat, stop))
    except lease.Held as error:
        LOG.info('%s', error)


def read_domain_roles(stop: threading.Event) -> None:
    """Signs in as the service user and reads the roles on domains alone.

    :raises faults.ALL: signing in failed, or its entry cannot be used
    """
    settings = conf.current()
    cloud = cloud_session.Cloud(settings.CLOUD, settings.CALL_TIMEOUT_S)
    sync.collect_part(cloud, settings, parts.DOMAIN_ROLES, stop)


def run_forever() -> None:
    """Until SIGTERM or SIGINT; a collection that runs then ends early."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    _Worker(stop).run()


class _Worker:
    def __init__(self, stop):
        self._stop = stop
        self._host = socket.gethostname()
        self._region = None
        self._due = 0.0
        self._beaten = 0.0
        # The first collection reads them.
        self._roles_due = time.monotonic() + ROLES_EVERY_S
        self._roles = threading.Thread()
        self._run, self._verification = threading.Thread(), threading.Thread()
        self._policies, self._policies_due = threading.Thread(), 0.0
        self._policy_looks = policy_looks.Looks()
        self._database = _Database()
        self._tasks = ticking.Ticker(self._database.tell)
        self._key = envelopes.Teller()
        self._notices = notices.Notices(self._stop)

    def run(self):
        LOG.info('Worker started on %s', self._host)
        self._tasks.start()
        while not self._stop.is_set():
            try:
                self._tick()
            except db.Error as error:
                self._database.tell(error)
                databases.let_go()
            except Exception:  # the worker's outermost loop: log, and go on
                LOG.exception('The worker stumbled; it goes on')
                databases.let_go()
            self._stop.wait(TICK_S)
        self._tasks.close()
        self._notices.close()

    def _tick(self):
        self._beat()
        if time.monotonic() >= self._due or self._asked():
            begin = time.monotonic()
            self._due = begin + conf.current().COLLECT_EVERY_S
            self._collect()
            # At most half of the time: the services have others to serve.
            end = time.monotonic()
            self._due = max(self._due, end + (end - begin))
            self._tell_next(self._due - end)

    def _collect(self):
        try:
            states = collect_once(self._beat_meanwhile, self._stop)
        except lease.Held as error:
            LOG.info('%s', error)
        except faults.ALL as error:
            explained = faults.explain(error)
            LOG.error('%s %s', explained.words, explained.remedy)
            self._beat(explained.words, explained.remedy)
        else:
            self._region = states[0].region
            self._beat('', '')
            self._look()

    def _look(self):
        """Without the checks all goes on."""
        if self._stop.is_set():
            # Not all was read.
            return
        try:
            look_once(
                self._region, self._notices, self._beat_meanwhile, self._stop
            )
            proofs.write(self._region, ())
        except db.Error as error:
            self._database.tell(error)
            databases.let_go()

    def _beat_meanwhile(self):
        try:
            self._beat()
        except db.Error as error:
            self._database.tell(error)
            raise

    def _tell_next(self, seconds):
        at = timezone.now() + datetime.timedelta(seconds=seconds)
        models.Collector.objects.filter(region=self._region).update(next_at=at)

    def _asked(self):
        asked = models.Collector.objects.exclude(requested_at=None)
        if self._region:
            asked = asked.filter(region=self._region)
        return asked.exists()

    def _look_after_roles(self):
        if time.monotonic() < self._roles_due or self._roles.is_alive():
            return
        self._roles_due = time.monotonic() + ROLES_EVERY_S
        self._roles = threading.Thread(target=self._read_roles, daemon=True)
        self._roles.start()

    def _read_roles(self):
        try:
            read_domain_roles(self._stop)
        except faults.ALL as error:
            LOG.error('%s', faults.explain(error).words)
        except db.Error as error:
            self._database.tell(error)
        except Exception:  # the outermost frame of this thread: log it
            LOG.exception('Reading the roles on domains broke')
        finally:
            connection.close()

    def _look_after_runs(self):
        """Somebody waits for them: not for a collection that takes long."""
        if not self._run.is_alive() and runs.waiting(self._region).exists():
            self._run = self._begin(runs.work, self._stop)
        if not self._verification.is_alive() and verifications.waiting(
            self._region
        ):
            self._verification = self._begin(
                verifications.work, self._stop, self._notices.tell
            )

    def _look_after_policies(self):
        """They are due at their time, whoever reads the cloud for long."""
        if time.monotonic() < self._policies_due or self._policies.is_alive():
            return
        self._policies_due = time.monotonic() + POLICIES_EVERY_S
        if self._policy_looks.waiting(self._region):
            self._policies = self._begin(self._policy_looks.work, self._stop)

    def _begin(self, work, *arguments):
        thread = threading.Thread(
            target=self._work_on_run, args=(work, *arguments), daemon=True
        )
        thread.start()
        return thread

    def _work_on_run(self, work, *arguments):
        try:
            work(*arguments)
        except faults.ALL as error:
            LOG.error('%s', faults.explain(error).words)
        except db.Error as error:
            self._database.tell(error)
        except Exception:  # the outermost frame of this thread: log it
            LOG.exception('What was asked for, or was due, broke')
        finally:
            connection.close()

    def _beat(self, *problem):
        self._look_after_roles()
        self._look_after_runs()
        if self._region:
            self._key.tell(self._region)
        self._look_after_policies()
        if not problem and time.monotonic() - self._beaten < BEAT_S:
            return
        changed = {'seen_at': timezone.now()}
        if problem:
            changed['problem'], changed['remedy'] = problem
        models.Worker.objects.update_or_create(
            host=self._host, defaults=changed
        )
        self._beaten = time.monotonic()
        self._database.is_well()


class _Database:
    """Tells in the log that it cannot be written: at once, then at times.

    Two threads meet the same trouble, and tell it once.
    """

    def __init__(self):
        self._lock = threading.Lock()
        self._kind = None
        self._again = 0.0

    def tell(self, error):
        kind = databases.kind_of(error)
        with self._lock:
            if kind is self._kind and time.monotonic() < self._again:
                return
            self._kind = kind
            self._again = time.monotonic() + TELL_AGAIN_S
        explained = databases.explain(error)
        LOG.error('%s %s', explained.words, explained.remedy)

    def is_well(self):
        with self._lock:
            if self._kind:
                LOG.info('The database can be written again')
            self._kind = None
