"""The app of the lead board: it has no tables, only pages."""

from django.apps import AppConfig


class BoardConfig(AppConfig):
    name = "leads.board"
