//! Stand-ins for what the edge stands in front of, all at one address: the ERP's seats, plans, customers and people,
//! BheemPay, Stripe, Bheem Notify, Bheem Passport, a mail service, two shops, accounting systems, with a count of the calls and faults to order.
//!
//! Everything under `/_control` steers the stand-ins and is no part of what they stand for:
//!
//! | call | does |
//! |---|---|
//! | `PUT /_control/seats/{application}/{externalOrg}/{user}` | makes or changes a seat: any fields of the ERP's answer |
//! | `DELETE` of the same | takes the seat away |
//! | `PUT /_control/organizations/{application}/{externalOrg}` | makes an organisation: `{"organization_id", "everybody"?}`; `everybody: true` gives each user a seat |
//! | `DELETE` of the same | takes the organisation away, with its seats |
//! | `PUT /_control/faults` | from now on: `{"delay_ms"?, "late_ms"?, "status"?, "hang"?, "cut"?, "bad_json"?, "slow_body_ms"?, "times"?}` |
//! | `DELETE /_control/faults` | all is well again |
//! | `PUT /_control/faults/{application}/{externalOrg}` | the same for one organisation |
//! | `DELETE` of the same | all is well again with it |
//! | `PUT /_control/faults/route` | the same for calls that begin like `route`: `{"route": "POST /api/v1/crm/contacts", …}` |
//! | `GET /_control/calls` | `{"total", "by_path"}` of the calls to the ERP so far |
//! | `DELETE /_control/calls` | counts from zero |
//! | `PUT`, `DELETE /_control/plans/{sku_id}` | makes, takes away a plan |
//! | `POST`, `DELETE /_control/invoices` | writes an invoice into the ERP, burns all |
//! | `PUT`, `DELETE /_control/hr/{company_id}/employees/{id}` | makes or changes an employee: any fields of the ERP's answer; takes them away |
//! | `POST`, `DELETE /_control/hr/{company_id}/employees` | `{"count"}`: makes that many at once; takes all away |
//! | the same with `projects` in place of `employees` | one at a time |
//! | `PUT /_control/bheempay/webhook` | `{"url","secret"}`: where BheemPay's webhooks go, and what signs them |
//! | `POST /_control/bheempay/orders/{order_id}/pay`, `…/refuse` | what the customer does; the webhook follows, again and again until somebody takes it |
//! | `POST /_control/bheempay/subscriptions/{id}/charge`, `…/pending`, `…/halt`, `…/cancel` | what becomes of a subscription; the webhook follows |
//! | `POST /_control/bheempay/payments/{id}/refund` | gives a payment back, all of it or `{"amount"}`; the webhook follows |
//! | `POST /_control/bheempay/payments/{id}/dispute/{created or under_review or won or lost or closed}` | the payer disputes it at the bank, or the bank decides; the webhook follows |
//! | `PUT /_control/bheempay/refunds` | `{"becomes": "processed" or "pending" or "failed" or "low_balance"}`: what becomes of refunds that it is asked for from now on; the webhook goes out beside the answer. A time-out after the fact: `late_ms` for the route `POST /api/v1/pay/refund` |
//! | `POST /_control/bheempay/refunds/{id or reference}/processed`, `…/failed` | settles one that is pending; the webhook follows |
//! | `PUT /_control/bheempay/hold` | `{"hold":true}`: webhooks wait |
//! | `POST /_control/bheempay/deliver` | sends those that wait: `{"order"?: "in_order" or "backwards" or "shuffled", "times"?}` |
//! | `PUT /_control/stripe/webhook`, `…/hold`, `POST …/deliver` | the same for Stripe's webhooks; `GET …/held`: those that wait |
//! | `POST /_control/stripe/sessions/{id}/pay`, `…/expire` | what the customer does with a Checkout session; its `url` is a page that does the same |
//! | `POST /_control/stripe/customers/{id}/decline`, `…/accept` | what becomes of the customer's charges from now on |
//! | `POST /_control/stripe/invoices/{id}/retry`, `…/void` | what becomes of an invoice that was not paid |
//! | `POST /_control/stripe/subscriptions/{id}/age` | `{"seconds"}`: as though it had begun so much earlier |
//! | `POST /_control/stripe/subscriptions/{id}/renew`, `…/give_up`, `…/pause`, `…/resume` | the period ends now; charging is given up (`{"ends":true}`: and the subscription with it) |
//! | `PUT /_control/stripe/clock` | `{"now"}`: Stripe's time stands still there, seconds since 1970; null: it goes on |
//! | `PUT /_control/shops/{shopify or woocommerce}/webhook`, `…/hold`, `POST …/deliver` | the same for shops' webhooks; `DELETE …/held`: those that wait are lost |
//! | `POST /_control/shops/shopify/orders` | somebody orders: any fields of the order; the webhook follows |
//! | `POST /_control/shops/shopify/orders/{id}/pay`, `…/fulfill`, `…/deliver`, `…/unfulfill`, `…/refund`, `…/cancel`, `…/touch` | what becomes of it; the webhooks follow |
//! | `POST /_control/shops/woocommerce/orders`, `…/{id}/{status}`, `…/{id}/delete`, `…/{id}/touch` | the same at WooCommerce |
//! | `GET`, `DELETE /_control/notifications` | what Notify was sent, and what became of it |
//! | `PUT /_control/notify/webhook`, `…/hold`, `POST …/deliver` | where Notify's delivery reports go, as BheemPay's webhooks |
//! | `PUT /_control/notify/outcome` | `{"status": "delivered" or "read" or "failed" or "sent", "reason"?, "failures"?}`: what becomes of messages from now on; `failures` of Notify's own five attempts fail |
//! | `POST /_control/notify/messages/{message_id}/{status}` | reports that state of a message |
//! | `GET /_control/notify/mappings` | the mappings of companies |
//! | `GET`, `DELETE /_control/mail` | the domains and mailboxes of the mail service |
//! | `GET`, `DELETE /_control/billing-events` | the billing events that the ERP was sent |
//! | `POST /_control/passport/tokens` | a token of Passport's: any claims, and `"alg"?`: `ES256`, `RS256` or `EdDSA` |
//! | `GET /passport/authorize`, `POST /passport/token` | signing in by authorization code with PKCE, as one of three people |
//! | `/_control/ledgers/…` | what becomes of the accounting systems under `/ledgers`: see the crate `ledgers` |
//! | `POST /_control/passport/rotate` | new keys; `{"keep":true}`: beside the old ones |

