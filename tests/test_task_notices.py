"""Ended tasks are told by e-mail and web hook, to receivers of our own."""

import json
import logging
import re
import socket
import threading

from aiosmtpd import controller
import pytest
from werkzeug import serving
from werkzeug import wrappers

from rey_dashboard import cli
from rey_dashboard.inventory import models as inventory
from rey_dashboard.setup import checks_data
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import models
from rey_dashboard.tasks import notices
from rey_dashboard.tasks import orders
from tests import paper_tasks
from tests import simcloud

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = 'hush-hush'


class Hook:
    """A web hook that keeps what it is told; refuses as often as it is told.

    ``told`` are the bodies, as JSON; ``refuse`` counts down, and nothing is
    answered while ``answers`` is clear.
    """

    def __init__(self):
        self.told, self.tries, self.refuse = [], 0, 0
        self.answers = threading.Event()
        self.answers.set()

    def __call__(self, environ, start):
        self.tries += 1
        self.answers.wait()
        if self.refuse:
            self.refuse -= 1
            return wrappers.Response(status=503)(environ, start)
        body = wrappers.Request(environ).get_data(as_text=True)
        self.told.append(json.loads(body))
        return wrappers.Response('{}')(environ, start)


class Mails:
    def __init__(self):
        self.told = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.told.append((envelope.rcpt_tos, envelope.content.decode()))
        return '250 OK'


@pytest.fixture
def hook(requests_mock, monkeypatch):
    requests_mock.register_uri(
        'POST', re.compile('http://127.0.0.1'), real_http=True
    )
    hook = Hook()
    server = serving.make_server('127.0.0.1', 0, hook)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    base = f'http://127.0.0.1:{server.port}/'
    monkeypatch.setattr(simcloud, 'is_ours', lambda url: url.startswith(base))
    hook.address = f'json://rey:{SECRET}@127.0.0.1:{server.port}/tasks'
    yield hook
    server.shutdown()
    thread.join()


@pytest.fixture
def mails():
    mails = Mails()
    with socket.create_server(('127.0.0.1', 0)) as free:
        port = free.getsockname()[1]
    post = controller.Controller(mails, hostname='127.0.0.1', port=port)
    post.start()
    mails.address = (
        f'mailto://127.0.0.1:{port}?to={{email}}'
        '&from=cloud@example.org&mode=insecure'
    )
    yield mails
    post.stop()


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    monkeypatch.setattr(notices, 'PAUSES_S', (0, 0))


def ended(steps=3, **options):
    task = paper_tasks.plan(steps, **options)
    orders.start(task, paper_tasks.REY)
    cli.main(['work'])
    return task


def look():
    teller = notices.Notices(threading.Event())
    teller.look()
    teller.close()


def test_the_end_is_told_once_by_mail_and_hook(
    cloud, task_kind, settings, hook, mails
):
    inventory.User.objects.create(
        region='RegionOne',
        id=paper_tasks.REY.id,
        name='Rey',
        domain_id='default',
        enabled=True,
        email='rey+ops@example.org',
        seen=1,
    )
    settings.REY_DASHBOARD = {
        'NOTIFY': [hook.address, mails.address],
        'HORIZON_URL': 'https://horizon.example.org/dashboard/',
    }
    task = ended()
    look()
    look()
    (told,) = hook.told
    assert told['title'] == f'{task.title}: succeeded'
    assert '3 are done, 0 failed' in told['message']
    link = f'https://horizon.example.org/dashboard/rey/tasks/{task.pk}/'
    assert link in told['message']
    ((to, text),) = mails.told
    assert to == ['rey+ops@example.org']
    assert 'succeeded' in text


def test_who_has_no_address_is_left_out(cloud, task_kind, settings, mails):
    settings.REY_DASHBOARD = {'NOTIFY': [mails.address]}
    ended()
    look()
    assert mails.told == []
    assert models.Task.objects.get().told_at


def test_a_hook_that_refuses_is_tried_three_times_and_told_of(
    cloud, task_kind, settings, hook, caplog
):
    settings.REY_DASHBOARD = {'NOTIFY': [hook.address]}
    hook.refuse = 2
    ended()
    look()
    assert len(hook.told) == 1

    hook.tries, hook.refuse = 0, 9
    caplog.set_level(logging.DEBUG)
    ended(form='another')
    look()
    assert hook.tries == 3
    assert 'address 1 of NOTIFY was not told' in caplog.text
    assert SECRET not in caplog.text


def test_a_task_that_ends_again_is_told_again(
    cloud, task_kind, settings, hook
):
    settings.REY_DASHBOARD = {'NOTIFY': [hook.address]}
    task = paper_tasks.plan(2)
    task_kind.faults['p1'] = [kinds.Refused('no')]
    orders.start(task, paper_tasks.REY)
    cli.main(['work'])
    look()
    orders.retry(task, paper_tasks.REY)
    cli.main(['work'])
    look()
    assert [told['title'].rpartition(': ')[2] for told in hook.told] == [
        'partly failed',
        'succeeded',
    ]


def test_what_was_never_started_or_ended_long_ago_is_not_told(
    cloud, task_kind, settings, hook, monkeypatch
):
    settings.REY_DASHBOARD = {'NOTIFY': [hook.address]}
    task = paper_tasks.plan(2)
    orders.cancel(task, paper_tasks.REY)
    look()
    ended(form='another')
    monkeypatch.setattr(notices, 'LONGEST_AGO', -notices.LONGEST_AGO)
    look()
    assert hook.told == []


def test_a_slow_receiver_holds_no_task_up(cloud, task_kind, settings, hook):
    settings.REY_DASHBOARD = {'NOTIFY': [hook.address]}
    ended()
    hook.answers.clear()
    teller = notices.Notices(threading.Event())
    teller.look()
    assert hook.told == []
    hook.answers.set()
    teller.close()
    assert len(hook.told) == 1


def test_the_command_tries_the_addresses(settings, hook, mails, capsys):
    settings.REY_DASHBOARD = {'NOTIFY': [hook.address, mails.address]}
    assert cli.main(['notify']) == 0
    assert 'Address 2: needs --email' in capsys.readouterr().out
    assert cli.main(['notify', '--email', 'me@example.org']) == 0
    assert [to for to, _text in mails.told] == [['me@example.org']]

    settings.REY_DASHBOARD = {'NOTIFY': [f'nonsense://{SECRET}']}
    assert cli.main(['notify']) == 1
    assert SECRET not in capsys.readouterr().err
    verdict = checks_data.told_elsewhere(checks_data.conf.current())
    assert 'address 1' in verdict.words
    assert SECRET not in repr(checks_data.conf.current())
