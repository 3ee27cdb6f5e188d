from oslo_policy import policy

READ = 'rey:tasks:read'

RULES = [
    policy.DocumentedRuleDefault(
        READ,
        'rule:rey:install:read or rule:rey:operate:read or '
        'rule:rey:usage:read or rule:rey:update:read',
        description='See the tasks of the areas that one may read: who asked '
        'for what, how far it is and what failed. To ask for something, the '
        "area's rule to act is needed as well.",
        operations=[
            {'method': 'GET', 'path': '/rey/tasks/'},
            {'method': 'GET', 'path': '/rey/tasks/news/'},
            {'method': 'POST', 'path': '/rey/tasks/news/'},
            {'method': 'GET', 'path': '/rey/tasks/{task_id}/'},
            {'method': 'GET', 'path': '/rey/tasks/{task_id}/progress/'},
            {'method': 'POST', 'path': '/rey/tasks/{task_id}/{order}/'},
        ],
    ),
]
