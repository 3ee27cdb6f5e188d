"""How numbers, times and states look on all pages."""

import functools
import math

from django import template
from django.contrib.humanize.templatetags import humanize
from django.template import loader
from django.utils import dateformat
from django.utils import formats
from django.utils import timezone
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rey_dashboard import policy
from rey_dashboard.inventory import models
from rey_dashboard.inventory import resources
from rey_dashboard.inventory import scope
from rey_dashboard.pages import protection
from rey_dashboard.pages import times

register = template.Library()
register.filter('until', times.until)

#: From these shares of a limit on, a meter is amber and red.
AMBER, RED = 80, 95
UNLIMITED = -1
#: Below these shares of volumes within their target it is red and amber.
FEW_WITHIN, MANY_WITHIN = 50, 95
#: Of a sparkline's own units; the page stretches it.
SPARK_WIDTH, SPARK_HEIGHT = 100, 24


@register.filter
def passes(request, rule):
    """Whether the user passes a rule of ours, for the whole cloud."""
    return policy.allowed(request, rule)


@register.filter
def opens(request, rule):
    """Whether he may see anything by it, if only of a domain."""
    return scope.is_open(request, rule)


@register.filter
def gib(mib):
    """GiB of a number of MiB, with one decimal where it has one."""
    if mib is None or mib == UNLIMITED:
        return mib
    whole, rest = divmod(mib, 1024)
    return mib / 1024 if rest else int(whole)


@register.filter
def size(gib):
    """GiB with their unit, or TiB from a thousand on."""
    if gib >= 1024:
        return _('%(size)s\xa0TiB') % {'size': number(gib / 1024)}
    return _('%(size)s\xa0GiB') % {'size': number(round(gib))}


@register.filter
def number(value):
    """A number with separators; a fraction has one decimal."""
    if value is None or isinstance(value, str):
        return value  # words that begin with a number are no number
    if type(value) is int and -1000 < value < 1000:
        return str(value)  # most are: separators cost much of a page's time
    if isinstance(value, float):
        # Django cuts decimals off and does not round them.
        return formats.number_format(
            round(value, 1), 1, use_l10n=True, force_grouping=True
        )
    return humanize.intcomma(value)


