//! One-time codes over HTTP, as a product asks for them and a phone gets them.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by a panic"
)]

#[path = "../../../platform/database/tests/server/mod.rs"]
mod server;

mod phone;

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures::future::join_all;
use serde_json::{Value, json};

use phone::{ACME, OTHER, Product, wrong};

const PHONE: &str = "+919876543210";

#[tokio::test(start_paused = true)]
async fn a_code_reaches_the_phone_and_is_accepted_once_with_a_token_that_says_so() {
    let product = Product::in_memory().await;
    for (channel, path) in [("sms", "/api/v1/bheem-tele/sms/send"), ("whatsapp", "/api/v1/whatsapp/send/template")] {
        let sent =
            product.send(json!({"phone_number": PHONE, "purpose": "login", "channel": channel})).await.expect(200);
        let fields: BTreeSet<&str> = sent.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(fields, ["expires_at", "request_id", "resend_after"].into());
        assert_eq!(sent["resend_after"], 60);
        let (arrived, code) = product.code(PHONE).await;
        assert_eq!((arrived.as_str(), code.len()), (path, 6));
        let verified = product.verify(PHONE, "login", &code).await.expect(200);
        assert_eq!(verified["verified"], true);
        let token = verified["token"].as_str().unwrap();
        let part = |place: usize| -> Value {
            let part = URL_SAFE_NO_PAD.decode(token.split('.').nth(place).unwrap()).unwrap();
            serde_json::from_slice(&part).unwrap()
        };
        let claims = part(1);
        for (claim, value) in [
            ("sub", json!(PHONE)),
            ("aud", json!("otp")),
            ("purpose", json!("login")),
            ("tenant_id", json!(ACME)),
            ("verified", json!(true)),
            ("jti", sent["request_id"].clone()),
        ] {
            assert_eq!(claims[claim], value, "{claim}");
        }
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 300);
        let keys = product.ask("", "GET", "/api/v1/otp/jwks.json", Value::Null).await.expect(200);
        assert_eq!(keys["keys"][0]["kid"], part(0)["kid"]);
        assert_eq!(product.verify(PHONE, "login", &code).await.code(), (400, "OTP_INVALID"));
        product.wait(61).await;
    }
}

#[tokio::test(start_paused = true)]
async fn wrong_used_expired_and_unknown_codes_are_one_error() {
    let product = Product::in_memory().await;
    let invalid = |answer: edge_http::testing::Answer| {
        let mut body = answer.body;
        body.as_object_mut().unwrap().remove("requestId");
        (answer.status, body.to_string())
    };
    let unknown = invalid(product.verify(PHONE, "login", "123456").await);
    assert!(unknown.1.contains("OTP_INVALID"));
    product.send(json!({"phone_number": PHONE, "purpose": "login"})).await.expect(200);
    let (_, code) = product.code(PHONE).await;
    for (phone, purpose, code) in [
        (PHONE, "login", wrong(&code)),
        (PHONE, "signup", code.clone()),
        ("+919876543211", "login", code.clone()),
        (PHONE, "login", format!("{code}0")),
        (PHONE, "login", format!(" {code}")),
        (PHONE, "login", String::new()),
        (PHONE, "login", "１２３４５６".to_owned()),
    ] {
        assert_eq!(invalid(product.verify(phone, purpose, &code).await), unknown, "{phone} {purpose} {code}");
    }
    let of_other = json!({"phone_number": PHONE, "purpose": "login", "code": code});
    assert_eq!(invalid(product.ask(OTHER, "POST", "/api/v1/otp/verify", of_other).await), unknown);
    // At the very moment of its expiry; a moment before, it is accepted.
    product.wait(299).await;
    product.verify(PHONE, "login", &code).await.expect(200);
    product.send(json!({"phone_number": PHONE, "purpose": "login"})).await.expect(200);
    let (_, code) = product.code(PHONE).await;
    product.wait_until_expiry().await;
    assert_eq!(invalid(product.verify(PHONE, "login", &code).await), unknown);
}

