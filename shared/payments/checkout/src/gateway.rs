//! BheemPay as the gateway of subscriptions of seats. What BheemPay reports comes as webhooks, which `edge-webhooks`
//! receives.

use std::time::Duration;

use async_trait::async_trait;
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::Db;
use edge_http::{Code, Problem};
use edge_money::Money;
use edge_subscriptions::{
    Acknowledged, Buyer, Cancellation, Checkout, CheckoutOrder, Denial, Effective, GatewayError, GatewaySubscription,
    PaymentGateway, PlanTerms, Preview, Started, Status, TermsChange, UnpaidIncrease, preview,
};
use edge_tenants::{Tenant, Tenants};
use edge_upstreams::{Upstream, segment};
use http::StatusCode;
use serde_json::json;

use crate::checkout::{CheckoutContext, CheckoutService, ReturnHosts, SeatPurchase, StoredResponse, is_paid};
use crate::error::CheckoutError;
use crate::upstream_json::JsonObject;

/// How long more seats count that are not paid: as long as their amount is reserved in a budget.
const MAX_UNPAID: Duration = Duration::from_hours(24);

/// The fields of an order in which BheemPay may name a page where it is paid.
const PAGES: [&str; 3] = ["checkout_url", "payment_url", "short_url"];

/// BheemPay.
#[derive(Clone)]
pub struct BheemPay {
    capabilities: Capabilities,
    checkouts: CheckoutService,
    tenants: Tenants,
}

impl BheemPay {
    /// BheemPay at the variable `bheempay_url`.
    pub fn new(capabilities: &Capabilities) -> Self {
        let db = Db::new(capabilities.db.clone());
        Self {
            checkouts: CheckoutService::new(capabilities, &db),
            tenants: Tenants::new(db),
            capabilities: capabilities.clone(),
        }
    }

    /// Now, in whole seconds like the times of BheemPay's events.
    fn now(&self) -> Timestamp {
        let now = self.capabilities.clock.now().as_millis();
        Timestamp::from_millis(now.saturating_sub(now.rem_euclid(1_000)))
    }

    async fn tenant(&self, id: &str) -> Result<Tenant, GatewayError> {
        let found = self.tenants.find(id).await.map_err(|error| refusal(error.into()))?;
        found.ok_or_else(|| GatewayError::Refused("there is no such organization".into()))
    }

    /// Orders seats; gives where they are paid.
    async fn order(
        &self,
        one: &GatewaySubscription<'_>,
        bought: &SeatPurchase<'_>,
        buyer: &Buyer,
    ) -> Result<Checkout, GatewayError> {
        let tenant = self.tenant(one.organization).await?;
        let hosts = ReturnHosts::of(&tenant);
        for (field, url) in [("successUrl", bought.success_url), ("cancelUrl", bought.cancel_url)] {
            if let Some(Err(wrong)) = url.map(|url| hosts.check(url)) {
                return Err(GatewayError::Invalid(field, wrong.to_owned()));
            }
        }
        let context = CheckoutContext {
            actor: edge_audit::Actor { id: buyer.actor.clone(), address: buyer.address.clone() },
            role: buyer.role.clone(),
            request_id: buyer.request_id.clone(),
            named: None,
        };
        let ordered = self.checkouts.order_seats(&tenant, bought, one.key, context, buyer.approval.as_deref()).await;
        match ordered.map_err(refusal)? {
            StoredResponse { status: 201, body } => checkout(body),
            StoredResponse { body, .. } => Err(GatewayError::ApprovalRequired(body)),
        }
    }

    /// Has BheemPay charge for another number of seats, or by another plan, from the next period on.
    async fn charge_from_next_period(
        &self,
        one: &GatewaySubscription<'_>,
        plan: &PlanTerms,
        seats: i64,
    ) -> Result<(), GatewayError> {
        let body = json!({"plan_id": plan.id, "billing_cycle": plan.cycle.as_str(), "seats": seats});
        self.tell(one, "change", &body.to_string()).await
    }

