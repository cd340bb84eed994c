//! Applications.

// Made from docs/openapi.json: UPDATE_CLIENT=1 cargo test -p bheem-edge-client --test api

#![allow(unused_imports, reason = "which are needed differs")]

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::call::{Api, Body, Path, query};
use super::schemas::*;
use crate::EdgeError;

impl Api<'_> {
    /// List applications: `GET /applications`.
    ///
    /// Applications are sorted by slug.
    ///
    /// The key needs `applications:read`.
    pub async fn list_applications(&self, query_parameters: &ListApplicationsQuery) -> Result<ListingApplication, EdgeError> {
        let path = Path::new("/applications").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Register an application: `POST /applications`.
    ///
    /// Requires a platform key. An application that nobody registered can be checked for seats too: its seats live in the
    /// ERP.
    ///
    /// The key needs `applications:write`.
    pub async fn create_application(&self, body: &CreateApplicationRequest) -> Result<Application, EdgeError> {
        let path = Path::new("/applications");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Get an application: `GET /applications/{slug}`.
    ///
    /// The key needs `applications:read`.
    pub async fn get_application(&self, slug: &str) -> Result<Application, EdgeError> {
        let path = Path::new("/applications/").value(slug);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Update an application: `PATCH /applications/{slug}`.
    ///
    /// Omitted fields keep their values. Requires a platform key. A new `seatSource` is in force once it is answered. It
    /// becomes `edge` only if each organization for which the ERP gave a seat has a live subscription here, or with `force`.
    ///
    /// The key needs `applications:write`.
    pub async fn update_application(&self, slug: &str, body: &UpdateApplicationRequest) -> Result<Application, EdgeError> {
        let path = Path::new("/applications/").value(slug);
        self.json(http::Method::PATCH, path, Body::json(body)?).await
    }

    /// List an application's plans: `GET /applications/{slug}/plans`.
    ///
    /// Plans are listed newest first, each in its last version, also those that are not sold any more.
    ///
    /// The key needs `applications:read`.
    pub async fn list_application_plans(&self, slug: &str, query_parameters: &ListApplicationPlansQuery) -> Result<ListingApplicationPlan, EdgeError> {
        let path = Path::new("/applications/").value(slug).text("/plans").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Create a plan: `POST /applications/{slug}/plans`.
    ///
    /// Requires a platform key.
    ///
    /// The key needs `applications:write`.
    pub async fn create_application_plan(&self, slug: &str, body: &CreatePlanRequest) -> Result<ApplicationPlan, EdgeError> {
        let path = Path::new("/applications/").value(slug).text("/plans");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Update a plan: `PATCH /applications/{slug}/plans/{planId}`.
    ///
    /// Requires a platform key. A change is a new version of the plan, for new subscriptions; running subscriptions keep the
    /// version that they were sold under.
    ///
    /// The key needs `applications:write`.
    pub async fn update_application_plan(&self, slug: &str, plan_id: &str, body: &UpdatePlanRequest) -> Result<ApplicationPlan, EdgeError> {
        let path = Path::new("/applications/").value(slug).text("/plans/").value(plan_id);
        self.json(http::Method::PATCH, path, Body::json(body)?).await
    }
}

/// The query of [`list_applications`](Api::list_applications).
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListApplicationsQuery {
    /// The maximum number of entries: 1 to 200; the default is 50.
    pub limit: Option<i32>,
    /// The `nextCursor` of the previous page. By default the first page is returned.
    pub cursor: Option<String>,
}

/// The query of [`list_application_plans`](Api::list_application_plans).
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListApplicationPlansQuery {
    /// The maximum number of entries: 1 to 200; the default is 50.
    pub limit: Option<i32>,
    /// The `nextCursor` of the previous page. By default the first page is returned.
    pub cursor: Option<String>,
}

/// An application.
#[derive(Clone, Debug, Deserialize)]
pub struct Application {
    /// `createdAt`.
    #[serde(rename = "createdAt")]
    pub created_at: String,
    /// The application's name for an organisation's id.
    #[serde(rename = "externalIdName")]
    pub external_id_name: String,
    /// The days for which an invitation to a seat holds.
    #[serde(rename = "invitationDays")]
    pub invitation_days: i32,
    /// `name`.
    pub name: String,
    /// The hours that must pass before a seat that was assigned can be transferred.
    #[serde(rename = "seatCooldownHours")]
    pub seat_cooldown_hours: i32,
    /// Where the application's seats live: in the ERP, or in the edge's own database.
    #[serde(rename = "seatSource")]
    pub seat_source: SeatSource,
    /// `slug`.
    pub slug: String,
    /// `updatedAt`.
    #[serde(rename = "updatedAt")]
    pub updated_at: String,
}

/// A plan of an application.
#[derive(Clone, Debug, Deserialize)]
pub struct ApplicationPlan {
    /// Whether the plan is sold.
    pub active: bool,
    /// `applicationSlug`.
    #[serde(rename = "applicationSlug")]
    pub application_slug: String,
    /// `monthly`, `quarterly` or `annual`.
    #[serde(rename = "billingCycle")]
    pub billing_cycle: String,
    /// `createdAt`.
    #[serde(rename = "createdAt")]
    pub created_at: String,
    /// `currency`.
    pub currency: String,
    /// `id`.
    pub id: String,
    /// Null: any number of seats can be bought.
    #[serde(rename = "maxSeats")]
    pub max_seats: Option<i32>,
    /// `minSeats`.
    #[serde(rename = "minSeats")]
    pub min_seats: i32,
    /// `name`.
    pub name: String,
    /// The plan's number among the plans of all applications.
    pub number: i64,
    /// The price of one seat for one billing cycle.
    #[serde(rename = "pricePerSeat")]
    pub price_per_seat: f64,
    /// The id of the same price at Stripe.
    #[serde(rename = "stripePriceId")]
    pub stripe_price_id: Option<String>,
    /// The days for which a new subscription is not paid.
    #[serde(rename = "trialDays")]
    pub trial_days: i32,
    /// `updatedAt`.
    #[serde(rename = "updatedAt")]
    pub updated_at: String,
    /// The plan's version. A subscription keeps the version that it was sold under.
    pub version: i64,
}

/// A request to register an application.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CreateApplicationRequest {
    /// The application's name for an organisation's id: `hospital_id`. Default: `external_id`.
    #[serde(rename = "externalIdName", skip_serializing_if = "Option::is_none")]
    pub external_id_name: Option<String>,
    /// Whether the seats live at the edge although the ERP has seats that were not imported. Default: false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub force: Option<bool>,
    /// The days for which an invitation to a seat holds: 1 to 366. Default: 7.
    #[serde(rename = "invitationDays", skip_serializing_if = "Option::is_none")]
    pub invitation_days: Option<i32>,
    /// The application's name for people, 1 to 256 bytes. Default: the slug.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The hours that must pass before a seat that was assigned can be transferred. Default: 0.
    #[serde(rename = "seatCooldownHours", skip_serializing_if = "Option::is_none")]
    pub seat_cooldown_hours: Option<i32>,
    /// `seatSource`.
    #[serde(rename = "seatSource", skip_serializing_if = "Option::is_none")]
    pub seat_source: Option<SeatSource>,
    /// The application's name in paths and seat checks: 1 to 63 of `a`–`z`, `0`–`9`, `-` and `_`, unique.
    pub slug: String,
}

/// A request to create a plan.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CreatePlanRequest {
    /// Whether the plan is sold. Default: true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
    /// `monthly` (default), `quarterly` or `annual`.
    #[serde(rename = "billingCycle", skip_serializing_if = "Option::is_none")]
    pub billing_cycle: Option<String>,
    /// The ISO 4217 code of the price's currency.
    pub currency: String,
    /// The plan's id within the application: 1 to 64 of `A`–`Z`, `a`–`z`, `0`–`9`, `.`, `_` and `-`. The default is a
    /// random id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The largest number of seats that can be bought; null (default): any number.
    #[serde(rename = "maxSeats", skip_serializing_if = "Option::is_none")]
    pub max_seats: Option<i32>,
    /// The smallest number of seats that can be bought. Default: 1.
    #[serde(rename = "minSeats", skip_serializing_if = "Option::is_none")]
    pub min_seats: Option<i32>,
    /// `name`.
    pub name: String,
    /// The price of one seat for one billing cycle, not negative.
    #[serde(rename = "pricePerSeat")]
    pub price_per_seat: f64,
    /// The id of the same price at Stripe.
    #[serde(rename = "stripePriceId", skip_serializing_if = "Option::is_none")]
    pub stripe_price_id: Option<String>,
    /// The days for which a new subscription is not paid: 0 (default) to 730.
    #[serde(rename = "trialDays", skip_serializing_if = "Option::is_none")]
    pub trial_days: Option<i32>,
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ListingApplication {
    /// The entries of the page.
    pub data: Vec<Application>,
    /// The `cursor` of the next page; null on the last page.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ListingApplicationPlan {
    /// The entries of the page.
    pub data: Vec<ApplicationPlan>,
    /// The `cursor` of the next page; null on the last page.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
}

/// Where the seats of an application live.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum SeatSource {
    /// `erp`.
    #[serde(rename = "erp")]
    Erp,
    /// `edge`.
    #[serde(rename = "edge")]
    Edge,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// The fields of an application that can be updated. Omitted fields keep their values; of a new application they have
/// the default.
#[derive(Clone, Debug, Default, Serialize)]
pub struct UpdateApplicationRequest {
    /// The application's name for an organisation's id: `hospital_id`. Default: `external_id`.
    #[serde(rename = "externalIdName", skip_serializing_if = "Option::is_none")]
    pub external_id_name: Option<Option<String>>,
    /// Whether `seatSource` becomes `edge` although the ERP has seats that were not imported. Default: false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub force: Option<Option<bool>>,
    /// The days for which an invitation to a seat holds: 1 to 366. Default: 7.
    #[serde(rename = "invitationDays", skip_serializing_if = "Option::is_none")]
    pub invitation_days: Option<Option<i32>>,
    /// The application's name for people, 1 to 256 bytes. Default: the slug.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Option<String>>,
    /// The hours that must pass before a seat that was assigned can be transferred. Default: 0.
    #[serde(rename = "seatCooldownHours", skip_serializing_if = "Option::is_none")]
    pub seat_cooldown_hours: Option<Option<i32>>,
    /// `seatSource`.
    #[serde(rename = "seatSource", skip_serializing_if = "Option::is_none")]
    pub seat_source: Option<Option<SeatSource>>,
}

/// The fields of a plan that can be updated. Omitted fields keep their values; null clears an optional field.
#[derive(Clone, Debug, Default, Serialize)]
pub struct UpdatePlanRequest {
    /// Whether the plan is sold. Default: true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active: Option<Option<bool>>,
    /// `monthly`, `quarterly` or `annual`.
    #[serde(rename = "billingCycle", skip_serializing_if = "Option::is_none")]
    pub billing_cycle: Option<Option<String>>,
    /// The ISO 4217 code of the price's currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<Option<String>>,
    /// The largest number of seats that can be bought; null (default): any number.
    #[serde(rename = "maxSeats", skip_serializing_if = "Option::is_none")]
    pub max_seats: Option<Option<i32>>,
    /// The smallest number of seats that can be bought. Default: 1.
    #[serde(rename = "minSeats", skip_serializing_if = "Option::is_none")]
    pub min_seats: Option<Option<i32>>,
    /// `name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Option<String>>,
    /// The price of one seat for one billing cycle. Running subscriptions keep their price. If the price changes and
    /// `stripePriceId` is omitted, the plan has no price at Stripe any more.
    #[serde(rename = "pricePerSeat", skip_serializing_if = "Option::is_none")]
    pub price_per_seat: Option<Option<f64>>,
    /// The id of the same price at Stripe.
    #[serde(rename = "stripePriceId", skip_serializing_if = "Option::is_none")]
    pub stripe_price_id: Option<Option<String>>,
    /// The days for which a new subscription is not paid: 0 (default) to 730.
    #[serde(rename = "trialDays", skip_serializing_if = "Option::is_none")]
    pub trial_days: Option<Option<i32>>,
}
