"""Who is calling, and for whom: dealerships, their staff, their API keys, and what each key has used."""

from datetime import timedelta
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from steerleads.db.ids import new_id
from steerleads.dealers.actors import ActorType
from steerleads.dealers.audit_kinds import AuditKind
from steerleads.dealers.hours.models import Hours, OpeningWeek, SpecialDay  # noqa: F401  where Django looks for them

DEFAULT_HOURLY_LIMIT = 10_000


class Scope(models.TextChoices):
    LEADS_READ = "leads:read"
    LEADS_WRITE = "leads:write"
    VEHICLES_READ = "vehicles:read"
    VEHICLES_WRITE = "vehicles:write"
    WEBHOOKS_MANAGE = "webhooks:manage"
    ANALYTICS_READ = "analytics:read"
    WORK_READ = "work:read"
    WORK_WRITE = "work:write"


# A fresh key has these unless told otherwise; scopes added to the product later are never implied.
FRESH_KEY_SCOPES = ["leads:read", "leads:write", "vehicles:read", "vehicles:write"]


def is_time_zone(name):
    if name not in available_timezones():
        raise ValidationError(_("“%(name)s” is not a time zone. One is Africa/Casablanca."), params={"name": name})


class Assigning(models.TextChoices):
    """Who gets a new lead."""

    MANUAL = "manual", _("whom a colleague chooses")
    CLAIM = "claim", _("whoever claims it")
    ROUND_ROBIN = "round_robin", _("each in turn, of those who are available")


class Dealership(models.Model):
    """A tenant. Its row is also the dealership's order lock: see `lock_order`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=200, unique=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="Africa/Casablanca", validators=[is_time_zone])
    language = models.CharField(_("language"), max_length=8, default="fr", choices=settings.LANGUAGES)
    demands_two_factor = models.BooleanField(
        _("everybody needs two-factor sign-in"),
        default=False,
        help_text=_("Who has not set it up is led to do so at the next click, and gets nowhere else before."),
    )
    assigning = models.CharField(_("who gets a new lead"), max_length=12, choices=Assigning, default=Assigning.MANUAL)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("dealership")
        verbose_name_plural = _("dealerships")
        ordering = ["name"]

    def __str__(self):
        return self.name

    @property
    def tz(self):
        return ZoneInfo(self.time_zone)

    @property
    def deals_in_turn(self):
        return self.assigning == Assigning.ROUND_ROBIN

    def lock_order(self):
        """Wait for everybody who writes an `order` in this dealership. Taken before any lead is locked.

        NO KEY UPDATE: inserting leads of this dealership (which share-locks the key) goes on meanwhile.
        """
        Dealership.objects.select_for_update(no_key=True).filter(pk=self.pk).values_list("pk").get()


class UserManager(BaseUserManager):
    def create_user(self, email, password=None, **fields):
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email):
        return self.get(email=(email or "").strip().lower())


class User(AbstractUser):
    """A person who signs in, by e-mail address (kept in lower case)."""

    username = None
    email = models.EmailField(_("e-mail"), unique=True)

    objects = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []

    def __str__(self):
        return self.get_full_name() or self.email

    @cached_property
    def has_device(self):
        """Whether two-factor sign-in is on. StaffBackend reads it with the person."""
        return self.totpdevice_set.filter(confirmed=True).exists()


class StaffSession(AbstractBaseSession):
    """A session, with whose it is: nobody's before the sign-in. See `sessions`."""

    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="sessions")

    @classmethod
    def get_session_store_class(cls):
        return import_string(f"{settings.SESSION_ENGINE}.SessionStore")


class RecoveryCode(models.Model):
    """What stands in for the second factor once, when the phone is gone. Only a digest is stored."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64, unique=True)


class Role(models.TextChoices):
    SALESPERSON = "salesperson", _("Salesperson")
    MANAGER = "manager", _("Manager")


class Membership(models.Model):
    """A person's one place of work. A superuser needs none and sees all dealerships."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dealership = models.ForeignKey(Dealership, models.CASCADE, related_name="memberships", verbose_name=_("dealership"))
    user = models.OneToOneField(User, models.CASCADE, related_name="membership", verbose_name=_("person"))
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.SALESPERSON)
    # Whether leads are dealt to them, and how many; see `availability`.
    is_available = models.BooleanField(_("available for new leads"), default=True)
    week = models.JSONField(_("own hours"), null=True)  # as of an OpeningWeek; none: at any time
    most_open = models.PositiveIntegerField(_("most open leads"), null=True, blank=True)
    created_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("member of staff")
        verbose_name_plural = _("staff")

    def __str__(self):
        return str(self.user)


class Environment(models.TextChoices):
    DEV = "dev", _("Development")
    PROD = "prod", _("Production")


