"""The app of the weekly digest."""

from django.apps import AppConfig


class DigestConfig(AppConfig):
    name = "leads.analytics.digest"
    label = "digest"

    def ready(self):
        from leads.analytics.digest.chore import Digests
        from leads.analytics.digest.leavers import DigestsOfPeople
        from leads.analytics.digest.planning import plan_all, plan_anew
        from leads.outbox import chores
        from steerleads.dealers import leaving
        from steerleads.dealers.hours.actions import hours_changed

        chores.register(Digests())
        chores.register_hourly(plan_all)
        hours_changed.connect(plan_anew)
        leaving.register(DigestsOfPeople())
