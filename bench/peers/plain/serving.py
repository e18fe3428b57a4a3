"""gunicorn's settings for the plain peer: as many threads as may wait on the CDP at a time in the settings with the most agents."""

worker_class = "gthread"
threads = 132
preload_app = True
keepalive = 30
timeout = 30
graceful_timeout = 15
control_socket_disable = True
accesslog = None
