# Written by `make demo` from demo/templates.

bind = '$HOST:$PORT'
workers = 1
threads = 4
worker_class = 'gthread'
# A thread that computes for long must not get its process killed.
timeout = 300
graceful_timeout = 10
keepalive = 5
pythonpath = '$ETC'
wsgi_app = 'horizon_wsgi:application'
# Else it writes into the home directory.
control_socket_disable = True
accesslog = '$LOG/access.log'
