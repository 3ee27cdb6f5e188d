"""What differs between two snapshots, and whether that is worse.

What users do meanwhile is no failure, nor is what comes with the days.
"""

import datetime

from rey_dashboard.inventory import parts
from rey_dashboard.verification import differences
from rey_dashboard.verification import limits
from rey_dashboard.verification import points
from rey_dashboard.verification import ruled

#: A stage of the smoke test is slower when it takes so many times as long,
#: and so many seconds longer.
TIMES, LONGER_S = 3, 10
UP, ENABLED = 'up', 'enabled'
_NAMES = {**parts.LABELS, parts.NETWORK: 'Floating IPs'}


def compare(pair: differences.Pair) -> list[points.Point]:
    found = (
        _reading(pair),
        *(_services(pair, part) for part in pair.before['services']),
        _endpoints(pair),
        _certificates(pair),
        _versions(pair),
        _hypervisors(pair),
        *(_errors(pair, part) for part in pair.before['errors']),
        *_findings(pair),
        limits.compare(pair),
        _smoke_test(pair),
        *(_counts(pair, part) for part in pair.before['counts']),
    )
    return [point for one in found for point in one.points()]


def _reading(pair):
    made = differences.Differences('reading', 'Parts of the cloud')
    before, now = pair.before['unread'], pair.now['unread']
    for name, label in parts.LABELS.items():
        if name in now and name not in before:
            made.add(points.WORSE, f'{label}: {now[name]}')
        elif name in before and name not in now:
            made.add(points.MENDED, str(label))
        elif name in now:
            made.add(points.UNKNOWN, f'{label}: {now[name]}')
        else:
            made.keep(str(label))
    return made


def _services(pair, part):
    made, is_known = pair.differences('services', parts.LABELS[part], part)
    if not is_known:
        return made
    before, now = pair.before['services'][part], pair.now['services'][part]
    for key in sorted({*before, *now}):
        old, new = before.get(key), now.get(key)
        if old == new:
            made.keep(f'{key}: {_told(new)}')
        else:
            made.add(_of_service(old, new), _change(key, old, new))
    return made


def _of_service(old, new):
    if not new:
        return points.WORSE if old[0] == UP else points.CHANGED
    if not old:
        return points.CHANGED if new[0] == UP else points.WORSE
    if old[0] == UP != new[0] or old[1] == ENABLED != new[1]:
        return points.WORSE
    rose = new[0] == UP != old[0] or new[1] == ENABLED != old[1]
    return points.MENDED if rose else points.CHANGED


def _change(name, old, new):
    if not old:
        return f'{name}: new, {_told(new)}'
    if not new:
        return f'{name}: gone, was {_told(old)}'
    return f'{name}: {_told(new)}, was {_told(old)}'


def _told(value):
    if isinstance(value, (list, tuple)):
        return ', '.join(str(one) for one in value if one not in ('', None))
    return str(value)


def _endpoints(pair):
    made, is_known = pair.differences(
        'endpoints', 'Endpoints', parts.CATALOG, parts.PROBES
    )
    if not is_known:
        return made
    before, now = pair.before['endpoints'], pair.now['endpoints']
    for key in sorted({*before, *now}):
        old, new = before.get(key), now.get(key)
        change = _of_endpoint(old, new)
        if change:
            made.add(change, _change(key, old and old[1:], new and new[1:]))
        else:
            made.keep(f'{key}: {_told(new[1:])}')
    return made


def _of_endpoint(old, new):
    """The status may be another of the good ones: that is as before."""
    if not new:
        return points.WORSE if old[0] else points.CHANGED
    if not old:
        return points.WORSE if new[0] is False else points.CHANGED
    if bool(old[0]) != bool(new[0]):
        return points.MENDED if new[0] else points.WORSE
    return points.CHANGED if old[2] != new[2] else ''


def _certificates(pair):
    made, is_known = pair.differences(
        'certificates', 'Certificates', parts.CATALOG, parts.PROBES
    )
    if not is_known:
        return made
    before, now = pair.before['certificates'], pair.now['certificates']
    for key in sorted({*before, *now}):
        old, new = before.get(key), now.get(key)
        if old == new:
            made.keep(f'{key}: {_told(_ends(new))}')
        else:
            made.add(
                _of_certificate(old, new),
                _change(key, _ends(old), _ends(new)),
            )
    return made


def _of_certificate(old, new):
    if not old or not new:
        return points.CHANGED
    if old[0] == new[0] and old[1] > new[1]:
        # The same certificate: mostly its time has come.
        ends = datetime.datetime.fromisoformat(new[0])
        is_over = ends < datetime.datetime.now(datetime.UTC)
        return points.BY_TIME if is_over else points.WORSE
    if old[1] > new[1] or old[2] > new[2]:
        return points.WORSE
    if old[1] < new[1] or old[2] < new[2]:
        return points.MENDED
    return points.CHANGED


