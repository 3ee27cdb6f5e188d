"""Whether we ourselves can be relied upon: what is read, and by whom."""

import datetime

from django import urls
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from rey_dashboard import conf
from rey_dashboard.checks import registry
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import reading
from rey_dashboard.inventory import rhythm
from rey_dashboard.policy import data

#: A part may fail once, while a service is restarted.
LONG = datetime.timedelta(hours=1)
#: A worker beats each few seconds, in a long collection as well.
AWAY = datetime.timedelta(minutes=10)
#: One that was not seen for so long was taken away on purpose.
FORGOTTEN = datetime.timedelta(days=30)
_SEVERITY = registry.SEVERITY


class _OwnData(registry.Check):
    """It rests on no part: it is about them."""

    area = 'operate'
    rule = data.READ

    def page(self, finding):
        return urls.reverse('horizon:rey:data:index')


class PartNotRead(_OwnData):
    label = _('Parts of the cloud that are not read')
    titles = {
        'failing': _('%(name)s cannot be read: %(error)s'),
        'old': _('%(name)s has not been read for long'),
    }

    def find(self, region):
        now = timezone.now()
        stale_after = datetime.timedelta(seconds=conf.current().STALE_AFTER_S)
        for part in models.PartState.objects.filter(region=region):
            if part.failing_since:
                long = now - part.failing_since > LONG
                severity = _SEVERITY.ERROR if long else _SEVERITY.WARNING
                yield _of_part(part, 'failing', severity, part.failing_since)
            elif part.last_good_at and (
                now - part.last_good_at > stale_after + rhythm.slack(part.name)
            ):
                yield _of_part(
                    part, 'old', _SEVERITY.WARNING, part.last_good_at
                )

    def title(self, finding):
        told = {**finding.evidence, 'name': _label(finding.subject)}
        return self.titles[finding.word] % told

    def runbook(self, finding):
        remedy = finding.evidence['remedy']
        request_id = finding.evidence['request_id']
        look = registry.command(
            _t('The request, in the logs of the service'),
            *('grep', '-r', request_id, '/var/log'),
        )
        return registry.Runbook(
            meaning=_t(
                'Pages show it as it was read last, and the checks that rest '
                'on it do not look.'
            ),
            causes=(
                *((remedy,) if remedy else ()),
                _t('The service, its database or its load balancer is down.'),
                _t('The worker’s account has lost a right or its password.'),
            ),
            commands=(
                registry.command(
                    _t('Each call that is needed, with the remedy'),
                    *('rey-dashboard', 'check', '--only', 'cloud'),
                ),
                *((look,) if request_id else ()),
            ),
            mended=_t('Its last good reading is of now: see the page Data.'),
        )


class PartNote(_OwnData):
    """Not of clocks that differ: ``clock_skew`` tells each service's once."""

    label = _('Readings that were good with a remark')
    titles = {'remark': _('%(name)s: %(note)s')}

    def find(self, region):
        noted = models.PartState.objects.filter(
            region=region, failing_since=None
        ).exclude(note='')
        for part in noted:
            # It stands last.
            part.note = part.note.partition(reading.CLOCK)[0].rstrip()
            if part.note:
                yield _of_part(part, 'remark', _SEVERITY.WARNING, None)

    def title(self, finding):
        told = {**finding.evidence, 'name': _label(finding.subject)}
        return self.titles[finding.word] % told

    def runbook(self, finding):
        return registry.Runbook(
            meaning=finding.evidence['note'],
            mended=_t('The next reading has no such remark.'),
        )


class WorkerAway(_OwnData):
    """Of several; with none alive nobody checks, and pages tell it."""

    label = _('Workers that do not work')
    titles = {
        'away': _('The worker on %(name)s does not answer'),
        'problem': _('The worker on %(name)s cannot work: %(problem)s'),
    }

    def find(self, region):
        now = timezone.now()
        workers = models.Worker.objects.filter(seen_at__gt=now - FORGOTTEN)
        for worker in workers:
            away = now - worker.seen_at > AWAY
            if away or worker.problem:
                yield registry.Found(
                    subject=worker.host,
                    subject_name=worker.host,
                    severity=_SEVERITY.ERROR,
                    word='away' if away else 'problem',
                    evidence={
                        'problem': worker.problem,
                        'remedy': worker.remedy,
                        'seen_at': worker.seen_at,
                    },
                    host=worker.host,
                    since=worker.seen_at if away else None,
                )

    def runbook(self, finding):
        remedy = finding.evidence['remedy']
        return registry.Runbook(
            meaning=_t('Others do its work, as long as there are any.'),
            causes=(
                *((remedy,) if remedy else ()),
                _t('It was stopped, or its host is down.'),
                _t('It cannot reach the database.'),
            ),
            commands=(
                registry.command(
                    _t('On its host: what it tells'),
                    *('journalctl', '--unit=rey-dashboard-worker'),
                    '--lines=50',
                ),
                registry.command(
                    _t('Start it again'),
                    *('systemctl', 'restart', 'rey-dashboard-worker'),
                ),
            ),
            mended=_t('It is seen again within seconds; see the page Data.'),
        )


def _label(name):
    return str(parts.LABELS.get(name, name))


def _of_part(part, word, severity, since):
    return registry.Found(
        subject=part.name,
        subject_name=_label(part.name),
        severity=severity,
        word=word,
        evidence={
            'error': part.error,
            'remedy': part.remedy,
            'note': part.note,
            'request_id': part.request_id,
            'failures': part.failures,
            'last_good_at': part.last_good_at,
        },
        since=since,
    )
