"""Who is signed in, read with the place of work and whether two-factor sign-in is on: every page asks for all three."""

from django.contrib.auth.backends import ModelBackend
from django.db.models import Exists, OuterRef
from django_otp.plugins.otp_totp.models import TOTPDevice

from steerleads.dealers.models import User


class StaffBackend(ModelBackend):
    def get_user(self, user_id):
        device = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
        people = User.objects.select_related("membership__dealership").annotate(has_device=Exists(device))
        user = people.filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None
