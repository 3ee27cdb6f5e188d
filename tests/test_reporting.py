"""What "Report this" at the foot of every page tells, and what never."""

import datetime
import html
from importlib import metadata
import platform
import re

import django
from django import db
from django.utils import timezone
import pytest

from openstack_auth import policy as horizon_policy

from rey_dashboard.inventory import freshness
from rey_dashboard.inventory import models
from rey_dashboard.pages import reporting
from tests import addresses
from tests import factory
from tests import factory_catalog
from tests import factory_checks
from tests import factory_services
from tests import factory_tasks
from tests import two_domains as two

pytestmark = pytest.mark.django_db
ID = 'req-{0}1111111-2222-4333-8444-555555555555'.format
UUID = '6f70656e-7374-4163-8b21-000000000001'
SECRETS = (
    'gAAAAABtoken',
    'ann@example.org',
    'https://cloud.example.org:5000',
    '192.0.2.7',
    '<script>',
    'cmp-1',
    'webshop',
    'research',
)


def report(answer) -> str:
    found = re.findall(
        r'<pre[^>]* id="rey-report"[^>]*>(.*?)</pre>',
        answer.content.decode(),
        re.DOTALL,
    )
    (text,) = found
    assert '<' not in text
    return html.unescape(text)


@pytest.fixture
def told(company):
    """What the services tell, and the ids of the readings."""
    factory_catalog.telling('compute', '2.96')
    factory_catalog.telling('network', '', 'v2.0')
    factory_catalog.telling('acme-billing', '1.1')
    factory_catalog.telling('identity', version='cloud.example.org')
    models.PartState.objects.update(request_id=ID(1))


def test_every_page_has_it_once(admin, told, our_checks):
    factory_checks.make_finding('in-p', check_name='server_error')
    factory_tasks.make_task(1, kind='set_quotas')
    left_out = (*addresses.WRITES, *addresses.ACTS, addresses.LIVE)
    pages = 0
    for address in addresses.all_of():
        if address.endswith(left_out):
            continue
        answer = admin.get(address)
        text = answer.content.decode()
        if answer.status_code != 200 or '<h1' not in text:
            continue
        pages += 1
        assert 'rey_dashboard 0' in report(answer), address
        for once in ('id="rey-copy-told"', 'rey_dashboard/copy.js'):
            assert text.count(once) == 1, address
    assert pages > 30


def test_it_tells_versions_page_ages_and_request_ids(admin, told):
    now = timezone.now().replace(microsecond=0)
    models.PartState.objects.filter(name='volumes').update(
        last_good_at=now - datetime.timedelta(days=2),
        failing_since=now - datetime.timedelta(days=1),
        error='https://cloud.example.org:5000 is away',
        request_id=ID(2),
    )
    text = report(
        admin.get(
            '/rey/backups/volumes/?sort=-age&page=2&state=never',
            headers={'X-OpenStack-Request-ID': ID(3)},
        )
    )
    day = now - datetime.timedelta(days=2)
    for line in (
        f'  Horizon {metadata.version("horizon")}\n',
        f'  Django {django.get_version()}\n',
        f'  Python {platform.python_version()}\n',
        '  OpenStack 2024.1 or 2024.2\n',
        '  compute API v2.1 up to 2.96\n',
        '  network API v2.0\n',
        '  identity API unknown\n',
        'Page: GET /rey/backups/volumes/\n',
        '  page=2\n',
        f'  volumes: as of {day:%Y-%m-%dT%H:%M:%SZ}, failing since ',
        f'  reading of volumes: {ID(2)}',
        f'  this page: {ID(3)}\n',
    ):
        assert line in text, line
    assert 'cloud.example.org' not in text
    assert 'acme' not in text


def test_parameters_are_told_by_name_and_by_value_where_that_is_harmless(
    admin, told
):
    text = report(
        admin.get(
            '/rey/projects/',
            {
                'sort': '-name',
                'state': 'enabled',
                'domain': 'research',
                'q': 'ann@example.org',
                'page': '<script>',
                '<script>': '1',
                '192.0.2.7': '1',
            },
        )
    )
    for line in (
        '  sort=-name\n',
        '  domain (left out)\n',
        '  q (left out)\n',
        '  page (left out)\n',
        '  2 more (left out)\n',
    ):
        assert line in text, line
    text = report(admin.get('/rey/projects/?sort=-type:volumes_webshop'))
    assert 'sort (left out)' in text and 'webshop' not in text
    text = report(admin.get('/rey/services/?state=down&host=cmp-1&sort=x'))
    for line in ('  state=down\n', '  host (left out)\n', '  sort (left'):
        assert line in text, line


