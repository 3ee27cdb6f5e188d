"""The list of tasks and a task's page."""

from django.utils import timezone
import pytest

from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import models
from rey_dashboard.tasks import orders
from tests import paper_tasks
from tests.paper_tasks import REY

pytestmark = pytest.mark.django_db
TASKS = '/rey/tasks/'
NEWS = '/rey/tasks/news/'


@pytest.fixture(autouse=True)
def kind(monkeypatch):
    kind = paper_tasks.PaperKind()
    found = kinds.Kinds(())
    found._kinds['paper'] = kind
    monkeypatch.setattr(kinds, 'installed', lambda: found)
    return kind


def text(browser, address=TASKS, **query):
    answer = browser.get(address, query)
    assert answer.status_code == 200
    return ' '.join(answer.content.decode().split())


def test_a_list_without_tasks_says_so(admin):
    assert 'rey-empty' in text(admin)


def test_a_task_is_planned_looked_at_and_started_in_the_browser(admin):
    task = paper_tasks.plan(3)
    assert task.title in text(admin)

    page = text(admin, f'{TASKS}{task.pk}/')
    assert 'Start: 3 steps' in page
    assert 'No history yet' in page
    assert 'value 0 → <strong>40</strong>' in page

    answer = admin.post(f'{TASKS}{task.pk}/start/')
    assert answer.url == f'{TASKS}{task.pk}/'
    task.refresh_from_db()
    assert task.state == models.Task.State.QUEUED
    record = task.records.order_by('-at').first()
    assert record.what == models.Record.What.STARTED
    assert record.address == '127.0.0.1'
    assert 'Cancel the rest' in text(admin, f'{TASKS}{task.pk}/')


def test_what_cannot_be_undone_starts_when_its_size_is_typed(admin, task_kind):
    task_kind.can_undo = False
    task = paper_tasks.plan(12)
    page = f'{TASKS}{task.pk}/'
    assert 'Type the number of steps, 12' in text(admin, page)
    for typed in ('', '11'):
        admin.post(f'{page}start/', {'typed': typed})
        task.refresh_from_db()
        assert task.state == models.Task.State.PLANNED
    assert 'Nothing was started' in text(admin, page)
    admin.post(f'{page}start/', {'typed': ' 12 '})
    task.refresh_from_db()
    assert task.state == models.Task.State.QUEUED


def test_an_undoing_that_is_for_good_says_so_and_is_not_undone(
    admin, task_kind, task_engine
):
    task_kind.can_redo = False
    task = paper_tasks.start(2)
    paper_tasks.work(task_engine, task)
    admin.post(f'{TASKS}{task.pk}/undo/')
    undo = models.Task.objects.get(undo_of=task)
    page = f'{TASKS}{undo.pk}/'
    assert 'Type the number of steps, 2' in text(admin, page)
    admin.post(f'{page}start/', {'typed': '2'})
    paper_tasks.work_until_it_rests(task_engine)
    assert 'id="rey-order-undo"' in text(admin, f'{TASKS}{task.pk}/')
    assert 'id="rey-order-undo"' not in text(admin, page)
    admin.post(f'{page}undo/')
    assert not models.Task.objects.filter(undo_of=undo).exists()
    # One that can go back is undone in turn.
    task_kind.can_redo = True
    assert 'id="rey-order-undo"' in text(admin, page)


def test_an_undoing_that_was_dropped_is_planned_anew(
    admin, task_kind, task_engine
):
    task = paper_tasks.start(2)
    paper_tasks.work(task_engine, task)
    order = f'{TASKS}{task.pk}/undo/'
    first, second = (admin.post(order).url for _ in range(2))
    # A double click makes one.
    assert first == second
    admin.post(f'{first}cancel/')
    again = admin.post(order).url
    assert again != first
    undo = models.Task.objects.filter(undo_of=task).latest('pk')
    assert again == f'{TASKS}{undo.pk}/'
    assert undo.state == models.Task.State.PLANNED


def test_what_cannot_be_asked_any_more_is_told(admin):
    task = paper_tasks.plan(3)
    orders.start(task, REY)
    answer = admin.post(f'{TASKS}{task.pk}/start/', follow=True)
    assert 'it has changed' in answer.content.decode()


def test_only_who_may_act_is_offered_buttons_and_heard(sign_in):
    task = paper_tasks.plan(3)
    browser = sign_in('member')
    assert browser.get(TASKS).status_code == 403
    assert browser.post(f'{TASKS}{task.pk}/start/').status_code == 403
    task.refresh_from_db()
    assert task.state == models.Task.State.PLANNED


