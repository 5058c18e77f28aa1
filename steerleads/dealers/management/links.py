"""How commands hand over a link to set a password: to its owner by mail, or to the operator on stdout."""

from steerleads.dealers import staff


def hand_over(command, link, *, no_mail, sent, template="invitation"):
    """Mail the link, and say `sent`; or print it, if there is no mail, or the mail server does not take it."""
    mail = staff.mail_is_configured() and not no_mail
    if mail and staff.send_link(link, template=template):
        command.stderr.write(sent, str)
        return
    staff.note_shown(link, by=None)
    why = "The mail server did not take it. " if mail else ""
    command.stderr.write(f"{why}Give {link.user.email} this link. It works once, for three days:", str)
    command.stdout.write(link.url)
