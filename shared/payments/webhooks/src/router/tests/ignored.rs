//! Which events mean nothing here, and which mean something that nobody is named for.

use super::*;

/// What gateways and the ERP send, by their documentation, and what means nothing to the edge.
const MEANINGLESS: [(Provider, &[&str]); 5] = [
    (Provider::BheemPay, &["payment.authorized", "refund.created", "invoice.paid", "order.created"]),
    (
        Provider::Razorpay,
        &[
            "payment.authorized",
            "payment.downtime.started",
            "refund.created",
            "refund.speed_changed",
            "invoice.paid",
            "invoice.partially_paid",
            "invoice.expired",
            "payment_link.paid",
            "payment_link.cancelled",
            "settlement.processed",
            "virtual_account.credited",
            "qr_code.credited",
            "fund_account.validation.completed",
            "payout.processed",
            "transaction.created",
        ],
    ),
    (
        Provider::Stripe,
        &[
            "account.updated",
            "balance.available",
            "charge.succeeded",
            "charge.failed",
            "charge.refund.updated",
            "checkout.session.expired",
            "customer.created",
            "customer.updated",
            "customer.deleted",
            "customer.source.created",
            "customer.tax_id.created",
            "invoice.created",
            "invoice.finalized",
            "invoice.sent",
            "invoice.upcoming",
            "invoice.updated",
            "invoice.voided",
            "invoiceitem.created",
            "payment_intent.created",
            "payment_intent.succeeded",
            "payment_intent.payment_failed",
            "payment_method.attached",
            "payout.paid",
            "price.updated",
            "product.created",
            "refund.created",
            "setup_intent.succeeded",
            "tax_rate.created",
        ],
    ),
    (Provider::Erp, &["invoice_sent", "payment_due", "organization_deleted", "payment.captured"]),
    (Provider::Standard, &["user.created", "session.ended", "organizationMembership.created", "contact.updated"]),
];

fn path(provider: Provider) -> &'static str {
    match provider {
        Provider::BheemPay => "/api/v1/billing/webhook",
        Provider::Razorpay => "/webhooks/razorpay",
        Provider::Stripe => "/webhooks/stripe",
        Provider::Erp => "/erp/webhooks/billing/",
        Provider::Standard => "/webhooks/standard/anybody",
        Provider::Clerk => "/webhooks/standard/clerk",
        Provider::Shopify => "/webhooks/shopify",
        Provider::WooCommerce => "/webhooks/woocommerce",
    }
}

/// An event as its sender writes it, of the tenant or of nobody.
fn written(provider: Provider, name: &str, tenant: Option<&str>) -> Value {
    let metadata = tenant.map_or_else(|| json!({}), |tenant| json!({"tenant_id": tenant}));
    match provider {
        Provider::BheemPay => json!({"event": name, "payload": {"metadata": metadata}, "created_at": at(1)}),
        Provider::Standard | Provider::Clerk => {
            json!({"type": name, "data": {"metadata": metadata}, "timestamp": "2026-01-01T00:00:01Z"})
        }
        Provider::Razorpay => {
            let of = name.split('.').next().unwrap();
            json!({"entity": "event", "account_id": "acc_1", "event": name, "created_at": at(1), "contains": [of],
                "payload": {of: {"entity": {"id": "some_1", "notes": metadata}}}})
        }
        Provider::Stripe => json!({"id": format!("evt_{name}_{}", tenant.is_some()), "object": "event", "type": name,
            "created": at(1), "data": {"object": {"id": "some_1", "metadata": metadata}}}),
        Provider::Erp => json!({"event_type": name, "organization_id": tenant, "timestamp": "2026-01-01T00:00:01Z"}),
        Provider::Shopify | Provider::WooCommerce => json!({"event": name, "metadata": metadata}),
    }
}

async fn reason(test: &Test, provider: Provider, body: &Value) -> Value {
    let (status, answer) = test.post(provider, path(provider), &body.to_string()).await;
    test.wait(1).await;
    let ignored = if provider == Provider::Erp { answer["processed"] == false } else { answer["status"] == "ignored" };
    assert!(status == 200 && ignored, "{provider}: {body} {answer}");
    answer["reason"].clone()
}

