//! Entities.

// Made from docs/openapi.json: UPDATE_CLIENT=1 cargo test -p bheem-edge-client --test api

#![allow(unused_imports, reason = "which are needed differs")]

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::call::{Api, Body, Path, query};
use super::schemas::*;
use crate::EdgeError;

impl Api<'_> {
    /// List entities: `GET /api/v1/enterprise-billing/entities`.
    ///
    /// The key needs `enterprise:read`.
    pub async fn list_entities(&self, query_parameters: &ListEntitiesQuery) -> Result<ListingEntity, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/entities").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Create an entity: `POST /api/v1/enterprise-billing/entities`.
    ///
    /// An entity is the root of a tree, or below another one. A tree has at most 8 levels.
    ///
    /// The key needs `enterprise:write`.
    pub async fn create_entity(&self, body: &CreateEntityRequest) -> Result<Entity, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/entities");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Get an entity: `GET /api/v1/enterprise-billing/entities/{entity_id}`.
    ///
    /// The key needs `enterprise:read`.
    pub async fn get_entity(&self, entity_id: &str) -> Result<EntityDetails, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/entities/").value(entity_id);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Update an entity: `PUT /api/v1/enterprise-billing/entities/{entity_id}`.
    ///
    /// Fields that are absent keep their values. An entity may be moved below another one, or become the root of a tree: what
    /// is charged from the next month on is billed there, and invoices stay as they are.
    ///
    /// The key needs `enterprise:write`.
    pub async fn update_entity(&self, entity_id: &str, body: &UpdateEntityRequest) -> Result<Entity, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/entities/").value(entity_id);
        self.json(http::Method::PUT, path, Body::json(body)?).await
    }

    /// List charges of an entity: `GET /api/v1/enterprise-billing/entities/{entity_id}/charges`.
    ///
    /// The key needs `enterprise:read`.
    pub async fn list_charges(&self, entity_id: &str, query_parameters: &ListChargesQuery) -> Result<ListingCharge, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/entities/").value(entity_id).text("/charges").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Create a charge: `POST /api/v1/enterprise-billing/entities/{entity_id}/charges`.
    ///
    /// The charge is on the next consolidated invoice of its month, or of a later one.
    ///
    /// The key needs `enterprise:write`.
    pub async fn create_charge(&self, entity_id: &str, body: &CreateChargeRequest) -> Result<Charge, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/entities/").value(entity_id).text("/charges");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Get the hierarchy of an entity: `GET /api/v1/enterprise-billing/entities/{entity_id}/hierarchy`.
    ///
    /// The tree below the entity, with the totals of each entity in each currency: by itself, and with all that is below it.
    ///
    /// The key needs `enterprise:read`.
    pub async fn get_hierarchy(&self, entity_id: &str) -> Result<EntityTree, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/entities/").value(entity_id).text("/hierarchy");
        self.json(http::Method::GET, path, Body::None).await
    }

    /// List consolidated invoices: `GET /api/v1/enterprise-billing/entities/{entity_id}/invoices`.
    ///
    /// The key needs `enterprise:read`.
    pub async fn list_consolidated_invoices(&self, entity_id: &str, query_parameters: &ListConsolidatedInvoicesQuery) -> Result<ConsolidatedInvoices, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/entities/").value(entity_id).text("/invoices").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Create consolidated invoices: `POST /api/v1/enterprise-billing/entities/{entity_id}/invoices`.
    ///
    /// Makes a draft of an invoice for each currency and terms, with a section for each entity: of all charges until the end of
    /// the month that are on no invoice yet, of the entity and of those below it that are billed with their parents. The same
    /// month again gives the same invoices: what is charged later is on those of the next month. Where there is nothing to
    /// invoice, the list is empty, and the month may be asked for again. Credits that are more than what is charged in their
    /// currency and terms wait for the next month.
    ///
    /// The key needs `enterprise:write`.
    pub async fn create_consolidated_invoices(&self, entity_id: &str, body: &ConsolidateRequest) -> Result<ConsolidatedInvoices, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/entities/").value(entity_id).text("/invoices");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// List subscriptions of an entity: `GET /api/v1/enterprise-billing/entities/{entity_id}/subscriptions`.
    ///
    /// Those that belong to it, have belonged to it, or will, each with its days.
    ///
    /// The key needs `enterprise:read`.
    pub async fn list_entity_subscriptions(&self, entity_id: &str) -> Result<ListingEntitySubscription, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/entities/").value(entity_id).text("/subscriptions");
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Assign a subscription to an entity: `PUT /api/v1/enterprise-billing/entities/{entity_id}/subscriptions/{subscription_id}`.
    ///
    /// From the first day on the subscription belongs to this entity and to no other. Without a payment gateway, its periods are
    /// charged to the entity that it belongs to when they begin; charges that are posted already stay where they are.
    ///
    /// The key needs `enterprise:write`.
    pub async fn assign_subscription(&self, entity_id: &str, subscription_id: &str, body: &AssignSubscriptionRequest) -> Result<EntitySubscription, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/entities/").value(entity_id).text("/subscriptions/").value(subscription_id);
        self.json(http::Method::PUT, path, Body::json(body)?).await
    }
}

