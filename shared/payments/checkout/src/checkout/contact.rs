//! The tenant as a contact of the ERP's CRM: created once, however many requests need it.
//!
//! One request at a time asks the CRM. A request whose answer did not arrive may have created a contact: the next one first
//! looks for it. Where the CRM cannot be searched, the same request is sent again under the same `Idempotency-Key`.

use std::sync::Arc;
use std::time::Duration;

use edge_capabilities::database::{DatabaseError, Value};
use edge_capabilities::{Capabilities, Clock, Timestamp, random};
use edge_database::Db;
use edge_tenants::{Tenant, Tenants};
use edge_upstreams::{Upstream, UpstreamResponse, segment};
use http::StatusCode;
use serde_json::json;

use crate::customer::COMPANY_ID;
use crate::error::CheckoutError;
use crate::upstream_json::{JsonObject, list};

const PATH: &str = "/api/v1/crm/contacts";

/// How often a request that waits for another one looks again.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// What a lease lasts beyond the time that the CRM may take.
const LEASE_MARGIN: Duration = Duration::from_secs(2);

/// Contacts of the CRM.
#[derive(Clone)]
pub(crate) struct Contacts {
    db: Db,
    tenants: Tenants,
    capabilities: Capabilities,
    clock: Arc<dyn Clock>,
}

enum ContactClaim {
    /// The request holds the lease.
    Claimed {
        /// How many requests to the CRM before had no answer.
        unheard: i64,
    },
    /// There is a contact.
    Created(String),
    /// Another request holds the lease.
    InProgress,
}

/// Why there is no contact, and whether it is certain that none was created.
struct NotCreated {
    error: CheckoutError,
    is_certain: bool,
}

impl From<CheckoutError> for NotCreated {
    fn from(error: CheckoutError) -> Self {
        let is_certain = matches!(error, CheckoutError::Declined { .. });
        Self { error, is_certain }
    }
}