// Stripe's objects have many fields, and `json!` goes one deeper for each.
#![recursion_limit = "512"]

mod bheempay;
mod billing_events;
mod control;
mod crm;
mod directory;
mod erp;
mod faults;
mod hr;
mod mail;
mod notify;
mod outgoing;
pub mod passport;
mod plans;
pub mod shops;
pub mod stripe;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use axum::body::Body;
use http::{Request, Response};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tower::ServiceExt as _;

pub use bheempay::BheemPay;
pub use billing_events::BillingEvents;
pub use control::Calls;
pub use crm::Crm;
pub use directory::{Directory, Seat};
pub use faults::{Faults, Ordered};
pub use hr::Hr;
pub use ledgers::Ledgers;
pub use mail::Mail;
pub use notify::Sent;
pub use passport::Passport;
pub use plans::Plans;
pub use shops::Shops;
pub use stripe::Stripe;

/// The stand-ins' state.
#[derive(Default)]
pub struct Upstreams {
    /// Who has a seat.
    pub directory: Directory,
    /// What goes wrong.
    pub faults: Faults,
    /// The calls so far.
    pub calls: Calls,
    /// What may be subscribed to.
    pub plans: Plans,
    /// Who pays for what.
    pub bheempay: BheemPay,
    /// Who pays for seats.
    pub stripe: Stripe,
    /// Who is a customer.
    pub crm: Crm,
    /// Who works for whom.
    pub hr: Hr,
    /// What Notify was sent.
    pub sent: Sent,
    /// Who has a mailbox.
    pub mail: Mail,
    /// The billing events that the ERP was sent.
    pub billing_events: BillingEvents,
    /// Who people are.
    pub passport: Passport,
    /// What was ordered in shops.
    pub shops: Shops,
    /// The books of the accounting systems.
    pub ledgers: Books,
}