/// The query of [`list_entities`](Api::list_entities).
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListEntitiesQuery {
    /// The maximum number of entries: 1 to 200; the default is 50.
    pub limit: Option<i32>,
    /// The `nextCursor` of the previous page. By default the first page is returned.
    pub cursor: Option<String>,
    /// Only entities right below this one.
    pub parent_id: Option<String>,
    /// Only entities with this status. One of `active`, `closed`.
    pub status: Option<String>,
    /// Only the entity with this code.
    pub code: Option<String>,
}

/// The query of [`list_charges`](Api::list_charges).
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListChargesQuery {
    /// The maximum number of entries: 1 to 200; the default is 50.
    pub limit: Option<i32>,
    /// The `nextCursor` of the previous page. By default the first page is returned.
    pub cursor: Option<String>,
}

/// The query of [`list_consolidated_invoices`](Api::list_consolidated_invoices).
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListConsolidatedInvoicesQuery {
    /// Only invoices for this month, such as `2026-11`.
    pub period: Option<String>,
}

/// Since when a subscription belongs to an entity.
#[derive(Clone, Debug, Default, Serialize)]
pub struct AssignSubscriptionRequest {
    /// The first day, where the tenant is. Default: today; of a subscription that belonged to no entity, the day on which it
    /// began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Option<String>>,
    /// The day before which it ends. Default: it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Option<String>>,
}

/// A charge.
#[derive(Clone, Debug, Deserialize)]
pub struct Charge {
    /// Negative: a credit.
    pub amount: f64,
    /// `created_at`.
    pub created_at: String,
    /// `currency`.
    pub currency: String,
    /// `date`.
    pub date: String,
    /// `description`.
    pub description: String,
    /// `entity_id`.
    pub entity_id: String,
    /// `id`.
    pub id: String,
    /// The consolidated invoice that it is on; null: none yet.
    pub invoice_id: Option<String>,
    /// The month of that invoice.
    pub period: Option<String>,
    /// The first of the days that it is for; null: it is for its own day alone.
    pub service_from: Option<String>,
    /// The day after the last of them.
    pub service_to: Option<String>,
    /// `source`.
    pub source: Option<ChargeSource>,
    /// How many days after the invoice's date it is due.
    pub terms_days: i32,
}

/// What a charge is for.
#[derive(Clone, Debug, Deserialize)]
pub struct ChargeSource {
    /// `id`.
    pub id: String,
    /// What it is: `contract`, `subscription`, `sla`, `dispute`.
    pub kind: String,
}

/// A month to invoice.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ConsolidateRequest {
    /// The month, such as `2026-11`, where the tenant is.
    pub period: String,
}

