"""The verbs of staff: invited, given a role, removed; and the links with which they set a password."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from steerleads.api.errors import ApiError
from steerleads.api.serializers import check
from steerleads.db.text import forbidden_character, normalise
from steerleads.dealers import account_mails, audit, leaving, sessions, two_factor
from steerleads.dealers.actors import NOBODY_KNOWN, Actor, client_address
from steerleads.dealers.audit_kinds import AuditKind
from steerleads.dealers.models import MailKind, Membership, Role, StaffSession, User
from steerleads.dealers.permissions import dealership_of
from steerleads.dealers.serializers import PersonBody

LONGEST_EMAIL = 254
LONGEST_NAME = 150  # of each of Django's two name columns
NO_MAIL = "django.core.mail.backends.dummy.EmailBackend"


class StaffRefused(ApiError):
    status, code, type = 409, "STAFF_REFUSED", "conflict"


@dataclass(frozen=True)
class PasswordLink:
    """Where one person sets a password, once. `language` is the one to write to them in.

    A colleague may see it only if the account was made with it (`is_new`), and no mail can carry it: with the link to an
    account that exists, they would sign in as its owner.
    """

    user: User
    url: str
    language: str
    is_new: bool = False


def invite(email, dealership, *, role=Role.SALESPERSON, name="", superuser=False, by=None):
    """A new account without a password, and its Membership (none if `dealership` is None): its PasswordLink.

    Somebody who was removed may be invited again, by any dealership. Raises StaffRefused, ValidationFailed.
    """
    email = _clean_email(email)
    name = check(PersonBody, {"name": name})[0].get("name") or ""
    try:
        with transaction.atomic():
            user = User.objects.select_for_update().filter(email=email).first() or User(email=email)
            is_new = user.pk is None
            if user.is_active and not is_new:
                raise StaffRefused(_("There is an account with this e-mail address already."))
            first, _space, last = " ".join(name.split()).partition(" ")
            user.first_name, user.last_name = first[:LONGEST_NAME], last[:LONGEST_NAME]
            user.is_active = user.is_staff = True
            user.is_superuser = superuser
            user.set_unusable_password()
            user.save()
            if dealership:
                Membership.objects.create(dealership=dealership, user=user, role=role)
            given = "superuser" if superuser else role
            _record(AuditKind.PERSON_INVITED, user, by, dealership=dealership, role=given)
    except IntegrityError:
        raise StaffRefused(_("There is an account with this e-mail address already.")) from None
    return password_link(user, is_new=is_new)


def change_role(membership, role, *, by):
    """The Membership with its new role. Raises StaffRefused."""
    _check_may_touch(membership.user, by)
    with transaction.atomic():
        membership = (
            Membership.objects.select_for_update(of=("self",))
            .select_related("user", "dealership")
            .get(pk=membership.pk)
        )
        if membership.role != role:
            changed = {"from": membership.role, "to": role}
            membership.role = role
            membership.save(update_fields=["role"])
            _record(AuditKind.ROLE_CHANGED, membership.user, by, role=changed)
    return membership


def remove(membership, *, by, successor=None, handover=None):
    """End a person's membership and shut their account; what names them goes to `successor`, a User, or forgets them.

    Their open work goes where a `handover` (leaving.Handover) says, else to the successor as well. Raises StaffRefused.
    """
    with transaction.atomic():
        user = _locked_to_be_shut(membership.user_id, by)
        _record(AuditKind.PERSON_REMOVED, user, by, dealership=membership.dealership)
        leaving.take_off(user, membership.dealership, successor=successor, actor=Actor.by(by), handover=handover)
        _shut(user)
        Membership.objects.filter(pk=membership.pk).delete()


def find_account(email):
    """The User with this address, also one that was shut, or None."""
    return _accounts(email).first()


def shut_account(user, *, handover=None):
    """Take somebody out, by command, whether they are a member anywhere or not. Raises StaffRefused."""
    if membership := getattr(user, "membership", None):
        remove(membership, by=None, handover=handover)
    else:
        _shut(_locked_to_be_shut(user.pk, None))


def _locked_to_be_shut(user_id, by):
    # All of them, in one order: two superusers who remove each other must not both succeed.
    superusers = User.objects.select_for_update().filter(is_superuser=True, is_active=True).order_by("pk")
    left = [user for user in superusers if user.pk != user_id]
    user = User.objects.select_for_update().get(pk=user_id)
    _check_may_touch(user, by)
    if user.is_superuser and not left:
        raise StaffRefused(_("This is the last superuser: nobody could manage the dealerships any more."))
    return user


def _shut(user):
    two_factor.forget_devices(user)
    StaffSession.objects.filter(user=user).delete()
    user.is_active = user.is_staff = user.is_superuser = False
    user.set_unusable_password()
    user.save()


def new_link(user, *, by):
    """A PasswordLink for somebody who has not used, or has lost, theirs. Raises StaffRefused."""
    _check_may_touch(user, by)
    if by and not mail_is_configured():
        raise StaffRefused(no_link_words(user))
    return password_link(user)


def no_link_words(user):
    """What is said where a colleague's link would be shown."""
    words = _(
        "No mail was sent to %(person)s, and nobody is shown a colleague's link. Ask your operator to run: %(command)s"
    )
    return words % {"person": user, "command": f"manage.py reset_password {user.email}"}


