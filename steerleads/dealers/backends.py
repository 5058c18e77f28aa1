"""Who is signed in, read with the place of work: every page of the admin asks for both."""

from django.contrib.auth.backends import ModelBackend

from steerleads.dealers.models import User


class StaffBackend(ModelBackend):
    def get_user(self, user_id):
        user = User.objects.select_related("membership__dealership").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None
