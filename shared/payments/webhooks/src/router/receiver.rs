//! Receives webhooks. A genuine event is in the inbox before it is acknowledged, and in effect wherever that needs only the
//! edge's own stores.

use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use edge_capabilities::clock::within;
use edge_capabilities::{Random, Timestamp, random};
use edge_gateways::{GatewayEvent, Provider, Rejection, Verified, is_set_up_ping};
use edge_http::{Code, LogOutcome, Problem, Raw};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, StatusCode};

use super::AppState;
use crate::action::{Action, classify, is_shop};
use crate::error::WebhookError;
use crate::event::{Status, WebhookEvent};
use crate::inbox::LEASE;
use crate::metrics::{BROKEN_OFF, COMPRESSED, NO_ENDPOINT, NOT_STORED, TOO_LARGE, delivered, rejected};
use crate::processor::Settled;
use crate::response::{mark_duplicate, response_body};
use crate::settings::secrets;
use crate::shops::ShopSecrets;

/// How long a webhook may take to come into effect before it is answered. Gateways wait five seconds.
const TIMEOUT: Duration = Duration::from_millis(4_200);

/// How long a duplicate waits for the first delivery to be settled, and how often it checks.
const DUPLICATE_TIMEOUT: Duration = Duration::from_secs(3);
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// How often an event is tried again after its answer, before it is left to the drain.
const BACKGROUND_ATTEMPTS: u32 = 3;

/// How much of the work that is due is done after an answer, and how long after it.
const CLEANUP_LIMIT: u32 = 5;
const CLEANUP_DELAY: Duration = Duration::from_millis(300);
const CLEANUP_TIME: Duration = Duration::from_secs(10);

/// The longest name of a source of Standard Webhooks.
const MAX_SOURCE_LEN: usize = 64;

type Body = Result<Raw, Problem>;

macro_rules! gateways {
    ($($(#[$doc:meta])* $name:ident, $path:literal, $provider:ident;)*) => {$(
        $(#[$doc])*
        #[utoipa::path(
            post, path = $path, tag = "Webhooks", request_body(content = Vec<u8>, content_type = "application/json"),
            responses(
                (status = 200, description = "The event is stored; see `status`. A duplicate gets the same answer as the first delivery."),
                (status = 400, description = "`INVALID_SIGNATURE`."),
                (status = 404, description = "No secret is configured."),
                (status = 415, description = "`UNSUPPORTED_MEDIA_TYPE`: the body is compressed."),
                (status = 503, description = "`STORE_UNAVAILABLE`: send the event again."),
            ),
        )]
        pub(super) async fn $name(State(state): State<AppState>, headers: HeaderMap, body: Body) -> Response {
            let answer = state.receive(Provider::$provider, None, &headers, body).await;
            state.respond(Provider::$provider, answer)
        }
    )*};
}

gateways! {
    /// Receive a BheemPay event
    bheempay, "/api/v1/billing/webhook", BheemPay;
    /// Receive a Razorpay event
    razorpay, "/webhooks/razorpay", Razorpay;
    /// Receive a Stripe event
    stripe, "/webhooks/stripe", Stripe;
    /// Receive a Shopify event
    ///
    /// It belongs to the tenant `shop_default_tenant`; without one it is ignored, `no_shop`. What happened is read from the
    /// body, never from the headers, which are not signed.
    shopify, "/webhooks/shopify", Shopify;
    /// Receive a WooCommerce event
    ///
    /// As a Shopify event. The unsigned ping that WooCommerce sends during setup is answered with 200 and changes nothing.
    woocommerce, "/webhooks/woocommerce", WooCommerce;
    /// Receive an ERP event
    ///
    /// The response has the format that the ERP expects.
    erp, "/erp/webhooks/billing/", Erp;
}

/// Receive a Standard Webhooks event
///
/// The signature is in `webhook-id`, `webhook-timestamp` and `webhook-signature`, or in `svix-id`, `svix-timestamp` and
/// `svix-signature`. From the source `clerk`, `user.deleted` and `organizationMembership.deleted` end memberships and free
/// seats.
#[utoipa::path(
    post, path = "/webhooks/standard/{source}", operation_id = "receive_standard_webhook", tag = "Webhooks",
    params(("source" = String, Path, description = "A readable name of the sender. Duplicates are recognized by the signed id, not by this name.")),
    request_body(content = Vec<u8>, content_type = "application/json"),
    responses((status = 200, description = "The event is stored."), (status = 400, description = "`INVALID_SIGNATURE`.")),
)]
pub(super) async fn standard(
    State(state): State<AppState>,
    Path(source): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let is_valid = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if !(1..=MAX_SOURCE_LEN).contains(&source.len()) || !source.bytes().all(is_valid) {
        return not_found().into_response();
    }
    // Clerk's events mean something; another sender's of the same names need not.
    let provider = if source == Provider::Clerk.as_str() { Provider::Clerk } else { Provider::Standard };
    let answer = state.receive(provider, None, &headers, body).await;
    state.respond(provider, answer)
}

