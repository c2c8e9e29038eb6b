"""Mails that came back, as the servers write them."""

from __future__ import annotations

from loper.channels.email.identity import message_id, token_of

KEY = "r-1/confirmation/appointment.made@1/email"
TOKEN = token_of(KEY)
ID = message_id(TOKEN, "voorbeeldwonen.example")
RETURN_PATH = "bounces+{token}@voorbeeldwonen.example"
TO = RETURN_PATH.replace("{token}", TOKEN)

OUR_HEADERS = f"""From: Voorbeeld Wonen <reparatie@voorbeeldwonen.example>
To: jansen@example.org
Subject: Uw afspraak: dinsdag 4 maart
Date: Mon, 03 Mar 2025 14:30:00 +0000
Message-ID: {ID}
Auto-Submitted: auto-generated
"""


def dsn(
    *,
    action: str = "failed",
    status: str = "5.1.1",
    diagnostic: str = "smtp; 550 5.1.1 <jansen@example.org>: Recipient address rejected: User unknown",
    recipient: str = "Final-Recipient: rfc822; jansen@example.org\nOriginal-Recipient: rfc822;jansen@example.org",
    envelope_id: str = "",
    returned: str = OUR_HEADERS,
    returned_type: str = "text/rfc822-headers",
    to: str = "bounces@voorbeeldwonen.example",
    subject: str = "Undelivered Mail Returned to Sender",
) -> bytes:
    """A delivery status notification as Postfix writes it (RFC 3464)."""
    envelope = f"Original-Envelope-Id: {envelope_id}\n" if envelope_id else ""
    last = f"--B.1/mx.example.org\nContent-Type: {returned_type}\n\n{returned}\n" if returned else ""
    return f"""Return-Path: <>
Received: by mail.voorbeeldwonen.example; Mon, 3 Mar 2025 14:31:00 +0000
From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
Subject: {subject}
To: {to}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Message-Id: <20250303143100.ABCDEF@mx.example.org>
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="B.1/mx.example.org"

This is a MIME-encapsulated message.

--B.1/mx.example.org
Content-Description: Notification
Content-Type: text/plain; charset=utf-8

This is the mail system at host mx.example.org.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients.

--B.1/mx.example.org
Content-Description: Delivery report
Content-Type: message/delivery-status

{envelope}Reporting-MTA: dns; mx.example.org
Arrival-Date: Mon, 3 Mar 2025 14:30:30 +0000 (UTC)

{recipient}
Action: {action}
Status: {status}
Diagnostic-Code: {diagnostic}

{last}--B.1/mx.example.org--
""".encode()


def exim(words: str = "550 No such user here") -> bytes:
    """Exim's own prose, which is no delivery status notification."""
    return f"""Return-path: <>
Envelope-to: bounces@voorbeeldwonen.example
X-Failed-Recipients: jansen@example.org
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mx.example.org>
To: bounces@voorbeeldwonen.example
Subject: Mail delivery failed: returning message to sender
Message-Id: <E1tp-0001@mx.example.org>

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  jansen@example.org
    host mx.example.org [192.0.2.1]
    SMTP error from remote mail server after RCPT TO:<jansen@example.org>:
    {words}

------ This is a copy of the message, including all the headers. ------

{OUR_HEADERS}
Beste mevrouw Jansen,
""".encode()


def qmail() -> bytes:
    return f"""Return-Path: <>
From: MAILER-DAEMON@mx.example.org
To: {TO}
Subject: failure notice

Hi. This is the qmail-send program at mx.example.org.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<jansen@example.org>:
Sorry, no mailbox here by that name. (#5.1.1)
""".encode()


def exchange() -> bytes:
    """Microsoft 365: a report in HTML, a status block with the recipient, and our headers as a message."""
    return dsn(
        status="5.1.10",
        diagnostic="smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient jansen@example.org not found by SMTP\n"
        " address lookup",
        recipient="Final-Recipient: rfc822;jansen@example.org",
        returned_type="message/rfc822",
        returned=OUR_HEADERS + "\nBeste mevrouw Jansen,\n",
        subject="Undeliverable: Uw afspraak: dinsdag 4 maart",
    )


def gmail() -> bytes:
    """Gmail: names our mail in In-Reply-To and References, and sends its headers along."""
    text = dsn(
        status="5.2.2",
        diagnostic="smtp; 552-5.2.2 The recipient's inbox is out of storage space and inactive.",
        recipient="Final-Recipient: rfc822; jansen@gmail.com",
        returned="",
        subject="Delivery Status Notification (Failure)",
    )
    return text.replace(
        b"Return-Path: <>\n", f"In-Reply-To: {ID}\nReferences: {ID}\nX-Failed-Recipients: jansen@gmail.com\n".encode()
    )


def absence() -> bytes:
    return f"""From: Mevrouw Jansen <jansen@example.org>
To: bounces@voorbeeldwonen.example
Subject: Afwezig: Uw afspraak
Auto-Submitted: auto-replied
In-Reply-To: {ID}

Ik ben er niet.
""".encode()


def answer() -> bytes:
    return f"""From: Mevrouw Jansen <jansen@example.org>
To: bounces@voorbeeldwonen.example
Subject: Re: Uw afspraak: dinsdag 4 maart
In-Reply-To: {ID}

Mag het ook woensdag?
""".encode()


def complaint() -> bytes:
    """A customer pressed "spam" (RFC 5965)."""
    return f"""From: <feedback@example.org>
To: bounces@voorbeeldwonen.example
Subject: FW: Uw afspraak
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="part"

--part
Content-Type: text/plain

This is an email abuse report.

--part
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: SomeGenerator/1.0
Version: 1
Original-Rcpt-To: <jansen@example.org>

--part
Content-Type: message/rfc822

{OUR_HEADERS}
Beste mevrouw Jansen,

--part--
""".encode()
