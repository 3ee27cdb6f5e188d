"""Certificates that end soon, that nobody trusts, or that are of others."""

import datetime

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from rey_dashboard.checks import registry
from rey_dashboard.readiness import endpoint_checks
from rey_dashboard.readiness import known as known_

#: Days before its end.
SOON, VERY_SOON = 30, 7
_SEVERITY = registry.SEVERITY


class _OfCertificates(endpoint_checks.OfEndpoints):
    """One finding for each host and port, however many endpoints it has."""

    def find(self, region):
        known = known_.Known(region)
        for place, probes in known.by_place.items():
            seen = [probe for probe in probes if probe.cert_not_after]
            found = self.judge(min(seen, key=_ends)) if seen else None
            if found:
                word, severity = found
                yield _found(known, place, seen, word, severity)

    def judge(self, probe):
        """Word and severity; none when it is well."""
        raise NotImplementedError

    def commands(self, finding):
        host, _colon, _port = finding.evidence['place'].rpartition(':')
        return (
            registry.command(
                _t('Look at it; end with Ctrl+C'),
                *('openssl', 's_client', '-servername', host.strip('[]')),
                *('-showcerts', '-connect', finding.evidence['place']),
            ),
        )


class CertificateExpiry(_OfCertificates):
    label = _('Certificates that end')
    titles = {
        'over': _('The certificate of %(name)s is over since %(ends)s'),
        'soon': _(
            'The certificate of %(name)s ends in %(days)d days, on %(ends)s'
        ),
    }

    def judge(self, probe):
        return expiry(probe)

    def runbook(self, finding):
        return registry.Runbook(
            meaning=_t(
                'From then on no client trusts the service, other services of '
                'the cloud among them: most of the cloud stops at that moment.'
            ),
            causes=(
                _t('Nobody renewed it.'),
                _t(
                    'It was renewed on disk, and the load balancer or web '
                    'server was not told to read it again.'
                ),
            ),
            commands=self.commands(finding),
            mended=_t('It is good for more than %d days.') % SOON,
        )


class CertificateTrust(_OfCertificates):
    """Over ones are another check's: nobody trusts them, of course."""

    label = _('Certificates that are not trusted')
    titles = {
        'self_signed': _('The certificate of %(name)s is self-signed'),
        'self_trusted': _(
            'The certificate of %(name)s is self-signed; the worker trusts it'
        ),
        'untrusted': _('The certificate of %(name)s is not trusted: %(why)s'),
    }

    def judge(self, probe):
        return trust(probe)

    def runbook(self, finding):
        return registry.Runbook(
            meaning=_t(
                'Clients refuse it unless they were told to trust it, or not '
                'to look. Who does not look sends passwords to anybody.'
            ),
            causes=(
                _t('It was made for a trial and never replaced.'),
                _t('The server does not send the certificates in between.'),
                _t(
                    'The CA is your own, and cacert in the worker’s '
                    'clouds.yaml does not name it.'
                ),
            ),
            commands=self.commands(finding),
            mended=_t('The worker’s CAs verify it.'),
            documentation='security-guide/secure-communication.html',
        )


class CertificateName(_OfCertificates):
    label = _('Certificates of another name')
    titles = {'': _('The certificate of %(name)s is good for %(names)s only')}

    def judge(self, probe):
        return None if name_fits(probe) else ('', _SEVERITY.ERROR)

    def runbook(self, finding):
        return registry.Runbook(
            meaning=_t(
                'Clients that look at the name refuse the connection. Which '
                'names count stands among the alternative names alone.'
            ),
            causes=(
                _t('The catalog has another name than the certificate.'),
                _t('The server shows the certificate of another site.'),
                _t('The certificate has no alternative names.'),
            ),
            commands=(
                *self.commands(finding),
                *endpoint_checks.of_catalog(finding),
            ),
            mended=_t('The name in the catalog is one of the certificate.'),
        )


def expiry(probe):
    """Word and severity; none when it is good for long."""
    left = probe.cert_not_after - probe.asked_at
    if left <= datetime.timedelta():
        return 'over', _SEVERITY.CRITICAL
    if left <= datetime.timedelta(days=VERY_SOON):
        return 'soon', _SEVERITY.ERROR
    if left <= datetime.timedelta(days=SOON):
        return 'soon', _SEVERITY.WARNING
    return None


def trust(probe):
    """Word and severity; none when it is trusted."""
    if probe.cert_not_after <= probe.asked_at:
        return None
    if probe.cert_self_signed:
        if probe.cert_verifies:
            return 'self_trusted', _SEVERITY.NOTE
        return 'self_signed', _SEVERITY.ERROR
    if probe.cert_verifies is False:
        return 'untrusted', _SEVERITY.ERROR
    return None


def name_fits(probe) -> bool:
    return probe.cert_name_matches is not False


def _ends(probe):
    return probe.cert_not_after


def _found(known, place, probes, word, severity):
    probe = min(probes, key=_ends)
    names = probe.cert_names[: known_.MOST_NAMED]
    return registry.Found(
        subject=known_.subject(place),
        subject_name=place[:255],
        severity=severity,
        word=word,
        evidence={
            **known.at(probes),
            'place': place,
            'subject': probe.cert_subject,
            'names': ', '.join(names) or _no_name(),
            'issuer': probe.cert_issuer,
            'not_after': probe.cert_not_after,
            'ends': f'{probe.cert_not_after:%Y-%m-%d}',
            'days': probe.cert_days,
            'why': probe.cert_why,
        },
    )


def _no_name():
    return '–'
