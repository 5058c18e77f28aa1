"""The app of the worker that deals new leads out, and of the mails that say that nobody is there to have them."""

from django.apps import AppConfig


class DealingConfig(AppConfig):
    name = "leads.dealing"

    def ready(self):
        from leads.dealing.chore import Dealing, WaitingMails, date_all_back
        from leads.outbox import chores

        chores.register(Dealing())
        chores.register(WaitingMails())
        chores.register_hourly(date_all_back)
