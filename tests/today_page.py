"""The page Today, as a browser sees it."""

import datetime

from django.utils import timezone

from rey_dashboard.checks import models
from rey_dashboard.checks import registry
from tests import factory

TODAY = '/rey/today/'


def looked(*left_out, **more):
    """Each check looked well two minutes ago."""
    now = timezone.now() - datetime.timedelta(minutes=2)
    for name in registry.installed():
        if name not in left_out:
            models.CheckRun.objects.create(
                region=factory.REGION,
                check_name=name,
                **{'started_at': now, 'last_good_at': now, 'found': 0, **more},
            )


def text(browser, address=TODAY, **query):
    answer = browser.get(address, query)
    assert answer.status_code == 200
    return ' '.join(answer.content.decode().split())


def card(browser, name):
    cards = browser.get(TODAY).context['cards']
    return next((card for card in cards if card.name == name), None)


def words(card):
    return [line.words for line in card.lines]
