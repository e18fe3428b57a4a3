"""Metrics for Prometheus, on a port of their own (CDPVIEWER_METRICS_BIND): counts of each process, and counts from the database."""