/// The accounting systems, in real time.
pub struct Books(pub Ledgers);

impl Default for Books {
    fn default() -> Self {
        Self(Ledgers::new(|| chrono::Utc::now().timestamp_millis()))
    }
}

impl Upstreams {
    /// Stand-ins that know `healos`, `hospital_456`, `user_123`, who has a seat.
    pub fn with_demo() -> Self {
        let upstreams = Self::default();
        upstreams.directory.put_organization("healos", "hospital_456", "org_1", false);
        upstreams.directory.put_seat("healos", "hospital_456", "user_123", Seat::good("seat_789"));
        upstreams
    }

    /// The stand-ins without a socket, and without faults and counts of calls.
    pub fn router(self: &Arc<Self>) -> Router {
        Router::new()
            .merge(erp::router())
            .merge(plans::router())
            .merge(bheempay::router())
            .merge(stripe::router())
            .merge(crm::router())
            .merge(hr::router())
            .merge(notify::router())
            .merge(mail::router())
            .merge(billing_events::router())
            .merge(passport::router())
            .merge(shops::router())
            .merge(control::router())
            .with_state(self.clone())
            .merge(self.ledgers.0.router())
    }

    /// Serves on `listener` until the process ends or the task is dropped.
    pub async fn serve(self: Arc<Self>, listener: TcpListener) -> anyhow::Result<()> {
        let router = self.router();
        loop {
            let (stream, _) = listener.accept().await.context("cannot accept a connection")?;
            stream.set_nodelay(true)?;
            let (router, upstreams) = (router.clone(), self.clone());
            let service = service_fn(move |request| answer(router.clone(), upstreams.clone(), request));
            tokio::spawn(async move {
                // Connections are cut on purpose.
                let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
            });
        }
    }

    /// Serves on a free port of the loopback interface, in the background; gives the address.
    pub async fn start(self: &Arc<Self>) -> anyhow::Result<SocketAddr> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        tokio::spawn(self.clone().serve(listener));
        Ok(address)
    }
}

/// The connection is to be cut without a word.
#[derive(Debug)]
struct Cut;

impl std::fmt::Display for Cut {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("cut on purpose")
    }
}

impl std::error::Error for Cut {}

async fn answer(
    router: Router,
    upstreams: Arc<Upstreams>,
    request: Request<hyper::body::Incoming>,
) -> Result<Response<Body>, Cut> {
    let request = request.map(Body::new);
    let path = request.uri().path().to_owned();
    if path.starts_with("/_control/") {
        return Ok(oneshot(router, request).await);
    }
    upstreams.calls.count(&path, request.headers());
    let of_route = upstreams.faults.next_of_route(&format!("{} {path}", request.method()));
    match of_route.or_else(|| upstreams.faults.next(erp::asked_about(&path))) {
        None => Ok(oneshot(router, request).await),
        Some(Ordered { cut: true, .. }) => Err(Cut),
        Some(Ordered { hang: true, .. }) => std::future::pending().await,
        Some(fault) => {
            tokio::time::sleep(fault.delay()).await;
            let answer = oneshot(router, request).await;
            tokio::time::sleep(fault.lateness()).await;
            Ok(fault.spoil(answer).await)
        }
    }
}

async fn oneshot(router: Router, request: Request<Body>) -> Response<Body> {
    let answered: Result<_, Infallible> = router.oneshot(request).await;
    match answered {
        Ok(response) => response,
        Err(never) => match never {},
    }
}
