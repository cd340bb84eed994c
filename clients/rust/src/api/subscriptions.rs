//! Subscriptions.

// Made from docs/openapi.json: UPDATE_CLIENT=1 cargo test -p bheem-edge-client --test api

#![allow(unused_imports, reason = "which are needed differs")]

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::call::{Api, Body, Path, query};
use super::schemas::*;
use crate::EdgeError;

impl Api<'_> {
    /// List subscriptions: `GET /subscriptions`.
    ///
    /// Newest first. A platform key lists those of all organizations.
    ///
    /// The key needs `subscriptions:read`.
    pub async fn list_subscriptions(&self, query_parameters: &ListSubscriptionsQuery) -> Result<ListingSubscription, EdgeError> {
        let path = Path::new("/subscriptions").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Create a subscription: `POST /subscriptions`.
    ///
    /// An organization has at most one live subscription to an application. Until the gateway was paid the subscription is
    /// `INCOMPLETE`: it grants nothing, and another one may replace it. `manual` and `externalOrgId` require a platform key.
    ///
    /// The key needs `subscriptions:write`.
    pub async fn create_subscription(&self, body: &CreateSubscriptionRequest) -> Result<serde_json::Value, EdgeError> {
        let path = Path::new("/subscriptions");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Get a subscription: `GET /subscriptions/{id}`.
    ///
    /// The key needs `subscriptions:read`.
    pub async fn get_subscription(&self, id: &str) -> Result<Subscription, EdgeError> {
        let path = Path::new("/subscriptions/").value(id);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Update a subscription: `PATCH /subscriptions/{id}`.
    ///
    /// More seats count at once, and are prorated. Fewer count from the next period on, or with `effective: "now"` at once where
    /// they are free. Asking for what there is takes back what is scheduled.
    ///
    /// The key needs `subscriptions:write`.
    pub async fn update_subscription(&self, id: &str, body: &UpdateSubscriptionRequest) -> Result<serde_json::Value, EdgeError> {
        let path = Path::new("/subscriptions/").value(id);
        self.json(http::Method::PATCH, path, Body::json(body)?).await
    }

    /// Cancel a subscription: `POST /subscriptions/{id}/cancel`.
    ///
    /// By default it ends with its period and grants access until then. With `immediate` it ends now: the next check denies.
    ///
    /// The key needs `subscriptions:write`.
    pub async fn cancel_subscription(&self, id: &str, body: &CancelSubscriptionRequest) -> Result<Subscription, EdgeError> {
        let path = Path::new("/subscriptions/").value(id).text("/cancel");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Preview a change: `POST /subscriptions/{id}/preview`.
    ///
    /// What the same body would cost if it were sent to update the subscription. Nothing is changed.
    ///
    /// The key needs `subscriptions:read`.
    pub async fn preview_subscription(&self, id: &str, body: &UpdateSubscriptionRequest) -> Result<SubscriptionPreview, EdgeError> {
        let path = Path::new("/subscriptions/").value(id).text("/preview");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Reactivate a subscription: `POST /subscriptions/{id}/reactivate`.
    ///
    /// Takes back a cancellation before it takes effect: the same subscription goes on, and nothing is charged.
    ///
    /// The key needs `subscriptions:write`.
    pub async fn reactivate_subscription(&self, id: &str) -> Result<Subscription, EdgeError> {
        let path = Path::new("/subscriptions/").value(id).text("/reactivate");
        self.json(http::Method::POST, path, Body::None).await
    }

    /// List seats: `GET /subscriptions/{id}/seats`.
    ///
    /// Those that changed last first. An offer that has expired is `REVOKED`.
    ///
    /// The key needs `subscriptions:read`.
    pub async fn list_seats(&self, id: &str, query_parameters: &ListSeatsQuery) -> Result<ListingSeat, EdgeError> {
        let path = Path::new("/subscriptions/").value(id).text("/seats").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Assign seats: `POST /subscriptions/{id}/seats`.
    ///
    /// `userId` assigns a seat to a user, `email` offers one to an address. A user or an address that has one keeps it (200, the
    /// same seat). With `assignments`, up to 100 are assigned in one step, each with its own outcome in `results`.
    ///
    /// The key needs `seats:write`.
    pub async fn assign_seats(&self, id: &str, body: &AssignSeatsRequest) -> Result<AssignedSeats, EdgeError> {
        let path = Path::new("/subscriptions/").value(id).text("/seats");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Revoke a seat: `DELETE /subscriptions/{id}/seats/{seatId}`.
    ///
    /// The next check denies. Revoking is final: the same user gets another seat later.
    ///
    /// The key needs `seats:write`.
    pub async fn revoke_seat(&self, id: &str, seat_id: &str) -> Result<(), EdgeError> {
        let path = Path::new("/subscriptions/").value(id).text("/seats/").value(seat_id);
        self.nothing(http::Method::DELETE, path, Body::None).await
    }

    /// Claim a seat: `POST /subscriptions/{id}/seats/{seatId}/claim`.
    ///
    /// Takes a person's token: the seat becomes that person's if its verified address is the invited one, or with the `code` of
    /// the invitation. A person who has a seat keeps that one, and the offer ends.
    pub async fn claim_seat(&self, id: &str, seat_id: &str, body: &ClaimSeatRequest) -> Result<Seat, EdgeError> {
        let path = Path::new("/subscriptions/").value(id).text("/seats/").value(seat_id).text("/claim");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Transfer a seat: `POST /subscriptions/{id}/seats/{seatId}/transfer`.
    ///
    /// The seat is revoked and another one assigned to the other user, in one step. A seat that was assigned less than the
    /// application's `seatCooldownHours` ago cannot be transferred.
    ///
    /// The key needs `seats:write`.
    pub async fn transfer_seat(&self, id: &str, seat_id: &str, body: &TransferSeatRequest) -> Result<Seat, EdgeError> {
        let path = Path::new("/subscriptions/").value(id).text("/seats/").value(seat_id).text("/transfer");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }
}

/// The query of [`list_subscriptions`](Api::list_subscriptions).
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListSubscriptionsQuery {
    /// The maximum number of entries: 1 to 200; the default is 50.
    pub limit: Option<i32>,
    /// The `nextCursor` of the previous page. By default the first page is returned.
    pub cursor: Option<String>,
    /// Only those of this organization.
    #[serde(rename = "organizationId")]
    pub organization_id: Option<String>,
    /// Only those to this application.
    #[serde(rename = "applicationSlug")]
    pub application_slug: Option<String>,
}

/// The query of [`list_seats`](Api::list_seats).
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListSeatsQuery {
    /// The maximum number of entries: 1 to 200; the default is 50.
    pub limit: Option<i32>,
    /// The `nextCursor` of the previous page. By default the first page is returned.
    pub cursor: Option<String>,
    /// Only seats in this state: `PENDING`, `ACTIVE` or `REVOKED`.
    pub state: Option<String>,
}

/// The seats to assign: one, or `assignments`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct AssignSeatsRequest {
    /// Up to 100, each with its own outcome.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignments: Option<Vec<SeatAssignment>>,
    /// The address to invite. It is compared in lower case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The user's id in the application.
    #[serde(rename = "userId", skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
}

/// The outcomes of several assignments, in their order.
#[derive(Clone, Debug, Deserialize)]
pub struct AssignSeatsResponse {
    /// `results`.
    pub results: Vec<SeatOutcome>,
}

/// What is answered to a request for seats.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum AssignedSeats {
    /// One seat was asked for.
    Seat(Seat),
    /// Several were.
    AssignSeatsResponse(AssignSeatsResponse),
}

/// How a subscription ends.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CancelSubscriptionRequest {
    /// Whether it ends now; by default it ends with its period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub immediate: Option<bool>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// How an invitation is accepted.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ClaimSeatRequest {
    /// The code of the invitation. Not needed with a token whose verified address is the invited one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// A new subscription.
#[derive(Clone, Debug, Serialize)]
pub struct CreateSubscriptionRequest {
    /// The application's slug.
    #[serde(rename = "applicationSlug")]
    pub application_slug: String,
    /// The id of the approval request by which this purchase was approved.
    #[serde(rename = "approvalRequestId", skip_serializing_if = "Option::is_none")]
    pub approval_request_id: Option<String>,
    /// Where the buyer goes without paying.
    #[serde(rename = "cancelUrl", skip_serializing_if = "Option::is_none")]
    pub cancel_url: Option<String>,
    /// The organization's id in the application. Requires a platform key.
    #[serde(rename = "externalOrgId", skip_serializing_if = "Option::is_none")]
    pub external_org_id: Option<String>,
    /// `stripe`, `bheempay` or `manual`. `manual` requires a platform key: nobody pays.
    pub gateway: GatewayName,
    /// `imported`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imported: Option<ImportedRequest>,
    /// The organization. Required with a platform key; else it is the caller's own.
    #[serde(rename = "organizationId", skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<String>,
    /// The plan's id within the application.
    #[serde(rename = "planId")]
    pub plan_id: String,
    /// The number of seats, within what the plan allows.
    pub seats: i64,
    /// Where the buyer goes after paying.
    #[serde(rename = "successUrl", skip_serializing_if = "Option::is_none")]
    pub success_url: Option<String>,
    /// Whether it begins with the plan's trial. An organization has one trial of an application.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trial: Option<bool>,
}

/// A subscription as another system has it.
#[derive(Clone, Debug, Serialize)]
pub struct ImportedRequest {
    /// When its period ends, RFC 3339; null: it has no end. Required unless it is `ACTIVE`.
    #[serde(rename = "currentPeriodEnd", skip_serializing_if = "Option::is_none")]
    pub current_period_end: Option<String>,
    /// Its state there: `ACTIVE`, `TRIALING`, `PAST_DUE`, or `CANCELLED` for one that ends with its period.
    pub status: SubscriptionStatus,
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ListingSeat {
    /// The entries of the page.
    pub data: Vec<Seat>,
    /// The `cursor` of the next page; null on the last page.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ListingSubscription {
    /// The entries of the page.
    pub data: Vec<Subscription>,
    /// The `cursor` of the next page; null on the last page.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
}

/// A line of a preview.
#[derive(Clone, Debug, Deserialize)]
pub struct PreviewLineResponse {
    /// `amount`.
    pub amount: f64,
    /// `description`.
    pub description: String,
    /// `quantity`.
    pub quantity: i64,
}

/// A change of a subscription that takes effect later.
#[derive(Clone, Debug, Deserialize)]
pub struct ScheduledResponse {
    /// When.
    pub at: String,
    /// `planId`.
    #[serde(rename = "planId")]
    pub plan_id: Option<String>,
    /// `seats`.
    pub seats: Option<i64>,
}

/// A seat.
#[derive(Clone, Debug, Deserialize)]
pub struct Seat {
    /// When it was assigned; null: it was not.
    #[serde(rename = "assignedAt")]
    pub assigned_at: Option<String>,
    /// To whom it was offered, in lower case; null: it was assigned to a user.
    pub email: Option<String>,
    /// When the offer ends; null: it is not an offer.
    #[serde(rename = "expiresAt")]
    pub expires_at: Option<String>,
    /// `seatId`.
    #[serde(rename = "seatId")]
    pub seat_id: String,
    /// `state`.
    pub state: SeatState,
    /// Who has the seat; null: nobody has accepted it.
    #[serde(rename = "userId")]
    pub user_id: Option<String>,
    /// Increases with every change. Pass it to `POST /verify-seat` as `minVersion` to exclude older data.
    pub version: i64,
}

/// Who gets a seat: either `userId` or `email`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SeatAssignment {
    /// The address to invite. It is compared in lower case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The user's id in the application.
    #[serde(rename = "userId", skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
}

/// The seats of a subscription.
#[derive(Clone, Debug, Deserialize)]
pub struct SeatCounts {
    /// The seats that users have.
    pub assigned: i64,
    /// The seats that may be assigned.
    pub available: i64,
    /// How many more seats are in use than are purchased: the number fell. Nobody loses a seat by that, but none is
    /// assigned until enough are taken away.
    #[serde(rename = "overAssigned")]
    pub over_assigned: i64,
    /// The invitations that may still be accepted.
    pub pending: i64,
    /// `purchased`.
    pub purchased: i64,
}

/// The outcome of one assignment.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum SeatOutcome {
    /// The seat.
    Seat(Seat),
    /// There is none.
    SeatCheckResultError(SeatCheckResultError),
}

/// The state of a seat.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub enum SeatState {
    /// `PENDING`.
    #[serde(rename = "PENDING")]
    Pending,
    /// `ACTIVE`.
    #[serde(rename = "ACTIVE")]
    Active,
    /// `REVOKED`.
    #[serde(rename = "REVOKED")]
    Revoked,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// A subscription.
#[derive(Clone, Debug, Deserialize)]
pub struct Subscription {
    /// `applicationSlug`.
    #[serde(rename = "applicationSlug")]
    pub application_slug: String,
    /// `monthly`, `quarterly` or `annual`.
    #[serde(rename = "billingCycle")]
    pub billing_cycle: String,
    /// Whether the subscription ends with its period.
    #[serde(rename = "cancelAtPeriodEnd")]
    pub cancel_at_period_end: bool,
    /// What your own page needs to take the payment, of a gateway that has orders: `order_id`, `amount`, `currency`,
    /// `key_id`, `gateway_response`. Omitted once it is paid.
    pub checkout: Option<serde_json::Value>,
    /// The gateway's page where it is paid; omitted once it is paid, and where the gateway has no such page.
    #[serde(rename = "checkoutUrl")]
    pub checkout_url: Option<String>,
    /// `createdAt`.
    #[serde(rename = "createdAt")]
    pub created_at: String,
    /// `currency`.
    pub currency: String,
    /// `currentPeriodEnd`.
    #[serde(rename = "currentPeriodEnd")]
    pub current_period_end: Option<String>,
    /// Null: the first period has not begun.
    #[serde(rename = "currentPeriodStart")]
    pub current_period_start: Option<String>,
    /// When it ended; null: it has not.
    #[serde(rename = "endedAt")]
    pub ended_at: Option<String>,
    /// `gateway`.
    pub gateway: GatewayName,
    /// `id`.
    pub id: String,
    /// `organizationId`.
    #[serde(rename = "organizationId")]
    pub organization_id: String,
    /// `planId`.
    #[serde(rename = "planId")]
    pub plan_id: String,
    /// The version of the plan that the subscription was sold under.
    #[serde(rename = "planVersion")]
    pub plan_version: i64,
    /// The price of a seat for one billing cycle.
    #[serde(rename = "pricePerSeat")]
    pub price_per_seat: f64,
    /// `scheduled`.
    pub scheduled: Option<ScheduledResponse>,
    /// `seats`.
    pub seats: SeatCounts,
    /// `INCOMPLETE`, `TRIALING`, `ACTIVE`, `PAST_DUE`, `CANCELLED`, `SUSPENDED` or `EXPIRED`.
    pub status: String,
    /// When the trial ends or ended; null: there was none.
    #[serde(rename = "trialEnd")]
    pub trial_end: Option<String>,
    /// `unpaidIncrease`.
    #[serde(rename = "unpaidIncrease")]
    pub unpaid_increase: Option<UnpaidIncreaseResponse>,
    /// Increases with every change of the subscription. Send it as `If-Match` to change it only if nobody else has.
    pub version: i64,
}

/// What a change costs.
#[derive(Clone, Debug, Deserialize)]
pub struct SubscriptionPreview {
    /// `currency`.
    pub currency: String,
    /// What is due at once.
    #[serde(rename = "dueNow")]
    pub due_now: f64,
    /// The lines, each rounded by itself.
    pub lines: Vec<PreviewLineResponse>,
    /// Their sum; negative: a credit.
    pub total: f64,
}

/// Another user who gets a seat.
#[derive(Clone, Debug, Default, Serialize)]
pub struct TransferSeatRequest {
    /// The user's id in the application.
    #[serde(rename = "userId")]
    pub user_id: String,
}

/// More seats that count already and go unless they are paid in time.
#[derive(Clone, Debug, Deserialize)]
pub struct UnpaidIncreaseResponse {
    /// What your own page needs to take the payment.
    pub checkout: Option<serde_json::Value>,
    /// The gateway's page where they are paid.
    #[serde(rename = "checkoutUrl")]
    pub checkout_url: Option<String>,
    /// When they go.
    #[serde(rename = "lapsesAt")]
    pub lapses_at: String,
    /// The number of seats with them.
    pub seats: i64,
}

/// A change of a subscription. Fields that are absent stay as they are.
#[derive(Clone, Debug, Default, Serialize)]
pub struct UpdateSubscriptionRequest {
    /// The id of the approval request by which this change was approved.
    #[serde(rename = "approvalRequestId", skip_serializing_if = "Option::is_none")]
    pub approval_request_id: Option<Option<String>>,
    /// Whether the subscription ends with its period.
    #[serde(rename = "cancelAtPeriodEnd", skip_serializing_if = "Option::is_none")]
    pub cancel_at_period_end: Option<Option<bool>>,
    /// When seats or plan change: `now` or `period_end`. By default more seats and dearer plans now, the others with the
    /// next period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effective: Option<Option<String>>,
    /// The plan's id within the application.
    #[serde(rename = "planId", skip_serializing_if = "Option::is_none")]
    pub plan_id: Option<Option<String>>,
    /// The number of seats. More count at once; fewer by default with the next period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seats: Option<Option<i64>>,
}
