//! No gateway: what the platform says is so.

use std::sync::Arc;

use async_trait::async_trait;
use edge_capabilities::Clock;
use edge_money::{PeriodShare, PricedQuantity, Proration};

use super::{
    Acknowledged, Cancellation, CheckoutOrder, Effective, GatewayError, GatewaySubscription, PaymentGateway, Preview,
    PreviewLine, Started, TermsChange,
};
use crate::subscription::{PlanTerms, Status};

/// The gateway of subscriptions that are paid elsewhere or not at all.
pub struct Manual {
    clock: Arc<dyn Clock>,
}

impl Manual {
    /// It acknowledges by `clock`.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock }
    }

    fn acknowledged(&self) -> Acknowledged {
        Acknowledged::at(self.clock.now())
    }
}

#[async_trait]
impl PaymentGateway for Manual {
    async fn start_checkout(&self, _: &CheckoutOrder<'_>) -> Result<Started, GatewayError> {
        Ok(Started::Begun)
    }

    async fn change(&self, _: &TermsChange<'_>) -> Result<Acknowledged, GatewayError> {
        Ok(self.acknowledged())
    }

    async fn preview(&self, change: &TermsChange<'_>) -> Result<Preview, GatewayError> {
        Ok(preview(change))
    }

    async fn cancel(&self, _: &Cancellation<'_>) -> Result<Acknowledged, GatewayError> {
        Ok(self.acknowledged())
    }

    async fn reactivate(&self, _: &GatewaySubscription<'_>) -> Result<Acknowledged, GatewayError> {
        Ok(self.acknowledged())
    }
}

fn line(plan: &PlanTerms, seats: i64, amount: i64, what: &str) -> PreviewLine {
    PreviewLine { description: format!("{what} {}", plan.name), quantity: seats, amount }
}

/// What `change` costs by the prices of the plans: the unused time of what was paid as a credit, and the same time of what
/// is wanted. A change with the next period, or within a trial, costs nothing now.
pub fn preview(change: &TermsChange<'_>) -> Preview {
    let TermsChange { subscription, seats, plan, effective, now, .. } = *change;
    let terms = subscription.terms;
    let before = PricedQuantity { unit_price: terms.plan.price, quantity: terms.seats };
    let after = PricedQuantity { unit_price: plan.price, quantity: seats };
    let is_due = effective == Effective::Now && terms.status != Status::Trialing;
    let share = terms
        .period
        .filter(|_| is_due)
        .and_then(|(from, to)| PeriodShare::left_at(from.as_millis(), to.as_millis(), now.as_millis()));
    let lines = match share.and_then(|share| Proration::of(before, after, share)) {
        Some(Proration { credit, charge }) => {
            let credit = line(&terms.plan, terms.seats, credit, "Unused time on");
            let charge = if plan.cycle == terms.plan.cycle {
                line(plan, seats, charge, "Remaining time on")
            } else {
                // Another cycle begins a period of its own.
                line(plan, seats, after.total().unwrap_or(i64::MAX), "First period of")
            };
            vec![credit, charge]
        }
        None => vec![line(plan, seats, after.total().unwrap_or(i64::MAX), "Next period of")],
    };
    let total = lines.iter().fold(0_i64, |sum, line| sum.saturating_add(line.amount));
    Preview { total, due_now: if is_due { total.max(0) } else { 0 }, currency: plan.currency, lines }
}
