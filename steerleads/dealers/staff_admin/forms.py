"""The forms that staff fill in: sign-in, invitations, keys, and what the API's own rules judge."""

from zoneinfo import available_timezones

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.signals import user_login_failed
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from steerleads.api.errors import ApiError
from steerleads.api.serializers import INT_MAX, TextField, check
from steerleads.dealers import password_tries, two_factor
from steerleads.dealers.models import DEFAULT_HOURLY_LIMIT, FRESH_KEY_SCOPES, ApiKey, Dealership, Membership, Scope

OVERLAPS = [(0, _("at once")), (1, _("in an hour")), (24, _("in 24 hours")), (168, _("in 7 days"))]
FIELD_OPTIONS = {"required", "widget", "label", "initial", "help_text"}


class SignInForm(AdminAuthenticationForm):
    """E-mail and password, and a code from those who switched two-factor sign-in on."""

    otp_token = forms.CharField(
        label=_("Code"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def clean_username(self):
        return self.cleaned_data["username"].strip().lower()

    def clean(self):
        cleaned = super().clean()
        if self.user_cache is not None:
            self._check_code(self.user_cache, self.cleaned_data.get("otp_token", ""))
        return cleaned

    def _check_code(self, user, code):
        device = two_factor.device_of(user)
        if device is None:
            return
        if not code:
            password_tries.give_back(self.request)
            raise ValidationError(_("Enter the code that your authenticator app shows now."), code="code_required")
        user.otp_device = two_factor.accept(device, code)
        if user.otp_device is None:
            # A wrong code is a failure like a wrong password: whoever goes on guessing is locked out.
            user_login_failed.send(sender=__name__, credentials={"username": user.email}, request=self.request)
            raise ValidationError(
                _("This code is wrong, was used before, or came too soon after a wrong one."), code="wrong_code"
            )


class RefusalForm(forms.ModelForm):
    """Shows what a verb refused. The verb judges under its lock; the form only repeats."""

    refusal = None
    names = {}  # the error's field names, where the form has others

    def clean(self):
        cleaned = super().clean()
        if self.refusal:
            self.show(self.refusal)
        return cleaned

    def show(self, error):
        for detail in error.details or [{"field": None, "message": error.message}]:
            name = self.names.get(detail["field"], detail["field"])
            if name not in self.errors:
                self.add_error(name if name in self.fields else None, detail["message"])


class Typed(forms.Field):
    """A value exactly as it was typed: the API's rules judge it, not Django's."""

    def __init__(self, **options):
        super().__init__(**{name: value for name, value in options.items() if name in FIELD_OPTIONS})


class LineField(forms.CharField):
    """A line of text, cleaned and judged by the API's rules in the place of Django's."""

    def clean(self, value):
        rule = TextField(max_length=self.max_length, allow_null=not self.required)
        try:
            return rule.run_validation(value or "") or ""
        except serializers.ValidationError as error:
            raise ValidationError([str(each) for each in error.detail]) from None


class BodyForm(RefusalForm):
    """A form that the API's own serializer judges. `changes` has clean values of what the person changed."""

    body = None  # a BodySerializer; its names for the model's fields are in `names`

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.changes = {}
        for field in self.fields.values():
            # The form says what it had shown, so that a field left alone never undoes what a colleague wrote since.
            field.show_hidden_initial = not self._is_new

    def clean(self):
        cleaned = super().clean()
        try:
            values, _ignored = check(self.body, self._typed(), partial=not self._is_new)
            self.changes = {self.names[name]: value for name, value in values.items()}
        except ApiError as error:
            self.show(error)
        return cleaned

    def _post_clean(self):
        """Nothing: the instance stays as it was read, and a verb writes the changes."""

    def _typed(self):
        given = {name: column for name, column in self.names.items() if column in self.cleaned_data}
        return {
            name: self.cleaned_data[column]
            for name, column in given.items()
            if self._is_new or column in self.changed_data
        }

    @property
    def _is_new(self):
        return self.instance._state.adding


class DealershipForm(RefusalForm):
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=lambda: [(name, name) for name in sorted(available_timezones())]
    )

    class Meta:
        model = Dealership
        fields = ["name", "time_zone", "language", "assigning", "demands_two_factor"]
        help_texts = {
            "assigning": _(
                "In turn: each new lead goes to the next colleague who is available, at once; somebody who comes back "
                "goes to the colleague they had. Leads of imports are dealt to nobody. Staff say on their own page "
                "whether they are available."
            )
        }
        field_classes = {"name": LineField}


class InvitationForm(RefusalForm):
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    name = LineField(label=_("Name"), max_length=200, required=False)

    class Meta:
        model = Membership
        fields = ["role"]


class ApiKeyForm(RefusalForm):
    scopes = forms.MultipleChoiceField(
        label=_("Scopes"),
        choices=[(scope, scope) for scope in Scope.values],
        initial=FRESH_KEY_SCOPES,
        widget=forms.CheckboxSelectMultiple,
    )
    # With its upper end: SQLite would store more, PostgreSQL would not.
    hourly_limit = forms.IntegerField(
        label=_("Requests an hour"),
        min_value=0,
        max_value=INT_MAX,
        initial=DEFAULT_HOURLY_LIMIT,
        help_text=_("0 means no limit."),
    )

    class Meta:
        model = ApiKey
        fields = ["name", "environment", "scopes", "hourly_limit", "expires_at"]
        field_classes = {"name": LineField}

    def clean_expires_at(self):
        at = self.cleaned_data["expires_at"]
        if at is not None and "expires_at" in self.changed_data and at <= timezone.now():
            raise ValidationError(_("This time is over already."))
        return at


class RotationForm(forms.Form):
    overlap = forms.TypedChoiceField(label=_("The old key ends"), choices=OVERLAPS, initial=24, coerce=int)
