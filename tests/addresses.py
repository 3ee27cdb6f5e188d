"""Every address of the dashboard, as its URL conf has them."""

from django.urls import get_resolver
from django.urls import reverse

#: Addresses that only take a POST.
WRITES = ('/refresh/', '/columns/')


def all_of(project_id: str = 'p') -> list[str]:
    return [
        '/' + path.replace('<str:project_id>', project_id)
        for path in _walk(get_resolver().url_patterns)
        if path.startswith('rey/')
    ]


def of_usage(project_id: str = 'p') -> list[str]:
    return [
        address
        for address in all_of(project_id)
        if address.startswith('/rey/projects/')
    ]


def of_operate(project_id: str = 'p') -> list[str]:
    return [
        address
        for address in all_of(project_id)
        if address.startswith('/rey/backups/')
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
        for address in ('/rey/backups/', '/rey/projects/', '/rey/data/')
        if f'href="{address}"' in text
    ]
