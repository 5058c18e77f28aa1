"""How commands hand over a link to set a password: to its owner by mail, or to the operator on stdout."""

from steerleads.dealers import staff
from steerleads.dealers.account_mails import TooManyMails
from steerleads.dealers.models import MailKind


def hand_over(command, link, *, no_mail, kind=MailKind.INVITATION):
    """Have the link mailed, and say so; or print it, if there is no mail, or the person has had enough of them."""
    why = ""
    if staff.mail_is_configured() and not no_mail:
        try:
            staff.mail_link(link.user, kind)
        except TooManyMails as refused:
            why = f"{refused.message} "
        else:
            command.stderr.write(
                f"A link goes to {link.user.email} by mail. A delivery worker sends it: `serve` has one, "
                "and `deliver --once` sends what waits.",
                str,
            )
            return
    staff.note_shown(link, by=None)
    command.stderr.write(f"{why}Give {link.user.email} this link. It works once, for three days:", str)
    command.stdout.write(link.url)