@register.filter
def told(value):
    """A number as pages write it, and anything else as it is."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return number(value)
    return value


@register.filter
def hits(count, what):
    """Whom something hits; nothing without a number."""
    if not count or what not in _HITS:
        return ''
    return _HITS[what](count) % {'count': number(count)}


_HITS = {
    'projects': lambda n: ngettext(
        '%(count)s project', '%(count)s projects', n
    ),
    'servers': lambda n: ngettext('%(count)s server', '%(count)s servers', n),
    'volumes': lambda n: ngettext('%(count)s volume', '%(count)s volumes', n),
}


@register.filter
def item(mapping, key):
    """Of a mapping; nothing where it has none."""
    return mapping.get(key, '')


@register.filter
def hours(value):
    """Whole hours; below ten with one decimal."""
    if value is None:
        return '–'
    return number(value if 0 < value < 10 else round(value))


@register.filter
def change(value):
    """A difference with its sign; none at all is ±0."""
    shown = round(value, 1)
    if not shown:
        return '±0'
    return f'{"+" if shown > 0 else "−"}{number(abs(shown))}'


@register.filter
def target(hours):
    """A target in whole days, or else in hours."""
    days, rest = divmod(hours, 24)
    if rest:
        return _counted_hours(hours)
    return ngettext('%(count)s day', '%(count)s days', days) % {
        'count': number(days)
    }


def _counted_hours(hours):
    return ngettext('%(count)s hour', '%(count)s hours', hours) % {
        'count': number(hours)
    }


@register.filter
def lasting(seconds):
    """How long something took, in the unit that gives two digits or so."""
    if isinstance(seconds, float) and 0 < seconds < 9.95:
        return _('%(count)s s') % {'count': number(seconds)}
    if seconds < 120:
        return _('%(count)s s') % {'count': number(round(seconds))}
    if seconds < 7200:
        return _('%(count)s min') % {'count': number(round(seconds / 60))}
    return _('%(count)s h') % {'count': number(seconds / 3600)}


@register.filter
def since(time):
    """The weekday of a time in the last days, else its day."""
    local = timezone.localtime(time)
    days = (timezone.localtime().date() - local.date()).days
    if days <= 0:
        return dateformat.format(local, 'H:i')
    return dateformat.format(local, 'l' if days < 7 else 'Y-m-d')


@register.filter
def source(name):
    """What a target is of."""
    return protection.SOURCES.get(name, name)


_STATES = models.VolumeCoverage.State
_LABELS = {
    _STATES.PROTECTED: 'success',
    _STATES.IN_PROGRESS: 'info',
    _STATES.NEW: 'info',
    _STATES.STALE: 'warning',
    _STATES.EXCLUDED: 'default',
}


@register.filter
def label_class(state):
    """Bootstrap's label for the state of a volume's backups."""
    return f'label-{_LABELS.get(state, "danger")}'


@register.inclusion_tag('rey/pages/_within.html')
def within(percent, decimals=0):
    """A share of volumes within their target; never rounded up to 100."""
    if percent is None:
        return {'percent': None}
    scale = 10**decimals
    shown = math.floor(percent * scale) / scale
    level = 'red' if percent < FEW_WITHIN else 'amber'
    return {
        'percent': percent,
        'shown': formats.number_format(shown, decimals),
        'width': round(percent),
        'level': 'ok' if percent >= MANY_WITHIN else level,
    }


@register.simple_tag
def meter(used, limit, gone=False, reserved=None):
    """Use of a limit: words and a bar, never the bar alone."""
    # A page has hundreds, many of them alike, and nothing else costs so much.
    language = translation.get_language()
    return _drawn_meter(used, limit, gone, reserved, language)


@functools.lru_cache(maxsize=8192, typed=True)
def _drawn_meter(used, limit, gone, reserved, language):
    percent = resources.percent(used, limit)
    context = {
        'used': used,
        'limit': limit,
        'unlimited': limit == UNLIMITED,
        'gone': gone,
        'reserved': reserved,
        'width': min(100, round(percent)) if percent is not None else 0,
        'level': level(percent),
        'over': percent is not None and percent > 100,
        'label': _label(used, limit, percent),
    }
    return loader.render_to_string('rey/pages/_meter.html', context)


@register.inclusion_tag('rey/pages/_share.html')
def share(percent):
    """A share of a limit in percent, with a warning where it is high."""
    return {
        'percent': percent,
        'shown': percent is not None and number(math.floor(percent)),
        'level': level(percent),
    }


@register.inclusion_tag('rey/pages/_sparkline.html')
def sparkline(trend):
    """A line of a trend's days, with gaps where nothing is known."""
    values = trend.vcpus if trend else []
    known = [value for value in values if value is not None]
    if not known:
        return {'points': []}
    return {
        'points': _lines(values, max(known)),
        'width': SPARK_WIDTH,
        'height': SPARK_HEIGHT,
        'change': trend.vcpus_change,
        'label': _('%(least)s to %(most)s, last %(last)s')
        % {
            'least': number(float(min(known))),
            'most': number(float(max(known))),
            'last': number(float(known[-1])),
        },
    }


def _lines(values, most):
    """The points of each unbroken stretch; from 0, so that sizes compare."""
    step = SPARK_WIDTH / max(1, len(values) - 1)
    scale = (SPARK_HEIGHT - 2) / (most or 1)
    lines, line = [], []
    for place, value in enumerate([*values, None]):
        if value is not None:
            y = SPARK_HEIGHT - 1 - value * scale
            line.append(f'{place * step:.1f},{y:.1f}')
        elif line:
            # A single day is drawn as a short dash.
            lines.append(' '.join(line * 2 if len(line) == 1 else line))
            line = []
    return lines


def level(percent):
    """``ok``, ``amber`` or ``red`` for a share of a limit in percent."""
    if percent is None or percent < AMBER:
        return 'ok'
    return 'amber' if percent < RED else 'red'


def _label(used, limit, percent):
    if percent is None:
        return ''
    if percent > 100:
        return _('%(over)s over the limit') % {'over': number(used - limit)}
    return _('%(percent)d %% of the limit') % {'percent': percent}
