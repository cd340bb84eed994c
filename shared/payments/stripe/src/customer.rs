//! Customers: an organization is one customer, whatever it subscribes to.

use std::collections::BTreeMap;

use edge_subscriptions::{CheckoutOrder, GatewayError};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::api::{Api, List};
use crate::form::Form;

/// Whose customer it is, in its metadata. Only the edge's key can write there.
pub(crate) const ORGANIZATION: &str = "organization_id";

/// How many customers with one address are looked through.
const LIMIT: u32 = 100;

#[derive(Deserialize)]
struct Customer {
    id: String,
    #[serde(default)]
    metadata: BTreeMap<String, String>,
}

/// The customer of the order's organization: the known one, one that was made before and not noted, or a new one.
pub(crate) async fn customer(api: &Api, order: &CheckoutOrder<'_>) -> Result<String, GatewayError> {
    if let Some(known) = order.customer {
        return Ok(known.to_owned());
    }
    let organization = order.subscription.organization;
    let query = Form::new().with("email", order.billing_email).with("limit", LIMIT);
    let made = api.get::<List<Customer>>("/v1/customers", &query).await?.content;
    let own = |customer: &Customer| customer.metadata.get(ORGANIZATION).is_some_and(|id| id == organization);
    if let Some(known) = made.data.into_iter().find(own) {
        return Ok(known.id);
    }
    let form = Form::new()
        .with("email", order.billing_email)
        .with("name", order.organization_name)
        .with(&format!("metadata[{ORGANIZATION}]"), organization);
    // The address and name are part of the key: under one key Stripe takes one request.
    let said = Sha256::digest(form.query());
    let said = hex::encode(said.get(..8).unwrap_or_default());
    let key = format!("customer-{organization}-{said}");
    Ok(api.post::<Customer>("/v1/customers", Some(&key), &form).await?.content.id)
}
