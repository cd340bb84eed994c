//! No gateway: what the platform says is so.

use async_trait::async_trait;

use super::{
    Acknowledged, Cancellation, CheckoutOrder, Effective, GatewayError, GatewaySubscription, PaymentGateway, Preview,
    PreviewLine, Started, TermsChange,
};
use crate::subscription::{PaidPeriod, PlanTerms, Status};
use edge_capabilities::Clock;
use std::sync::Arc;

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
        Acknowledged { at: self.clock.now() }
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
pub(crate) fn preview(change: &TermsChange<'_>) -> Preview {
    let TermsChange { subscription, seats, plan, effective, now } = *change;
    let terms = subscription.terms;
    let (before, after) = (terms.plan.price.saturating_mul(terms.seats), plan.price.saturating_mul(seats));
    let is_trial = terms.status == Status::Trialing;
    let period = terms.period.map(|(from, to)| PaidPeriod { from, to });
    let lines = match (effective, period) {
        (Effective::Now, Some(period)) if !is_trial && plan.cycle == terms.plan.cycle => {
            let credit = period.remaining(before, now).saturating_neg();
            vec![
                line(&terms.plan, terms.seats, credit, "Unused time on"),
                line(plan, seats, period.remaining(after, now), "Remaining time on"),
            ]
        }
        // Another cycle begins a period of its own.
        (Effective::Now, Some(period)) if !is_trial => vec![
            line(&terms.plan, terms.seats, period.remaining(before, now).saturating_neg(), "Unused time on"),
            line(plan, seats, after, "First period of"),
        ],
        _ => vec![line(plan, seats, after, "Next period of")],
    };
    let total = lines.iter().fold(0_i64, |sum, line| sum.saturating_add(line.amount));
    let is_due = effective == Effective::Now && !is_trial;
    Preview { total, due_now: if is_due { total.max(0) } else { 0 }, currency: plan.currency, lines }
}
