"""The app of agendas: a colleague's due leads, in their own calendar program."""

from django.apps import AppConfig


class AgendaConfig(AppConfig):
    name = "leads.agenda"