/// An invoice of an entity for a month.
#[derive(Clone, Debug, Deserialize)]
pub struct ConsolidatedInvoice {
    /// The account at the provider.
    pub account: Option<String>,
    /// The sum of the lines.
    pub amount: f64,
    /// What is still to be paid.
    pub amount_due: f64,
    /// `amount_paid`.
    pub amount_paid: f64,
    /// What was given back of the payments.
    pub amount_refunded: f64,
    /// `created_at`.
    pub created_at: String,
    /// What was paid beyond the total.
    pub credit: f64,
    /// `currency`.
    pub currency: String,
    /// `customer`.
    pub customer: InvoiceCustomer,
    /// The last day on which it is not overdue.
    pub due_date: Option<String>,
    /// How many days after its date it is due, where it has no due date yet; null: as the tenant's settings say.
    pub due_days: Option<i32>,
    /// The entity whose invoice it is.
    pub entity_id: String,
    /// `external_id`.
    pub external_id: Option<String>,
    /// `finalized_at`.
    pub finalized_at: Option<String>,
    /// `id`.
    pub id: String,
    /// Its number in its series and year; null until it is finalised.
    pub invoice_number: Option<String>,
    /// Its date; null: the day on which it will be finalised.
    pub issue_date: Option<String>,
    /// `items`.
    pub items: Vec<InvoiceItem>,
    /// `notes`.
    pub notes: Option<String>,
    /// When it was paid in full.
    pub paid_at: Option<String>,
    /// The payments, in the order in which they were recorded.
    pub payments: Vec<InvoicePayment>,
    /// The month.
    pub period: String,
    /// The payment provider that knows it by `external_id`.
    pub provider: Option<String>,
    /// What was given back, in the order in which it was recorded.
    pub refunds: Vec<InvoiceRefund>,
    /// What is invoiced, entity by entity: the payer itself first, then by name.
    pub sections: Vec<InvoiceSection>,
    /// `series`.
    pub series: String,
    /// `status`.
    pub status: InvoiceStatus,
    /// The sum of the taxes.
    pub tax: f64,
    /// The tax of each rate.
    pub taxes: Vec<InvoiceTax>,
    /// `tenant_id`.
    pub tenant_id: String,
    /// How many days after its date it is due.
    pub terms_days: i32,
    /// `amount` plus `tax`.
    pub total: f64,
    /// `updated_at`.
    pub updated_at: String,
    /// `voided_at`.
    pub voided_at: Option<String>,
}

/// The invoices of an entity.
#[derive(Clone, Debug, Deserialize)]
pub struct ConsolidatedInvoices {
    /// `invoices`.
    pub invoices: Vec<ConsolidatedInvoice>,
}

/// A charge to post.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CreateChargeRequest {
    /// How much. Negative: a credit.
    pub amount: f64,
    /// The ISO 4217 code of the currency.
    pub currency: String,
    /// The day that it is of: it is billed with this month, or later. Default: today, where the tenant is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// What stands on the invoice: 1 to 256 bytes.
    pub description: String,
    /// How many days after the invoice's date it is due. Default: `payment_terms_days` of the entity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terms_days: Option<i32>,
}

/// An entity to create.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CreateEntityRequest {
    /// The postal address; it may have several lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The e-mail address where its invoices go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub billing_email: Option<String>,
    /// What you know it by: unique within the tenant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Whether its charges are on the invoice of the entity above it. Default: `true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consolidate_to_parent: Option<bool>,
    /// Its country: two letters of ISO 3166-1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// The ISO 4217 code of its currency. It may be charged in any. Default: the parent's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// Its name on invoices. Default: `name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub legal_name: Option<String>,
    /// What people call it: 1 to 256 bytes.
    pub name: String,
    /// The entity above it. Default: it is the root of a tree.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<String>,
    /// How many days after an invoice's date its charges are due that do not say. Default: 30.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_terms_days: Option<i32>,
    /// Its tax number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_id: Option<String>,
}

