"""Tasks with steps, as planning leaves them."""

from django.utils import timezone

from rey_dashboard.tasks import models

REGION = 'RegionOne'


def make_task(steps: int = 0, **more) -> models.Task:
    told = {
        'region': REGION,
        'kind': 'test',
        'title': 'A task',
        'token': f't{models.Task.objects.count()}',
        'asked_by_id': 'rey',
        'planned_at': timezone.now(),
        'total': steps,
        'size': steps,
        **more,
    }
    task = models.Task.objects.create(**told)
    models.Step.objects.bulk_create(
        models.Step(
            task=task,
            number=number,
            target=f'p{number}',
            service='compute',
            before={'cores': 20},
            after={'cores': 40},
        )
        for number in range(1, steps + 1)
    )
    return task
