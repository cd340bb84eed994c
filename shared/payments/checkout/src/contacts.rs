//! The tenant as a contact of the ERP's CRM: made once, whoever asks and however often.
//!
//! One asks at a time. A question whose answer was not heard may have made a contact: the next time the CRM is asked for
//! it first, and where it cannot be asked, the question is put again under the same `Idempotency-Key`.

use std::sync::Arc;
use std::time::Duration;

use edge_capabilities::database::{DatabaseError, Value};
use edge_capabilities::{Capabilities, Clock, random};
use edge_database::Db;
use edge_tenants::{Tenant, Tenants};
use edge_upstreams::{Upstream, UpstreamResponse, segment};
use http::StatusCode;
use serde_json::json;

use crate::customer::COMPANY_ID;
use crate::trouble::CheckoutError;
use crate::written::{Object, list};

const PATH: &str = "/api/v1/crm/contacts";

/// How often those who wait for another look again.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Beyond what the CRM may take: how long a claim lasts.
const MARGIN: Duration = Duration::from_secs(2);

/// Contacts of the CRM.
#[derive(Clone)]
pub(crate) struct Contacts {
    db: Db,
    tenants: Tenants,
    capabilities: Capabilities,
    clock: Arc<dyn Clock>,
}

enum Claimed {
    /// Ours to make; how often the CRM was asked before without being heard.
    Ours(i64),
    /// Made.
    Made(String),
    /// Somebody is at it.
    Taken,
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

    /// The tenant's contact, made now where there is none.
    pub(crate) async fn of(&self, tenant: &Tenant, erp: &Upstream) -> Result<String, CheckoutError> {
        if let Some(contact) = &tenant.erp_customer_id {
            return Ok(contact.clone());
        }
        let lease = random::hex::<8>(&*self.capabilities.random);
        let lasts = erp.timeout().saturating_mul(2).saturating_add(MARGIN);
        let until = self.clock.now().plus(lasts);
        loop {
            let now = self.clock.now();
            match self.claim(&tenant.id, &lease, now, now.plus(lasts)).await? {
                Claimed::Made(contact) => {
                    self.tenants.set_customer(&tenant.id, &contact, now).await?;
                    return Ok(contact);
                }
                Claimed::Ours(tries) => return self.make(tenant, erp, &lease, tries).await,
                Claimed::Taken if now >= until => return Err(CheckoutError::Taken),
                Claimed::Taken => self.clock.sleep(LOOK_AGAIN).await,
            }
        }
    }

    async fn make(&self, tenant: &Tenant, erp: &Upstream, lease: &str, tries: i64) -> Result<String, CheckoutError> {
        let made = self.ask(tenant, erp, tries).await;
        match made {
            Ok(contact) => {
                let statement = "UPDATE crm_contacts SET contact_id = $1 WHERE tenant_id = $2 AND contact_id IS NULL";
                self.db.query(statement, &[contact.as_str().into(), tenant.id.as_str().into()]).await?;
                let contact = match self.made(&tenant.id).await? {
                    // Whoever was first.
                    Some(first) => first,
                    None => contact,
                };
                self.tenants.set_customer(&tenant.id, &contact, self.clock.now()).await?;
                Ok(contact)
            }
            Err((trouble, is_sure)) => {
                let again = if is_sure { "tries = tries - 1, " } else { "" };
                let statement =
                    format!("UPDATE crm_contacts SET {again} leased_until = 0 WHERE tenant_id = $1 AND lease = $2");
                // Should this fail the claim runs out by itself.
                let _ = self.db.query(&statement, &[tenant.id.as_str().into(), lease.into()]).await;
                Err(trouble)
            }
        }
    }