/// Receive an ERP event for one organisation
///
/// Only events of that organisation take effect.
#[utoipa::path(
    post, path = "/erp/webhooks/billing/{token}", operation_id = "receive_erp_event_of_organization", tag = "Webhooks",
    params(("token" = String, Path, description = "The token that was returned when the endpoint was created.")),
    request_body(content = Vec<u8>, content_type = "application/json"),
    responses((status = 200, description = "The event is stored."), (status = 400, description = "`INVALID_SIGNATURE`.")),
)]
pub(super) async fn erp_of_one(
    State(state): State<AppState>,
    Path(token): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let answer = state.receive(Provider::Erp, Some(token), &headers, body).await;
    state.respond(Provider::Erp, answer)
}

/// Receive an event of one Shopify shop
///
/// It is signed with the secret of the shop, and belongs to its tenant.
#[utoipa::path(
    post, path = "/webhooks/shopify/{token}", operation_id = "receive_shopify_event_of_shop", tag = "Webhooks",
    params(("token" = String, Path, description = "The token in the `url` of the shop.")),
    request_body(content = Vec<u8>, content_type = "application/json"),
    responses(
        (status = 200, description = "The event is stored; see `status`."),
        (status = 400, description = "`INVALID_SIGNATURE`."),
        (status = 404, description = "There is no such shop."),
    ),
)]
pub(super) async fn shopify_shop(
    State(state): State<AppState>,
    Path(token): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let answer = state.receive(Provider::Shopify, Some(token), &headers, body).await;
    state.respond(Provider::Shopify, answer)
}

/// Receive an event of one WooCommerce shop
///
/// It is signed with the secret of the shop, and belongs to its tenant.
#[utoipa::path(
    post, path = "/webhooks/woocommerce/{token}", operation_id = "receive_woocommerce_event_of_shop", tag = "Webhooks",
    params(("token" = String, Path, description = "The token in the `url` of the shop.")),
    request_body(content = Vec<u8>, content_type = "application/json"),
    responses(
        (status = 200, description = "The event is stored; see `status`."),
        (status = 400, description = "`INVALID_SIGNATURE`."),
        (status = 404, description = "There is no such shop."),
    ),
)]
pub(super) async fn woocommerce_shop(
    State(state): State<AppState>,
    Path(token): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let answer = state.receive(Provider::WooCommerce, Some(token), &headers, body).await;
    state.respond(Provider::WooCommerce, answer)
}

/// The id of an event received at `now`: 12 hex digits of milliseconds and 12 of chance. Ids in the order of time keep an
/// index on them in order, so that events stored together touch few of its pages.
fn event_id(now: Timestamp, random: &dyn Random) -> String {
    format!("evt_{:012x}{}", now.as_millis().max(0), random::hex::<6>(random))
}

/// The answer to a webhook that was not rejected.
struct Answer {
    body: String,
    /// What became of the event, for counters and the log.
    outcome: &'static str,
}

impl AppState {
    /// The response to a webhook. Some of the work that is due is done after it.
    fn respond(&self, provider: Provider, answer: Result<Answer, Box<Response>>) -> Response {
        self.schedule_cleanup();
        match answer {
            Ok(Answer { body, outcome }) => {
                self.counters.count(delivered(provider, outcome));
                let kind = HeaderValue::from_static("application/json");
                let mut response = (StatusCode::OK, [(CONTENT_TYPE, kind)], body).into_response();
                response.extensions_mut().insert(LogOutcome(outcome));
                response
            }
            Err(rejection) => *rejection,
        }
    }