#[tokio::test(start_paused = true)]
async fn an_event_that_means_nothing_here_is_unhandled_whomever_it_names() {
    let test = test().await;
    for (provider, names) in MEANINGLESS {
        for name in names {
            for tenant in [None, Some(TENANT), Some("nobody-here"), Some("a\nb")] {
                let body = written(provider, name, tenant);
                assert_eq!(reason(&test, provider, &body).await, "unhandled_event", "{provider}: {body}");
            }
        }
    }
    // Whatever a shop's body names: the shop is known by its secret, and here there is none.
    for provider in [Provider::Shopify, Provider::WooCommerce] {
        for tenant in [None, Some(TENANT)] {
            let body = written(provider, "orders/paid", tenant);
            assert_eq!(reason(&test, provider, &body).await, "no_shop", "{provider}: {body}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn only_an_event_that_would_have_an_effect_misses_the_tenant_it_does_not_name() {
    let test = test().await;
    let words = [
        "payment.captured",
        "payment.failed",
        "refund.processed",
        "subscription.cancelled",
        "subscription.charged",
        "subscription.halted",
        "subscription.pending",
    ];
    for provider in [Provider::BheemPay, Provider::Razorpay, Provider::Standard] {
        for name in words {
            let body = written(provider, name, None);
            assert_eq!(reason(&test, provider, &body).await, "no_tenant_id", "{provider}: {body}");
        }
    }
    for name in ["payment_received", "payment_failed", "subscription_cancelled", "seat_revoked", "organization_updated"]
    {
        assert_eq!(reason(&test, Provider::Erp, &written(Provider::Erp, name, None)).await, "no_tenant_id", "{name}");
    }
    for name in ["invoice.paid", "invoice.payment_failed", "customer.subscription.deleted"] {
        assert_eq!(
            reason(&test, Provider::Stripe, &written(Provider::Stripe, name, None)).await,
            "no_tenant_id",
            "{name}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_compressed_webhook_is_refused_before_it_is_believed_or_stored() {
    let test = test().await;
    let body = event("payment.captured", 1).to_string();
    for provider in Provider::ALL {
        let secret = secret_of(provider);
        let signed = sign(provider, secret, body.as_bytes(), test.world.clock.now(), "delivery-1").unwrap();
        let mut headers: HeaderMap = signed.into_iter().collect();
        headers.insert("content-encoding", "gzip".parse().unwrap());
        let (status, problem) = test.ask(&test.edge, "POST", path(provider), headers, body.clone()).await;
        assert_eq!((status, &problem["code"]), (415, &json!("UNSUPPORTED_MEDIA_TYPE")), "{provider}");
        assert!(problem["detail"].as_str().unwrap().contains("Content-Encoding"), "{problem}");
    }
    assert_eq!(test.count("SELECT COUNT(*) FROM webhook_events").await, 0);
    test.wait(2).await;
    let (_, metrics) = test.ask(&test.edge, "GET", "/metrics", HeaderMap::new(), "").await;
    let line = "bheem_edge_webhooks_rejected_total{provider=\"stripe\",reason=\"compressed\"} 1\n";
    assert!(metrics.as_str().unwrap().contains(line), "{metrics}");
}

#[tokio::test(start_paused = true)]
async fn a_webhook_under_svixs_headers_is_the_event_that_it_is_under_those_of_the_standard() {
    let test = test().await;
    test.wait(10).await;
    let body = json!({"type": "subscription.halted", "timestamp": "2026-01-01T00:00:05Z",
        "data": {"metadata": {"tenant_id": TENANT}, "subscription_id": "sub_1"}})
    .to_string();
    let secret = "whsec_c2VjcmV0LW9mLXRoZS10ZXN0cw==";
    let signed = sign(Provider::Standard, secret, body.as_bytes(), test.world.clock.now(), "msg_1").unwrap();
    let standard: HeaderMap = signed.into_iter().collect();
    let svix: HeaderMap = standard
        .iter()
        .map(|(name, value)| {
            (name.as_str().replace("webhook", "svix").parse::<http::HeaderName>().unwrap(), value.clone())
        })
        .collect();
    for (headers, duplicate) in [(svix.clone(), false), (standard, true), (svix, true)] {
        let (status, answer) = test.ask(&test.edge, "POST", "/webhooks/standard/svix", headers, body.clone()).await;
        assert_eq!((status, answer["duplicate"] == true), (200, duplicate), "{answer}");
    }
    let (_, events) = test.admin("GET", "/api/v1/webhooks/events", Value::Null).await;
    assert_eq!(events["data"][0]["gateway_event_id"], "msg_1", "{events}");
}
