//! Notifications over HTTP. What is sent, when and how is decided in `edge_notifications`; this crate lets callers raise
//! events, see what became of them, and say what they want.
//!
//! A folder or file per resource: [`event`], [`message`], [`mapping`], [`preferences`], [`feed`], [`report`].

mod event;
mod feed;
mod mapping;
mod message;
mod preferences;
mod report;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post, put};
use edge_access::Authenticator;
use edge_capabilities::{Capabilities, Timestamp};
use edge_contacts::{ActivityListener, FeedbackReceiver, Suppressions};
use edge_database::Db;
use edge_http::BodyLimit;
use edge_idempotency::Idempotency;
use edge_jobs::JobRunner;
use edge_notifications::{Mappings, Notifications, Notifier, NotifyConfig, PreferenceStore, SendCounts, Unseal};
use edge_tenants::{TenantDirectory, Tenants};
use utoipa::OpenApi;

/// Messages that are sent right behind the answer to who raised them; the rest is sent by a job.
const SENT_AT_ONCE: u32 = 50;

#[derive(Clone)]
struct AppState {
    authenticator: Authenticator,
    capabilities: Capabilities,
    feedback: FeedbackReceiver,
    idempotency: Idempotency,
    mappings: Mappings,
    notifications: Notifications,
    notifier: Notifier,
    preferences: PreferenceStore,
    tenants: Tenants,
}

edge_http::state_parts!(AppState { authenticator: Authenticator, tenants: Tenants });

impl AppState {
    fn now(&self) -> Timestamp {
        self.capabilities.clock.now()
    }

    /// Sends what is due behind the answer. Should the instance die, the job does it.
    fn send_soon(&self) {
        let state = self.clone();
        self.capabilities.background.spawn(Box::pin(async move {
            if let Ok(config) = NotifyConfig::load(&*state.capabilities.config).await {
                let _ = state.notifier.send_new(&config, SENT_AT_ONCE).await;
            }
        }));
    }
}

/// The sender of the component that has Notify's key. `unseal` opens the messages with a sealed part.
pub fn notifier(capabilities: &Capabilities, db: &Db, unseal: Option<Arc<dyn Unseal>>) -> Notifier {
    let notifier = Notifier::new(capabilities, &Notifications::new(db.clone()), Arc::new(TenantDirectory::new(db)))
        .with_suppression(Arc::new(Suppressions::new(capabilities, db)));
    match unseal {
        Some(unseal) => notifier.with_unseal(unseal),
        None => notifier,
    }
}

/// `runner` with the jobs that send messages.
#[must_use]
pub fn jobs(notifier: &Notifier, runner: JobRunner) -> JobRunner {
    let counts = SendCounts::default();
    notifier.first_attempts(notifier.retries(runner, &counts), &counts)
}

/// The routes, for the component that serves them.
///
/// `listener` is told what people did with messages.
pub fn routes(
    capabilities: &Capabilities,
    db: &Db,
    notifier: &Notifier,
    listener: Option<Arc<dyn ActivityListener>>,
) -> Router {
    let state = AppState {
        authenticator: Authenticator::new(capabilities, db),
        capabilities: capabilities.clone(),
        feedback: FeedbackReceiver::new(capabilities, db).with_listener(listener),
        idempotency: Idempotency::new(capabilities, db),
        mappings: Mappings::new(db.clone()),
        notifications: Notifications::new(db.clone()),
        notifier: notifier.clone(),
        preferences: PreferenceStore::new(db.clone()),
        tenants: Tenants::new(db.clone()),
    };
    let base = "/api/v1/notifications";
    let large = Router::new()
        .route(&format!("{base}/events"), post(event::raise_event))
        .route("/webhooks/notify", post(report::receive_report))
        .layer(BodyLimit::LARGE.layer());
    Router::new()
        .route(&format!("{base}/event-types"), get(event::list_event_types))
        .route(&format!("{base}/messages"), get(message::list_messages))
        .route(&format!("{base}/messages/{{id}}"), get(message::get_message))
        .route(&format!("{base}/messages/{{id}}/replay"), post(message::replay_message))
        .route(&format!("{base}/mappings"), get(mapping::list_mappings))
        .route(
            &format!("{base}/mappings/{{event_type}}/{{channel}}"),
            put(mapping::put_mapping).get(mapping::get_mapping).delete(mapping::delete_mapping),
        )
        .route(
            &format!("{base}/preferences/{{user_id}}"),
            get(preferences::get_preferences).put(preferences::put_preferences),
        )
        .route(&format!("{base}/feed"), get(feed::get_feed))
        .route(&format!("{base}/feed/read"), post(feed::mark_feed_read))
        .merge(large)
        .with_state(state)
}

/// The OpenAPI description of these routes.
#[derive(OpenApi)]
#[openapi(paths(
    event::list_event_types,
    event::raise_event,
    message::list_messages,
    message::get_message,
    message::replay_message,
    mapping::list_mappings,
    mapping::put_mapping,
    mapping::get_mapping,
    mapping::delete_mapping,
    preferences::get_preferences,
    preferences::put_preferences,
    feed::get_feed,
    feed::mark_feed_read,
    report::receive_report
))]
pub struct ApiDoc;

#[cfg(test)]
mod tests;
