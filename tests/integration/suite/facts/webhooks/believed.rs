//! Which webhooks are believed.

use std::sync::Arc;

use edge_gateways::{Provider, sign};
use serde_json::json;

use crate::client::{Answer, Call};
use crate::edge::{Customer, Settings, WEBHOOK_SECRET, eventually, signed, signed_as};
use crate::shape::Stage;

const ROUTES: [(Provider, &str); 7] = [
    (Provider::BheemPay, "/api/v1/billing/webhook"),
    (Provider::Razorpay, "/webhooks/razorpay"),
    (Provider::Stripe, "/webhooks/stripe"),
    (Provider::Erp, "/erp/webhooks/billing/"),
    (Provider::Standard, "/webhooks/standard/tests"),
    (Provider::Shopify, "/webhooks/shopify"),
    (Provider::WooCommerce, "/webhooks/woocommerce"),
];

#[track_caller]
fn refused(provider: Provider, answer: &Answer) {
    if provider == Provider::Erp {
        let expected =
            json!({"processed": false, "error": "Invalid webhook signature", "error_code": "INVALID_SIGNATURE"});
        assert_eq!(answer.expect(400), expected);
    } else {
        answer.refused(400, "INVALID_SIGNATURE");
    }
}

pub async fn every_gateways_signature_is_believed_and_no_other(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let now = edge_capabilities::Timestamp::from_millis(chrono::Utc::now().timestamp_millis());
    for (provider, path) in ROUTES {
        // Not to be parsed, and to be compared byte for byte.
        let body = format!("{{\"it is\":\"{provider}'s\", \"a\":\"\\/\\u001B\u{1F600}\" }}\n");
        let call = || signed(edge.call("POST", path), provider, body.clone());
        let answer = call().send().await;
        assert_eq!(answer.status, 200, "{provider}: {}", answer.text());

        refused(provider, &call().body(body.replace("it is", "it was")).send().await);
        refused(provider, &call().body(body.trim_end().to_owned()).send().await);
        let another = signed_as(
            edge.call("POST", path),
            provider,
            "whsec_YW5vdGhlci1zZWNyZXQtb2YtMzItYnl0ZXMtYXQtbGVh",
            body.clone(),
            "id",
        );
        refused(provider, &another.send().await);
        for (name, value) in sign(provider, WEBHOOK_SECRET, body.as_bytes(), now, "id").unwrap() {
            if name == "content-type" || name.as_str().ends_with("-id") && provider != Provider::Standard {
                continue;
            }
            refused(provider, &call().without(&name).send().await);
            // One bit of it.
            let mut bytes = value.as_bytes().to_vec();
            if let Some(last) = bytes.iter_mut().rev().nth(3) {
                *last ^= 1;
            }
            let flipped = http::HeaderValue::from_bytes(&bytes).unwrap();
            refused(provider, &call().header_value(name, flipped).send().await);
        }
        for (other, other_path) in ROUTES {
            if other != provider {
                refused(other, &signed(edge.call("POST", other_path), provider, body.clone()).send().await);
            }
        }
    }
}

pub async fn svixs_headers_are_believed_as_those_of_standard_webhooks_are(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let now = edge_capabilities::Timestamp::from_millis(chrono::Utc::now().timestamp_millis());
    let body = r#"{"type":"user.created","data":{"id":"user_1"}}"#;
    let headers =
        sign(Provider::Standard, WEBHOOK_SECRET, body.as_bytes(), now, &format!("msg_{}", now.as_millis())).unwrap();
    let call = || edge.call("POST", "/webhooks/standard/clerk").header("content-type", "application/json");
    let renamed = |prefix: &str, call: Call| {
        headers.iter().fold(call, |call, (name, value)| {
            let name = http::HeaderName::try_from(name.as_str().replace("webhook", prefix)).unwrap();
            call.header_value(name, value.clone())
        })
    };
    let answer = renamed("svix", call().body(body)).send().await.expect(200);
    assert_eq!(answer, json!({"status": "ignored", "reason": "unhandled_event"}));
    let answer = renamed("webhook", call().body(body)).send().await.expect(200);
    assert_eq!(answer["duplicate"], true, "{answer}");
    let forged = renamed("svix", call().body(body.replace("user_1", "user_2")));
    refused(Provider::Standard, &forged.send().await);
}