def remove_two_factor(user, *, by):
    """Whether there was a device: a colleague's who lost the phone. Raises StaffRefused."""
    _check_may_touch(user, by)
    with transaction.atomic():
        had_one = two_factor.forget_devices(user)
        if had_one:
            _record(AuditKind.TWO_FACTOR_REMOVED, user, by)
            if mail_is_configured():
                account_mails.post_notice(user, MailKind.TWO_FACTOR_REMOVED)
    return had_one


def save_password(user, kind, *, session_key=None):
    """Save a User with the new password that the person has chosen; all their sessions end but that of the key."""
    with transaction.atomic():
        user.save(update_fields=["password"])
        _record(kind, user, user)
        sessions.end_others(user, session_key)


def note_password_given(user):
    """That the operator set somebody's password: all their sessions end."""
    with transaction.atomic():
        _record(AuditKind.PASSWORD_CHANGED, user, None)
        sessions.end_all(user)


def note_superuser(user):
    """That the operator made somebody a superuser, by Django's command."""
    _record(AuditKind.PERSON_INVITED, user, None, role="superuser")


def note_shown(link, by):
    """That somebody, perhaps the operator, sees a link."""
    _record(AuditKind.LINK_SHOWN, link.user, by)


def password_link(user, *, is_new=False):
    path = reverse(
        "password_reset_confirm",
        args=[urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)],
    )
    return PasswordLink(user, f"{settings.SITE_URL}{path}", language_of(user), is_new)


def with_email(email):
    return _accounts(email).filter(is_active=True, is_staff=True)


def mail_is_configured():
    return settings.EMAIL_BACKEND != NO_MAIL


def mail_link(user, kind, *, actor=None, network=None):
    """Have a link sent to its owner by mail. Raises TooManyMails.

    `actor` is who asked for it, from that `network`; None is the operator.
    """
    with transaction.atomic():
        account_mails.post(user, kind, network=network)
        audit.record(AuditKind.LINK_SENT, actor=actor, dealership=dealership_of(user), subject=user)


def mail_reset(email, *, network):
    """Have a link sent to who has forgotten the password, if there is such a person. Raises TooManyMails, of the place."""
    user = with_email(email).first()
    account_mails.post_for_stranger(user, normalise(email).lower(), network=network, asked_from=client_address.get())


def note_sent(user, asked_from):
    """That a link was sent which somebody unknown asked for."""
    address = {"address": asked_from, "dealership": dealership_of(user), "subject": user}
    audit.record(AuditKind.LINK_SENT, actor=NOBODY_KNOWN, **address)


def language_of(user):
    dealership = dealership_of(user)
    return dealership.language if dealership else settings.LANGUAGE_CODE


def _accounts(email):
    # The database cannot be asked for every text.
    return User.objects.none() if forbidden_character(email) else User.objects.filter(email=normalise(email).lower())


def _clean_email(email):
    email = normalise(email).lower()
    try:
        validate_email(email)
    except ValidationError:
        email = ""
    # Between quotes, Django's rule lets control characters pass.
    if not email or len(email) > LONGEST_EMAIL or forbidden_character(email):
        raise StaffRefused(_("This is not an e-mail address. One looks like sara@example.com."))
    return email


def _record(kind, user, by, *, dealership=None, **details):
    audit.record(kind, actor=Actor.by(by), dealership=dealership or dealership_of(user), subject=user, **details)


def _check_may_touch(user, by):
    if by is None:
        return
    if user.pk == by.pk:
        raise StaffRefused(_("You cannot do this to your own account. Ask a colleague."))
    if user.is_superuser and not by.is_superuser:
        raise StaffRefused(_("Only a superuser may do this to a superuser."))
