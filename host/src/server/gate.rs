//! Who is turned away at the door of a connection: the same who would be turned away by way of hyper.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use http::{HeaderMap, HeaderValue, Method, StatusCode};

use super::Server;
use super::connections::{Connection, Phase};
use super::door::{Gate, Head};
use crate::admission::Applicant;
use crate::admission::class::Class;
use crate::application::Found;
use crate::refusal::{Refusal, X_REQUEST_ID};
use crate::telemetry::{Ended, TRACEPARENT};

/// Decides for one connection.
pub struct Gatekeeper {
    server: Arc<Server>,
    connection: Arc<Connection>,
}

impl Gatekeeper {
    /// For this connection.
    pub const fn new(server: Arc<Server>, connection: Arc<Connection>) -> Self {
        Self { server, connection }
    }

    /// Has a request that was turned away seen by the collector as all others are.
    fn record(&self, head: &Head<'_, '_>, found: &Found<'_>) {
        let telemetry = self.server.application.telemetry();
        if !telemetry.is_on() {
            return;
        }
        let Ok(method) = Method::from_bytes(head.method.as_bytes()) else { return };
        let mut headers = HeaderMap::new();
        let sent = head.header(TRACEPARENT.as_str()).and_then(|sent| HeaderValue::from_bytes(sent).ok());
        headers.extend(sent.map(|sent| (TRACEPARENT, sent)));
        let Some(operation) = telemetry.request(&mut headers) else { return };
        operation.end(&Ended {
            method: &method,
            route: Some(found.route()),
            component: Some(found.component()),
            server: None,
            result: Ok(StatusCode::SERVICE_UNAVAILABLE),
        });
    }
}

impl Gate for Gatekeeper {
    fn answered(&self) -> u64 {
        self.connection.answered()
    }

    fn turn_away(&self, head: &Head<'_, '_>, arrived: Instant) -> Option<Vec<u8>> {
        let Server { application, callers, counts, places, leaving, .. } = &*self.server;
        let processor = application.processor();
        // Mostly nobody is turned away, and then this is all that it takes. Who is about to stop says so in each answer.
        if !(processor.is_crowded() || places.is_crowded()) || leaving.load(Ordering::Relaxed) {
            return None;
        }
        let found = application.route(head.path).ok()?;
        let class = Class::of(head.path, found.component());
        let key = head.header("authorization").or_else(|| head.header("x-api-key"));
        let applicant = Applicant { class, caller: callers.caller(callers.credential(key, head.path)) };
        let place = places.would_take(found.component(), applicant);
        let shed = place.and_then(|()| processor.would_take(applicant)).err()?;
        counts.shed(class, shed);
        self.connection.enter(Phase::Idle);
        self.record(head, &found);
        let id = head.header(X_REQUEST_ID.as_str()).and_then(|id| std::str::from_utf8(id).ok());
        Some(Refusal::Overloaded.written(id, arrived.elapsed()))
    }
}
