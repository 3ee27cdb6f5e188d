import logging

import pytest

from openstack_auth import policy as horizon_policy

from rey_dashboard.setup import checks_horizon
from rey_dashboard.setup import checks_policy
from tests import paper_check


def test_files_that_horizon_only_logs_are_told():
    def setup():
        log = logging.getLogger('settings')
        log.warning('No local_settings file found.')
        try:
            exec('password = "s3cret"\nint(password)')  # noqa: S102
        except ValueError:
            log.exception('Can not exec settings snippet %s', '_9_db.py')
        logging.warning('Error importing %s', 'enabled._9000_rey')
        logging.exception(ImportError('no x'), exc_info=ImportError('no x'))

    verdict = checks_horizon.load(setup)
    assert verdict.state == 'not well'
    assert '_9_db.py (ValueError in <string>, line 2)' in verdict.words
    assert 'enabled._9000_rey (ImportError: no x)' in verdict.words
    assert 'local_settings' not in verdict.words
    assert 's3cret' not in verdict.words
    assert 'Mend or remove' in verdict.remedy


def test_settings_that_do_not_load_are_told():
    verdict = checks_horizon.load(lambda: compile('x = (', 'snip.py', 'exec'))
    assert 'SyntaxError in snip.py, line 1' in verdict.words
    assert verdict.remedy


def test_a_wrong_setting_is_told_and_the_rest_not_tried(capsys, settings):
    settings.REY_DASHBOARD = {'CLOD': 'rey'}
    status, verdicts = paper_check.found(capsys, '--only', 'database')
    assert status == 1
    assert "no key 'CLOD'" in verdicts['Horizon settings']['words']
    assert verdicts['The rest']['state'] == 'unknown'


def test_a_horizon_without_the_dashboard(capsys, monkeypatch):
    monkeypatch.setattr('django.conf.settings.INSTALLED_APPS', [])
    verdict = checks_horizon.dashboard()
    assert verdict.state == 'not well'
    assert '_9000_rey_dashboard.py' in verdict.remedy


def test_static_files_of_an_older_version(settings, tmp_path):
    settings.STATIC_ROOT = str(tmp_path)
    (tmp_path / 'rey_dashboard').mkdir()
    (tmp_path / 'rey_dashboard' / 'rey.scss').write_text('/* old */')
    verdict = checks_horizon.static_files()
    number = sum(path.is_file() for path in checks_horizon.STATIC.rglob('*'))
    assert f'{number} of {number} are missing or old' in verdict.words
    assert 'collectstatic' in verdict.remedy


@pytest.mark.parametrize(
    ('horizon_version', 'state'),
    [
        ('25.5.0', 'not well'),
        ('26.1.0', 'well'),
        ('27.0.1.dev3', 'well'),
        ('28.0.0', 'unknown'),
    ],
)
def test_versions(monkeypatch, horizon_version, state):
    have = {'horizon': horizon_version, 'Django': '5.2.1'}
    monkeypatch.setattr('importlib.metadata.version', have.get)
    verdict = checks_horizon.versions()
    assert verdict.state == state
    assert bool(verdict.remedy) == (state != 'well')


def test_policy_rules_that_are_not_loaded(settings, policy_in_force, tmp_path):
    settings.DEFAULT_POLICY_FILES = {'rey': str(tmp_path / 'none.yaml')}
    horizon_policy.reset()
    verdict = checks_policy.policy()
    assert verdict.state == 'not well'
    assert 'DEFAULT_POLICY_FILES' in verdict.remedy


@pytest.fixture
def own(settings, policy_in_force, tmp_path):
    """Says what the operator's own rey_policy.yaml is."""

    def own(text):
        file = tmp_path / 'rey_policy.yaml'
        settings.POLICY_FILES = {'rey': str(file)}
        file.write_text(text)
        horizon_policy.reset()
        return checks_policy.policy()

    return own


def test_rules_of_the_operators_own(own):
    verdict = own('"rey:usage:read": "role:y"\n"rey:data:refresh": "!"\n')
    assert verdict.state == 'well'
    assert 'rey:data:refresh, rey:usage:read as rey_pol' in verdict.words


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        ('"rey:usage:raed": "role:x"\n"auditor": "role:y"', 'rey:usage:raed.'),
        ('"rey:usage:read": "role:x and ("', 'nobody passes: rey:usage:read.'),
        ('"rey:usage:read": "rule:none"', 'nobody passes: rey:usage:read.'),
        ('"rey:nobody": "@"', 'everybody is refused.'),
        ('"rey:usage:read: [', 'is no YAML (line 1)'),
        ('just a word', 'holds no rules'),
        ('[a, list]', 'holds no rules'),
    ],
)
def test_what_may_be_wrong_with_rules_of_the_operators_own(own, text, words):
    verdict = own(text)
    assert verdict.state == 'not well'
    assert words in verdict.words
    assert 'rey_policy.yaml' in verdict.remedy or 'that file' in verdict.remedy


def test_a_policy_file_of_another_service_that_breaks_horizon(
    settings, own, tmp_path
):
    (tmp_path / 'nova.yaml').write_text('just a word')
    settings.POLICY_FILES = {'compute': str(tmp_path / 'nova.yaml')}
    settings.POLICY_FILES['rey'] = str(tmp_path / 'none.yaml')
    horizon_policy.reset()
    verdict = checks_policy.policy()
    assert verdict.state == 'not well'
    assert 'POLICY_FILES_PATH' in verdict.remedy


def test_local_settings_that_horizon_takes_for_missing(tmp_path, monkeypatch):
    (tmp_path / 'their_settings.py').write_text('import no_such_module')
    monkeypatch.syspath_prepend(tmp_path)
    told = 'No local_settings file found.'

    def setup():
        logging.getLogger('settings').warning(told)

    monkeypatch.setattr(checks_horizon, '_LOCAL', 'no_settings_at_all')
    assert checks_horizon.load(setup).state == 'well'
    monkeypatch.setattr(checks_horizon, '_LOCAL', 'their_settings')
    verdict = checks_horizon.load(setup)
    assert verdict.state == 'not well'
    assert 'their_settings.py' in verdict.words
    assert "No module named 'no_such_module'" in verdict.words


def test_settings_that_this_user_may_not_read(tmp_path):
    file = tmp_path / 'local_settings.py'

    def setup():
        raise PermissionError(13, 'Permission denied', str(file))

    assert f'PermissionError: {file}.' in checks_horizon.load(setup).words
