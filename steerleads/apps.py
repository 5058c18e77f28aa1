"""The product as a Django app: its commands and its system checks."""

from django.apps import AppConfig


class SteerLeadsConfig(AppConfig):
    name = "steerleads"

    def ready(self):
        from steerleads.operations import checks  # noqa: F401  importing registers them
