"""The form of a lead, judged by the API's own rules."""

from django import forms

from leads.fields import BODY_FIELDS, TEXT_FIELDS, WRITABLE
from leads.models import Lead
from leads.serializers import LeadBody
from steerleads.api.serializers import ChoiceField
from steerleads.dealers.staff_admin.forms import BodyForm, Typed

TYPED = [field.column for field in BODY_FIELDS if not isinstance(field.body, ChoiceField)]
LONG = [field.column for field in TEXT_FIELDS if field.body.multiline]


class LeadForm(BodyForm):
    """With a car where it is new; a lead never moves to another one."""

    body, names = LeadBody, WRITABLE

    class Meta:
        model = Lead
        fields = ["car", *WRITABLE.values()]
        field_classes = dict.fromkeys(TYPED, Typed)
        widgets = {column: forms.Textarea(attrs={"rows": 4, "cols": 60}) for column in LONG}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in TYPED:
            if name in self.fields:
                # A phone number on an Arabic page still reads from the left.
                self.fields[name].widget.attrs["dir"] = "auto"
