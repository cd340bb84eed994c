//! A layer for services of tower: requests of users without a seat do not reach the service.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::request::Parts;
use http::{HeaderValue, Request, Response, StatusCode};
use tower_layer::Layer;
use tower_service::Service;

use crate::client::EdgeClient;
use crate::error::EdgeError;
use crate::seat::{EDGE_UNAVAILABLE, Origin, SeatAnswer, SeatCheck};

/// Who sends a request, and on whose behalf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeatUser {
    /// The user's id in the application.
    pub user_id: String,
    /// The organisation's id in the application; empty: the request is in none.
    pub external_org_id: String,
}

impl SeatUser {
    /// A user of an organisation. Where either is empty, the request is refused and the edge is not asked.
    pub fn new(user_id: impl Into<String>, external_org_id: impl Into<String>) -> Self {
        Self { user_id: user_id.into(), external_org_id: external_org_id.into() }
    }
}

type FindUser = dyn Fn(&Parts) -> Option<SeatUser> + Send + Sync;

/// Lets requests through whose user has a seat, with the [`SeatAnswer`] among their extensions.
#[derive(Clone)]
pub struct SeatLayer {
    seats: Arc<Seats>,
}

struct Seats {
    client: EdgeClient,
    application_slug: String,
    user: Box<FindUser>,
}

impl SeatLayer {
    /// A layer for the application `application_slug`. `user` says who sends a request, from what the application's sign-in
    /// has put into it; None: nobody is signed in.
    pub fn new(
        client: EdgeClient,
        application_slug: impl Into<String>,
        user: impl Fn(&Parts) -> Option<SeatUser> + Send + Sync + 'static,
    ) -> Self {
        let seats = Seats { client, application_slug: application_slug.into(), user: Box::new(user) };
        Self { seats: Arc::new(seats) }
    }
}

impl<S> Layer<S> for SeatLayer {
    type Service = SeatService<S>;

    fn layer(&self, inner: S) -> SeatService<S> {
        SeatService { seats: self.seats.clone(), inner }
    }
}

/// A service behind a [`SeatLayer`].
#[derive(Clone)]
pub struct SeatService<S> {
    seats: Arc<Seats>,
    inner: S,
}

impl<S, B, R> Service<Request<B>> for SeatService<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: Send + 'static,
    R: From<Bytes>,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<R>, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let seats = self.seats.clone();
        // The one that is ready is called; its clone has not been asked.
        let next = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, next);
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            match seats.check(&parts).await {
                Ok(answer) => {
                    parts.extensions.insert(answer);
                    inner.call(Request::from_parts(parts, body)).await
                }
                Err(refusal) => Ok(refusal.response()),
            }
        })
    }
}

impl Seats {
    async fn check(&self, parts: &Parts) -> Result<SeatAnswer, Refusal> {
        let user = (self.user)(parts).filter(|user| !user.user_id.is_empty()).ok_or_else(Refusal::no_user)?;
        if user.external_org_id.is_empty() {
            return Err(Refusal::no_organization());
        }
        let check = SeatCheck::new(&user.user_id, &self.application_slug, &user.external_org_id);
        match self.client.verify_seat(&check).await {
            Ok(answer) if answer.has_access => Ok(answer),
            Ok(answer) if answer.origin == Origin::Unavailable && answer.reason == EDGE_UNAVAILABLE => {
                Err(Refusal::unavailable())
            }
            Ok(answer) => Err(Refusal::denial(&answer.reason)),
            Err(EdgeError::Unavailable { .. }) => Err(Refusal::unavailable()),
            // A mistake of the application, such as a key that was revoked: its user can do nothing about it.
            Err(EdgeError::Refused(_)) => Err(Refusal::failed()),
        }
    }
}

/// Why a request does not reach the service.
pub(crate) struct Refusal {
    status: StatusCode,
    code: String,
    detail: &'static str,
}

impl Refusal {
    fn no_user() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", "Nobody is signed in.")
    }

    fn no_organization() -> Self {
        Self::new(StatusCode::FORBIDDEN, "ORGANIZATION_NOT_FOUND", "The request is in no organisation.")
    }

    fn denial(reason: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, reason, "The user has no access.")
    }

    fn unavailable() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, EDGE_UNAVAILABLE, "Whether the user has access is not known now.")
    }

    pub(crate) fn failed() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_ERROR", "The seat cannot be checked.")
    }

    fn new(status: StatusCode, code: &str, detail: &'static str) -> Self {
        Self { status, code: code.to_owned(), detail }
    }

    pub(crate) fn response<R: From<Bytes>>(self) -> Response<R> {
        let problem = serde_json::json!({
            "type": "about:blank",
            "title": self.status.canonical_reason(),
            "status": self.status.as_u16(),
            "code": self.code,
            "detail": self.detail,
        });
        let mut response = Response::new(R::from(Bytes::from(problem.to_string())));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        match self.status {
            StatusCode::SERVICE_UNAVAILABLE => headers.insert(RETRY_AFTER, HeaderValue::from_static("1")),
            StatusCode::UNAUTHORIZED => headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")),
            _ => None,
        };
        response
    }
}
