"""``rey-dashboard verify``: the same as the page, for whoever updates."""

from collections.abc import Mapping
import getpass
import json
import pathlib
import signal
import socket
import sys
import threading
import time

from django.utils import timezone

from rey_dashboard import conf
from rey_dashboard.checks import notices
from rey_dashboard.cloud import faults
from rey_dashboard.cloud import session as cloud_session
from rey_dashboard.runs import claims
from rey_dashboard.runs import models
from rey_dashboard.runs import reports
from rey_dashboard.verification import handing
from rey_dashboard.verification import runs

WELL, NOT_WELL, WRONG_USE = 0, 1, 2
#: Seconds between two looks at what a worker works on.
LOOK_S = 1


def run(arguments) -> int:
    """Exit status: 0 well, 1 not well, 2 wrong use."""
    try:
        settings = conf.current()
        cloud = cloud_session.Cloud(settings.CLOUD, settings.CALL_TIMEOUT_S)
        if arguments.check is not None:
            return _check(cloud.region, arguments)
        if arguments.baseline is not None:
            return _baseline(cloud, arguments)
        return _compare(cloud, arguments)
    except faults.ALL as error:
        explained = faults.explain(error)
        _say(explained.words, explained.remedy)
        return NOT_WELL


def _baseline(cloud, arguments):
    run = runs.ask_baseline(cloud.region, arguments.baseline, *_who())
    _work(run, cloud)
    told = {
        'baseline_id': run.pk,
        'baseline_name': run.name,
        'region': run.region,
        'taken_at': run.started_at and run.started_at.isoformat(),
        'error': run.error,
        'unread': run.snapshot.get('unread', {}),
    }
    if arguments.json:
        print(json.dumps(told, indent=1))
    elif run.is_good:
        print(f'Baseline {run.pk}: {run.name}')
        for part, why in told['unread'].items():
            print(f'  not in it: {part}: {why}')
    return _over(run, not told['unread'])


def _compare(cloud, arguments):
    rows = runs.good_baselines(cloud.region)
    if arguments.compare:
        rows = rows.filter(name=arguments.compare)
    baseline = rows.first()
    if not baseline:
        _say(
            'There is no such baseline.',
            'Take one with: rey-dashboard verify --baseline NAME',
        )
        return WRONG_USE
    run = runs.ask_comparison(baseline, *_who())
    _work(run, cloud)
    if not run.is_good:
        if arguments.json:
            print(json.dumps({'error': run.error, 'remedy': run.remedy}))
    elif arguments.json:
        print(handing.as_json(run))
    else:
        _tell(run)
    return _over(run, not run.failed)


def _check(region, arguments):
    try:
        text = pathlib.Path(arguments.check).read_bytes()
    except OSError as error:
        _say(f'{arguments.check}: {error.strerror}')
        return WRONG_USE
    found = handing.of_copy(region, text.decode(errors='replace'))
    told = {'same': bool(found), 'comparison_id': found and found.pk}
    if arguments.json:
        print(json.dumps(told))
    elif found:
        print(f'Same: comparison {found.pk} of {found.ended_at:%Y-%m-%d}')
    else:
        print('Changed, or of another region: no report has this hash.')
    return WELL if found else NOT_WELL


def _who():
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = 'somebody'
    return '', f'{name} on {socket.gethostname()}'


def _work(run, cloud):
    """Itself; while a worker is at it, that is waited for."""
    said = ''
    while run.is_live:
        free = claims.free(type(run), run.region).filter(pk=run.pk)
        taken = claims.take(free)
        if taken:
            _work_on(taken, cloud)
        else:
            words = str(run.get_stage_display())
            if words != said:
                _say(words)
            said = words
            time.sleep(LOOK_S)
        run.refresh_from_db()


def _work_on(run, cloud):
    """Until it is over or somebody presses Ctrl+C."""
    stop = threading.Event()
    told = notices.Notices(stop)
    before = signal.signal(signal.SIGINT, lambda *_: stop.set())
    try:
        runs.work_on(run, cloud, stop, told.tell, _say)
    finally:
        signal.signal(signal.SIGINT, before)
        told.close()
    if stop.is_set():
        # Else a worker would begin it anew.
        type(run).objects.filter(pk=run.pk, ended_at=None).update(
            ended_at=timezone.now(),
            stage=models.Stage.ENDED,
            error='It was interrupted.',
        )


def _over(run, is_well):
    if run.error:
        _say(run.error, run.remedy)
    return WELL if is_well and run.is_good else NOT_WELL


def _tell(run):
    for row in run.report['rows']:
        _print(row)
    counted = {
        'FAIL': run.failed,
        'PASS': run.passed,
        'notes': run.noted,
        'not known': run.unknown,
    }
    print(', '.join(f'{word}: {number}' for word, number in counted.items()))
    print(f'SHA-256 of the report: {run.sha256}')


def _print(row: Mapping):
    result = str(reports.RESULTS[row['result']])
    print(f'{result:<10} {row["words"]}')
    if row['result'] != reports.PASS:
        for line in row['evidence']:
            print(f'{"":<10}   {line}')


def _say(*words):
    for one in words:
        if one:
            print(one, file=sys.stderr)
