"""What stands in the certificate that a server shows."""

import dataclasses
import datetime
import ipaddress

from cryptography import exceptions
from cryptography import x509


@dataclasses.dataclass(frozen=True)
class Certificate:
    """Good for ``names`` alone: the subject's own counts for no client."""

    subject: str
    names: tuple[str, ...]
    issuer: str
    not_before: datetime.datetime
    not_after: datetime.datetime
    self_signed: bool


def read(der: bytes) -> Certificate:
    """:raises ValueError: it cannot be read"""
    try:
        told = x509.load_der_x509_certificate(der)
        return Certificate(
            subject=told.subject.rfc4514_string(),
            names=_names(told),
            issuer=told.issuer.rfc4514_string(),
            not_before=told.not_valid_before_utc,
            not_after=told.not_valid_after_utc,
            self_signed=_is_self_signed(told),
        )
    except (
        x509.DuplicateExtension,
        x509.InvalidVersion,
        x509.UnsupportedGeneralNameType,
    ) as error:
        raise ValueError(str(error)) from error


def matches(names: tuple[str, ...], host: str) -> bool:
    """Whether one of a certificate's names is the host's.

    A star stands for one label at the beginning, as RFC 9525 has it.
    """
    host = host.lower().rstrip('.')
    try:
        address = str(ipaddress.ip_address(host))
    except ValueError:
        _label, _dot, domain = host.partition('.')
        known = {name.lower().rstrip('.') for name in names}
        return host in known or (bool(domain) and f'*.{domain}' in known)
    return address in names


def _names(told):
    try:
        found = told.extensions.get_extension_for_class(
            x509.SubjectAlternativeName
        ).value
    except x509.ExtensionNotFound:
        return ()
    return (
        *found.get_values_for_type(x509.DNSName),
        *map(str, found.get_values_for_type(x509.IPAddress)),
    )


def _is_self_signed(told):
    if told.issuer != told.subject:
        return False
    try:
        told.verify_directly_issued_by(told)
    except (
        ValueError,
        TypeError,
        exceptions.InvalidSignature,
        exceptions.UnsupportedAlgorithm,
    ):
        return False
    return True
