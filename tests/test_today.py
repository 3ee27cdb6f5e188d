"""The page Today: what needs attention, tasks, and who sees what."""

import datetime
import json

from django.utils import timezone
import pytest

from openstack_auth import policy as horizon_policy

from rey_dashboard.checks import registry
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import models as tasks
from rey_dashboard.tasks import orders as task_orders
from rey_dashboard.today import attention
from tests import factory
from tests import factory_checks
from tests import paper_tasks
from tests import today_page
from tests import two_domains as two
from tests.paper_tasks import REY

pytestmark = pytest.mark.django_db
SEVERITY = registry.SEVERITY


@pytest.fixture(autouse=True)
def checks(paper):
    """A check more than ours."""


class TestAttention:
    def test_the_worst_comes_first_with_all_that_decides(self, admin):
        factory.project('p', name='<b>genome')
        factory_checks.make_finding('note', severity=SEVERITY.NOTE)
        factory_checks.make_finding(
            'worst',
            severity=SEVERITY.CRITICAL,
            project_id='p',
            hits=12,
            hits_what='servers',
            since=timezone.now() - datetime.timedelta(minutes=38),
        )
        page = today_page.text(admin)
        assert page.index('Paper worst') < page.index('Paper note')
        assert 'hits 12 servers' in page
        assert '38 minutes ago' in page
        assert '&lt;b&gt;genome' in page
        assert '<b>genome' not in page
        assert '2 findings, worst first' in page

    def test_what_sleeps_or_is_resolved_is_left_out(self, admin):
        later = timezone.now() + datetime.timedelta(hours=1)
        factory_checks.make_finding('asleep', snoozed_until=later)
        factory_checks.make_finding('over', resolved_at=timezone.now())
        page = today_page.text(admin)
        assert 'Paper asleep' not in page
        assert 'Paper over' not in page
        assert '1 snoozed' in page

    def test_many_of_one_check_are_one_row(self, admin):
        for number in range(attention.ALONE + 2):
            factory_checks.make_finding(
                f'n{number}', hits=10, hits_what='servers'
            )
        factory_checks.make_finding('bad', severity=SEVERITY.ERROR)
        found = admin.get(today_page.TODAY).context['attention']
        (group,) = found.rows
        assert group.count == attention.ALONE + 3
        assert group.severity == SEVERITY.ERROR
        assert group.first[0].title == 'Paper bad'
        assert len(group.first) == attention.ALONE
        assert f'Paper: {group.count}' in today_page.text(admin)
        listed = admin.get(group.address).context['page']
        assert listed.paginator.count == group.count

    def test_full_quotas_lead_to_the_task_and_to_the_project(self, admin):
        factory.summary('p', {'vcpus': (10, 10)})
        factory_checks.make_finding(
            'p',
            check_name='quota_full',
            word='full',
            project_id='p',
            evidence={
                'quotas': [
                    {
                        'service': 'compute',
                        'resource': 'cores',
                        'limit': 10,
                        'in_use': 10,
                        'reserved': 0,
                        'percent': 100.0,
                    }
                ]
            },
        )
        (row,) = admin.get(today_page.TODAY).context['attention'].rows
        assert row.page == '/rey/projects/p/'
        answer = admin.get(row.change.address)
        assert answer.context['count'] == 1

    def test_it_takes_as_many_queries_for_many_as_for_few(
        self, admin, django_assert_max_num_queries
    ):
        today_page.text(admin)
        for number in range(60):
            factory_checks.make_finding(f'n{number}')
        with django_assert_max_num_queries(35):
            today_page.text(admin)


