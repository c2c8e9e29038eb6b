"""SMS: out over a small HTTP gateway contract, delivery reports in."""

from loper.channels.sms.channel import SmsChannel
from loper.channels.sms.gsm import Segments, segments
from loper.channels.sms.reports import BadReport, DeliveryReport, Forged, read_report, sign
from loper.channels.sms.settings import SmsSettings
from loper.channels.sms.sink import Sms, SmsBox, SmsSink

__all__ = [
    "BadReport",
    "DeliveryReport",
    "Forged",
    "Segments",
    "Sms",
    "SmsBox",
    "SmsChannel",
    "SmsSettings",
    "SmsSink",
    "read_report",
    "segments",
    "sign",
]
