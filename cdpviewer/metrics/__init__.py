"""Metrics for Prometheus, on a port of their own (CDPVIEWER_METRICS_BIND): counts kept by each process, and counts from the database."""
