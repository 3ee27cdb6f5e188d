import pytest

from django.urls import reverse

from tests import factory

pytestmark = pytest.mark.django_db
INDEX = 'horizon:rey:projects:index'


def test_index(admin):
    factory.collected()
    factory.summary('a', name='alpha', servers_used=4, servers_limit=10)
    response = admin.get(reverse(INDEX))
    assert response.status_code == 200
    page = response.content.decode()
    open('/tmp/w/index.html','w').write(page)
    assert '4 / 10' in page
