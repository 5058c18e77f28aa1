"""Notification rules in the admin."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from leads.notifications import actions
from leads.notifications.channels import channel_choices
from leads.notifications.forms import RuleForm
from leads.notifications.models import Rule
from leads.outbox.destination_admin import DestinationAdmin


@admin.register(Rule)
class RuleAdmin(DestinationAdmin):
    form = RuleForm
    list_display = ("trigger", "hours", "by", "tells", "state", "last_delivery")
    fields = ("trigger", "hours", "minutes", "channel", "to_assignee", "to_managers", "to", "is_on")

    @admin.display(description=gettext_lazy("by"), ordering="channel")
    def by(self, rule):
        return dict(channel_choices()).get(rule.channel, rule.channel)

    @admin.display(description=gettext_lazy("tell"), ordering="to")
    def tells(self, rule):
        return rule.told

    def save_model(self, request, obj, form, change):
        if change:
            rule = actions.change_rule(obj, form.changes, actor=self.actor(request))
        else:
            dealership = self.dealership_for(request, form)
            rule = actions.create_rule(dealership, form.changes, actor=self.actor(request))
        self.refresh_from(obj, rule)

    def delete_model(self, request, obj):
        actions.delete_rule(obj, actor=self.actor(request))
