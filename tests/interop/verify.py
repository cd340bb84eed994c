"""Has the providers' own libraries for Python verify what the edge signed: lines of JSON on standard input."""

import json
import sys
import time

import stripe
from standardwebhooks import Webhook, WebhookVerificationError

verified = 0
for line in sys.stdin:
    event = json.loads(line)
    secret, headers, body = event["secret"], event["headers"], event["body"]
    for text, genuine in [(body, True), (body + " ", False)]:
        try:
            if event["provider"] == "stripe":
                stripe.WebhookSignature.verify_header(text, headers["stripe-signature"], secret, tolerance=300)
            elif event["provider"] in ("standard", "clerk"):
                Webhook(secret).verify(text, headers)
            else:
                continue
            accepted = True
        except (stripe.SignatureVerificationError, WebhookVerificationError):
            accepted = False
        except json.JSONDecodeError:
            accepted = True  # The library believed it, and then could not read it.
        if accepted != genuine:
            sys.exit(f"{event['provider']}: accepted {accepted}, genuine {genuine}: {line}")
        verified += accepted
if verified == 0:
    sys.exit("nothing was verified")
print(f"Python's libraries believe {verified} events")