    /// Asks BheemPay to do something with a subscription that runs.
    async fn tell(&self, one: &GatewaySubscription<'_>, what: &str, body: &str) -> Result<(), GatewayError> {
        let bheempay = self.upstream().await?;
        let path = format!("/api/v1/pay/subscriptions/{}/{what}", segment(reference(one)?));
        let answer = bheempay.post(&path, Some(one.key), body.to_owned()).await;
        match answer.map_err(|error| refusal(error.into()))?.status {
            status if status.is_success() => Ok(()),
            status => Err(refusal(CheckoutError::not_done("BheemPay", status))),
        }
    }

    async fn upstream(&self) -> Result<Upstream, GatewayError> {
        Upstream::bheempay(&self.capabilities).await.map_err(|error| refusal(error.into()))
    }

    /// Orders what more seats cost for the rest of the period. They count at once, and go unless they are paid.
    async fn increase(&self, change: &TermsChange<'_>) -> Result<Acknowledged, GatewayError> {
        let TermsChange { subscription: one, seats, plan, .. } = *change;
        let terms = one.terms;
        check_increase(change)?;
        let (Some((_, end)), Some(buyer)) = (terms.period, change.buyer) else {
            return Err(GatewayError::Unsupported("the subscription has no period"));
        };
        let (total, since) = (preview(change).total, self.now());
        if total <= 0 {
            self.charge_from_next_period(&one, plan, seats).await?;
            return Ok(Acknowledged::at(since));
        }
        let lapses_at = since.plus(MAX_UNPAID).min(end);
        let bought = SeatPurchase {
            subscription: one.id,
            plan_id: &plan.id,
            plan_name: &plan.name,
            cycle: plan.cycle,
            seats,
            amount: Money { minor: total, currency: plan.currency },
            increase: Some((reference(&one)?, lapses_at)),
            success_url: None,
            cancel_url: None,
        };
        let checkout = self.order(&one, &bought, buyer).await?;
        Ok(Acknowledged { at: since, unpaid: Some(UnpaidIncrease { checkout, since, seats, lapses_at }) })
    }
}

#[async_trait]
impl PaymentGateway for BheemPay {
    async fn start_checkout(&self, order: &CheckoutOrder<'_>) -> Result<Started, GatewayError> {
        if order.trial_days.is_some() {
            return Err(GatewayError::Invalid("trial", "is not possible with BheemPay".into()));
        }
        let one = order.subscription;
        let plan = &one.terms.plan;
        let total = plan.price.checked_mul(one.terms.seats).filter(|total| *total > 0);
        let bought = SeatPurchase {
            subscription: one.id,
            plan_id: &plan.id,
            plan_name: &plan.name,
            cycle: plan.cycle,
            seats: one.terms.seats,
            amount: Money {
                minor: total.ok_or(GatewayError::Unsupported("BheemPay cannot charge this price"))?,
                currency: plan.currency,
            },
            increase: None,
            success_url: order.success_url,
            cancel_url: order.cancel_url,
        };
        let checkout = self.order(&one, &bought, order.buyer).await?;
        Ok(Started::AwaitsPayment { checkout, customer: None, reference: None })
    }

    async fn change(&self, change: &TermsChange<'_>) -> Result<Acknowledged, GatewayError> {
        check_no_open_order(change)?;
        match change.effective {
            Effective::Now => self.increase(change).await,
            Effective::PeriodEnd => {
                self.charge_from_next_period(&change.subscription, change.plan, change.seats).await?;
                Ok(Acknowledged::at(self.now()))
            }
        }
    }

    async fn preview(&self, change: &TermsChange<'_>) -> Result<Preview, GatewayError> {
        if change.effective == Effective::Now {
            check_increase(change)?;
        }
        Ok(preview(change))
    }