    /// Asks the CRM; where that fails, says whether it is sure that nothing was made.
    async fn ask(&self, tenant: &Tenant, erp: &Upstream, tries: i64) -> Result<String, (CheckoutError, bool)> {
        if tries > 0
            && let Some(contact) = look_up(tenant, erp).await.map_err(|trouble| (trouble, false))?
        {
            return Ok(contact);
        }
        let (first, last) = tenant.name.split_once(char::is_whitespace).unwrap_or((&tenant.name, ""));
        let contact = json!({
            "first_name": first, "last_name": last.trim(), "email": tenant.billing_address(),
            "company_name": tenant.name, "phone": tenant.billing_phone, "contact_type": "CUSTOMER",
            "source": "WORKSPACE", "company_id": COMPANY_ID,
        });
        let key = format!("bheem-edge-contact-{}", tenant.id);
        let answer = erp.post(PATH, Some(&key), contact.to_string()).await.map_err(|error| sure(error.into()))?;
        match answer.status {
            StatusCode::OK | StatusCode::CREATED => {
                id_of(&answer).ok_or_else(|| (CheckoutError::unreadable("the ERP", "the contact's id"), false))
            }
            status => Err(sure(CheckoutError::not_done("The ERP", status))),
        }
    }

    async fn claim(
        &self,
        tenant: &str,
        lease: &str,
        now: edge_capabilities::Timestamp,
        until: edge_capabilities::Timestamp,
    ) -> Result<Claimed, DatabaseError> {
        let statement = "INSERT INTO crm_contacts (tenant_id, tries, lease, leased_until) VALUES ($1, 1, $2, $3)
            ON CONFLICT (tenant_id) DO UPDATE
            SET tries = crm_contacts.tries + 1, lease = excluded.lease, leased_until = excluded.leased_until
            WHERE crm_contacts.contact_id IS NULL AND crm_contacts.leased_until <= $4
            RETURNING tries";
        let values: [Value; 4] = [tenant.into(), lease.into(), until.into(), now.into()];
        if let Some(row) = self.db.query(statement, &values).await?.first() {
            return Ok(Claimed::Ours(row.integer(0)?.saturating_sub(1)));
        }
        Ok(self.made(tenant).await?.map_or(Claimed::Taken, Claimed::Made))
    }

    async fn made(&self, tenant: &str) -> Result<Option<String>, DatabaseError> {
        let rows = self.db.query("SELECT contact_id FROM crm_contacts WHERE tenant_id = $1", &[tenant.into()]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        Ok(row.optional_text(0)?.map(ToOwned::to_owned))
    }
}

/// What went wrong, and whether it is sure that nothing was made.
fn sure(trouble: CheckoutError) -> (CheckoutError, bool) {
    let is_sure = matches!(trouble, CheckoutError::Declined { .. });
    (trouble, is_sure)
}

fn id_of(answer: &UpstreamResponse) -> Option<String> {
    let contact = Object::read(&answer.body)?;
    let within = contact.json(&["contact"]).and_then(Object::of);
    within.unwrap_or(contact).text(&["id", "contact_id"])
}

/// The contact that an unheard question may have made. None: there is none, or the CRM cannot be asked for it.
async fn look_up(tenant: &Tenant, erp: &Upstream) -> Result<Option<String>, CheckoutError> {
    let email = tenant.billing_address();
    let answer = erp.get(&format!("{PATH}?email={}&company_id={COMPANY_ID}", segment(email))).await?;
    if answer.status.is_server_error() && answer.status != StatusCode::NOT_IMPLEMENTED {
        return Err(CheckoutError::status("the ERP", answer.status));
    }
    let found = answer.status.is_success().then(|| list(&answer.body)).flatten().unwrap_or_default();
    Ok(found.into_iter().filter_map(Object::of).find_map(|contact| {
        let is = |field: &str, value: &str| contact.text(&[field]).as_deref() == Some(value);
        let ours = is("email", email) && is("company_name", &tenant.name) && is("source", "WORKSPACE");
        ours.then(|| contact.text(&["id", "contact_id"])).flatten()
    }))
}
