//! A tenant's invoices, which the ERP keeps.

pub(crate) mod api;

use edge_tenants::Tenant;
use edge_upstreams::{Upstream, segment};
use http::StatusCode;
use serde_json::value::RawValue;

use crate::error::CheckoutError;
use crate::upstream_json::{JsonObject, list};

const ERP: &str = "the ERP";

/// The invoices of `tenant` as the ERP has them. A tenant that is not a contact of the CRM has none.
pub(crate) async fn list_all(erp: &Upstream, tenant: &Tenant) -> Result<Vec<Box<RawValue>>, CheckoutError> {
    let Some(customer) = &tenant.erp_customer_id else { return Ok(Vec::new()) };
    let answer = erp.get(&format!("/api/v1/sales/invoices?customer_id={}", segment(customer))).await?;
    match answer.status {
        StatusCode::OK => {}
        StatusCode::NOT_FOUND => return Ok(Vec::new()),
        status => return Err(CheckoutError::status(ERP, status)),
    }
    let found = list(&answer.body).ok_or_else(|| CheckoutError::unreadable(ERP, "the list"))?;
    // An ERP that ignores the filter returns other customers' invoices too.
    let is_own = |json: &&&RawValue| {
        let owner = JsonObject::of(json).and_then(|invoice| invoice.text(&["customer_id"]));
        owner.is_none_or(|owner| owner == *customer)
    };
    Ok(found.iter().filter(is_own).map(|json| (*json).to_owned()).collect())
}
