"""Who may try a password, and how often: django-axes' handler, and whatever else hashes one.

A try is counted before the password is judged, so that of many at one moment no more are judged than may be; a hash
costs most of a second of a processor. Names that nobody has count like others: a lockout tells nobody who has an account.
"""

from dataclasses import dataclass
from datetime import timedelta

from axes.handlers.base import AbstractAxesHandler, AxesBaseHandler
from axes.helpers import get_client_username
from axes.signals import user_locked_out
from django.utils import timezone

from steerleads.dealers import limits
from steerleads.dealers.limits import Limit, Verdict
from steerleads.dealers.models import User
from steerleads.proxies import caller_network

QUARTER = timedelta(minutes=15)
FROM_ADDRESS = Limit("tries-from-address", 30, QUARTER)
AT_ADDRESS = Limit("tries-of-account-at-address", 5, QUARTER)
# So many that nobody locks a colleague out by a few.
OF_ACCOUNT = Limit("tries-of-account", 20, timedelta(hours=1))
# From where somebody has signed in, they may go on while strangers have used up their account's tries.
KNOWN = Limit("known-address-of-account", 1, timedelta(days=30))


@dataclass(frozen=True)
class PasswordTry:
    account: str
    address: str
    verdict: Verdict

    @property
    def at_address(self):
        return AT_ADDRESS.of(self.account, self.address)


def begin(request, account):
    """Count a try of this account's password before it is judged; whether it may be judged."""
    address, now = caller_network(request), timezone.now()
    counted = [FROM_ADDRESS.of(address), AT_ADDRESS.of(account, address)]
    if not limits.happened(KNOWN.of(account, address), now=now):
        counted.append(OF_ACCOUNT.of(account))
    request.password_try = PasswordTry(account, address, limits.consume(*counted, now=now))
    return request.password_try.verdict.passed


def succeed(request):
    """The password was right, and all else that was asked for."""
    tried = request.password_try
    limits.forget(tried.at_address)
    limits.give_back(OF_ACCOUNT.of(tried.account), at=tried.verdict.at)
    limits.note(KNOWN.of(tried.account, tried.address), now=timezone.now())


def give_back(request):
    """The password was right, and the code is still to come: that was no guess."""
    tried = request.password_try
    limits.give_back(tried.at_address, OF_ACCOUNT.of(tried.account), at=tried.verdict.at)


def forget(account):
    """Its owner has proved to be it in another way, or the operator says so: how many counts there were."""
    return sum(limits.forget_all_of(limit, account) for limit in (AT_ADDRESS, OF_ACCOUNT))


def locked_out(request, original_response=None, credentials=None):
    """The page for who has to wait (AXES_LOCKOUT_CALLABLE)."""
    return limits.too_many(request, request.password_try.verdict.retry_after)


def account_name(request, credentials):
    """The e-mail address that tries are counted by, in its one spelling (AXES_USERNAME_CALLABLE)."""
    given = credentials or {}
    name = given.get("username") or given.get(User.USERNAME_FIELD) or request.POST.get("username") or ""
    return name.strip().lower()


class SignInHandler(AbstractAxesHandler, AxesBaseHandler):
    """What django-axes asks. Its own handler counts a failure after the hash, and knows a single window for all limits."""

    def is_allowed(self, request, credentials=None):
        return begin(request, get_client_username(request, credentials))

    def user_login_failed(self, sender, credentials, request=None, **kwargs):
        """Show the lockout to who was not let try, or has used up the tries at this address."""
        tried = getattr(request, "password_try", None)
        if tried and (not tried.verdict.passed or tried.verdict.waits[tried.at_address]):
            request.axes_locked_out = True
            user_locked_out.send("axes", request=request, username=tried.account, ip_address=request.axes_ip_address)

    def user_logged_in(self, sender, request, user, **kwargs):
        if hasattr(request, "password_try"):
            succeed(request)

    def user_logged_out(self, sender, request, user, **kwargs):
        """Nothing: nothing is counted of it."""

    def get_failures(self, request, credentials=None):
        """Asked for by nobody: `is_allowed` does not ask `is_locked`."""
        raise NotImplementedError

    def reset_attempts(self, *, ip_address=None, username=None, ip_or_username=False):
        """How many counts there were (`manage.py axes_reset_username EMAIL`, `axes_reset_ip`, `axes_reset`)."""
        if username is None and ip_address is None:
            return sum(limits.forget_all_of(limit) for limit in (FROM_ADDRESS, AT_ADDRESS, OF_ACCOUNT))
        count = forget(username.strip().lower()) if username else 0
        return count + (limits.forget_all_of(FROM_ADDRESS, ip_address) if ip_address else 0)
