"""The pages of policies, and their form as a browser sends it."""

import re

LIST = '/rey/backups/policies/'
NEW = f'{LIST}new/'
HOSTILE = '<script>alert(1)</script>'
FORM = {
    'name': 'nightly',
    'domain': '',
    'reach': 'all',
    'values': '',
    'cron': '0 2 * * *',
    'time_zone': 'Europe/Berlin',
    'window_min': 60,
    'method': 'incremental',
    'full_every': 7,
    'keep_last': 7,
    'keep_days': 0,
    'target_h': '',
    'at_once': 2,
    'container': '',
}


def of(policy, *parts):
    return f'{LIST}{policy.pk}/' + ''.join(f'{part}/' for part in parts)


def preview(browser, address=NEW, **changed):
    return browser.post(address, {**FORM, **changed})


def shown_of(answer):
    found = re.search(r'name="shown" value="(\w+)"', answer.content.decode())
    return found[1] if found else ''


def token_of(answer):
    found = re.search(
        r'name="token" value="([-\w]+)"', answer.content.decode()
    )
    return found[1]


def keep(browser, address=NEW, **changed):
    """Previews it, and keeps what was shown."""
    answer = preview(browser, address, **changed)
    return browser.post(
        address, {**FORM, **changed, 'shown': shown_of(answer)}
    )


def refreshed(policy):
    policy.refresh_from_db()
    return policy
