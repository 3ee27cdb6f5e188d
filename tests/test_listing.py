import pytest

from rey_dashboard.cloud import faults
from rey_dashboard.cloud import listing


def service(*answers):
    """A service that gives these answers in turn; what it was asked."""
    pending, asked = list(answers), []

    def get(path):
        asked.append(path)
        return pending.pop(0)

    return get, asked


def page(*ids, following=None):
    body = {'things': [{'id': each} for each in ids]}
    if following:
        body['things_links'] = [{'rel': 'next', 'href': following}]
    return body


def read(get, **options):
    return [
        row['id']
        for body in listing.pages(get, '/things', 'things', **options)
        for row in body['things']
    ]


def test_pages_are_followed_by_the_links_marker_on_our_own_host():
    get, asked = service(
        page('a', 'b', following='http://inside/things?limit=2&marker=b'),
        page('c'),
    )
    assert read(get, all_tenants='1') == ['a', 'b', 'c']
    assert asked == [
        '/things?all_tenants=1&limit=500',
        '/things?all_tenants=1&limit=500&marker=b',
    ]


def test_a_short_page_with_a_link_is_not_the_last():
    get, _ = service(
        page('a', following='http://x/things?marker=a'),
        page('b', following='http://x/things?marker=b'),
        page(),
    )
    assert read(get) == ['a', 'b']


def test_keystones_links_are_followed():
    get, _ = service(
        {
            'things': [{'id': 'a'}],
            'links': {'next': 'http://x/v3/things?marker=a'},
        },
        {'things': [{'id': 'b'}], 'links': {'next': None}},
    )
    assert read(get) == ['a', 'b']


def test_pages_in_a_circle_are_a_fault():
    link = 'http://x/things?marker=a'
    get, _ = service(page('a', following=link), page('a', following=link))
    with pytest.raises(faults.CutListing, match='circle'):
        read(get)


def test_an_older_keystone_that_ignores_the_marker_ends_the_listing():
    link = 'http://x/things?marker=a'
    get, _ = service(page('a', following=link), page('a', following=link))
    assert read(get, repeat_ends=True) == ['a']


@pytest.mark.parametrize('answer', [None, [], {}, {'things': None}])
def test_what_is_no_list_is_a_fault(answer):
    get, _ = service(answer)
    with pytest.raises(faults.CutListing):
        read(get)
