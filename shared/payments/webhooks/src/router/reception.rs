//! Webhooks come in. What is genuine is in the inbox before it is acknowledged, and in effect wherever nothing but the
//! edge's own stores is needed for that.

use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use edge_capabilities::clock::within;
use edge_capabilities::{Random, Timestamp, random};
use edge_gateways::{GatewayEvent, Provider, Rejection, Verified, is_set_up_ping, verify};
use edge_http::{Code, LogOutcome, Problem, Raw};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, StatusCode};

use super::AppState;
use crate::answers::{Said, again, answer};
use crate::drain::Drained;
use crate::event::{Event, Status, Verdict};
use crate::inbox::{LEASE, Stored};
use crate::matter::matter;
use crate::metrics::{BROKEN_OFF, COMPRESSED, NO_ENDPOINT, NOT_STORED, TOO_LARGE, delivered, rejected};
use crate::processing::WebhookError;
use crate::settings::secrets;

/// How long a webhook may take to come into effect before it is answered. Gateways wait five seconds.
const TIMEOUT: Duration = Duration::from_millis(4_200);

/// How long a duplicate waits for the first delivery to be settled, and how often it looks.
const DUPLICATE_TIMEOUT: Duration = Duration::from_secs(3);
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// How often a webhook is tried again behind its answer, before it is left to the drain.
const TRIES_BEHIND: u32 = 3;

/// How much is done of what was left undone, behind an answer, and how long after it.
const LEFTOVERS: u32 = 5;
const CLEAR_UP_AFTER: Duration = Duration::from_millis(300);

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
            state.receive(Provider::$provider, None, headers, body).await
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
    shopify, "/webhooks/shopify", Shopify;
    /// Receive a WooCommerce event
    ///
    /// The unsigned ping that WooCommerce sends during setup is answered with 200 and changes nothing.
    woocommerce, "/webhooks/woocommerce", WooCommerce;
    /// Receive an ERP event
    ///
    /// The response has the format that the ERP expects.
    erp, "/erp/webhooks/billing/", Erp;
}

/// Receive a Standard Webhooks event
///
/// The signature is in `webhook-id`, `webhook-timestamp` and `webhook-signature`, or in `svix-id`, `svix-timestamp` and
/// `svix-signature`.
#[utoipa::path(
    post, path = "/webhooks/standard/{source}", tag = "Webhooks",
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
    state.receive(Provider::Standard, None, headers, body).await
}

/// Receive an ERP event for one organisation
///
/// Only events of that organisation take effect.
#[utoipa::path(
    post, path = "/erp/webhooks/billing/{token}", tag = "Webhooks",
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
    state.receive(Provider::Erp, Some(token), headers, body).await
}

/// The id of an event received at `now`: 12 hex digits of milliseconds and 12 of chance. Ids in the order of time keep an
/// index on them in order, so that events stored together touch few of its pages.
fn event_id(now: Timestamp, random: &dyn Random) -> String {
    format!("evt_{:012x}{}", now.as_millis().max(0), random::hex::<6>(random))
}

/// Who is told what, beside the gateway: the log.
struct Told {
    answer: String,
    outcome: &'static str,
}

impl AppState {
    async fn receive(&self, provider: Provider, token: Option<String>, headers: HeaderMap, body: Body) -> Response {
        let outcome = self.take_in(provider, token, &headers, body).await;
        self.clear_up_behind();
        match outcome {
            Ok(Told { answer, outcome }) => {
                self.counters.count(delivered(provider, outcome));
                let kind = HeaderValue::from_static("application/json");
                let mut response = (StatusCode::OK, [(CONTENT_TYPE, kind)], answer).into_response();
                response.extensions_mut().insert(LogOutcome(outcome));
                response
            }
            Err(refused) => *refused,
        }
    }