/// An entity.
#[derive(Clone, Debug, Deserialize)]
pub struct Entity {
    /// `address`.
    pub address: Option<String>,
    /// `billing_email`.
    pub billing_email: Option<String>,
    /// `code`.
    pub code: Option<String>,
    /// Whether its charges are on the invoice of the entity above it.
    pub consolidate_to_parent: bool,
    /// `country`.
    pub country: Option<String>,
    /// `created_at`.
    pub created_at: String,
    /// `currency`.
    pub currency: String,
    /// `id`.
    pub id: String,
    /// Its name on invoices; null: `name`.
    pub legal_name: Option<String>,
    /// `name`.
    pub name: String,
    /// The entity above it; null: it is the root of a tree.
    pub parent_id: Option<String>,
    /// How many days after an invoice's date its charges are due that do not say.
    pub payment_terms_days: i32,
    /// `status`.
    pub status: EntityStatus,
    /// `tax_id`.
    pub tax_id: Option<String>,
    /// `tenant_id`.
    pub tenant_id: String,
    /// `updated_at`.
    pub updated_at: String,
    /// Raised by each change. Send it as `If-Match` to change the entity only if nobody else has.
    pub version: i64,
}

/// A budget of an entity, as it is in the current period.
#[derive(Clone, Debug, Deserialize)]
pub struct EntityBudget {
    /// What may be spent in the period.
    pub allowance: f64,
    /// `currency`.
    pub currency: String,
    /// The department that it covers; null: the whole entity.
    pub department_id: Option<String>,
    /// `id`.
    pub id: String,
    /// `name`.
    pub name: String,
    /// The name of the period: `2024-02`, `2024-Q1` or `2024`.
    pub period: String,
    /// `remaining`.
    pub remaining: f64,
    /// `reserved`.
    pub reserved: f64,
    /// `spent`.
    pub spent: f64,
}

/// An entity, and its budgets.
#[derive(Clone, Debug, Deserialize)]
pub struct EntityDetails {
    /// `address`.
    pub address: Option<String>,
    /// `billing_email`.
    pub billing_email: Option<String>,
    /// Its active budgets.
    pub budgets: Vec<EntityBudget>,
    /// `code`.
    pub code: Option<String>,
    /// Whether its charges are on the invoice of the entity above it.
    pub consolidate_to_parent: bool,
    /// `country`.
    pub country: Option<String>,
    /// `created_at`.
    pub created_at: String,
    /// `currency`.
    pub currency: String,
    /// `id`.
    pub id: String,
    /// Its name on invoices; null: `name`.
    pub legal_name: Option<String>,
    /// `name`.
    pub name: String,
    /// The entity above it; null: it is the root of a tree.
    pub parent_id: Option<String>,
    /// How many days after an invoice's date its charges are due that do not say.
    pub payment_terms_days: i32,
    /// `status`.
    pub status: EntityStatus,
    /// `tax_id`.
    pub tax_id: Option<String>,
    /// `tenant_id`.
    pub tenant_id: String,
    /// `updated_at`.
    pub updated_at: String,
    /// Raised by each change. Send it as `If-Match` to change the entity only if nobody else has.
    pub version: i64,
}

/// Whether an entity is in use.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum EntityStatus {
    /// `active`.
    #[serde(rename = "active")]
    Active,
    /// `closed`.
    #[serde(rename = "closed")]
    Closed,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// A subscription that belongs to an entity.
#[derive(Clone, Debug, Deserialize)]
pub struct EntitySubscription {
    /// `application_slug`.
    pub application_slug: String,
    /// Who collects the money: `entity`, by charges for each period; `gateway`, so that the entity is not charged.
    pub billed_by: String,
    /// `monthly`, `quarterly` or `annual`.
    pub billing_cycle: String,
    /// `currency`.
    pub currency: String,
    /// `current_period_end`.
    pub current_period_end: Option<String>,
    /// Null: the first period has not begun.
    pub current_period_start: Option<String>,
    /// `entity_id`.
    pub entity_id: String,
    /// The first day on which it belongs to the entity.
    pub from: String,
    /// `gateway`.
    pub gateway: GatewayName,
    /// `plan_id`.
    pub plan_id: String,
    /// The price of a seat for one billing cycle.
    pub price_per_seat: f64,
    /// `seats`.
    pub seats: i64,
    /// `status`.
    pub status: String,
    /// `subscription_id`.
    pub subscription_id: String,
    /// The day before which that ends; null: it does not.
    pub to: Option<String>,
}