pub async fn a_compressed_webhook_is_refused_and_not_stored(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let now = chrono::Utc::now().timestamp_millis();
    for (provider, path) in ROUTES {
        let body = format!("{{\"{provider}\":{now}}}");
        let call = || signed(edge.call("POST", path), provider, body.clone());
        let answer = call().header("content-encoding", "gzip").send().await;
        answer.refused(415, "UNSUPPORTED_MEDIA_TYPE");
        assert_eq!(answer.header("accept-encoding"), "identity");
        let answer = call().header("content-encoding", "identity").send().await.expect(200);
        assert_ne!(answer["duplicate"], true, "{provider}: {answer}");
    }
}

pub async fn a_gateway_without_a_secret_is_not_there(stage: Arc<Stage>) {
    let edge = stage.restless().await;
    for (provider, path) in ROUTES {
        let call: Call = edge.call("POST", path);
        signed(call, provider, "{}".to_owned()).send().await.refused(404, "NOT_FOUND");
    }
}

pub async fn of_several_secrets_each_is_believed_until_it_is_taken_away(stage: Arc<Stage>) {
    let settings = Settings::steady().with("webhook_secrets_bheempay", "the new one, the old one");
    let mut edge = stage.own(settings).await;
    let answers = async |edge: &crate::edge::Edge| {
        let customer = Customer::of(edge);
        let mut statuses = Vec::new();
        for secret in ["the new one", "the old one", "", "the new one, the old one"] {
            let body = customer.event("refund.created").to_string();
            let call = edge.call("POST", "/api/v1/billing/webhook");
            // An empty secret signs nothing: what it would come to is sent without a signature.
            let call = if secret.is_empty() {
                call.header("x-bheempay-signature", "").body(body)
            } else {
                signed_as(call, Provider::BheemPay, secret, body, "id")
            };
            statuses.push(call.send().await.status);
        }
        statuses
    };
    assert_eq!(answers(&edge).await, [200, 200, 400, 400]);
    for node in &mut edge.nodes {
        node.kill();
        node.restart(&[("webhook_secrets_bheempay", "the new one".to_owned())]).await;
    }
    edge.ready().await;
    assert_eq!(answers(&edge).await, [200, 400, 400, 400]);
}

pub async fn what_is_rejected_is_counted_by_gateway_and_reason(stage: Arc<Stage>) {
    let edge = stage.own(Settings::steady().with_webhooks()).await;
    let post = |path: &str| edge.call("POST", path).header("content-type", "application/json");
    signed_as(post("/webhooks/shopify"), Provider::Shopify, "another", "{}".into(), "id").send().await;
    post("/webhooks/shopify").body("{}").send().await;
    let body = vec![b'x'; (1 << 20) + 1];
    assert_eq!(post("/webhooks/stripe").body(body).send().await.status, 413);
    let old = edge_capabilities::Timestamp::from_millis(chrono::Utc::now().timestamp_millis() - 301_000);
    let headers = sign(Provider::Stripe, WEBHOOK_SECRET, b"{}", old, "id").unwrap();
    let stale = headers
        .into_iter()
        .fold(post("/webhooks/stripe").body("{}"), |call, (name, value)| call.header_value(name, value));
    refused(Provider::Stripe, &stale.send().await);
    signed(post("/webhooks/razorpay"), Provider::Razorpay, "{}".into()).send().await.expect(200);
    for (what, gateway, kind) in [
        ("rejected_total{provider", "shopify", "reason=\"bad_signature\"} 1"),
        ("rejected_total{provider", "shopify", "reason=\"missing_signature\"} 1"),
        ("rejected_total{provider", "stripe", "reason=\"too_large\"} 1"),
        ("rejected_total{provider", "stripe", "reason=\"timestamp\"} 1"),
        ("delivered_total{provider", "razorpay", "outcome=\"quarantined\"} 1"),
    ] {
        let line = format!("bheem_edge_webhooks_{what}=\"{gateway}\",{kind}\n");
        eventually(&line, async || {
            let metrics = edge.call("GET", "/metrics").send().await;
            assert!(metrics.header("content-type").starts_with("text/plain"));
            metrics.text().contains(&line).then_some(())
        })
        .await;
    }
    let log = edge.log();
    assert!(!log.contains(WEBHOOK_SECRET) && !log.contains("v1="), "a secret or a signature is in the log");
}
