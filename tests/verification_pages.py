"""The pages of Verification, with baselines and comparisons."""

from django.utils import timezone

from rey_dashboard.runs import models
from rey_dashboard.verification import handing
from rey_dashboard.verification import points
from tests import factory

INDEX = '/rey/verification/'
HOSTILE = '=cmd() <script>alert(1)</script> %(x)s 😀'
FOUND = (
    points.Point('services', HOSTILE, points.WORSE, 2, [HOSTILE]),
    points.Point('endpoints', 'Endpoints', points.UNCHANGED, 3),
    points.Point('findings', 'Findings', points.BY_TIME, 1, ['Old']),
    points.Point('smoke_test', 'Smoke test', points.UNKNOWN, 1, ['none']),
)


def baseline(**columns):
    now = timezone.now()
    return models.Baseline.objects.create(
        **{
            'region': factory.REGION,
            'name': HOSTILE,
            'asked_by_id': 'u',
            'asked_by_name': HOSTILE,
            'asked_at': now,
            'started_at': now,
            'ended_at': now,
            'stage': 'ended',
            **columns,
        }
    )


def comparison(found=FOUND, of=None, **columns):
    now = timezone.now()
    of = of or baseline()
    made = models.Comparison.objects.create(
        **{
            'region': of.region,
            'baseline': of,
            'asked_by_id': 'u',
            'asked_by_name': 'Rey',
            'asked_at': now,
            'started_at': now,
            'ended_at': now,
            'stage': 'ended',
            **columns,
        }
    )
    if found:
        told = handing.columns(made, handing.made(made, found))
        models.Comparison.objects.filter(pk=made.pk).update(**told)
        made.refresh_from_db()
    return made


def text(browser, end='', **query):
    answer = browser.get(INDEX + end, query)
    assert answer.status_code == 200
    return ' '.join(answer.content.decode().split())


def streamed(answer):
    return b''.join(answer.streaming_content).decode()
