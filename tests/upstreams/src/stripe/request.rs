//! A request to Stripe's API: whose it is, which version it speaks, whether it was made before.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::books::Books;
use super::error::StripeError;
use super::form;
use super::parameters::Parameters;
use super::schema::{api_version, check_parameters};

/// The longest `Idempotency-Key`.
const MAX_KEY_LEN: usize = 255;

/// A request.
pub(super) struct ApiRequest<'r> {
    pub(super) method: &'r str,
    pub(super) path: &'r str,
    pub(super) headers: &'r HeaderMap,
    /// The query of a `GET` or `DELETE`, the body of a `POST`.
    pub(super) form: &'r str,
    /// Where the stand-in is reached.
    pub(super) origin: &'r str,
}

/// What was answered under a key.
#[derive(Clone)]
pub(super) struct Answered {
    /// The method, path and parameters that the key was used with.
    request: Value,
    answer: Answer,
}

/// An answer.
#[derive(Clone)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: Value,
    /// Whether it was given before.
    pub(super) is_replayed: bool,
}

impl From<Result<Value, StripeError>> for Answer {
    fn from(result: Result<Value, StripeError>) -> Self {
        let (status, body) = match result {
            Ok(body) => (StatusCode::OK, body),
            Err(error) => (error.status, error.body()),
        };
        Self { status, body, is_replayed: false }
    }
}

impl Books {
    pub(super) fn answer(&mut self, request: &ApiRequest<'_>) -> Answer {
        let checked = authenticate(request.headers).and_then(|()| {
            let (route, id) = route(request.method, request.path)?;
            let parameters = form::parse(request.form)?;
            check_parameters(route, &parameters)?;
            Ok((route, id, parameters))
        });
        // What is wrong by itself is not remembered under its key.
        let (route, id, parameters) = match checked {
            Ok(checked) => checked,
            Err(error) => return Err(error).into(),
        };
        let key = header(request.headers, "idempotency-key").filter(|_| request.method == "POST");
        let made = json!([request.method, request.path, parameters]);
        if let Some(key) = key {
            if key.len() > MAX_KEY_LEN {
                return Err(StripeError::refused("Idempotency-Key is longer than 255 characters.")).into();
            }
            match self.answered.get(key) {
                Some(known) if known.request == made => return Answer { is_replayed: true, ..known.answer.clone() },
                Some(_) => return Err(StripeError::key_reused(key)).into(),
                None => {}
            }
        }
        self.request = (Some(self.next("req")), key.map(ToOwned::to_owned));
        let answer: Answer = self.act(route, &id, Parameters(Some(&parameters)), request.origin).into();
        if let Some(key) = key {
            self.answered.insert(key.to_owned(), Answered { request: made, answer: answer.clone() });
        }
        answer
    }

    fn act(&mut self, route: &str, id: &str, parameters: Parameters<'_>, origin: &str) -> Result<Value, StripeError> {
        match route {
            "POST /v1/customers" => Ok(self.create_customer(parameters)),
            "GET /v1/customers" => Ok(self.list_customers(parameters)),
            "GET /v1/customers/{id}" => self.render_customer(id),
            "POST /v1/customers/{id}" => self.update_customer(id, parameters),
            "POST /v1/products" => self.create_product(parameters),
            "POST /v1/prices" => self.create_price(parameters),
            "GET /v1/prices" => Ok(self.list_prices(parameters)),
            "GET /v1/prices/{id}" => {
                self.prices.get(id).map_or_else(|| Err(StripeError::not_found("price", id)), |price| Ok(price.render()))
            }
            "POST /v1/checkout/sessions" => self.create_session(parameters, origin),
            "GET /v1/checkout/sessions" => self.list_sessions(parameters),
            "GET /v1/checkout/sessions/{id}" => self.show_session(id),
            "POST /v1/checkout/sessions/{id}/expire" => self.expire_session(id),
            "GET /v1/subscriptions" => self.list_subscriptions(parameters),
            "GET /v1/subscriptions/{id}" => self.render_subscription(id),
            "POST /v1/subscriptions/{id}" => self.update_subscription(id, parameters),
            "DELETE /v1/subscriptions/{id}" => self.cancel_subscription(id, parameters),
            "POST /v1/subscriptions/{id}/resume" => self.pause(id, false),
            "POST /v1/subscription_items/{id}" => self.update_item(id, parameters),
            "POST /v1/invoices/create_preview" => self.preview_invoice(parameters),
            "GET /v1/invoices" => self.list_invoices(parameters),
            "GET /v1/invoices/{id}" => self.render_invoice(self.invoice(id)?),
            "POST /v1/invoices/{id}/pay" => self.pay_invoice(id),
            "POST /v1/invoices/{id}/void" => self.void_invoice(id),
            _ => Err(StripeError::no_route("", route)),
        }
    }
}

