"""gunicorn's settings of the plain peer: threads, as many as may wait on the CDP at a time in the settings with most agents."""

worker_class = "gthread"
threads = 132
preload_app = True
keepalive = 30
timeout = 30
graceful_timeout = 15
control_socket_disable = True
accesslog = None