/// What is owed in a currency.
#[derive(Clone, Debug, Deserialize)]
pub struct EntityTotal {
    /// `currency`.
    pub currency: String,
    /// Consolidated invoices that are not finalised.
    pub draft_invoices: f64,
    /// What is still to be paid of consolidated invoices that are finalised.
    pub open_invoices: f64,
    /// What of `open_invoices` is overdue.
    pub overdue_invoices: f64,
    /// Charges that are on no invoice yet.
    pub unbilled: f64,
}

/// An entity, and the tree below it.
#[derive(Clone, Debug, Deserialize)]
pub struct EntityTree {
    /// `address`.
    pub address: Option<String>,
    /// `billing_email`.
    pub billing_email: Option<String>,
    /// Its active budgets.
    pub budgets: Vec<EntityBudget>,
    /// The entities right below it, by name.
    pub children: Vec<EntityTree>,
    /// `code`.
    pub code: Option<String>,
    /// Whether its charges are on the invoice of the entity above it.
    pub consolidate_to_parent: bool,
    /// `country`.
    pub country: Option<String>,
    /// `created_at`.
    pub created_at: String,
    /// `currency`.
    pub currency: String,
    /// `id`.
    pub id: String,
    /// Its name on invoices; null: `name`.
    pub legal_name: Option<String>,
    /// `name`.
    pub name: String,
    /// What the entity owes by itself, in each currency.
    pub own: Vec<EntityTotal>,
    /// The entity above it; null: it is the root of a tree.
    pub parent_id: Option<String>,
    /// How many days after an invoice's date its charges are due that do not say.
    pub payment_terms_days: i32,
    /// `status`.
    pub status: EntityStatus,
    /// `tax_id`.
    pub tax_id: Option<String>,
    /// `tenant_id`.
    pub tenant_id: String,
    /// What it owes together with all entities below it, in each currency.
    pub totals: Vec<EntityTotal>,
    /// `updated_at`.
    pub updated_at: String,
    /// Raised by each change. Send it as `If-Match` to change the entity only if nobody else has.
    pub version: i64,
}

/// What is invoiced of one entity.
#[derive(Clone, Debug, Deserialize)]
pub struct InvoiceSection {
    /// The sum of its charges.
    pub amount: f64,
    /// `charges`.
    pub charges: Vec<InvoicedCharge>,
    /// `entity_id`.
    pub entity_id: String,
    /// `name`.
    pub name: String,
}

/// A charge on an invoice.
#[derive(Clone, Debug, Deserialize)]
pub struct InvoicedCharge {
    /// `amount`.
    pub amount: f64,
    /// `date`.
    pub date: String,
    /// `description`.
    pub description: String,
    /// `id`.
    pub id: String,
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ListingCharge {
    /// The entries of the page.
    pub data: Vec<Charge>,
    /// The `cursor` of the next page; null on the last page.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ListingEntity {
    /// The entries of the page.
    pub data: Vec<Entity>,
    /// The `cursor` of the next page; null on the last page.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ListingEntitySubscription {
    /// The entries of the page.
    pub data: Vec<EntitySubscription>,
    /// The `cursor` of the next page; null on the last page.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
}

/// The changes to an entity. Fields that are absent keep their values; null takes out what need not be there.
#[derive(Clone, Debug, Default, Serialize)]
pub struct UpdateEntityRequest {
    /// The postal address; it may have several lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<Option<String>>,
    /// The e-mail address where its invoices go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub billing_email: Option<Option<String>>,
    /// What you know it by: unique within the tenant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<Option<String>>,
    /// Whether its charges are on the invoice of the entity above it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consolidate_to_parent: Option<Option<bool>>,
    /// Its country: two letters of ISO 3166-1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<Option<String>>,
    /// The ISO 4217 code of its currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<Option<String>>,
    /// Its name on invoices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub legal_name: Option<Option<String>>,
    /// What people call it: 1 to 256 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Option<String>>,
    /// The entity above it; null: it becomes the root of a tree. What is charged from the next month on is billed there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<Option<String>>,
    /// How many days after an invoice's date its charges are due that do not say; for charges from now on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_terms_days: Option<Option<i32>>,
    /// `status`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Option<EntityStatus>>,
    /// Its tax number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_id: Option<Option<String>>,
}