    async fn take_in(
        &self,
        provider: Provider,
        token: Option<String>,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<Told, Box<Response>> {
        let refuse = |reason: &'static str, response: Response| {
            self.counters.count(rejected(provider, reason));
            Box::new(response)
        };
        let secrets = secrets(&*self.capabilities.config, provider).await.map_err(|error| {
            let problem = Problem::new(Code::StoreUnavailable, "The edge's settings cannot be read; try again.");
            Box::new(problem.retry_after(1).because(error).into_response())
        })?;
        if secrets.is_empty() {
            return Err(refuse(Rejection::NoSecret.as_str(), not_found().into_response()));
        }
        let Raw(body) = body.map_err(|problem| {
            let reason = match problem.code() {
                Code::PayloadTooLarge => TOO_LARGE,
                Code::UnsupportedMediaType => COMPRESSED,
                _ => BROKEN_OFF,
            };
            refuse(reason, problem.into_response())
        })?;
        if is_set_up_ping(provider, headers, &body) {
            return Ok(Told { answer: r#"{"status":"ignored","reason":"set_up_ping"}"#.into(), outcome: "ignored" });
        }
        let now = self.processing.now();
        let verified = verify(provider, &secrets, headers, &body, now)
            .map_err(|rejection| refuse(rejection.as_str(), invalid_signature(provider, rejection)))?;
        let unavailable = |error: &dyn std::fmt::Display| {
            let problem = Problem::new(Code::StoreUnavailable, "The event cannot be stored now; send it again.");
            refuse(NOT_STORED, problem.retry_after(5).because(error).into_response())
        };
        let endpoint = match token {
            None => None,
            Some(token) => {
                let tenant = self.endpoints.tenant_of(&token).await.map_err(|error| unavailable(&error))?;
                Some(tenant.ok_or_else(|| refuse(NO_ENDPOINT, not_found().into_response()))?)
            }
        };
        let reading = GatewayEvent::parse(provider, &body, headers);
        let mut event = self.new_event(provider, endpoint, &verified, reading.as_ref().ok(), body, now);
        if let Err(verdict) = matter(provider, &reading) {
            settle(&mut event, reading.as_ref().ok(), &verdict);
        }
        let reading = reading.ok();
        match self.processing.inbox.store(&event).await.map_err(|error| unavailable(&error))? {
            // Boxed, as is the work on an event below: most are settled with their answer once they are stored, and need none
            // of that memory.
            Stored::New => self.first(event).await.map_err(|trouble| unavailable(&trouble)),
            Stored::Duplicate(known) => {
                Box::pin(self.again(*known, reading.as_ref())).await.map_err(|trouble| unavailable(&trouble))
            }
        }
    }

    fn new_event(
        &self,
        provider: Provider,
        endpoint: Option<String>,
        verified: &Verified,
        reading: Option<&GatewayEvent>,
        body: Bytes,
        now: Timestamp,
    ) -> Event {
        let occurred_at = reading.and_then(|reading| reading.occurred_at).or(verified.signed_at).unwrap_or(now);
        Event {
            id: event_id(now, &*self.capabilities.random),
            provider,
            identity: verified.identity.to_string(),
            gateway_id: verified.delivery_id.clone().filter(|id| !id.contains(char::is_control)),
            event: reading.map(|reading| reading.name.clone()).unwrap_or_default(),
            tenant_id: reading.and_then(|reading| reading.tenant_id.clone()),
            endpoint,
            body,
            status: Status::Received,
            reason: None,
            answer: None,
            received_at: now,
            occurred_at,
            settled_at: None,
            attempts: 0,
            due_at: Some(now.plus(LEASE)),
            lease: Some(self.processing.new_lease()),
        }
    }

    /// The first delivery of an event. It is acknowledged once it is in effect, or nothing but the ERP stands in the
    /// way of that; else the gateway is to send it again.
    async fn first(&self, event: Event) -> Result<Told, WebhookError> {
        if let Some(answer) = event.answer {
            return Ok(Told { answer, outcome: event.status.as_str() });
        }
        let lease = event.lease.clone().unwrap_or_default();
        let work = Box::pin(self.processing.work(&event, &lease));
        let worked = within(&*self.capabilities.clock, TIMEOUT, work).await;
        Box::pin(self.told(event, worked)).await
    }

    async fn told(&self, event: Event, worked: Option<Result<Verdict, WebhookError>>) -> Result<Told, WebhookError> {
        match worked {
            Some(Ok(verdict)) => {
                // Settled with its answer a moment ago.
                let settled = self.processing.inbox.find(&event.id).await.ok().flatten();
                let now = self.processing.now();
                let answer = settled
                    .and_then(|event| event.answer)
                    .unwrap_or_else(|| answer(&event, event.reading().ok().as_ref(), &Said::Settled(&verdict), now));
                Ok(Told { answer, outcome: verdict.status().as_str() })
            }
            Some(Err(WebhookError::Upstream(_))) => {
                let reading = event.reading().ok();
                let answer = answer(&event, reading.as_ref(), &Said::Accepted, self.processing.now());
                let answer = self.processing.inbox.told(&event.id, &answer).await?;
                self.go_on_behind(&event.id);
                Ok(Told { answer, outcome: "accepted" })
            }
            Some(Err(trouble)) => {
                self.go_on_behind(&event.id);
                Err(trouble)
            }
            None => {
                self.go_on_behind(&event.id);
                Err(WebhookError::Store("it takes too long".into()))
            }
        }
    }

    /// Another delivery of an event. It is answered as the first was; should that one have died, it takes its place.
    async fn again(&self, known: Event, reading: Option<&GatewayEvent>) -> Result<Told, WebhookError> {
        if let Some(reading) = reading.filter(|reading| reading.kind.may_repeat())
            && let Some(organization) = &reading.tenant_id
        {
            // Equal to the byte, and yet it may be news.
            self.processing.invalidate(&known, organization).await?;
        }
        let until = self.processing.now().plus(DUPLICATE_TIMEOUT);
        let mut known = Some(known);
        while let Some(event) = known {
            if let Some(answer) = event.answer {
                return Ok(Told { answer: again(&answer), outcome: "duplicate" });
            }
            let lease = self.processing.new_lease();
            let now = self.processing.now();
            let ours = match event.status {
                // Given up, and the gateway was never told anything but to send it again: it has.
                Status::Dead => self.processing.inbox.reopen(&event.id, &lease, now).await?,
                _ => self.processing.inbox.claim(&event.id, &lease, now).await?,
            };
            if let Some(ours) = ours {
                let worked = within(&*self.capabilities.clock, TIMEOUT, self.processing.work(&ours, &lease)).await;
                let Told { answer, .. } = self.told(ours, worked).await?;
                return Ok(Told { answer: again(&answer), outcome: "duplicate" });
            }
            if self.processing.now() >= until {
                break;
            }
            self.capabilities.clock.sleep(LOOK_AGAIN).await;
            known = self.processing.inbox.find(&event.id).await?;
        }
        Err(WebhookError::Taken)
    }

    /// Does a little of what was left undone, now that somebody is here, and sends what is to be sent: soon, and once
    /// for all who come meanwhile.
    fn clear_up_behind(&self) {
        if self.clears_up.swap(true, Ordering::AcqRel) {
            return;
        }
        let state = self.clone();
        self.capabilities.background.spawn(Box::pin(async move {
            state.capabilities.clock.sleep(CLEAR_UP_AFTER).await;
            state.clears_up.store(false, Ordering::Release);
            let until = state.processing.now().plus(Duration::from_secs(10));
            let _ = state.processing.drain_some(&mut Drained::default(), LEFTOVERS, until).await;
        }));
    }

    /// Tries again behind the answer. Should the instance go meanwhile, the drain does it.
    fn go_on_behind(&self, id: &str) {
        let (state, id) = (self.clone(), id.to_owned());
        self.capabilities.background.spawn(Box::pin(async move {
            for _ in 0..TRIES_BEHIND {
                let Ok(Some(event)) = state.processing.inbox.find(&id).await else { return };
                let Some(due) = event.due_at.filter(|_| event.status.is_open()) else { return };
                let wait = u64::try_from(due.millis_since(state.processing.now())).unwrap_or(0);
                state.capabilities.clock.sleep(Duration::from_millis(wait).min(LEASE)).await;
                let lease = state.processing.new_lease();
                if let Ok(Some(event)) = state.processing.inbox.claim(&id, &lease, state.processing.now()).await {
                    let _ = state.processing.work(&event, &lease).await;
                }
            }
        }));
    }
}

/// An event that means nothing is stored as settled: nothing is left to be done about it.
fn settle(event: &mut Event, reading: Option<&GatewayEvent>, verdict: &Verdict) {
    event.answer = Some(answer(event, reading, &Said::Settled(verdict), event.received_at));
    event.status = verdict.status();
    event.reason = verdict.reason().map(ToOwned::to_owned);
    event.settled_at = Some(event.received_at);
    event.due_at = None;
    event.lease = None;
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
