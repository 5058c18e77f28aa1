"""The form of a notification rule."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from leads.notifications.channels import channel_choices
from leads.notifications.models import Recipient, Rule
from leads.notifications.recipients import parts_in
from leads.notifications.rules import clean_rule
from steerleads.dealers.staff_admin.forms import RefusalForm

# What is judged, and so written, together.
RULE_FIELDS = ("trigger", "hours", "minutes", "channel", "to")
RECIPIENTS = {f"to_{each.value}": each for each in Recipient}


class RuleForm(RefusalForm):
    """`changes` has clean values of what the person changed."""

    channel = forms.ChoiceField(label=capfirst(_("by")))
    to_assignee = forms.BooleanField(
        label=capfirst(_("tell whoever has the lead")),
        required=False,
        help_text=_("By e-mail. Of somebody who has left, the managers."),
    )
    to_managers = forms.BooleanField(label=capfirst(_("tell all managers")), required=False)

    class Meta:
        model = Rule
        fields = [*RULE_FIELDS, "is_on"]
        widgets = {"to": forms.Textarea(attrs={"class": "vLargeTextField", "rows": 2, "dir": "ltr"})}
        help_texts = {
            "minutes": _("Only for leads that will be due: how many minutes before. Of a day, when it begins."),
            "hours": _("Only for leads that stay New: after how many business hours to tell of them."),
            "to": _(
                "E-mail addresses with commas between them, or one phone number. "
                "Leave it empty if the channel always tells the same people."
            ),
            "is_on": _("While it is off nobody is told, and what happens then is not told later."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.changes = {}
        parts = parts_in(self.instance.to)
        self.initial["to"] = ", ".join(part for part in parts if part not in Recipient.values)
        self.initial |= {name: each.value in parts for name, each in RECIPIENTS.items()}
        self.fields["to"].required = False  # by the channel
        self.fields["channel"].choices = self._channels()
        for field in self.fields.values():
            # As in BodyForm: a field left alone never undoes what a colleague wrote since.
            field.show_hidden_initial = not self.instance._state.adding

    def clean(self):
        cleaned = super().clean()
        if not self.errors:
            try:
                self.changes = self._clean_changes(cleaned)
            except ValidationError as error:
                self.add_error(None, error)
        return cleaned

    def _clean_changes(self, cleaned):
        is_new, changed = self.instance._state.adding, set(self.changed_data)
        changes = {"is_on": cleaned["is_on"]} if is_new or "is_on" in changed else {}
        if is_new or changed & {*RULE_FIELDS, *RECIPIENTS}:
            told = [each.value for name, each in RECIPIENTS.items() if cleaned.get(name)]
            fields = {name: cleaned.get(name) for name in RULE_FIELDS}
            changes |= clean_rule({**fields, "to": ", ".join(filter(None, [*told, fields["to"]]))})
        return changes

    def _post_clean(self):
        """Nothing: the verb writes."""

    def _channels(self):
        """With the rule's own, even if the operator has taken it away: the rule can still be switched off."""
        own = [] if self.instance._state.adding else [(self.instance.channel, self.instance.channel)]
        return list(dict([*own, *channel_choices()]).items())