/// The routes that there are, and the segment that is an id.
const ROUTES: [&str; 23] = [
    "POST /v1/customers",
    "GET /v1/customers",
    "GET /v1/customers/{id}",
    "POST /v1/customers/{id}",
    "POST /v1/products",
    "POST /v1/prices",
    "GET /v1/prices",
    "GET /v1/prices/{id}",
    "POST /v1/checkout/sessions",
    "GET /v1/checkout/sessions",
    "GET /v1/checkout/sessions/{id}",
    "POST /v1/checkout/sessions/{id}/expire",
    "GET /v1/subscriptions",
    "GET /v1/subscriptions/{id}",
    "POST /v1/subscriptions/{id}",
    "DELETE /v1/subscriptions/{id}",
    "POST /v1/subscriptions/{id}/resume",
    "POST /v1/subscription_items/{id}",
    "POST /v1/invoices/create_preview",
    "GET /v1/invoices",
    "GET /v1/invoices/{id}",
    "POST /v1/invoices/{id}/pay",
    "POST /v1/invoices/{id}/void",
];

/// The route of a call, and the id in it.
fn route(method: &str, path: &str) -> Result<(&'static str, String), StripeError> {
    let called = format!("{method} {path}");
    let fits = |route: &&'static str| {
        let (mut wanted, mut found) = (route.split('/'), called.split('/'));
        let mut id = String::new();
        loop {
            match (wanted.next(), found.next()) {
                (None, None) => return Some((*route, id)),
                (Some("{id}"), Some(segment)) if !segment.is_empty() => segment.clone_into(&mut id),
                (Some(one), Some(other)) if one == other => {}
                _ => return None,
            }
        }
    };
    ROUTES.iter().find_map(fits).ok_or_else(|| StripeError::no_route(method, path))
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Whether there is a secret key, and the version is the one that is spoken here.
fn authenticate(headers: &HeaderMap) -> Result<(), StripeError> {
    let authorization = header(headers, "authorization").unwrap_or_default();
    let basic = || {
        let decoded = STANDARD.decode(authorization.strip_prefix("Basic ")?).ok()?;
        Some(String::from_utf8(decoded).ok()?.trim_end_matches(':').to_owned())
    };
    let key = authorization.strip_prefix("Bearer ").map(ToOwned::to_owned).or_else(basic);
    let key = key.filter(|key| !key.is_empty()).ok_or_else(|| {
        StripeError::unauthorized(
            "You did not provide an API key. You need to provide your API key in the Authorization header.",
        )
    })?;
    if !["sk_test_", "rk_test_"].iter().any(|lead| key.starts_with(lead)) {
        return Err(StripeError::unauthorized("Invalid API Key provided."));
    }
    match header(headers, "stripe-version") {
        Some(version) if version != api_version() => {
            Err(StripeError::refused(format!("Invalid Stripe API version: {version}.")))
        }
        _ => Ok(()),
    }
}

/// Every answer of Stripe's has an id.
pub(super) fn headers_of(books: &Books, answer: &Answer, key: Option<&str>) -> BTreeMap<&'static str, String> {
    let mut headers = BTreeMap::from([("stripe-version", api_version().to_owned())]);
    headers.insert("request-id", books.request.0.clone().unwrap_or_else(|| "req_0".to_owned()));
    if let Some(key) = key {
        headers.insert("idempotency-key", key.to_owned());
    }
    if answer.is_replayed {
        headers.insert("idempotent-replayed", "true".to_owned());
    }
    headers
}