class ApiKey(models.Model):
    """A program's key to one dealership. Only the SHA-256 digest is stored: 256 random bits need no slow hash."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dealership = models.ForeignKey(Dealership, models.CASCADE, related_name="api_keys", verbose_name=_("dealership"))
    name = models.CharField(_("name"), max_length=100)
    environment = models.CharField(_("environment"), max_length=8, choices=Environment, default=Environment.PROD)
    hint = models.CharField(_("begins with"), max_length=16, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(_("scopes"), default=list)
    hourly_limit = models.PositiveIntegerField(
        _("requests an hour"), default=DEFAULT_HOURLY_LIMIT, help_text=_("0 means no limit.")
    )
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    made_by = models.ForeignKey(
        User, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("made by")
    )
    # Whom it acts for: what the person may do for themselves, it may. Nobody, unless it was made so.
    person = models.ForeignKey(
        Membership, models.SET_NULL, null=True, editable=False, related_name="keys", verbose_name=_("acts for")
    )
    # {network: the day of its first use}; of this key, or of the one that it succeeds.
    known_networks = models.JSONField(default=dict, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["dealership", "created_at"], name="apikey_dealership")]

    def __str__(self):
        return f"{self.name} ({self.hint}…)"

    def works_at(self, now):
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class RateWindow(models.Model):
    """The running hour of one key: when it began, and how many requests processes have taken leases for."""

    key = models.OneToOneField(ApiKey, models.CASCADE, primary_key=True, related_name="window")
    began_at = models.DateTimeField(null=True)
    taken = models.PositiveIntegerField(default=0)


class Tally(models.Model):
    """When something that is limited happened of late: see `limits`. Of addresses and names, so of no dealership."""

    id = models.CharField(primary_key=True, max_length=150)
    times = models.JSONField(default=list)  # seconds since 1970, the oldest first
    ends_at = models.DateTimeField(db_index=True)  # when it all counts no more


class MailKind(models.TextChoices):
    """The first words of a template's name in templates/registration/."""

    INVITATION = "invitation"
    PASSWORD_RESET = "password_reset"
    TWO_FACTOR_REMOVED = "two_factor_removed"


class AccountMail(models.Model):
    """A mail to somebody about their account that is still to be sent: see `account_mails`. Its link is made then.

    One for nobody (`user` is null) was asked for with an address that nobody has. It is deleted when its turn comes.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")
    kind = models.CharField(max_length=20, choices=MailKind)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(db_index=True)  # when it is due; while a worker has it, when its lease ends
    lease = models.UUIDField(null=True)  # of the last worker that took it
    asked_from = models.CharField(max_length=45, default="")  # by somebody unknown: for the audit log, once it is sent
    created_at = models.DateTimeField(default=timezone.now)


class IdempotencyRecord(models.Model):
    """The first answer to a request that came with an Idempotency-Key, kept for a day."""

    KEPT = timedelta(hours=24)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dealership = models.ForeignKey(Dealership, models.CASCADE, related_name="+")
    api_key = models.ForeignKey(ApiKey, models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)
    subject_id = models.UUIDField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dealership", "api_key", "key"], name="one_answer_a_key"),
        ]
        indexes = [
            models.Index(fields=["dealership", "subject_id"], name="idempotency_subject"),
            models.Index(fields=["dealership", "created_at"], name="idempotency_created"),
        ]


class AuditEvent(models.Model):
    """One thing that happened to accounts, keys or settings. Added by `audit.record`, changed by nobody, kept two years.

    Persons and keys are named twice: by id, which stays, and by a name, which erasing a person replaces. Ids are plain:
    the log outlives what it tells of. What concerns no one dealership (a stranger's attempt, a superuser) has none.
    """

    LONGEST_NAME = 200

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dealership = models.ForeignKey(
        Dealership, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("dealership")
    )
    kind = models.CharField(_("what"), max_length=40)  # an AuditKind; not as choices, or each new one is a migration
    at = models.DateTimeField(_("when"))
    actor_type = models.CharField(max_length=10, choices=ActorType, blank=True)  # "": a stranger
    actor_id = models.CharField(max_length=36, blank=True)
    actor_name = models.CharField(_("who"), max_length=LONGEST_NAME, blank=True)
    subject_type = models.CharField(max_length=20, blank=True)
    subject_id = models.CharField(max_length=36, blank=True)
    subject_name = models.CharField(_("whom or what"), max_length=LONGEST_NAME, blank=True)
    address = models.CharField(_("from"), max_length=50, blank=True)
    details = models.JSONField(default=dict)
    times = models.PositiveIntegerField(_("times"), default=1)
    last_at = models.DateTimeField(_("last time"))

    class Meta:
        verbose_name = _("audit log entry")
        verbose_name_plural = _("audit log entries")
        indexes = [
            models.Index(fields=["dealership", "at", "id"], name="audit_list"),
            models.Index(fields=["at"], name="audit_old"),
        ]

    def __str__(self):
        return str(AuditKind(self.kind).label)