def test_no_name_address_or_secret_is_ever_in_it(admin, told, paper):
    secret = ' '.join(SECRETS)
    models.PartState.objects.update(
        error=secret, remedy=secret, note=secret, request_id=SECRETS[0]
    )
    models.Worker.objects.update(host=secret)
    for number, row in enumerate(models.EndpointProbe.objects.all()):
        row.version = row.most_microversion = SECRETS[number]
        row.save()
    models.Server.objects.filter(id='in-p').update(name=secret)
    task = factory_tasks.make_task(1, kind='set_quotas', title=secret)
    task.steps.update(error=secret, error_request_id=SECRETS[0])
    finding = factory_checks.make_finding(
        'x', evidence={'request_id': secret, 'name': secret}
    )
    for address, names in (
        ('/rey/projects/', ('q', 'domain', 'state', 'sort', 'page', 'over')),
        ('/rey/find/', ('q', 'kind')),
        ('/rey/find/server/in-p/', ()),
        ('/rey/services/', ('host', 'name', 'zone')),
        (f'/rey/tasks/{task.pk}/', ('state',)),
        (f'/rey/today/findings/{finding.pk}/', ('sort',)),
        ('/rey/projects/p/hours/', ('period', 'first')),
    ):
        query = dict.fromkeys((*names, *SECRETS), SECRETS)
        own = {'X-OpenStack-Request-ID': secret}
        answer = admin.get(address, query, headers=own)
        assert answer.status_code == 200, address
        for word in SECRETS:
            assert word not in report(answer), address


def test_the_path_tells_an_id_and_no_name(admin, told):
    models.Server.objects.update(host='cmp-1')
    factory.server(UUID, 'p')
    factory_services.service(host='cmp-1')
    for kind, id_, shown in (
        ('server', UUID, UUID),
        ('server', 'in-p', '<thing_id>'),
        ('host', 'cmp-1', '<thing_id>'),
    ):
        text = report(admin.get(f'/rey/find/{kind}/{id_}/'))
        assert f'Page: GET /rey/find/{kind}/{shown}/\n' in text


def test_a_task_tells_the_ids_of_its_errors(admin, company):
    task = factory_tasks.make_task(2, kind='set_quotas')
    step = task.steps.get(number=2)
    step.error, step.error_request_id = 'quota', ID(4)
    step.save()
    text = report(admin.get(f'/rey/tasks/{task.pk}/'))
    assert f'  step 2: {step.request_id}\n  step 2: {ID(4)}' in text
    assert 'step 1' not in text


def test_a_finding_tells_the_ids_of_its_evidence(admin, company, paper):
    words = f'The server has either erred (HTTP 500) (Request-ID: {ID(5)})'
    finding = factory_checks.make_finding(
        'x', evidence={'error': words, 'of': [{'request_id': ID(6)}]}
    )
    text = report(admin.get(f'/rey/today/findings/{finding.pk}/'))
    assert f'  evidence: {ID(5)}\n  evidence: {ID(6)}' in text


def test_who_sees_one_domain_learns_no_version_and_no_reading(sign_in, told):
    factory.domain_role('research')
    text = report(sign_in('member').get('/rey/projects/'))
    assert 'rey_dashboard 0' in text
    assert '  identity: as of ' in text
    for words in ('Django', 'Python', 'Horizon', 'OpenStack', 'API', 'req-'):
        assert words not in text
    assert two.STRANGE not in text


def test_who_may_not_see_the_versions_page_is_not_told_them_here(
    sign_in, told, settings, tmp_path
):
    (tmp_path / 'rey_policy.yaml').write_text('"rey:update:read": "!"\n')
    settings.POLICY_FILES = {'rey': str(tmp_path / 'rey_policy.yaml')}
    horizon_policy.reset()
    text = report(sign_in('admin').get('/rey/projects/'))
    assert 'Django' in text
    assert 'OpenStack' not in text and 'API' not in text


def test_a_page_that_is_closed_has_it(sign_in, told):
    factory.domain_role('research', ago=datetime.timedelta(hours=1))
    answer = sign_in('member').get('/rey/projects/')
    assert answer.status_code == 403
    text = report(answer)
    assert 'Page: GET /rey/projects/' in text
    assert 'Django' not in text


def test_a_page_without_its_database_has_it(admin, told, monkeypatch):
    def away(*args):
        raise db.OperationalError('no such host: db.example.org')

    monkeypatch.setattr(freshness, 'of', away)
    answer = admin.get('/rey/projects/?q=x')
    assert answer.status_code == 503
    text = report(answer)
    assert 'Django' in text and '  q (left out)' in text
    assert 'example.org' not in text and 'OpenStack' not in text


def test_the_tracker_is_linked_only_where_our_package_names_one(
    admin, company, monkeypatch
):
    page = admin.get('/rey/projects/').content.decode()
    assert 'Where to report it' not in page
    names = metadata.Distribution.from_name('rey-dashboard').metadata
    names['Project-URL'] = 'Home, https://home.example.org/'
    names['Project-URL'] = 'Bug Tracker, https://bugs.example.org/'
    monkeypatch.setattr(reporting.metadata, 'metadata', lambda name: names)
    reporting.tracker.cache_clear()
    page = admin.get('/rey/projects/').content.decode()
    reporting.tracker.cache_clear()
    assert 'href="https://bugs.example.org/"' in page
