"""What is asked of an address of the catalog, and what is made of it."""

import pytest

from rey_dashboard.cloud import catalog
from rey_dashboard.cloud import certificates
from rey_dashboard.cloud import faults
from rey_dashboard.cloud import probe
from rey_dashboard.cloud import versions
from tests import loopback


@pytest.fixture
def make():
    with loopback.closing() as make:
        yield make


@pytest.fixture(scope='module')
def authority(tmp_path_factory):
    return loopback.Authority(tmp_path_factory.mktemp('ca'))


def ask(address, verify=True):
    return probe.Prober(verify, 'req-1').ask(address)


@pytest.mark.parametrize(
    'url, address',
    [
        ('http://h/v3', 'http://h/v3'),
        ('http://h:80/v3/', 'http://h/v3'),
        ('https://H:8776/v3/%(project_id)s', 'https://h:8776/v3'),
        ('http://h:8080/v1/AUTH_$(tenant_id)s', 'http://h:8080/v1'),
        ('http://[::1]:9696', 'http://[::1]:9696'),
        ('http://u:p@h/v3', 'http://h/v3'),
        ('http://h/a b<script>', 'http://h/a%20b%3Cscript%3E'),
        ('http://%(host)s/v3', ''),
        ('http://-oProxyCommand=x/', ''),
        ('http://h:none/', ''),
        ('http://h:99999/', ''),
        ('http://[/', ''),
        ('file:///etc/passwd', ''),
        ('javascript:alert(1)', ''),
        ('', ''),
    ],
)
def test_what_of_an_url_can_be_asked(url, address):
    assert catalog.address_of(url) == address


def test_a_service_tells_its_versions_and_gets_no_token(make):
    site = make()
    answer = ask(site.url('/v2.1'))
    assert (answer.status, answer.error) == (200, '')
    assert answer.told == versions.Versions('v2.1', '2.1', '2.96')
    assert 0 < answer.seconds < 2
    assert abs(answer.skew_s) < 2
    ((path, headers),) = site.asked
    assert path == '/v2.1'
    assert headers['X-OpenStack-Request-ID'] == 'req-1'
    assert not {name.lower() for name in headers} & {
        'x-auth-token',
        'authorization',
        'cookie',
    }


def test_versions_are_looked_for_above_a_version_that_tells_none(make):
    site = make()
    site.answers['/volume/v3'] = 401, {}, {'error': {}}
    answer = ask(site.url('/volume/v3'))
    assert answer.status == 401
    assert [path for path, _headers in site.asked] == ['/volume/v3', '/volume']
    assert answer.told.id == 'v2.1'


@pytest.mark.parametrize(
    'body, path, told',
    [
        (
            {'versions': {'values': [{'id': 'v3.14'}]}},
            '/v3',
            ('v3.14', '', ''),
        ),
        ({'version': {'id': 'v2.0'}}, '/', ('v2.0', '', '')),
        (
            {'versions': [{'id': 'v2.0'}, {'id': 'v3.0', 'status': 'x'}]},
            '/v2',
            ('v2.0', '', ''),
        ),
        (
            {
                'versions': [
                    {
                        'id': 'v1.0',
                        'max_version': '1.39',
                        'min_version': '1.0',
                    }
                ]
            },
            '/',
            ('v1.0', '1.0', '1.39'),
        ),
        ({'versions': [{'id': 7}, 'v2', None]}, '/', ('', '', '')),
        ({'versions': 'v2'}, '/', ('', '', '')),
        ({'versions': [{'id': 'v' * 99}]}, '/', ('', '', '')),
        (['v2'], '/', ('', '', '')),
    ],
)
def test_each_kind_of_version_document_is_understood(body, path, told):
    import json

    found = versions.read(json.dumps(body).encode(), path)
    assert (found.id, found.least, found.most) == told


@pytest.mark.parametrize('body', [b'', b'<html>', b'\xff', b'[' * 200_000])
def test_what_is_no_document_tells_nothing(body):
    assert versions.read(body, '/') == versions.UNKNOWN


