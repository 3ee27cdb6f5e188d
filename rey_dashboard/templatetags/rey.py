"""How numbers look on all pages."""

from django import template
from django.contrib.humanize.templatetags import humanize
from django.utils import formats
from django.utils.translation import gettext as _

register = template.Library()

#: From these shares of a limit on, a meter is amber and red.
AMBER, RED = 80, 95
UNLIMITED = -1


@register.filter
def gib(mib):
    """GiB of a number of MiB, with one decimal where it has one."""
    if mib is None or mib == UNLIMITED:
        return mib
    whole, rest = divmod(mib, 1024)
    return mib / 1024 if rest else whole


@register.filter
def number(value):
    """A number with separators; a fraction has one decimal."""
    if isinstance(value, float):
        return formats.number_format(
            value, 1, use_l10n=True, force_grouping=True
        )
    return humanize.intcomma(value)


@register.inclusion_tag('rey/pages/_meter.html')
def meter(used, limit, gone=False):
    """Use of a limit: words and a bar, never the bar alone."""
    percent = None
    if used is not None and limit is not None and limit >= 0:
        if limit:
            percent = used * 100 / limit
        elif used:
            percent = 100 * used
    return {
        'used': used,
        'limit': limit,
        'unlimited': limit == UNLIMITED,
        'gone': gone,
        'percent': percent,
        'width': min(100, round(percent)) if percent is not None else 0,
        'level': _level(percent),
        'over': percent is not None and percent > 100,
        'label': _label(used, limit, percent),
    }


def _level(percent):
    if percent is None or percent < AMBER:
        return 'ok'
    return 'amber' if percent < RED else 'red'


def _label(used, limit, percent):
    if percent is None:
        return ''
    if percent > 100:
        return _('%(over)s over the limit') % {'over': number(used - limit)}
    return _('%(percent)d %% of the limit') % {'percent': percent}
