"""Messages by mail."""

import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from core.notifications.addresses import Mail
from core.notifications.message import Message, NotTaken
from core.safe_text import one_line
from core.settings import secret

SECONDS = 10.0
"""How long a mail server that says nothing is waited for."""
_MOST = 200
"""Characters of what a mail server says."""


def send_mail(address: Mail, message: Message) -> NotTaken | None:
    """Give a message to the mail server; None where it was taken.

    Raises:
        InputError: the variable that holds the password is not set.
    """
    password = secret(address.password) if address.password else None
    letter = letter_of(address, message)
    context = ssl.create_default_context()
    try:
        with _connected(address, context) as server:
            if address.security == "starttls":
                server.starttls(context=context)
            if address.user and password is not None:
                server.login(address.user, password)
            server.send_message(letter, address.sender, [address.to])
    except smtplib.SMTPRecipientsRefused as error:
        return _refused(*error.recipients[address.to])
    except smtplib.SMTPResponseException as error:
        return _refused(error.smtp_code, error.smtp_error)
    except smtplib.SMTPNotSupportedError:
        return NotTaken(why=f"{address.host} does not offer what is needed", lasting=True)
    except (smtplib.SMTPException, OSError, ValueError) as error:  # it may say anything
        return NotTaken(why=f"no answer ({type(error).__name__})")
    return None


def letter_of(address: Mail, message: Message) -> EmailMessage:
    """The mail that says a message. Pure."""
    letter = EmailMessage(policy=SMTP)
    letter["From"], letter["To"] = address.sender, address.to
    letter["Subject"] = one_line(f"[Signoff] {message.title}")
    letter["Date"] = format_datetime(message.at)
    letter["Message-ID"] = f"<{message.key}@{address.sender.rpartition('@')[2]}>"
    letter["Auto-Submitted"] = "auto-generated"  # nobody's absence is answered to it
    end = [message.link] if message.link else []
    letter.set_content("\n\n".join([*message.text.splitlines(), *end]) + "\n")
    return letter


def _connected(address: Mail, context: ssl.SSLContext) -> smtplib.SMTP:
    if address.security == "tls":
        return smtplib.SMTP_SSL(address.host, address.port, timeout=SECONDS, context=context)
    return smtplib.SMTP(address.host, address.port, timeout=SECONDS)


def _refused(code: int, said: bytes | str) -> NotTaken:
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return NotTaken(why=f"{code} {one_line(words)[:_MOST]}".rstrip(), lasting=500 <= code < 600)