#[tokio::test(start_paused = true)]
async fn fifty_right_guesses_at_once_are_one_success_and_fifty_wrong_are_five_counted() {
    let product = Product::in_memory().await;
    guesses_at_once(&product, 50).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgresql_too_fifty_guesses_at_once_are_one_success_or_five_counted() {
    let Some(server) = server::start().await else { return };
    server.new_database("otp").await;
    let mut connections = Vec::new();
    for _ in 0..5 {
        connections.push(server.connect("otp").await);
    }
    let product = Product::on_postgres(connections).await;
    guesses_at_once(&product, 50).await;
}

async fn guesses_at_once(product: &Product, guesses: usize) {
    product.send(json!({"phone_number": PHONE, "purpose": "login"})).await.expect(200);
    let (_, code) = product.code(PHONE).await;
    let answers = join_all((0..guesses).map(|_| product.verify(PHONE, "login", &code))).await;
    let (right, other): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    assert_eq!(right.len(), 1);
    assert!(other.iter().all(|answer| answer.code() == (400, "OTP_INVALID")), "{other:?}");

    product.send(json!({"phone_number": PHONE, "purpose": "signup"})).await.expect(200);
    let (_, code) = product.code(PHONE).await;
    let wrong = wrong(&code);
    let answers = join_all((0..guesses).map(|_| product.verify(PHONE, "signup", &wrong))).await;
    assert!(answers.iter().all(|answer| answer.code() == (400, "OTP_INVALID")));
    assert_eq!(product.count("SELECT attempts FROM otp_codes WHERE purpose = 'signup'").await, 5);
    assert_eq!(product.verify(PHONE, "signup", &code).await.code(), (400, "OTP_INVALID"));
}

#[tokio::test(start_paused = true)]
async fn sending_again_ends_the_old_code_and_gives_nobody_more_guesses() {
    let product = Product::in_memory().await;
    let ask = json!({"phone_number": PHONE, "purpose": "login"});
    product.send(ask.clone()).await.expect(200);
    let (_, old) = product.code(PHONE).await;
    for _ in 0..3 {
        product.verify(PHONE, "login", &wrong(&old)).await.expect(400);
    }
    product.wait(60).await;
    product.send(ask.clone()).await.expect(200);
    let (_, new) = product.code(PHONE).await;
    // The fourth guess is of the old code, the fifth right.
    if old != new {
        assert_eq!(product.verify(PHONE, "login", &old).await.code(), (400, "OTP_INVALID"));
    }
    product.verify(PHONE, "login", &new).await.expect(200);
    product.wait(60).await;
    product.send(ask.clone()).await.expect(200);
    let (_, code) = product.code(PHONE).await;
    for _ in 0..5 {
        product.verify(PHONE, "login", &wrong(&code)).await.expect(400);
    }
    product.wait(60).await;
    product.send(ask.clone()).await.expect(200);
    let (_, code) = product.code(PHONE).await;
    assert_eq!(product.verify(PHONE, "login", &code).await.code(), (400, "OTP_INVALID"));
    // Once no code is valid any more, guesses count anew.
    product.wait(301).await;
    product.send(ask).await.expect(200);
    let (_, code) = product.code(PHONE).await;
    product.verify(PHONE, "login", &code).await.expect(200);
}

#[tokio::test(start_paused = true)]
async fn one_number_in_any_spelling_has_one_cooldown_and_one_code() {
    let product = Product::in_memory().await;
    let send =
        async |phone: &str, purpose: &str| product.send(json!({"phone_number": phone, "purpose": purpose})).await;
    send("+91 98765-43210", "login").await.expect(200);
    product.wait(20).await;
    for same in [PHONE, "+91-9876543210", "+(91) 98765.43210"] {
        let refused = send(same, "login").await;
        assert_eq!(refused.code(), (429, "OTP_COOLDOWN"));
        assert_eq!(refused.headers["retry-after"], "40");
    }
    for refused in ["0091 9876543210", "9876543210", "+９１9876543210", "+91", "+91 98765 4321O", "+1 242 555 0123"] {
        let answer = send(refused, "login").await;
        assert_eq!((answer.status, &answer.body["errors"][0]["field"]), (400, &json!("phone_number")), "{refused}");
    }
    assert_eq!(send(PHONE, "payment").await.body["errors"][0]["field"], "purpose");
    // Another purpose, and another tenant, have codes of their own.
    send(PHONE, "signup").await.expect(200);
    let body = json!({"phone_number": PHONE, "purpose": "login"});
    product.ask(OTHER, "POST", "/api/v1/otp/send", body).await.expect(200);
    let both = join_all((0..10).map(|_| send("+919000000001", "login"))).await;
    assert_eq!(both.iter().filter(|answer| answer.status == 200).count(), 1, "of ten at once one is sent");
    assert!(
        both.iter()
            .all(|answer| [(200, ""), (429, "OTP_COOLDOWN"), (429, "OTP_LIMIT_REACHED")].contains(&answer.code()))
    );
}

#[tokio::test(start_paused = true)]
async fn a_phone_an_address_and_a_tenant_get_so_many_codes() {
    let product = Product::in_memory().await;
    for purpose in ["login", "signup", "verification", "password_reset"] {
        product.send(json!({"phone_number": PHONE, "purpose": purpose})).await.expect(200);
    }
    product.wait(61).await;
    product.send(json!({"phone_number": PHONE, "purpose": "login"})).await.expect(200);
    let refused = product.send(json!({"phone_number": PHONE, "purpose": "signup"})).await;
    assert_eq!(refused.code(), (429, "OTP_LIMIT_REACHED"));
    let wait: u64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((3_500..=3_539).contains(&wait), "{wait}");
    product.wait(wait).await;
    product.send(json!({"phone_number": PHONE, "purpose": "signup"})).await.expect(200);

    let product = Product::in_memory().await;
    product.world.config.set("otp_sends_per_address_per_hour", 3);
    let at = async |number: u32, address: &str| {
        let body = json!({"phone_number": format!("+9190000{number:05}"), "purpose": "login"});
        product.ask_from(address, ACME, "POST", "/api/v1/otp/send", body).await
    };
    for number in 0..3 {
        // Another port is the same address.
        at(number, &format!("192.0.2.1:{number}")).await.expect(200);
    }
    assert_eq!(at(3, "192.0.2.1:9").await.code(), (429, "OTP_LIMIT_REACHED"));
    at(4, "192.0.2.2:9").await.expect(200);
    product.world.config.set("otp_sends_per_tenant_per_day", 6);
    at(5, "192.0.2.3:9").await.expect(200);
    assert_eq!(at(6, "192.0.2.3:9").await.code(), (429, "OTP_LIMIT_REACHED"));
    let of_other = json!({"phone_number": "+919000000007", "purpose": "login"});
    product.ask(OTHER, "POST", "/api/v1/otp/send", of_other).await.expect(200);
}

#[tokio::test(start_paused = true)]
async fn no_code_is_to_be_read_in_the_database_the_log_or_the_jobs_at_any_time() {
    let product = Product::in_memory().await;
    product.fail_notify(true);
    for number in 0..20 {
        let body = json!({"phone_number": format!("+9190000{number:05}"), "purpose": "login"});
        product.send_with_key(body, &format!("k{number}")).await.expect(200);
    }
    product.settle().await;
    let waiting = product.dump().await;
    assert!(waiting.contains("notifications.sealed"), "jobs wait to send the codes again");
    product.fail_notify(false);
    product.wait(30).await;
    let codes = product.codes();
    assert_eq!(codes.len(), 20);
    assert_eq!(product.count("SELECT COUNT(*) FROM notifications WHERE status = 'sent' AND sealed IS NULL").await, 20);
    let sent = product.dump().await;
    for (phone, code) in codes {
        for dump in [&waiting, &sent] {
            // A code may be a part of a number that is no code: an instant, a hash.
            let readable = [format!("\"{code}\""), format!("code is {code}"), format!("code\\\":\\\"{code}")];
            assert!(!readable.iter().any(|text| dump.contains(text)), "the code of {phone}");
            let alone = |part: &str| part == code;
            assert!(!dump.split(|char: char| !char.is_ascii_alphanumeric()).any(alone), "the code of {phone}");
        }
        product.verify(&phone, "login", &code).await.expect(200);
    }
}

#[tokio::test(start_paused = true)]
async fn a_code_that_could_not_be_sent_in_its_time_is_never_sent() {
    let product = Product::in_memory().await;
    product.fail_notify(true);
    product.send(json!({"phone_number": PHONE, "purpose": "login"})).await.expect(200);
    product.wait(200).await;
    product.fail_notify(false);
    product.wait(30).await;
    let (_, code) = product.code(PHONE).await;
    assert_eq!(code.len(), 6, "it was sent within its life");
    product.fail_notify(true);
    product.send(json!({"phone_number": "+919000000001", "purpose": "login"})).await.expect(200);
    for _ in 0..40 {
        product.wait(10).await;
    }
    product.fail_notify(false);
    product.wait(4_000).await;
    assert!(!product.codes().iter().any(|(phone, _)| phone == "+919000000001"));
    let left = "SELECT COUNT(*) FROM notifications WHERE sealed IS NOT NULL OR status = 'queued'";
    assert_eq!(product.count(left).await, 0);
}

/// Whichever call the instance dies at, no second code is sent within the cool-down.
#[tokio::test(start_paused = true)]
async fn a_crash_while_a_code_is_sent_costs_no_second_one_within_the_cooldown() {
    for calls in 1.. {
        let product = Product::in_memory().await;
        let body = json!({"phone_number": PHONE, "purpose": "login"});
        let died = product.send_by_mortal(body.clone(), calls).await;
        product.wait(30).await;
        let again = product.send(body.clone()).await;
        product.wait(15).await;
        assert!(product.codes().len() <= 1, "after {calls} calls");
        assert!([(200, ""), (429, "OTP_COOLDOWN")].contains(&again.code()), "{again:?}");
        product.wait(60).await;
        if let Some((_, code)) = product.codes().pop() {
            product.verify(PHONE, "login", &code).await.expect(200);
        }
        product.send(body).await.expect(200);
        if !died {
            assert!(calls > 5);
            break;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_key_or_the_scope_no_code_is_sent_or_verified() {
    let product = Product::in_memory().await;
    let body = json!({"phone_number": PHONE, "purpose": "login"});
    let key = product.key(&["messages:write"]).await;
    let answer = product.ask_as(&key, "POST", "/api/v1/otp/send", body.clone()).await;
    assert_eq!(answer.code(), (403, "PERMISSION_DENIED"));
    let key = product.key(&["otp:send"]).await;
    product.ask_as(&key, "POST", "/api/v1/otp/send", body.clone()).await.expect(200);
    product.world.config.set("otp_key", "");
    for path in ["send", "verify"] {
        let body = json!({"phone_number": PHONE, "purpose": "login", "code": "123456"});
        let answer = product.ask(ACME, "POST", &format!("/api/v1/otp/{path}"), body).await;
        assert_eq!(answer.code(), (503, "NOT_CONFIGURED"), "{path}");
    }
    product.world.config.set("otp_key", phone::KEY);
    product.world.config.set("notify_url", "");
    product.wait(61).await;
    assert_eq!(product.send(body).await.code(), (503, "NOT_CONFIGURED"));
}