def test_what_was_left_out_is_told_also_when_all_else_succeeded(
    admin, task_kind, task_engine
):
    task = paper_tasks.start(3, refused={'p2': 'No room'})
    page = f'{TASKS}{task.pk}/'
    paper_tasks.work(task_engine, task)
    assert task.state == models.Task.State.SUCCEEDED
    assert '1 left out' in text(admin, page)
    other = paper_tasks.start(3, form='two')
    assert '0 left out' not in text(admin, f'{TASKS}{other.pk}/')


def test_another_regions_task_is_not_found(admin):
    task = paper_tasks.plan(3)
    models.Task.objects.update(region='elsewhere')
    assert admin.get(f'{TASKS}{task.pk}/').status_code == 404
    assert admin.post(f'{TASKS}{task.pk}/start/').status_code == 404


def test_nothing_but_an_order_is_taken(admin):
    task = paper_tasks.plan(3)
    assert admin.post(f'{TASKS}{task.pk}/delete/').status_code == 404
    assert admin.get(f'{TASKS}{task.pk}/start/').status_code == 405


def test_names_are_escaped(admin):
    task = paper_tasks.plan(1)
    models.Task.objects.update(title='<script>alert(1)</script>')
    models.Step.objects.update(target_name='<b>', error='<i>')
    page = text(admin, f'{TASKS}{task.pk}/')
    assert '<script>alert(1)' not in page
    assert '&lt;b&gt;' in page
    assert '&lt;i&gt;' in page


def test_progress_is_asked_for_while_it_runs(admin):
    task = paper_tasks.plan(4)
    assert 'every 2s' not in text(admin, f'{TASKS}{task.pk}/')
    orders.start(task, REY)
    assert 'every 2s' in text(admin, f'{TASKS}{task.pk}/')
    models.Task.objects.update(done=1, failed=1)
    page = text(admin, f'{TASKS}{task.pk}/')
    assert '1 done, 1 failed, 2 to go' in page
    assert 'width="25.00%"' in page


def test_the_list_is_live_while_one_runs(admin):
    task = paper_tasks.plan(4)
    assert 'every 5s' not in text(admin, TASKS)
    orders.start(task, REY)
    models.Task.objects.update(done=1, started_at=task.planned_at)
    page = text(admin, TASKS)
    assert 'every 5s' in page
    assert '1 of 4 done' in page


@pytest.mark.parametrize(
    ('query', 'found'),
    [
        ({'state': 'live'}, 1),
        ({'state': 'failed'}, 0),
        ({'kind': 'paper'}, 1),
        ({'mine': '1'}, 0),
        ({'q': 'P2'}, 1),
        ({'q': 'nobody'}, 0),
        ({'since': '2099-01-01'}, 0),
    ],
)
def test_filters(admin, query, found):
    paper_tasks.plan(3)
    page = admin.get(TASKS, query).context['page']
    assert page.paginator.count == found


def test_comments_and_who_takes_it(admin):
    task = paper_tasks.plan(1)
    admin.post(f'{TASKS}{task.pk}/comment/', {'text': 'After lunch <b>'})
    admin.post(f'{TASKS}{task.pk}/assign/')
    task.refresh_from_db()
    assert task.assignee_id
    assert 'After lunch &lt;b&gt;' in text(admin, f'{TASKS}{task.pk}/')


def test_the_end_is_news_for_whoever_asked_until_it_is_seen(admin, sign_in):
    task = paper_tasks.plan(1)
    assert task.title not in text(admin, NEWS)
    models.Task.objects.update(
        state='failed', failed=1, ended_at=timezone.now()
    )
    # Somebody else asked.
    assert task.title not in text(admin, NEWS)
    models.Task.objects.update(asked_by_id=admin.session['user_id'])
    assert task.title in text(admin, NEWS)
    assert NEWS in text(admin, '/rey/projects/')

    admin.post(NEWS, {'task': str(task.pk)})
    assert task.title not in text(admin, NEWS)

    models.Task.objects.update(seen_at=None)
    text(admin, f'{TASKS}{task.pk}/')
    assert task.title not in text(admin, NEWS)
    admin.post(NEWS, {'task': 'x'})


def test_a_task_can_be_handed_over_in_plain_words(admin):
    task = paper_tasks.plan(3)
    models.Task.objects.update(state='partly_failed', failed=2, done=1)
    models.Step.objects.filter(number__gt=1).update(
        state='failed', error='No room.', remedy='Make room.'
    )
    page = admin.get(f'{TASKS}{task.pk}/')
    words = page.context['handover'].splitlines()
    assert f'Its page: http://testserver{TASKS}{task.pk}/' in words
    assert 'Of 3 steps 1 are done, 2 failed.' in words
    assert '- 2 steps failed: No room.' in words
    assert '  Make room.' in words
    assert '- Retry 2 failed' in words