class TestWhoSeesWhat:
    def test_a_manager_sees_his_domains_findings_alone(self, sign_in, company):
        for project_id in ('p', f'{two.FOREIGN}-project', ''):
            factory_checks.make_finding(
                f'of-{project_id}', project_id=project_id, host='c0mpute-1'
            )
        today_page.looked(error='KeyError in paper:7, find')
        factory.domain_role('research')
        browser = sign_in('member')
        page = today_page.text(browser)
        assert 'Paper of-p' in page
        assert two.FOREIGN not in page
        assert '1 finding<' in page
        assert 'KeyError' not in page
        assert 'c0mpute-1' not in page
        assert 'Snooze' not in page
        assert 'Nothing in the last two days.' in page
        names = [
            card.name
            for card in browser.get(today_page.TODAY).context['cards']
        ]
        assert names == ['operate', 'usage']

    def test_who_has_a_part_of_the_rights_has_his_own_first(
        self, sign_in, settings, tmp_path
    ):
        factory_checks.make_finding('worst', severity=SEVERITY.CRITICAL)
        factory_checks.make_finding('mine', assignee_id=factory.USER)
        found = sign_in('admin').get(today_page.TODAY).context['attention']
        assert [row.title for row in found.rows] == [
            'Paper worst',
            'Paper mine',
        ]
        (tmp_path / 'rey_policy.yaml').write_text(
            '"rey:operate:read": "role:watcher"\n'
        )
        settings.POLICY_FILES = {'rey': str(tmp_path / 'rey_policy.yaml')}
        horizon_policy.reset()
        browser = sign_in('watcher')
        found = browser.get(today_page.TODAY).context['attention']
        assert [row.title for row in found.mine] == ['Paper mine']
        assert [row.title for row in found.rows] == ['Paper worst']
        names = [
            card.name
            for card in browser.get(today_page.TODAY).context['cards']
        ]
        assert names == ['operate']
        # To watch is not to act.
        assert 'Snooze' not in today_page.text(browser)


class TestTasks:
    @pytest.fixture(autouse=True)
    def kind(self, monkeypatch):
        found = kinds.Kinds(())
        found._kinds['paper'] = paper_tasks.PaperKind()
        monkeypatch.setattr(kinds, 'installed', lambda: found)

    def test_what_runs_is_told_with_its_progress(self, admin):
        task = paper_tasks.plan(4)
        assert task.title not in today_page.text(admin)
        task_orders.start(task, REY)
        tasks.Task.objects.update(done=1)
        page = today_page.text(admin)
        assert task.title in page
        assert '1 of 4 steps are done' in page
        assert 'no history yet' in page
        assert 'every 5s' in page

    def test_what_ended_leads_to_retry_and_undo(self, admin):
        task = paper_tasks.plan(4)
        now = timezone.now()
        tasks.Task.objects.update(
            state='partly_failed',
            done=3,
            failed=1,
            started_at=now,
            ended_at=now,
        )
        page = today_page.text(admin)
        assert f'href="/rey/tasks/{task.pk}/#rey-order-retry"' in page
        assert f'href="/rey/tasks/{task.pk}/#rey-order-undo"' in page
        assert '1 failed' in page
        tasks.Task.objects.update(ended_at=now - datetime.timedelta(days=3))
        assert task.title not in today_page.text(admin)


class TestLive:
    def test_htmx_gets_what_changes_without_the_frame(self, admin):
        factory_checks.make_finding()
        answer = admin.get(today_page.TODAY, headers={'HX-Request': 'true'})
        part = answer.content.decode()
        assert part.lstrip().startswith('<div id="rey-today"')
        assert 'Paper one' in part
        assert 'id="rey-age"' in part
        assert '<html' not in part
        assert 'HX-Request' in answer['Vary']

    def test_an_open_form_to_snooze_outlives_the_change(self, admin):
        finding = factory_checks.make_finding()
        assert (
            f'<details id="rey-snooze-{finding.pk}" class="rey-snooze" '
            'hx-preserve="true">'
        ) in today_page.text(admin)


class TestChecks:
    def test_each_tells_when_it_looked_and_why_not(self, admin):
        today_page.looked('paper')
        factory_checks.make_finding()
        page = today_page.text(admin, '/rey/today/checks/')
        assert 'never looked' in page
        rows = admin.get('/rey/today/checks/?format=json')
        rows = json.loads(rows.getvalue())['rows']
        by_name = {row['check']: row for row in rows}
        assert by_name['paper']['not_looked_because'] == 'never looked'
        assert by_name['paper']['open_findings'] == 1
        assert by_name['host_down']['found'] == 0
        assert by_name.keys() == registry.installed().keys()

    def test_a_manager_is_not_told_what_others_have(self, sign_in, company):
        today_page.looked(found=77)
        factory.domain_role('research')
        answer = sign_in('member').get('/rey/today/checks/?format=json')
        assert {
            row['found'] for row in json.loads(answer.getvalue())['rows']
        } == {None}