def test_a_server_that_hangs_is_not_waited_for(make, monkeypatch):
    monkeypatch.setattr(probe, 'TIMEOUT_S', 0.3)
    site = make()
    site.hangs = True
    answer = ask(site.url())
    assert (answer.status, answer.error) == (None, 'no answer within 0.3 s')


def test_one_that_sends_byte_after_byte_is_not_waited_for(make, monkeypatch):
    monkeypatch.setattr(probe, 'TIMEOUT_S', 0.3)
    site = make()
    site.drips = True
    assert ask(site.url()).error == 'no answer within 0.3 s'


def test_nobody_there_is_told_in_words(make):
    site = make()
    address = site.url()
    site.close()
    assert ask(address).error == 'the connection was refused'


def test_redirects_are_followed_on_the_same_host_only(make):
    site, other = make(), make()
    site.answers['/v2.1'] = 302, {'Location': '/v2.1/'}, {}
    site.answers['/away'] = 302, {'Location': other.url('/v2.1')}, {}
    site.answers['/round'] = 302, {'Location': '/round'}, {}
    assert ask(site.url('/v2.1')).status == 200
    assert ask(site.url('/away')).status == 302
    assert ask(site.url('/round')).status == 302
    assert not other.asked


def test_the_clock_of_a_service_is_compared(make):
    site = make()
    site.skew_s = -3600
    assert -3602 < ask(site.url()).skew_s < -3598


def test_a_good_certificate_is_read_and_verified(make, authority):
    site = make(authority.context(days=90))
    answer = ask(site.url(), str(authority.file))
    assert (answer.status, answer.error) == (200, '')
    assert (answer.tls.verifies, answer.tls.why) == (True, '')
    assert answer.tls.name_matches
    told = answer.tls.certificate
    assert told.names == ('127.0.0.1',)
    assert (told.subject, told.issuer) == ('CN=test', 'CN=Test CA')
    assert not told.self_signed
    assert 88 < (told.not_after - answer.asked_at).days < 91


def test_a_certificate_that_nobody_trusts_is_read_all_the_same(
    make, authority
):
    site = make(authority.context(signed=False, names=('other.test',)))
    answer = ask(site.url(), str(authority.file))
    assert answer.status == 200
    assert answer.tls.verifies is False
    assert 'self' in answer.tls.why
    assert answer.tls.certificate.self_signed
    assert answer.tls.name_matches is False


def test_one_that_is_over_is_not_verified_and_says_so(make, authority):
    site = make(authority.context(days=-1))
    tls = ask(site.url(), str(authority.file)).tls
    assert (tls.verifies, tls.why) == (False, 'certificate has expired')
    assert not tls.certificate.self_signed


def test_where_nobody_is_to_look_nothing_is_said_of_trust(make, authority):
    tls = ask(make(authority.context(signed=False)).url(), False).tls
    assert tls.verifies is None
    assert tls.certificate.self_signed


def test_an_address_of_tls_without_tls_is_told_in_words(make):
    answer = ask(make().url().replace('http:', 'https:'))
    assert answer.status is None
    assert answer.error.startswith('TLS fails: ')


def test_cas_that_cannot_be_read_are_told(tmp_path):
    with pytest.raises(faults.Misconfigured, match='cannot be read'):
        probe.Prober(str(tmp_path / 'none.pem'), '')


@pytest.mark.parametrize(
    'names, host, fits',
    [
        (('a.test',), 'A.test.', True),
        (('*.test',), 'a.test', True),
        (('*.test',), 'a.b.test', False),
        (('*',), 'localhost', False),
        (('10.0.0.1',), '10.0.0.1', True),
        (('*.0.0.1',), '10.0.0.1', False),
        (('::1',), '0:0:0:0:0:0:0:1', True),
        ((), 'a.test', False),
    ],
)
def test_a_name_fits_as_browsers_see_it(names, host, fits):
    assert certificates.matches(names, host) is fits
