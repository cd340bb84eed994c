//! A tenant's invoices, which the ERP writes and keeps.

use edge_tenants::Tenant;
use edge_upstreams::{Upstream, segment};
use http::StatusCode;
use serde_json::value::RawValue;

use crate::trouble::CheckoutError;
use crate::written::{Object, list};

const ERP: &str = "the ERP";

/// The invoices of `tenant`, as the ERP writes them. A tenant that is no contact of the CRM's has none.
pub(crate) async fn all(erp: &Upstream, tenant: &Tenant) -> Result<Vec<Box<RawValue>>, CheckoutError> {
    let Some(customer) = &tenant.erp_customer_id else { return Ok(Vec::new()) };
    let answer = erp.get(&format!("/api/v1/sales/invoices?customer_id={}", segment(customer))).await?;
    match answer.status {
        StatusCode::OK => {}
        StatusCode::NOT_FOUND => return Ok(Vec::new()),
        status => return Err(CheckoutError::status(ERP, status)),
    }
    let found = list(&answer.body).ok_or_else(|| CheckoutError::unreadable(ERP, "the list"))?;
    // Another customer's would be shown by an ERP that does not know the filter.
    let ours = |json: &&&RawValue| {
        let of = Object::of(json).and_then(|invoice| invoice.text(&["customer_id"]));
        of.is_none_or(|of| of == *customer)
    };
    Ok(found.iter().filter(ours).map(|json| (*json).to_owned()).collect())
}
