"""The form of a webhook, judged by the API's own rules."""

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from leads.models import EventKind
from leads.webhooks.models import Webhook, default_kinds
from leads.webhooks.serializers import WRITABLE, WebhookBody
from steerleads.dealers.staff_admin.forms import BodyForm, Typed


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
