"""Every address of the dashboard, as its URL conf has them."""

from django.urls import get_resolver
from django.urls import reverse

#: Addresses that only take a POST.
WRITES = (
    *('/refresh/', '/columns/', '/start/', '/run/'),
    *('/take/', '/compare/', '/delete/', '/drop/', '/prune/'),
)
#: Pages that also take a POST, and need a right to act.
ACTS = (
    *('/set-quotas/', '/disable/', '/enable/', '/smoke-test/'),
    *('/back-up/', '/restore/', '/restore-over/', '/prove/'),
    *('/prove/backups/', '/policies/new/', '/edit/'),
    *('/reset/', '/force-delete/', '/hold/', '/release/'),
    *('/records/', '/export/', '/export/1/', '/import/'),
)
#: For who may act in the whole cloud; the rest is a domain's manager's, too.
OF_WHOLE_CLOUD = (
    *('/records/', '/export/', '/export/1/', '/drop/', '/import/'),
)
#: Pages that ask the cloud.
LIVE = '/live/'
_PARTS = {
    '<int:task_id>': '1',
    '<int:finding_id>': '1',
    '<int:run_id>': '1',
    '<int:baseline_id>': '1',
    '<int:comparison_id>': '1',
    '<int:policy_id>': '1',
    '<path:thing_id>': 'in-p',
    '<slug:order>': 'start',
}


def all_of(project_id: str = 'p') -> list[str]:
    return [
        '/' + _filled(path, project_id)
        for path in _walk(get_resolver().url_patterns)
        if path.startswith('rey/')
    ]


def _filled(path, project_id):
    for part, value in {**_PARTS, '<str:project_id>': project_id}.items():
        path = path.replace(part, value)
    return path


def of_usage(project_id: str = 'p') -> list[str]:
    """Those to read it."""
    return [
        address
        for address in all_of(project_id)
        if address.startswith('/rey/projects/') and not address.endswith(ACTS)
    ]


def of_operate(project_id: str = 'p') -> list[str]:
    """Those to read it."""
    return [
        address
        for address in all_of(project_id)
        if address.startswith('/rey/backups/')
        and not address.endswith((*ACTS, *WRITES))
    ]


def acts_of_backups() -> list[str]:
    """Those to act there, which a domain's manager has as well."""
    return [
        address
        for address in all_of()
        if address.startswith('/rey/backups/')
        and address.endswith(ACTS)
        and not address.endswith(OF_WHOLE_CLOUD)
    ]


def _walk(patterns, prefix=''):
    for pattern in patterns:
        path = prefix + str(pattern.pattern).lstrip('^')
        if hasattr(pattern, 'url_patterns'):
            yield from _walk(pattern.url_patterns, path)
        else:
            yield path


def menu(browser) -> list[str]:
    """Those of ours that stand in the navigation."""
    page = browser.get(reverse('horizon:settings:user:index'))
    text = page.content.decode()
    assert ('Cloud Operations' in text) is ('href="/rey/' in text)
    return [
        address
        for address in (
            '/rey/tasks/',
            '/rey/services/',
            '/rey/backups/',
            '/rey/projects/',
            '/rey/data/',
        )
        if f'href="{address}"' in text
    ]
