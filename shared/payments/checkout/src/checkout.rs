//! A checkout: from a request to buy a plan to an order at BheemPay. It is a saga of steps ([`saga`]):
//!
//! | step | keeps its outcome in | is undone by |
//! |---|---|---|
//! | quote the plan | `checkouts.quote` | nothing to undo |
//! | reserve the budget | the budget's reservations | releasing them |
//! | use the approval | the approval request | giving it back |
//! | create the CRM contact | `crm_contacts` | kept: it is the tenant's, for all its purchases |
//! | create the order | `checkouts.order_id` | not possible: [`recovery`] asks BheemPay whether there is one |
//!
//! INVARIANT: the outcome of each step is in the database before the next step begins, and upstreams are asked under a key
//! that stays the same. So another try leads to the same order, wherever the last one ended.
//!
//! * [`api`]: over HTTP. [`purchase`]: what is bought; [`return_url`]: where a customer may be sent after paying.
//! * [`policy`]: the rules `budget` and `approval`; [`budget`]: the reservations.
//! * [`contact`]: the ERP's CRM; [`order`]: BheemPay; [`seats`]: orders for subscriptions of seats.
//! * [`store`]: checkouts in the database; [`hold`]: those for which something may be held.

pub(crate) mod api;
mod budget;
mod contact;
mod hold;
mod order;
mod policy;
mod purchase;
mod recovery;
mod return_url;
mod saga;
mod seats;
mod store;

use std::time::Duration;

use edge_audit::{Actor, AuditEntry, AuditLog};
use edge_capabilities::database::DatabaseError;
use edge_capabilities::{Capabilities, random};
use edge_database::Db;
use edge_idempotency::RequestKey;
use edge_plans::Catalogue;
use edge_tenants::Tenant;
use edge_upstreams::Upstream;
use serde::Serialize;
use serde_json::Value;

use crate::customer::billing_user;
use crate::error::CheckoutError;
use contact::Contacts;
use hold::Holds;
use order::OrderRequest;
pub(crate) use order::is_paid;
use policy::Policy;
use purchase::Purchase;
pub(crate) use return_url::ReturnHosts;
use saga::Saga;
pub(crate) use seats::SeatPurchase;
pub(crate) use store::StoredResponse;
use store::{Checkouts, Claim, NewCheckout};

/// What a lease lasts beyond the time that upstreams may take.
const LEASE_MARGIN: Duration = Duration::from_secs(3);

/// Who requests a purchase, and by which request.
pub(crate) struct CheckoutContext {
    pub(crate) actor: Actor,
    pub(crate) role: String,
    pub(crate) request_id: String,
    /// The idempotency key. None: the request is a purchase by itself.
    pub(crate) named: Option<RequestKey>,
}

/// Turns purchases into orders.
#[derive(Clone)]
pub(crate) struct CheckoutService {
    checkouts: Checkouts,
    audit: AuditLog,
    capabilities: Capabilities,
    catalogue: Catalogue,
    contacts: Contacts,
    holds: Holds,
    policy: Policy,
    db: Db,
}

impl CheckoutService {
    pub(crate) fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self {
            checkouts: Checkouts::new(db.clone()),
            audit: AuditLog::new(db.clone()),
            catalogue: Catalogue::new(capabilities),
            contacts: Contacts::new(capabilities, db),
            holds: Holds::new(db.clone()),
            policy: Policy::new(capabilities, db),
            capabilities: capabilities.clone(),
            db: db.clone(),
        }
    }

    /// Claims the checkout of a request, for as long as `upstream` may take.
    async fn claim(
        &self,
        tenant: &Tenant,
        context: &CheckoutContext,
        upstream: &Upstream,
    ) -> Result<Claim, CheckoutError> {
        let random = &*self.capabilities.random;
        let now = self.capabilities.clock.now();
        let new = NewCheckout {
            id: &format!("chk_{}", random::hex::<12>(random)),
            tenant: &tenant.id,
            named: context.named.as_ref(),
            actor: &context.actor.id,
            lease: &random::hex::<8>(random),
            now,
            leased_until: now.plus(lease_time(upstream)),
        };
        let claim = self.checkouts.claim(&new).await?;
        if matches!(claim, Claim::Claimed(_)) {
            // What abandoned checkouts still hold must not count against this one.
            let _ = Box::pin(self.recover_abandoned(tenant)).await;
        }
        Ok(claim)
    }

    /// Takes the steps of `purchase` that are left, and returns the answer: an order, or that people have to approve
    /// first. A checkout that was answered before returns the same answer.
    pub(crate) async fn check_out(
        &self,
        tenant: &Tenant,
        purchase: &Purchase,
        context: &CheckoutContext,
    ) -> Result<StoredResponse, CheckoutError> {
        let erp = Upstream::erp(&self.capabilities).await?;
        let checkout = match self.claim(tenant, context, &erp).await? {
            Claim::Claimed(checkout) => checkout,
            Claim::Answered(response) => return Ok(response),
        };
        let id = checkout.id.clone();
        let mut saga = Saga::new(self, tenant, purchase, context, *checkout);
        let taken = async {
            saga.load_order_state().await?;
            let quote = saga.quote().await?;
            saga.hold().await?;
            if let Some(pending) = saga.permit(&quote).await? {
                return Ok(pending);
            }
            saga.create_contact(&erp).await?;
            let user = billing_user(&self.db, tenant).await?;
            let bheempay = Upstream::bheempay(&self.capabilities).await?;
            let request = OrderRequest { tenant, user: &user, purchase, quote: &quote, checkout: &id };
            let order = saga.create_order(&bheempay, || request.create(&bheempay)).await?;
            if let Some(pending) = saga.permit_surcharge(&quote, &order).await? {
                return Ok(pending);
            }
            self.store_order(tenant, &context.actor, &id, &quote, &order).await
        };
        let taken = taken.await;
        saga.end(taken).await
    }

    /// Whether the order `order_id` is one of `tenant`.
    pub(crate) async fn has_order(&self, tenant: &str, order_id: &str) -> Result<bool, DatabaseError> {
        self.checkouts.has_order(tenant, order_id).await
    }

    /// Appends to the tenant's audit log, once under one id.
    async fn audit(
        &self,
        tenant: &Tenant,
        actor: &Actor,
        id: String,
        action: &str,
        detail: &Value,
    ) -> Result<(), CheckoutError> {
        let now = self.capabilities.clock.now();
        let entry = AuditEntry { id, ..AuditEntry::new(action, detail, actor, &*self.capabilities.random, now) };
        Ok(self.audit.append(&tenant.id, &entry).await?)
    }
}

/// How long the lease of a checkout is held for requests to `upstream`.
fn lease_time(upstream: &Upstream) -> Duration {
    upstream.timeout().saturating_mul(3).saturating_add(LEASE_MARGIN)
}

fn to_json(answer: &impl Serialize) -> Result<String, CheckoutError> {
    serde_json::to_string(answer).map_err(|error| CheckoutError::Internal(error.to_string()))
}
