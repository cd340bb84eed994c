//! Checkout: the page of Stripe's where a new subscription is paid.

use edge_capabilities::Timestamp;
use edge_subscriptions::{Checkout, CheckoutOrder, GatewayError, Started};
use edge_upstreams::segment;
use serde::Deserialize;

use crate::api::Api;
use crate::customer::{ORGANIZATION, customer};
use crate::form::Form;
use crate::price::price_of;

/// Which subscription of the edge's it is, in the metadata of the session and of Stripe's subscription. It finds the
/// subscription; what proves it is the customer or session that the edge stored.
const SUBSCRIPTION: &str = "edge_subscription_id";

#[derive(Deserialize)]
struct State {
    #[serde(default)]
    status: String,
}

#[derive(Deserialize)]
struct Session {
    id: String,
    url: Option<String>,
}

/// Opens the page. `return_url` is where the buyer goes whom the order sends nowhere else.
pub(crate) async fn open(api: &Api, order: &CheckoutOrder<'_>, return_url: &str) -> Result<Started, GatewayError> {
    let subscription = order.subscription;
    let customer = customer(api, order).await?;
    let price = price_of(api, subscription.application, &subscription.terms.plan).await?;
    let mut form = Form::new()
        .with("mode", "subscription")
        .with("customer", &customer)
        .with("client_reference_id", subscription.id)
        .with("line_items[0][price]", price)
        .with("line_items[0][quantity]", subscription.terms.seats)
        .with("success_url", order.success_url.unwrap_or(return_url))
        .with_some("cancel_url", order.cancel_url)
        // The other mode credits seats that a change without proration added, and nobody paid for.
        .with("subscription_data[billing_mode][type]", "flexible")
        .with_some("subscription_data[trial_period_days]", order.trial_days.filter(|days| *days > 0));
    for place in ["metadata", "subscription_data[metadata]"] {
        form = form
            .with(&format!("{place}[{SUBSCRIPTION}]"), subscription.id)
            .with(&format!("{place}[{ORGANIZATION}]"), subscription.organization);
    }
    let session = api.post::<Session>("/v1/checkout/sessions", Some(subscription.key), &form).await?.content;
    let no_page = || GatewayError::Refused("the checkout at Stripe is no longer open".into());
    let checkout = Checkout { id: session.id, url: Some(session.url.ok_or_else(no_page)?), order: None };
    Ok(Started::AwaitsPayment { checkout, customer: Some(customer), reference: None })
}

/// Closes a page that nobody is to pay on any more. Err: it was paid. One that was closed, or that is not there, is left as
/// it is.
pub(crate) async fn close(api: &Api, id: &str, key: &str) -> Result<Timestamp, GatewayError> {
    let path = format!("/v1/checkout/sessions/{}", segment(id));
    let closed = api.post::<State>(&format!("{path}/expire"), Some(key), &Form::new()).await;
    match closed {
        Ok(answer) => Ok(answer.at),
        Err(GatewayError::Refused(reason)) => {
            let status = api.get::<State>(&path, &Form::new()).await?;
            if status.content.status == "complete" { Err(GatewayError::Refused(reason)) } else { Ok(status.at) }
        }
        Err(error) => Err(error),
    }
}
