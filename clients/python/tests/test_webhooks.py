"""Webhooks by Standard Webhooks."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path

import pytest

from bheem_edge import WebhookError, sign_webhook, verify_webhook

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
AT = 1_614_265_330
PAYLOAD = '{"test": 2432232314}'
RECORDED = Path(__file__).parents[3] / "tests" / "interop" / "recorded.jsonl"


def code_of(*arguments: object, **named: object) -> str:
    with pytest.raises(WebhookError) as caught:
        verify_webhook(*arguments, **named)  # type: ignore[arg-type]
    return caught.value.code


def test_the_vector_of_the_specification_is_signed_as_it_says() -> None:
    assert sign_webhook(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", AT, PAYLOAD) == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_what_the_official_library_signed_is_genuine() -> None:
    found = 0
    for line in RECORDED.read_text().splitlines():
        record = json.loads(line)
        if record["provider"] != "standard":
            continue
        found += 1
        given = (record["secret"], record["headers"], record["body"])
        try:
            expected = json.loads(record["body"])
        except ValueError:
            assert code_of(*given, now=record["at"]) == "INVALID_PAYLOAD"
        else:
            assert verify_webhook(*given, now=record["at"]) == expected
    assert found > 3


def test_text_and_bytes_and_both_kinds_of_time_are_signed_alike() -> None:
    at = datetime.fromtimestamp(AT, timezone.utc)
    assert sign_webhook(SECRET, "m", at, '{"ü":1}') == sign_webhook(SECRET, "m", AT, '{"ü":1}'.encode())


def test_a_genuine_webhook_gives_its_json_whatever_the_case_of_its_headers() -> None:
    headers = {name.title(): value for name, value in sign_webhook(SECRET, "m", AT, PAYLOAD).items()}
    assert verify_webhook(SECRET, headers, PAYLOAD.encode(), now=AT) == {"test": 2432232314}


def test_the_prefix_of_a_secret_may_be_missing() -> None:
    headers = sign_webhook(SECRET.removeprefix("whsec_"), "m", AT, PAYLOAD)
    verify_webhook(SECRET, headers, PAYLOAD, now=AT)


def test_while_a_secret_is_rotated_each_of_both_fits() -> None:
    both = sign_webhook([OTHER, SECRET], "m", AT, PAYLOAD)
    assert both["webhook-signature"].count("v1,") == 2
    for secret in (SECRET, OTHER, [SECRET, OTHER], [OTHER, SECRET]):
        verify_webhook(secret, both, PAYLOAD, now=AT)
        if not isinstance(secret, str):
            verify_webhook(secret, sign_webhook(OTHER, "m", AT, PAYLOAD), PAYLOAD, now=AT)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"webhook-signature": "v1,AAAA"}, "INVALID_SIGNATURE"),
        ({"webhook-signature": "garbage"}, "INVALID_SIGNATURE"),
        ({"webhook-signature": "v1,ü"}, "INVALID_SIGNATURE"),
        ({"webhook-signature": "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}, "INVALID_SIGNATURE"),
        ({"webhook-id": "another"}, "INVALID_SIGNATURE"),
        ({"webhook-timestamp": str(AT + 1)}, "INVALID_SIGNATURE"),
        ({"webhook-timestamp": "soon"}, "INVALID_TIMESTAMP"),
        ({"webhook-timestamp": "-5"}, "INVALID_TIMESTAMP"),
        ({"webhook-timestamp": ""}, "MISSING_HEADERS"),
        ({"webhook-id": ""}, "MISSING_HEADERS"),
        ({"webhook-signature": ""}, "MISSING_HEADERS"),
    ],
)
def test_what_was_changed_is_refused(change: dict[str, str], code: str) -> None:
    headers = sign_webhook(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", AT, PAYLOAD) | change
    assert code_of(SECRET, headers, PAYLOAD, now=AT) == code


def test_another_payload_or_secret_is_refused() -> None:
    headers = sign_webhook(SECRET, "m", AT, PAYLOAD)
    assert code_of(SECRET, headers, PAYLOAD + " ", now=AT) == "INVALID_SIGNATURE"
    assert code_of(OTHER, headers, PAYLOAD, now=AT) == "INVALID_SIGNATURE"
    assert code_of(SECRET, {}, PAYLOAD, now=AT) == "MISSING_HEADERS"


@pytest.mark.parametrize("away", [-300, 300])
def test_five_minutes_are_tolerated_both_ways_and_no_more(away: int) -> None:
    headers = sign_webhook(SECRET, "m", AT, PAYLOAD)
    verify_webhook(SECRET, headers, PAYLOAD, now=AT + away)
    assert code_of(SECRET, headers, PAYLOAD, now=AT + away * 1.004) == "TIMESTAMP_OUT_OF_TOLERANCE"


@pytest.mark.parametrize("secret", ["whsec_", "whsec_%%%", [], ["whsec_"]])
def test_a_secret_that_is_none_is_a_mistake(secret: str | list[str]) -> None:
    with pytest.raises(ValueError, match="secret"):
        sign_webhook(secret, "m", AT, PAYLOAD)
