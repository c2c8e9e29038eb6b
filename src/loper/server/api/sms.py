"""POST /api/sms/reports: what the SMS gateway tells later, signed with a secret that both have."""

from __future__ import annotations

import logging

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from loper.channels.sms import BadReport, Forged, read_report
from loper.server.actions.returns import take_sms
from loper.server.api.door import BAD_TOKENS, WITHIN, guarded, posted, too_many
from loper.server.api.problems import problem
from loper.server.security import client_ip

logger = logging.getLogger("loper.api")

LARGEST = 16384


@csrf_exempt
@guarded
@posted
def reports(request: HttpRequest) -> HttpResponse:
    """Take one report in. One that is told twice counts once; one about a message that is not ours is passed over."""
    secret = settings.LOPER_SMS["secret"]
    if not secret:
        return problem(503, "this installation has no LOPER_SMS_SECRET, so no report can be trusted")
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
        return problem(413, f"a report has at most {LARGEST} bytes")
    try:
        report = read_report(request.body, request.headers.get("X-Signature", ""), secret)
    except Forged as wrong:
        if too_many(f"sms-report:{client_ip(request)}", BAD_TOKENS, WITHIN):
            return problem(429, "too many signatures that do not hold", headers={"Retry-After": str(WITHIN)})
        return problem(401, str(wrong))
    except BadReport as wrong:
        return problem(400, "the report cannot be read", errors=[{"at": "", "why": why} for why in wrong.reasons])
    if not take_sms(report):
        logger.info("the SMS gateway reports a message that is not ours")
    return HttpResponse(status=204)
