//! Periods: the first, the next, the last; and charges that fail.

use serde_json::Value;

use super::{Status, Subscription};
use crate::stripe::books::Books;
use crate::stripe::error::StripeError;
use crate::stripe::parameters::Parameters;

impl Books {
    /// The first invoice of a subscription, which was just paid for at checkout; gives its id.
    pub(in crate::stripe) fn start(&mut self, id: &str) -> Result<String, StripeError> {
        let subscription = self.subscription(id)?.clone();
        let (start, end) = subscription.period;
        let mut line = self.period_line(id, &subscription.item.price, subscription.item.quantity, start)?;
        if subscription.trial.is_some() {
            line.amount = 0;
            line.description = format!("Trial period for {}", line.description);
        }
        line.period.1 = end;
        let invoice = self.draft(id, "subscription_create", vec![line], subscription.period)?;
        let (invoice, _) = self.invoice_now(invoice)?;
        let status = if subscription.trial.is_some() { Status::Trialing } else { Status::Active };
        self.edit(id, |subscription| {
            (subscription.latest_invoice, subscription.status) = (Some(invoice.clone()), status);
        })?;
        Ok(invoice)
    }

    /// Has the period end now: the next begins, or the subscription ends with it.
    pub(in crate::stripe) fn renew(&mut self, id: &str) -> Result<Value, StripeError> {
        let now = self.now();
        let left = self.subscription(id)?.period.1.saturating_sub(now);
        self.age(id, left)?;
        let before = self.subscription(id)?.clone();
        if before.status == Status::Canceled {
            return Err(StripeError::refused("The subscription has ended."));
        }
        if before.cancel_at_period_end {
            return self.end(id, before.reason);
        }
        let (price, quantity) = (before.item.price, before.item.quantity);
        let line = self.period_line(id, &price, quantity, before.period.1)?;
        let is_collected = before.pause.is_none_or(|pause| pause.resumes_at.is_some_and(|at| at <= now));
        let period = line.period;
        let mut lines = before.pending_lines;
        lines.push(line);
        self.edit(id, |subscription| {
            subscription.period = period;
            subscription.periods = subscription.periods.saturating_add(1);
            subscription.debited = (price, quantity);
            subscription.pending_lines.clear();
        })?;
        if is_collected {
            let invoice = self.draft(id, "subscription_cycle", lines, before.period)?;
            self.bill(id, invoice)?;
        }
        self.render_subscription(id)
    }

    /// Moves a subscription into the past, as though it had begun so many seconds earlier.
    pub(in crate::stripe) fn age(&mut self, id: &str, seconds: i64) -> Result<(), StripeError> {
        self.subscription(id)?;
        if let Some(subscription) = self.subscriptions.get_mut(id) {
            let move_back = |instant: &mut i64| *instant = instant.saturating_sub(seconds);
            let Subscription { created, anchor, period, trial, .. } = subscription;
            [created, anchor, &mut period.0, &mut period.1].into_iter().for_each(move_back);
            trial.iter_mut().flat_map(|(start, end)| [start, end]).for_each(move_back);
        }
        Ok(())
    }

    pub(in crate::stripe) fn cancel_subscription(
        &mut self,
        id: &str,
        parameters: Parameters<'_>,
    ) -> Result<Value, StripeError> {
        let subscription = self.subscription(id)?.clone();
        if subscription.status == Status::Canceled {
            return Err(StripeError::not_found("subscription", id));
        }
        if parameters.flag("prorate") == Some(true) {
            let (price, at) = (subscription.item.price.clone(), self.now());
            let mut lines = self.proration_lines(id, &price, 0, at)?;
            lines.truncate(1);
            if parameters.flag("invoice_now") == Some(true) && !lines.is_empty() {
                let invoice = self.draft(id, "subscription_update", lines, subscription.period)?;
                self.invoice_now(invoice)?;
            }
        }
        let comment = parameters.object("cancellation_details").text("comment").map(ToOwned::to_owned);
        if let Some(subscription) = self.subscriptions.get_mut(id) {
            subscription.comment = comment.or(subscription.comment.take());
        }
        self.end(id, Some("cancellation_requested"))
    }

    /// Ends a subscription now.
    fn end(&mut self, id: &str, reason: Option<&'static str>) -> Result<Value, StripeError> {
        let now = self.now();
        if let Some(subscription) = self.subscriptions.get_mut(id) {
            (subscription.status, subscription.reason) = (Status::Canceled, reason);
            subscription.ended_at = Some(now);
            subscription.canceled_at.get_or_insert(now);
            subscription.pending_lines.clear();
        }
        let rendered = self.render_subscription(id)?;
        self.happened("customer.subscription.deleted", rendered.clone(), None);
        Ok(rendered)
    }

    /// Gives charging up after the last try: the subscription is left unpaid, or it ends.
    pub(in crate::stripe) fn give_up(&mut self, id: &str, ends: bool) -> Result<Value, StripeError> {
        if let Some(invoice) = self.subscription(id)?.latest_invoice.clone() {
            self.give_up_invoice(&invoice)?;
        }
        if ends { self.end(id, Some("payment_failed")) } else { self.edit(id, |one| one.status = Status::Unpaid) }
    }

    /// Pauses a subscription, or has it go on.
    pub(in crate::stripe) fn pause(&mut self, id: &str, pauses: bool) -> Result<Value, StripeError> {
        let (status, kind) = if pauses {
            (Status::Paused, "customer.subscription.paused")
        } else {
            (Status::Active, "customer.subscription.resumed")
        };
        if !pauses && self.subscription(id)?.status != Status::Paused {
            return Err(StripeError::refused("Only a paused subscription can be resumed."));
        }
        let rendered = self.edit(id, |subscription| subscription.status = status)?;
        self.happened(kind, rendered.clone(), None);
        Ok(rendered)
    }
}
