"""The peer: the standard library alone, one connection, no queue, no database, nothing remembered.

    python bench/peers/plain.py MAILS PORT SAMPLE

Every mail is an EmailMessage with the text and the HTML of SAMPLE. Prints one line of JSON.
"""

from __future__ import annotations

import json
import smtplib
import sys
import time
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from measure import peak_memory

COUNT, PORT, SAMPLE = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])


def main() -> None:
    mail = message_from_bytes(SAMPLE.read_bytes(), policy=policy.default)
    text, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))  # type: ignore[union-attr]
    with smtplib.SMTP("127.0.0.1", PORT) as server:
        cpu, start = time.process_time(), time.perf_counter()
        for number in range(COUNT):
            message = EmailMessage()
            message["From"], message["To"] = mail["From"], f"customer-{number}@example.nl"
            message["Subject"], message["Date"] = mail["Subject"], formatdate()
            message["Message-ID"] = make_msgid(domain="voorbeeldwonen.example")
            message.set_content(text.replace("Jo van der Velden", "Jo van der Velden"))
            message.add_alternative(html.replace("Jo van der Velden", "Jo van der Velden"), subtype="html")
            server.send_message(message)
        spent = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - start}
    print(json.dumps({**spent, "database": 0.0, "memory": peak_memory()}))


main()
