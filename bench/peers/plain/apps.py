from django.apps import AppConfig


class PlainConfig(AppConfig):
    name = "bench.peers.plain"
    label = "plain"
