"""The report that is handed over, and how a changed copy is told.

Two forms have a hash each, which is stored: of the JSON file the hash of what
it says (``sha256`` stands in it), of the HTML file that of its text.
"""

from collections.abc import Iterable
from collections.abc import Mapping
import hashlib
import json

from django.template import loader
from django.utils import timezone
from django.utils import translation

from rey_dashboard.pages import exports
from rey_dashboard.runs import models
from rey_dashboard.runs import reports
from rey_dashboard.verification import points

SCHEMA = 'rey.verification/1'
#: Lines of evidence of one point.
MOST_LINES = 200
#: Bytes of a copy that is looked at.
MOST = 16 * 2**20


def made(comparison: models.Comparison, found: Iterable[points.Point]) -> dict:
    """The report, in English."""
    baseline = comparison.baseline
    with translation.override('en'):
        return {
            'schema': SCHEMA,
            'region': comparison.region,
            'as_of': {
                'baseline': exports.plain(baseline.started_at),
                'comparison': exports.plain(comparison.started_at),
            },
            'baseline_id': baseline.pk,
            'baseline_name': baseline.name,
            'comparison_id': comparison.pk,
            'asked_by_name': comparison.asked_by_name,
            'rows': [_row(point) for point in found],
        }


def _row(point):
    told = point.group, point.subject, point.change, point.number
    return {
        'group': point.group,
        'subject': point.subject,
        'change': point.change,
        'result': point.result,
        'number': point.number,
        'words': points.words(*told),
        'evidence': reports.lines(point.evidence, MOST_LINES),
    }


def columns(comparison: models.Comparison, report: Mapping) -> dict:
    """Of the comparison's row: the report, its hashes and its numbers."""
    results = [row['result'] for row in report['rows']]
    comparison.report, comparison.sha256 = report, digest(report)
    comparison.worse = sum(
        row['number']
        for row in report['rows']
        if row['result'] == reports.FAIL
    )
    for name, result in (
        ('passed', reports.PASS),
        ('failed', reports.FAIL),
        ('noted', reports.NOTE),
        ('unknown', reports.UNKNOWN),
    ):
        setattr(comparison, name, results.count(result))
    comparison.ended_at = timezone.now()
    html = as_html(comparison)
    return {
        **{
            name: getattr(comparison, name)
            for name in (
                *('report', 'sha256', 'passed', 'failed'),
                *('noted', 'unknown', 'worse'),
            )
        },
        'html': html,
        'html_sha256': _of_text(html),
    }


def digest(report: Mapping) -> str:
    """SHA-256 of the canonical JSON: sorted keys, no spaces, ASCII."""
    text = json.dumps(report, sort_keys=True, separators=(',', ':'))
    return hashlib.sha256(text.encode()).hexdigest()


def as_json(comparison: models.Comparison) -> str:
    told = {**comparison.report, 'sha256': comparison.sha256}
    return json.dumps(told, indent=1)


def as_html(comparison: models.Comparison) -> str:
    """In English and UTC, so that it is the same for all."""
    rows = comparison.report['rows']
    shown = points.shown(comparison.pk, comparison.ended_at, rows)
    with translation.override('en'), timezone.override('UTC'):
        text = loader.render_to_string(
            'rey/verification/file.html',
            {
                'comparison': comparison,
                'groups': reports.grouped(shown, points.GROUPS),
            },
        )
    return _plain(text)


def of_copy(region: str, text: str) -> models.Comparison | None:
    """The comparison of which this is a true copy; none when it is not."""
    rows = models.Comparison.objects.filter(region=region).exclude(sha256='')
    found = rows.filter(html_sha256=_of_text(text)).first()
    return found or rows.filter(sha256=_of_json(text)).first()


def _of_json(text):
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return 'none'
    if not isinstance(told, dict):
        return 'none'
    written = told.pop('sha256', None)
    found = digest(told)
    # What stands in it is part of it.
    return found if written in (None, found) else 'none'


def _of_text(text):
    return hashlib.sha256(_plain(text).encode()).hexdigest()


def _plain(text):
    """Editors and mail change the ends of lines, which say nothing."""
    lines = text.replace('\r\n', '\n').split('\n')
    return '\n'.join(line.rstrip() for line in lines).strip() + '\n'