impl Contacts {
    pub(crate) fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self {
            db: db.clone(),
            tenants: Tenants::new(db.clone()),
            capabilities: capabilities.clone(),
            clock: capabilities.clock.clone(),
        }
    }

    /// The id of the tenant's contact, created now where there is none.
    pub(crate) async fn get_or_create(&self, tenant: &Tenant, erp: &Upstream) -> Result<String, CheckoutError> {
        if let Some(contact) = &tenant.erp_customer_id {
            return Ok(contact.clone());
        }
        let lease = random::hex::<8>(&*self.capabilities.random);
        let lease_time = erp.timeout().saturating_mul(2).saturating_add(LEASE_MARGIN);
        let deadline = self.clock.now().plus(lease_time);
        loop {
            let now = self.clock.now();
            match self.claim(&tenant.id, &lease, now, now.plus(lease_time)).await? {
                ContactClaim::Created(contact) => {
                    self.tenants.set_customer(&tenant.id, &contact, now).await?;
                    return Ok(contact);
                }
                ContactClaim::Claimed { unheard } => return self.create(tenant, erp, &lease, unheard).await,
                ContactClaim::InProgress if now >= deadline => return Err(CheckoutError::InProgress),
                ContactClaim::InProgress => self.clock.sleep(POLL_INTERVAL).await,
            }
        }
    }

    async fn create(
        &self,
        tenant: &Tenant,
        erp: &Upstream,
        lease: &str,
        unheard: i64,
    ) -> Result<String, CheckoutError> {
        match request(tenant, erp, unheard).await {
            Ok(contact) => {
                let statement = "UPDATE crm_contacts SET contact_id = $1 WHERE tenant_id = $2 AND contact_id IS NULL";
                self.db.query(statement, &[contact.as_str().into(), tenant.id.as_str().into()]).await?;
                // The first contact that was stored counts.
                let contact = self.find(&tenant.id).await?.unwrap_or(contact);
                self.tenants.set_customer(&tenant.id, &contact, self.clock.now()).await?;
                Ok(contact)
            }
            Err(NotCreated { error, is_certain }) => {
                let uncount = if is_certain { "tries = tries - 1, " } else { "" };
                let statement =
                    format!("UPDATE crm_contacts SET {uncount} leased_until = 0 WHERE tenant_id = $1 AND lease = $2");
                // Where this fails, the lease runs out.
                let _ = self.db.query(&statement, &[tenant.id.as_str().into(), lease.into()]).await;
                Err(error)
            }
        }
    }

    async fn claim(
        &self,
        tenant: &str,
        lease: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<ContactClaim, DatabaseError> {
        let statement = "INSERT INTO crm_contacts (tenant_id, tries, lease, leased_until) VALUES ($1, 1, $2, $3)
            ON CONFLICT (tenant_id) DO UPDATE
            SET tries = crm_contacts.tries + 1, lease = excluded.lease, leased_until = excluded.leased_until
            WHERE crm_contacts.contact_id IS NULL AND crm_contacts.leased_until <= $4
            RETURNING tries";
        let values: [Value; 4] = [tenant.into(), lease.into(), until.into(), now.into()];
        if let Some(row) = self.db.query(statement, &values).await?.first() {
            return Ok(ContactClaim::Claimed { unheard: row.integer(0)?.saturating_sub(1) });
        }
        Ok(self.find(tenant).await?.map_or(ContactClaim::InProgress, ContactClaim::Created))
    }

    /// The id of the tenant's contact.
    async fn find(&self, tenant: &str) -> Result<Option<String>, DatabaseError> {
        let rows = self.db.query("SELECT contact_id FROM crm_contacts WHERE tenant_id = $1", &[tenant.into()]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        Ok(row.optional_text(0)?.map(ToOwned::to_owned))
    }
}

/// Asks the CRM for a contact, after `unheard` requests that had no answer.
async fn request(tenant: &Tenant, erp: &Upstream, unheard: i64) -> Result<String, NotCreated> {
    if unheard > 0 {
        let found = look_up(tenant, erp).await.map_err(|error| NotCreated { error, is_certain: false })?;
        if let Some(contact) = found {
            return Ok(contact);
        }
    }
    let (first, last) = tenant.name.split_once(char::is_whitespace).unwrap_or((&tenant.name, ""));
    let contact = json!({
        "first_name": first, "last_name": last.trim(), "email": tenant.billing_address(),
        "company_name": tenant.name, "phone": tenant.billing_phone, "contact_type": "CUSTOMER",
        "source": "WORKSPACE", "company_id": COMPANY_ID,
    });
    let key = format!("bheem-edge-contact-{}", tenant.id);
    let answer = erp.post(PATH, Some(&key), contact.to_string()).await.map_err(CheckoutError::from)?;
    match answer.status {
        StatusCode::OK | StatusCode::CREATED => {
            Ok(id_of(&answer).ok_or_else(|| CheckoutError::unreadable("the ERP", "the contact's id"))?)
        }
        status => Err(CheckoutError::not_done("The ERP", status).into()),
    }
}

fn id_of(answer: &UpstreamResponse) -> Option<String> {
    let contact = JsonObject::read(&answer.body)?;
    let within = contact.json(&["contact"]).and_then(JsonObject::of);
    within.unwrap_or(contact).text(&["id", "contact_id"])
}

/// The contact that an earlier request may have created. None: there is none, or the CRM cannot be searched.
async fn look_up(tenant: &Tenant, erp: &Upstream) -> Result<Option<String>, CheckoutError> {
    let email = tenant.billing_address();
    let answer = erp.get(&format!("{PATH}?email={}&company_id={COMPANY_ID}", segment(email))).await?;
    if answer.status.is_server_error() && answer.status != StatusCode::NOT_IMPLEMENTED {
        return Err(CheckoutError::status("the ERP", answer.status));
    }
    let found = answer.status.is_success().then(|| list(&answer.body)).flatten().unwrap_or_default();
    Ok(found.into_iter().filter_map(JsonObject::of).find_map(|contact| {
        let is = |field: &str, value: &str| contact.text(&[field]).as_deref() == Some(value);
        let ours = is("email", email) && is("company_name", &tenant.name) && is("source", "WORKSPACE");
        ours.then(|| contact.text(&["id", "contact_id"])).flatten()
    }))
}