def _ends(told):
    if not told:
        return None
    trusted = 'trusted' if told[1] else 'not trusted'
    named = '' if told[2] else 'of another name'
    return [f'until {told[0][:10]}', trusted, named]


def _versions(pair):
    made, is_known = pair.differences(
        'versions', 'Versions of endpoints', parts.CATALOG, parts.PROBES
    )
    if not is_known:
        return made
    before, now = pair.before['versions'], pair.now['versions']
    if before['release'] != now['release']:
        line = f'Release: {now["release"]}, was {before["release"]}'
        made.add(points.CHANGED, line)
    _note_changes(made, before['endpoints'], now['endpoints'])
    return made


def _hypervisors(pair):
    made, is_known = pair.differences('versions', 'Hypervisors', parts.HOSTS)
    if is_known:
        before, now = pair.before['versions'], pair.now['versions']
        _note_changes(made, before['hypervisors'], now['hypervisors'])
    return made


def _note_changes(made, before, now):
    for key in sorted({*before, *now}):
        old, new = before.get(key), now.get(key)
        if old == new:
            made.keep(f'{key}: {_told(new)}')
        else:
            made.add(points.CHANGED, _change(key, old, new))


def _errors(pair, part):
    made, is_known = pair.differences('errors', _NAMES[part], part)
    if is_known:
        before, now = pair.before['errors'][part], pair.now['errors'][part]
        for key, line in now.items():
            if key in before:
                made.keep(f'{line} ({key})')
            else:
                made.add(points.WORSE, f'{line} ({key})')
        for key in before.keys() - now.keys():
            made.add(points.MENDED, f'{before[key]} ({key})')
    return made


def _counts(pair, part):
    made, is_known = pair.differences('counts', _NAMES[part], part)
    if is_known:
        before, now = pair.before['counts'][part], pair.now['counts'][part]
        for key in sorted({*before, *now}):
            old, new = before.get(key, 0), now.get(key, 0)
            if old == new:
                made.keep(f'{key}: {new:,}', new)
            else:
                made.add(points.CHANGED, f'{key}: {new:,}, was {old:,}')
    return made


def _findings(pair):
    before, now = pair.before['findings'], pair.now['findings']
    for group, subject in (
        ('stuck', 'Things that are stuck'),
        ('findings', 'Findings'),
    ):
        made = differences.Differences(group, subject)
        for key in sorted({*before, *now}):
            name = key.partition(' ')[0]
            if (name in ruled.STUCK) != (group == 'stuck'):
                continue
            old, new = before.get(key), now.get(key)
            if not new:
                made.add(points.MENDED, old[2])
            elif old and old[0] <= new[0]:
                made.keep(new[2])
            else:
                made.add(_of_finding(name, new, pair.taken_at), new[2])
        yield made


def _of_finding(name, new, taken_at):
    _severity, word, _title, since = new
    if name in ruled.VARYING:
        return points.CHANGED
    if name in ruled.BY_TIME or word in ruled.WORDS_BY_TIME.get(name, ()):
        return points.BY_TIME
    # It was so before: only the days have made it worth a word.
    is_old = since and datetime.datetime.fromisoformat(since) < taken_at
    return points.BY_TIME if is_old else points.WORSE


def _smoke_test(pair):
    made = differences.Differences('smoke_test', 'Smoke test')
    before, now = pair.before['smoke_test'], pair.now['smoke_test']
    if not now or (before and before['task_id'] == now['task_id']):
        made.add(points.UNKNOWN, 'none was made since the baseline')
    elif not now['passed']:
        made.add(points.WORSE, now['error'] or 'it failed')
    elif not before:
        made.add(points.CHANGED, 'it passed; there was none before')
    elif not before['passed']:
        made.add(points.MENDED, f'it passed; before: {before["error"]}')
    else:
        _stages(made, before, now)
    return made


def _stages(made, before, now):
    for name, seconds in now['seconds'].items():
        old = before['seconds'].get(name)
        line = f'{name}: {seconds} s'
        if old is None:
            made.add(points.CHANGED, line)
        elif seconds > TIMES * old and seconds > old + LONGER_S:
            made.add(points.WORSE, f'{line}, was {old} s')
        else:
            made.keep(f'{line}, was {old} s')
    for name, why in now['skipped'].items():
        if name in before['seconds']:
            made.add(points.WORSE, f'{name}: not tried any more: {why}')