    async fn cancel(&self, cancellation: &Cancellation<'_>) -> Result<Acknowledged, GatewayError> {
        let one = &cancellation.subscription;
        match (&one.terms.reference, &one.terms.checkout) {
            // An order cannot be taken back. One that is paid has begun a subscription, of which word is still to come.
            (None, Some(checkout)) => {
                if is_paid(&self.upstream().await?, &checkout.id).await.map_err(refusal)? {
                    return Err(GatewayError::Refused("the order is paid".into()));
                }
            }
            _ => self.tell(one, "cancel", &json!({"immediate": cancellation.immediate}).to_string()).await?,
        }
        Ok(Acknowledged::at(self.now()))
    }

    async fn reactivate(&self, _: &GatewaySubscription<'_>) -> Result<Acknowledged, GatewayError> {
        Err(GatewayError::Unsupported("BheemPay does not take a cancellation back; subscribe again once it has ended"))
    }
}

/// The subscription as BheemPay knows it.
fn reference<'a>(one: &GatewaySubscription<'a>) -> Result<&'a str, GatewayError> {
    let not_begun = || GatewayError::Refused("the subscription has not begun at BheemPay".into());
    one.terms.reference.as_deref().ok_or_else(not_begun)
}

/// While more seats are to be paid, nothing else changes: paying them would undo it.
fn check_no_open_order(change: &TermsChange<'_>) -> Result<(), GatewayError> {
    let Some(open) = &change.subscription.terms.unpaid_increase else { return Ok(()) };
    let detail = format!(
        "{} seats are still to be paid. Pay them, or wait until they lapse at {}.",
        open.seats,
        open.lapses_at.to_rfc3339_millis()
    );
    Err(GatewayError::Denied(Denial { code: Code::PaymentPending, detail, reason: None }))
}

/// Whether BheemPay can make a change at once: it takes a payment for more seats, and nothing else.
fn check_increase(change: &TermsChange<'_>) -> Result<(), GatewayError> {
    let terms = change.subscription.terms;
    if *change.plan != terms.plan {
        return Err(GatewayError::Invalid(
            "effective",
            "must be period_end: with BheemPay another plan begins with the next period".into(),
        ));
    }
    if change.seats < terms.seats {
        return Err(GatewayError::Invalid(
            "effective",
            "must be period_end: BheemPay gives no credit, so fewer seats count with the next period".into(),
        ));
    }
    if terms.status != Status::Active {
        let detail = "A payment is overdue: pay it first.".to_owned();
        return Err(GatewayError::Denied(Denial { code: Code::PaymentPending, detail, reason: None }));
    }
    Ok(())
}

/// Where an order is paid that was answered with `body`.
fn checkout(body: String) -> Result<Checkout, GatewayError> {
    let unreadable = || GatewayError::Unavailable("BheemPay's order cannot be read".into());
    let order = JsonObject::read(body.as_bytes()).ok_or_else(unreadable)?;
    let id = order.text(&["order_id"]).ok_or_else(unreadable)?;
    let page = order.json(&["gateway_response"]).and_then(JsonObject::of).and_then(|response| response.text(&PAGES));
    let url = page.filter(|page| page.starts_with("https://") || page.starts_with("http://"));
    Ok(Checkout { id, url, order: Some(body) })
}

/// Why nothing was ordered.
fn refusal(error: CheckoutError) -> GatewayError {
    match error {
        CheckoutError::Declined { status, .. } => match status {
            StatusCode::UNAUTHORIZED | StatusCode::PROXY_AUTHENTICATION_REQUIRED => GatewayError::NotConfigured,
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => {
                GatewayError::Unavailable(error.to_string())
            }
            _ => GatewayError::Refused(error.to_string()),
        },
        CheckoutError::Upstream(_) | CheckoutError::Db(_) | CheckoutError::InProgress => {
            GatewayError::Unavailable(error.to_string())
        }
        error => {
            let reason = match &error {
                CheckoutError::BudgetExceeded(reason) | CheckoutError::PurchaseRejected(reason) => Some(reason.clone()),
                _ => None,
            };
            let problem = Problem::from(error);
            GatewayError::Denied(Denial { code: problem.code(), detail: problem.detail().to_owned(), reason })
        }
    }
}
