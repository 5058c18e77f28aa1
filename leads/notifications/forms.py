"""The form of a notification rule."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from leads.notifications.channels import channel_choices
from leads.notifications.models import Rule
from leads.notifications.rules import clean_rule
from steerleads.dealers.staff_admin.forms import RefusalForm

# What is judged, and so written, together.
RULE_FIELDS = ("trigger", "hours", "channel", "to")


class RuleForm(RefusalForm):
    """`changes` has clean values of what the person changed."""

    channel = forms.ChoiceField(label=capfirst(_("by")))

    class Meta:
        model = Rule
        fields = [*RULE_FIELDS, "is_on"]
        widgets = {"to": forms.Textarea(attrs={"class": "vLargeTextField", "rows": 2, "dir": "ltr"})}
        help_texts = {
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
        if is_new or changed & set(RULE_FIELDS):
            changes |= clean_rule({name: cleaned.get(name) for name in RULE_FIELDS})
        return changes

    def _post_clean(self):
        """Nothing: the verb writes."""

    def _channels(self):
        """With the rule's own, even if the operator has taken it away: the rule can still be switched off."""
        own = [] if self.instance._state.adding else [(self.instance.channel, self.instance.channel)]
        return list(dict([*own, *channel_choices()]).items())