    /// Verifies and stores an event, and takes it into effect.
    async fn receive(
        &self,
        provider: Provider,
        token: Option<String>,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<Answer, Box<Response>> {
        let reject = |reason: &'static str, response: Response| {
            self.counters.count(rejected(provider, reason));
            Box::new(response)
        };
        let shop = match &token {
            Some(token) if is_shop(provider) => {
                let found = self.processor.shops.by_token(provider, token).await.map_err(|error| {
                    let problem = Problem::new(Code::StoreUnavailable, "The shop cannot be looked up; send it again.");
                    reject(NOT_STORED, problem.retry_after(5).because(error).into_response())
                })?;
                Some(found.ok_or_else(|| reject(NO_ENDPOINT, not_found().into_response()))?)
            }
            _ => None,
        };
        let (shop, secrets) = match shop {
            Some(ShopSecrets { shop, secrets }) => (Some(shop), secrets),
            None => {
                let secrets = secrets(&*self.capabilities.config, provider).await.map_err(|error| {
                    let problem =
                        Problem::new(Code::StoreUnavailable, "The edge's settings cannot be read; try again.");
                    Box::new(problem.retry_after(1).because(error).into_response())
                })?;
                (None, secrets)
            }
        };
        if secrets.is_empty() {
            return Err(reject(Rejection::NoSecret.as_str(), not_found().into_response()));
        }
        let Raw(body) = body.map_err(|problem| {
            let reason = match problem.code() {
                Code::PayloadTooLarge => TOO_LARGE,
                Code::UnsupportedMediaType => COMPRESSED,
                _ => BROKEN_OFF,
            };
            reject(reason, problem.into_response())
        })?;
        if is_set_up_ping(provider, headers, &body) {
            return Ok(Answer { body: r#"{"status":"ignored","reason":"set_up_ping"}"#.into(), outcome: "ignored" });
        }
        let now = self.processor.now();
        let (verified, event) = edge_gateways::receive(provider, &secrets, headers, &body, now)
            .map_err(|rejection| reject(rejection.as_str(), invalid_signature(provider, rejection)))?;
        let unavailable = |error: &dyn std::fmt::Display| {
            let problem = Problem::new(Code::StoreUnavailable, "The event cannot be stored now; send it again.");
            reject(NOT_STORED, problem.retry_after(5).because(error).into_response())
        };
        let endpoint = match token {
            None => None,
            Some(_) if shop.is_some() => shop,
            Some(token) => {
                let tenant = self.endpoints.tenant_of(&token).await.map_err(|error| unavailable(&error))?;
                Some(tenant.ok_or_else(|| reject(NO_ENDPOINT, not_found().into_response()))?)
            }
        };
        let mut stored = self.new_event(provider, endpoint, verified, event.as_ref().ok(), body, now);
        // Most events are settled when they are stored. What the others need is boxed: these need none of that memory.
        match classify(provider, &event) {
            Ok(action) => Box::pin(self.process_new(stored, action)).await.map_err(|error| unavailable(&error)),
            Err(outcome) => {
                let body = response_body(&stored, event.as_ref().ok(), Some(&outcome), now);
                stored.settle(outcome, body.clone(), now);
                let outcome = stored.status.as_str();
                match self.processor.inbox.store(stored).await.map_err(|error| unavailable(&error))? {
                    None => Ok(Answer { body, outcome }),
                    Some(known) => {
                        let answer = Box::pin(self.answer_duplicate(*known, event.as_ref().ok())).await;
                        answer.map_err(|error| unavailable(&error))
                    }
                }
            }
        }
    }

    fn new_event(
        &self,
        provider: Provider,
        endpoint: Option<String>,
        verified: Verified,
        event: Option<&GatewayEvent>,
        body: Bytes,
        now: Timestamp,
    ) -> WebhookEvent {
        let identity = verified.identity.into_string();
        let identity = match &endpoint {
            // Two shops may send equal bytes, and both are true.
            Some(shop) if is_shop(provider) => format!("{shop}:{identity}"),
            _ => identity,
        };
        WebhookEvent {
            id: event_id(now, &*self.capabilities.random),
            provider,
            identity,
            gateway_id: verified.delivery_id.filter(|id| !id.contains(char::is_control)),
            name: event.map(|event| event.name.clone()).unwrap_or_default(),
            tenant_id: event.and_then(|event| event.tenant_id.clone()),
            endpoint,
            body,
            status: Status::Received,
            reason: None,
            answer: None,
            received_at: now,
            occurred_at: event.and_then(|event| event.occurred_at).or(verified.signed_at).unwrap_or(now),
            settled_at: None,
            attempts: 0,
            due_at: None,
            lease: None,
        }
    }

    /// Stores an event that asks for something, and takes it into effect. It is acknowledged once it is in effect, or where
    /// only an upstream stands in the way of that; else the gateway has to send it again.
    async fn process_new(&self, mut stored: WebhookEvent, action: Action<'_>) -> Result<Answer, WebhookError> {
        let lease = self.processor.new_lease();
        stored.due_at = Some(stored.received_at.plus(LEASE));
        stored.lease = Some(lease.clone());
        let event = action.event;
        if let Some(known) = self.processor.inbox.store(stored.clone()).await? {
            return self.answer_duplicate(*known, Some(event)).await;
        }
        let work = self.processor.process(&stored, &lease, Ok(action));
        let result = within(&*self.capabilities.clock, TIMEOUT, work).await;
        self.answer(&stored, Some(event), result).await
    }

    /// The answer after an attempt to process an event; without a result, it took too long.
    async fn answer(
        &self,
        stored: &WebhookEvent,
        event: Option<&GatewayEvent>,
        result: Option<Result<Settled, WebhookError>>,
    ) -> Result<Answer, WebhookError> {
        let error = match result {
            Some(Ok(Settled { outcome, answer })) => {
                return Ok(Answer { body: answer, outcome: outcome.status().as_str() });
            }
            Some(Err(error)) => error,
            None => WebhookError::Store("it takes too long".into()),
        };
        let answer = match &error {
            WebhookError::Upstream(_) => {
                let body = response_body(stored, event, None, self.processor.now());
                Some(self.processor.inbox.set_answer(&stored.id, &body).await?)
            }
            _ => None,
        };
        self.retry_in_background(&stored.id);
        answer.map(|body| Answer { body, outcome: "accepted" }).ok_or(error)
    }

    /// Answers another delivery of an event as the first was answered. Where the instance that got the first ended, this
    /// delivery takes its place.
    async fn answer_duplicate(
        &self,
        known: WebhookEvent,
        event: Option<&GatewayEvent>,
    ) -> Result<Answer, WebhookError> {
        if let Some(event) = event.filter(|event| event.kind.may_repeat())
            && let Some(organization) = &event.tenant_id
        {
            // Equal to the byte, and still it may be news.
            self.processor.invalidate(&known, organization).await?;
        }
        let until = self.processor.now().plus(DUPLICATE_TIMEOUT);
        let mut known = Some(known);
        while let Some(stored) = known {
            if let Some(answer) = stored.answer {
                return Ok(Answer { body: mark_duplicate(&answer), outcome: "duplicate" });
            }
            let lease = self.processor.new_lease();
            let now = self.processor.now();
            let claimed = match stored.status {
                // Given up without an answer other than to send it again, which the gateway did.
                Status::Dead => self.processor.inbox.reopen(&stored.id, &lease, now).await?,
                _ => self.processor.inbox.claim(&stored.id, &lease, now).await?,
            };
            if let Some(claimed) = claimed {
                let work = self.processor.process_stored(&claimed, &lease);
                let result = within(&*self.capabilities.clock, TIMEOUT, work).await;
                let Answer { body, .. } = self.answer(&claimed, claimed.parse().ok().as_ref(), result).await?;
                return Ok(Answer { body: mark_duplicate(&body), outcome: "duplicate" });
            }
            if self.processor.now() >= until {
                break;
            }
            self.capabilities.clock.sleep(POLL_INTERVAL).await;
            known = self.processor.inbox.find(&stored.id).await?;
        }
        Err(WebhookError::Taken)
    }

    /// Does a little of the work that is due, and sends messages: soon, and once for all webhooks that come meanwhile.
    fn schedule_cleanup(&self) {
        if self.is_cleanup_scheduled.swap(true, Ordering::AcqRel) {
            return;
        }
        let state = self.clone();
        self.capabilities.background.spawn(Box::pin(async move {
            state.capabilities.clock.sleep(CLEANUP_DELAY).await;
            state.is_cleanup_scheduled.store(false, Ordering::Release);
            let until = state.processor.now().plus(CLEANUP_TIME);
            let _ = state.processor.drain_some(CLEANUP_LIMIT, until).await;
        }));
    }

    /// Runs the event's job after the answer, as soon as it is due. Where the instance ends meanwhile, a drain runs it.
    fn retry_in_background(&self, id: &str) {
        let (state, id) = (self.clone(), id.to_owned());
        self.capabilities.background.spawn(Box::pin(async move {
            for _ in 0..BACKGROUND_ATTEMPTS {
                let Ok(Some(event)) = state.processor.inbox.find(&id).await else { return };
                let Some(due) = event.due_at.filter(|_| event.status.is_open()) else { return };
                let wait = u64::try_from(due.millis_since(state.processor.now())).unwrap_or(0);
                state.capabilities.clock.sleep(Duration::from_millis(wait).min(LEASE)).await;
                let until = state.processor.now().plus(CLEANUP_TIME);
                let _ = state.processor.drain_some(CLEANUP_LIMIT, until).await;
            }
        }));
    }
}

fn not_found() -> Problem {
    Problem::new(Code::NotFound, "There is nothing at this path.")
}

fn invalid_signature(provider: Provider, rejection: Rejection) -> Response {
    if provider == Provider::Erp {
        let body = r#"{"processed":false,"error":"Invalid webhook signature","error_code":"INVALID_SIGNATURE"}"#;
        let kind = HeaderValue::from_static("application/json");
        let mut response = (StatusCode::BAD_REQUEST, [(CONTENT_TYPE, kind)], body).into_response();
        response.extensions_mut().insert(LogOutcome(rejection.as_str()));
        return response;
    }
    let problem = Problem::new(Code::InvalidSignature, "The webhook's signature is missing, malformed or wrong.");
    problem.because(rejection).into_response()
}
