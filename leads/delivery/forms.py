"""The forms of webhooks and notification rules."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from leads.delivery.models import Rule, Webhook, default_kinds
from leads.delivery.recipients import channel_choices, clean_rule
from leads.delivery.serializers import WRITABLE, WebhookBody
from leads.models import EventKind
from steerleads.dealers.staff_admin.forms import BodyForm, RefusalForm, Typed

# What is judged, and so written, together.
RULE_FIELDS = ("occasion", "hours", "channel", "to")


class WebhookForm(BodyForm):
    body, names = WebhookBody, WRITABLE

    kinds = forms.MultipleChoiceField(
        label=capfirst(_("events")),
        choices=lambda: [(kind.value, capfirst(kind.label)) for kind in EventKind],
        initial=default_kinds,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("What happens to leads and is sent. Moving a card can move thousands of others with it."),
    )

    class Meta:
        model = Webhook
        fields = ["url", "kinds", "description", "is_on"]
        field_classes = {"url": Typed, "description": Typed}
        widgets = {
            "url": forms.TextInput(attrs={"class": "vTextField", "dir": "ltr", "inputmode": "url"}),
            "description": forms.TextInput(attrs={"class": "vTextField", "dir": "auto"}),
        }
        help_texts = {
            "url": _("Where the messages go, like https://crm.example.com/leads."),
            "description": _("For you alone: what is behind this address."),
            "is_on": _("While it is off nothing is sent, and what happens then is not sent later."),
        }

    def clean(self):
        cleaned = super().clean()
        self.changes = {name: "" if value is None else value for name, value in self.changes.items()}
        return cleaned


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
        found = {"is_on": cleaned["is_on"]} if is_new or "is_on" in changed else {}
        if is_new or changed & set(RULE_FIELDS):
            found |= clean_rule({name: cleaned.get(name) for name in RULE_FIELDS})
        return found

    def _post_clean(self):
        """Nothing: the verb writes."""

    def _channels(self):
        """With the rule's own, even if the operator has taken it away: the rule can still be switched off."""
        own = [] if self.instance._state.adding else [(self.instance.channel, self.instance.channel)]
        return list(dict([*own, *channel_choices()]).items())
