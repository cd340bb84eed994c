//! The ERP and BheemPay, and what goes wrong with them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use bytes::Bytes;
use edge_capabilities::http::HttpError;
use edge_capabilities::testing::World;
use http::{Method, Request, Response};
use serde_json::{Value, json};

/// What goes wrong with one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// No answer, ever; what was asked for was done, or not.
    Hangs { done: bool },
    /// 500.
    Fails { done: bool },
    /// The connection breaks.
    Cuts { done: bool },
}

pub(crate) const FAULTS: [Fault; 6] = [
    Fault::Hangs { done: false },
    Fault::Hangs { done: true },
    Fault::Fails { done: false },
    Fault::Fails { done: true },
    Fault::Cuts { done: false },
    Fault::Cuts { done: true },
];

impl Fault {
    const fn is_done(self) -> bool {
        match self {
            Self::Hangs { done } | Self::Fails { done } | Self::Cuts { done } => done,
        }
    }
}

/// How the CRM tells that it was asked for the same before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Crm {
    /// By its `Idempotency-Key`.
    KnowsKeys,
    /// It does not; but it can be asked for its contacts.
    CanBeAsked,
}

/// What upstreams have done.
#[derive(Default)]
pub(crate) struct Books {
    /// Calls so far.
    pub(crate) calls: usize,
    /// What goes wrong with the call of this number, from 1.
    pub(crate) faults: BTreeMap<usize, Fault>,
    /// Contacts by their id, with the key they were asked for under.
    pub(crate) contacts: Vec<(String, String, Value)>,
    /// Orders by their id, with the key.
    pub(crate) orders: Vec<(String, String, Value)>,
    crm: Option<Crm>,
}

pub(crate) type Shared = Arc<Mutex<Books>>;

pub(crate) fn locked(books: &Shared) -> MutexGuard<'_, Books> {
    books.lock().unwrap()
}

pub(crate) fn listen(world: &World, crm: Crm) -> Shared {
    for (name, value) in [("erp_url", "http://erp"), ("bheempay_url", "http://pay"), ("bheempay_api_key", "k")] {
        world.config.set(name, value);
    }
    let books = Shared::default();
    locked(&books).crm = Some(crm);
    let shared = books.clone();
    world.http.on_request(move |request| {
        let (fault, answer) = {
            let mut books = locked(&shared);
            books.calls += 1;
            let number = books.calls;
            let fault = books.faults.get(&number).copied();
            let does = fault.is_none_or(Fault::is_done);
            (fault, does.then(|| books.answer(&request)))
        };
        async move {
            match (fault, answer) {
                (None, Some((status, body))) => {
                    Ok(Response::builder().status(status).body(Bytes::from(body.to_string())).unwrap())
                }
                (Some(Fault::Hangs { .. }), _) => std::future::pending().await,
                (Some(Fault::Fails { .. }), _) => Ok(Response::builder().status(500).body(Bytes::new()).unwrap()),
                _ => Err(HttpError::Failed("cut".into())),
            }
        }
    });
    books
}

pub(crate) fn plan() -> Value {
    json!({
        "sku_id": "sku-pro", "sku_code": "WORKSPACE-PRO", "name": "Professional", "currency": "INR",
        "base_price": 2999, "offer_price": 2499, "setup_fee": 500, "billing_cycle": "monthly",
        "tiers": [{"tier_code": "PRO", "price": 2499, "max_users": 25}, {"tier_code": "MAX", "price": 60_000}],
    })
}

impl Books {
    fn answer(&mut self, request: &Request<Bytes>) -> (u16, Value) {
        let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let key = header("idempotency-key").to_owned();
        let body = || serde_json::from_slice::<Value>(request.body()).unwrap();
        let host = request.uri().host().unwrap();
        assert_eq!(host == "pay", header("x-api-key") == "k", "each upstream is shown its own credential");
        match (request.method(), request.uri().path()) {
            (&Method::GET, "/api/v1/shared/sku-subscription/sku/sku-pro") => (200, plan()),
            (&Method::GET, "/api/v1/shared/sku-subscription") => (200, json!({"data": [plan()]})),
            (&Method::GET, "/api/v1/crm/contacts") if self.crm == Some(Crm::CanBeAsked) => {
                let all = self.contacts.iter().map(|(id, _, contact)| {
                    let mut contact = contact.clone();
                    contact["id"] = json!(id);
                    contact
                });
                (200, json!({"items": all.collect::<Vec<_>>()}))
            }
            (&Method::POST, "/api/v1/crm/contacts") => {
                let known = self.contacts.iter().find(|(_, known, _)| *known == key);
                if let Some((id, ..)) = known.filter(|_| self.crm == Some(Crm::KnowsKeys)) {
                    return (200, json!({ "id": id }));
                }
                let id = format!("contact-{}", self.contacts.len());
                self.contacts.push((id.clone(), key, body()));
                (201, json!({ "id": id }))
            }
            (&Method::POST, "/api/v1/pay/checkout/subscription") => {
                let known = self.orders.iter().find(|(_, known, _)| *known == key).cloned();
                let id = known.map_or_else(
                    || {
                        let id = format!("order_{}", self.orders.len());
                        self.orders.push((id.clone(), key, body()));
                        id
                    },
                    |(id, ..)| id,
                );
                let answer = json!({
                    "checkout_id": format!("co_{id}"), "order_id": id, "amount": "2999.00", "currency": "INR",
                    "plan_name": "Professional", "key_id": "rzp_test", "gateway_response": {"id": id, "rate": 0.10},
                });
                (201, answer)
            }
            _ => (404, json!({})),
        }
    }
}
