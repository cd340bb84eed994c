//! What goes wrong, to order.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes};
use futures::stream;
use http::{HeaderValue, Response, StatusCode};
use http_body_util::BodyExt as _;
use serde::Deserialize;

/// An organisation as an application knows it: its slug, and the organisation's id there.
type Alias = (String, String);

/// The faults in force: for everybody, and for single organisations, which goes before; and for routes, which goes before
/// both.
#[derive(Default)]
pub struct Faults(Mutex<HashMap<Option<Alias>, Ordered>>, Mutex<HashMap<String, Ordered>>);

/// What is to go wrong with each call from now on.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ordered {
    /// Milliseconds before the answer is made.
    pub delay_ms: u64,
    /// Milliseconds between the making of the answer and its sending: it may be out of date by then.
    pub late_ms: u64,
    /// The status in place of the real one.
    pub status: Option<u16>,
    /// No answer, ever.
    pub hang: bool,
    /// The connection is cut.
    pub cut: bool,
    /// The body breaks off in the middle of its JSON.
    pub bad_json: bool,
    /// Milliseconds between two bytes of the body.
    pub slow_body_ms: u64,
    /// How many calls it goes wrong for; without it, all.
    pub times: Option<u64>,
}

impl Faults {
    fn all(&self) -> MutexGuard<'_, HashMap<Option<Alias>, Ordered>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has `fault` happen from now on.
    pub fn order(&self, fault: Ordered) {
        self.all().insert(None, fault);
    }

    /// Has `fault` happen from now on to questions about one organisation.
    pub fn order_for(&self, application: &str, external_org: &str, fault: Ordered) {
        self.all().insert(Some((application.into(), external_org.into())), fault);
    }

    /// All is well again.
    pub fn clear(&self) {
        self.all().clear();
        self.routes().clear();
    }

    fn routes(&self) -> MutexGuard<'_, HashMap<String, Ordered>> {
        self.1.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has `fault` happen from now on to calls whose method and path begin like this: `POST /api/v1/crm/`.
    pub fn order_for_route(&self, route: &str, fault: Ordered) {
        self.routes().insert(route.to_owned(), fault);
    }

    pub(crate) fn next_of_route(&self, call: &str) -> Option<Ordered> {
        let mut routes = self.routes();
        let route =
            routes.keys().filter(|route| call.starts_with(route.as_str())).max_by_key(|route| route.len())?.clone();
        let fault = routes.get_mut(&route)?;
        if let Some(times) = &mut fault.times {
            match times.checked_sub(1) {
                Some(left) => *times = left,
                None => {
                    routes.remove(&route);
                    return None;
                }
            }
        }
        Some(fault.clone())
    }

    /// All is well again with one organisation.
    pub fn clear_for(&self, application: &str, external_org: &str) {
        self.all().remove(&Some((application.into(), external_org.into())));
    }

    pub(crate) fn next(&self, asked_about: Option<Alias>) -> Option<Ordered> {
        let mut all = self.all();
        let place = if all.contains_key(&asked_about) { asked_about } else { None };
        let fault = all.get_mut(&place)?;
        if let Some(times) = &mut fault.times {
            match times.checked_sub(1) {
                Some(left) => *times = left,
                None => {
                    all.remove(&place);
                    return None;
                }
            }
        }
        Some(fault.clone())
    }
}

impl Ordered {
    pub(crate) fn delay(&self) -> Duration {
        Duration::from_millis(self.delay_ms)
    }

    pub(crate) fn lateness(&self) -> Duration {
        Duration::from_millis(self.late_ms)
    }

    /// Does to a good answer what was ordered.
    pub(crate) async fn spoil(&self, mut response: Response<Body>) -> Response<Body> {
        if let Some(status) = self.status.and_then(|status| StatusCode::from_u16(status).ok()) {
            *response.status_mut() = status;
        }
        if self.bad_json {
            *response.body_mut() = Body::from(r#"{"organization_id": "org"#);
            response.headers_mut().remove(http::header::CONTENT_LENGTH);
        }
        if self.slow_body_ms > 0 {
            let (head, body) = response.into_parts();
            let bytes = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
            let pause = Duration::from_millis(self.slow_body_ms);
            let drops = stream::unfold(bytes.into_iter(), move |mut rest| async move {
                let byte = rest.next()?;
                tokio::time::sleep(pause).await;
                Some((Ok::<_, std::convert::Infallible>(Bytes::from(vec![byte])), rest))
            });
            let mut slow = Response::from_parts(head, Body::from_stream(drops));
            slow.headers_mut().remove(http::header::CONTENT_LENGTH);
            slow.headers_mut().insert("x-slow", HeaderValue::from_static("1"));
            return slow;
        }
        response
    }
}
