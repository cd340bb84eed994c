"""Events signed by the providers' own libraries for Python, and one line of JSON for each."""

import json
import sys
from datetime import datetime, timezone
from importlib.metadata import version

import stripe
from standardwebhooks import Webhook

AT = 1705312800
bodies = json.load(open(sys.argv[1], encoding="utf-8"))


def event(library, provider, secret, headers, body):
    library = f"{library} {version(library)} for Python"
    print(json.dumps({"library": library, "provider": provider, "secret": secret, "at": AT, "headers": headers, "body": body}))


for secret in ["whsec_test_secret", "ein Schlüssel with spaces"]:
    for body in bodies:
        header = stripe.WebhookSignature.generate_signature_header(body, secret, AT)
        event("stripe", "stripe", secret, {"stripe-signature": header}, body)

for secret in ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "C2FVsBQIhrscChlQIMV+b5sSYspob7oD"]:
    for number, body in enumerate(bodies):
        id = f"msg_{number}"
        signature = Webhook(secret).sign(id, datetime.fromtimestamp(AT, tz=timezone.utc), body)
        headers = {"webhook-id": id, "webhook-timestamp": str(AT), "webhook-signature": signature}
        event("standardwebhooks", "standard", secret, headers, body)
