"""gunicorn's settings for the plain peer. There are enough threads for all agents of the greatest load to wait for the CDP at once."""

worker_class = "gthread"
threads = 132
preload_app = True
keepalive = 30
timeout = 30
graceful_timeout = 15
control_socket_disable = True
accesslog = None
