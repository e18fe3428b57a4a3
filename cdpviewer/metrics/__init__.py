"""Metrics for Prometheus, on a separate port (CDPVIEWER_METRICS_BIND): figures recorded by each process, and figures from the database."""
