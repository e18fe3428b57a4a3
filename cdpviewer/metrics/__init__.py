"""Metrics for Prometheus, on a port of their own (CDPVIEWER_METRICS_BIND): what each process counts, and what the database holds."""
