"""What the audit log knows of, in words that stay: programs read them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditKind(models.TextChoices):
    SIGNIN_SUCCEEDED = "signin.succeeded", _("signed in")
    SIGNIN_FAILED = "signin.failed", _("failed to sign in")
    SIGNIN_LOCKED_OUT = "signin.locked_out", _("was locked out after too many attempts")
    TWO_FACTOR_ON = "two_factor.switched_on", _("switched two-factor sign-in on")
    TWO_FACTOR_OFF = "two_factor.switched_off", _("switched two-factor sign-in off")
    TWO_FACTOR_REMOVED = "two_factor.removed", _("removed a two-factor device")
    PERSON_INVITED = "person.invited", _("invited a person")
    PERSON_REMOVED = "person.removed", _("removed a person from the staff")
    ROLE_CHANGED = "role.changed", _("changed a role")
    KEY_MADE = "key.made", _("made an API key")
    KEY_CHANGED = "key.changed", _("changed an API key")
    KEY_ROTATED = "key.rotated", _("rotated an API key")
    KEY_REVOKED = "key.revoked", _("revoked an API key")
    KEY_USED_FROM_NEW_ADDRESS = "key.used_from_new_address", _("used an API key from a new address")
    WEBHOOK_MADE = "webhook.made", _("made a webhook")
    WEBHOOK_CHANGED = "webhook.changed", _("changed a webhook")
    WEBHOOK_ROTATED = "webhook.rotated", _("gave a webhook a new secret")
    WEBHOOK_SWITCHED_OFF = "webhook.switched_off", _("switched a failing webhook off")
    WEBHOOK_DELETED = "webhook.deleted", _("deleted a webhook")
    RULE_MADE = "rule.made", _("made a notification rule")
    RULE_CHANGED = "rule.changed", _("changed a notification rule")
    RULE_DELETED = "rule.deleted", _("deleted a notification rule")
    CONTACT_EXPORTED = "contact.exported", _("exported a person’s data")
    CONTACT_ERASED = "contact.erased", _("erased a person’s data")
    DEALERSHIP_MADE = "dealership.made", _("made a dealership")
    DEALERSHIP_CHANGED = "dealership.changed", _("changed a dealership")
