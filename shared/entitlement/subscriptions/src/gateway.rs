//! What subscriptions need of a payment gateway, and the gateway that is none.

mod manual;
mod registry;

use async_trait::async_trait;
use edge_capabilities::Timestamp;
use edge_http::Code;
use edge_money::Currency;

use crate::subscription::{Checkout, PlanTerms, Terms, UnpaidIncrease};

pub use manual::{Manual, preview};
pub use registry::Gateways;

/// Takes the money of subscriptions.
///
/// A call may be repeated after the instance that made it has died: it carries a key of the edge's own, under which the
/// gateway does it once. What the gateway reports later arrives as [`crate::SubscriptionEvent`].
#[async_trait]
pub trait PaymentGateway: Send + Sync {
    /// Begins the payment of a new subscription.
    async fn start_checkout(&self, order: &CheckoutOrder<'_>) -> Result<Started, GatewayError>;

    /// Changes the number of seats, the plan, or both.
    async fn change(&self, change: &TermsChange<'_>) -> Result<Acknowledged, GatewayError>;

    /// What a change would cost. It changes nothing.
    async fn preview(&self, change: &TermsChange<'_>) -> Result<Preview, GatewayError>;

    /// Ends the subscription: now, or with its period.
    async fn cancel(&self, cancellation: &Cancellation<'_>) -> Result<Acknowledged, GatewayError>;

    /// Takes back a cancellation that has not taken effect.
    async fn reactivate(&self, subscription: &GatewaySubscription<'_>) -> Result<Acknowledged, GatewayError>;
}

/// A subscription, and the key of a call about it.
#[derive(Clone, Copy, Debug)]
pub struct GatewaySubscription<'a> {
    /// The subscription's id at the edge.
    pub id: &'a str,
    /// The organization's id.
    pub organization: &'a str,
    /// The application's slug.
    pub application: &'a str,
    /// Its present terms.
    pub terms: &'a Terms,
    /// The key of the call: the same when it is repeated, another for another call.
    pub key: &'a str,
}

/// A new subscription that is to be paid.
#[derive(Clone, Copy, Debug)]
pub struct CheckoutOrder<'a> {
    /// The subscription.
    pub subscription: GatewaySubscription<'a>,
    /// The organization's name.
    pub organization_name: &'a str,
    /// Where its invoices go.
    pub billing_email: &'a str,
    /// The gateway's customer of an earlier subscription of the organization, where there is one.
    pub customer: Option<&'a str>,
    /// How long the trial lasts, days; None: no trial.
    pub trial_days: Option<u32>,
    /// Where the buyer goes after paying.
    pub success_url: Option<&'a str>,
    /// Where the buyer goes without paying.
    pub cancel_url: Option<&'a str>,
    /// Who buys.
    pub buyer: &'a Buyer,
}

/// Who spends, for the rules `budget` and `approval` where a gateway's purchases go through them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Buyer {
    /// Their id.
    pub actor: String,
    /// Their address.
    pub address: Option<String>,
    /// Their role in the organization.
    pub role: String,
    /// The request.
    pub request_id: String,
    /// The approval request by which the purchase was approved.
    pub approval: Option<String>,
}

/// How a new subscription begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Started {
    /// At once.
    Begun,
    /// Once the buyer has paid.
    AwaitsPayment {
        /// Where the buyer pays.
        checkout: Checkout,
        /// The gateway's id of the customer, if there is one already.
        customer: Option<String>,
        /// The gateway's id of the subscription, if there is one already.
        reference: Option<String>,
    },
}

/// When a change takes effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effective {
    /// At once, prorated.
    Now,
    /// With the next period.
    PeriodEnd,
}

/// A change of the number of seats or of the plan.
#[derive(Clone, Copy, Debug)]
pub struct TermsChange<'a> {
    /// The subscription as it is.
    pub subscription: GatewaySubscription<'a>,
    /// The number of seats after it.
    pub seats: i64,
    /// The plan after it.
    pub plan: &'a PlanTerms,
    /// When it takes effect.
    pub effective: Effective,
    /// The time of the request.
    pub now: Timestamp,
    /// Who asks for it; None: the edge itself.
    pub buyer: Option<&'a Buyer>,
}

/// A cancellation.
#[derive(Clone, Copy, Debug)]
pub struct Cancellation<'a> {
    /// The subscription.
    pub subscription: GatewaySubscription<'a>,
    /// Whether it ends now; else it ends with its period.
    pub immediate: bool,
}

/// The gateway has done what it was asked to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledged {
    /// When, by the gateway's clock: what it reports of an earlier time does not undo the change.
    pub at: Timestamp,
    /// What is still to be paid for it, where the gateway does not collect that by itself.
    pub unpaid: Option<UnpaidIncrease>,
}

impl Acknowledged {
    /// Done, with nothing left to pay.
    pub const fn at(at: Timestamp) -> Self {
        Self { at, unpaid: None }
    }
}

/// Why the gateway was not asked: the rules or the gateway's own terms do not allow the purchase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// The code of the answer.
    pub code: Code,
    /// What it says to people.
    pub detail: String,
    /// Why, as the rule says it.
    pub reason: Option<String>,
}

/// What a change costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// The lines. Each is rounded by itself.
    pub lines: Vec<PreviewLine>,
    /// Their sum, in the currency's smallest unit; negative: a credit.
    pub total: i64,
    /// The part of it that is due at once.
    pub due_now: i64,
    /// The currency.
    pub currency: Currency,
}

/// A line of a [`Preview`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewLine {
    /// What it is for.
    pub description: String,
    /// The number of seats.
    pub quantity: i64,
    /// The amount, in the currency's smallest unit; negative: a credit.
    pub amount: i64,
}

/// Why a gateway did not do what it was asked to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GatewayError {
    /// The edge has no access to it.
    #[error("the gateway is not configured")]
    NotConfigured,
    /// It cannot do this for any subscription.
    #[error("the gateway cannot do this: {0}")]
    Unsupported(&'static str),
    /// It refuses; asking again does not help.
    #[error("the gateway refuses: {0}")]
    Refused(String),
    /// A field of the request is not valid for it.
    #[error("{0} {1}")]
    Invalid(&'static str, String),
    /// The purchase is not allowed.
    #[error("{}", .0.detail)]
    Denied(Denial),
    /// People have to approve the purchase first: the answer, a JSON object.
    #[error("people have to approve it first")]
    ApprovalRequired(String),
    /// It did not answer, or not so that it can be understood: it may have done it.
    #[error("the gateway does not answer: {0}")]
    Unavailable(String),
}
