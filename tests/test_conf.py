from django.core import exceptions
import pytest

from rey_dashboard import conf


def test_defaults_hold_where_nothing_is_set(settings):
    settings.REY_DASHBOARD = {'CLOUD': 'mine', 'EXCLUDE_DOMAINS': ['a', 'b']}
    current = conf.current()
    assert current.CLOUD == 'mine'
    assert current.EXCLUDE_DOMAINS == ('a', 'b')
    assert current.PAGE_SIZE == conf.Settings().PAGE_SIZE


@pytest.mark.parametrize(
    ('given', 'told'),
    [
        ({'CLUOD': 'mine'}, "no key 'CLUOD'"),
        ({'PAGE_SIZE': '50'}, 'must be a number'),
        ({'PAGE_SIZE': True}, 'must be a number'),
        ({'PAGE_SIZE': 0}, 'at least 1'),
        ({'EXCLUDE_DOMAINS': 'heat'}, 'list of strings'),
        (['CLOUD'], 'must be a dict'),
    ],
)
def test_a_wrong_setting_is_told_by_its_name(settings, given, told):
    settings.REY_DASHBOARD = given
    assert told in conf.check()[0].msg
    with pytest.raises(exceptions.ImproperlyConfigured, match='REY_DASH'):
        conf.current()
