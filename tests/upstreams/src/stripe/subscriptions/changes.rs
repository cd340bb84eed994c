//! Changes within a period: of quantity and price, prorated to the second; of what happens at its end.

use edge_money::{PeriodShare, PricedQuantity, Proration};
use serde_json::Value;

use super::{Pause, Status};
use crate::stripe::books::{Books, after};
use crate::stripe::catalogue::Price;
use crate::stripe::error::StripeError;
use crate::stripe::invoices::{Invoice, Line};
use crate::stripe::parameters::Parameters;

impl Books {
    pub(in crate::stripe) fn update_subscription(
        &mut self,
        id: &str,
        parameters: Parameters<'_>,
    ) -> Result<Value, StripeError> {
        if self.subscription(id)?.status == Status::Canceled {
            let message = "A canceled subscription can only update its cancellation_details and metadata.";
            return Err(StripeError::refused(message));
        }
        if parameters.has("items") {
            self.change_item(id, &parameters.list("items"), parameters)?;
        }
        let now = self.now();
        let wanted = parameters.object("pause_collection");
        let pause = match (parameters.text("pause_collection"), wanted.text("behavior")) {
            // An empty text takes it away.
            (Some(_), _) => Some(None),
            (None, Some(behavior)) => {
                Some(Some(Pause { behavior: behavior.to_owned(), resumes_at: wanted.whole("resumes_at")? }))
            }
            (None, None) => None,
        };
        let comment = parameters.object("cancellation_details").text("comment").map(ToOwned::to_owned);
        self.edit(id, |subscription| {
            parameters.merge_metadata(&mut subscription.metadata);
            if let Some(pause) = pause {
                subscription.pause = pause;
            }
            subscription.comment = comment.or(subscription.comment.take());
            if let Some(cancels) = parameters.flag("cancel_at_period_end") {
                subscription.cancel_at_period_end = cancels;
                subscription.canceled_at = cancels.then_some(now);
                subscription.reason = cancels.then_some("cancellation_requested");
            }
        })?;
        if parameters.text("trial_end") == Some("now") && self.subscription(id)?.status == Status::Trialing {
            self.renew(id)?;
        }
        self.render_subscription(id)
    }

    /// Changes an item by its own address.
    pub(in crate::stripe) fn update_item(
        &mut self,
        item: &str,
        parameters: Parameters<'_>,
    ) -> Result<Value, StripeError> {
        let of_item = self.subscriptions.values().find(|one| one.item.id == item).map(|one| one.id.clone());
        let id = of_item.ok_or_else(|| StripeError::not_found("subscription_item", item))?;
        self.change_item(&id, &[parameters], parameters)?;
        self.render_item(self.subscription(&id)?)
    }

    /// The price and quantity that a change asks for.
    pub(in crate::stripe) fn wanted_item(
        &mut self,
        id: &str,
        changes: &[Parameters<'_>],
    ) -> Result<(String, i64), StripeError> {
        let item = self.subscription(id)?.item.clone();
        let [change] = changes else {
            return match changes {
                [] => Ok((item.price, item.quantity)),
                _ => Err(StripeError::wrong("items", "The stand-in keeps one item for each subscription.")),
            };
        };
        if let Some(other) = change.text("id").filter(|other| *other != item.id) {
            return Err(StripeError::no_such("subscription_item", other, "items[0][id]"));
        }
        let quantity = change.whole("quantity")?.unwrap_or(item.quantity);
        if quantity < 0 {
            return Err(StripeError::wrong("items[0][quantity]", "This value must be greater than or equal to 0."));
        }
        Ok((self.price_of(*change)?.unwrap_or(item.price), quantity))
    }

    fn change_item(
        &mut self,
        id: &str,
        changes: &[Parameters<'_>],
        parameters: Parameters<'_>,
    ) -> Result<(), StripeError> {
        let (price, quantity) = self.wanted_item(id, changes)?;
        let before = self.subscription(id)?.clone();
        if (price.as_str(), quantity) == (before.item.price.as_str(), before.item.quantity) {
            return Ok(());
        }
        let now = self.now();
        let at = parameters.whole("proration_date")?.unwrap_or(now);
        let behavior = parameters.text("proration_behavior").unwrap_or("create_prorations");
        let keeps_period = self.price(&price)?.has_interval_of(self.price(&before.item.price)?);
        let mut lines = match behavior {
            "none" => Vec::new(),
            _ => self.proration_lines(id, &price, quantity, at)?,
        };
        if !keeps_period {
            // What is left is credited, and a whole period of the new length begins.
            lines.truncate(1);
            lines.push(self.period_line(id, &price, quantity, now)?);
        }
        let is_billed = !matches!(before.status, Status::Trialing | Status::Paused);
        let invoices = is_billed && (behavior == "always_invoice" || !keeps_period) && !lines.is_empty();
        let due: i64 = lines.iter().map(|line| line.amount).sum();
        let must_be_paid = parameters.text("payment_behavior") == Some("error_if_incomplete");
        if invoices && must_be_paid && due > 0 && self.declined.contains(&before.customer) {
            return Err(StripeError::declined());
        }
        let period = lines.last().filter(|_| !keeps_period).map(|line| line.period);
        self.edit(id, |subscription| {
            (subscription.item.price, subscription.item.quantity) = (price.clone(), quantity);
            if behavior != "none" || !keeps_period {
                subscription.debited = (price, quantity);
            }
            if let Some(period) = period {
                (subscription.period, subscription.anchor, subscription.periods) = (period, now, 1);
            }
            if is_billed && !invoices {
                subscription.pending_lines.extend(lines.clone());
            }
        })?;
        if invoices {
            let period = self.subscription(id)?.period;
            let invoice = self.draft(id, "subscription_update", lines, period)?;
            self.bill(id, invoice)?;
        }
        Ok(())
    }

    /// Sends an invoice of a subscription, whose state follows whether it is paid.
    pub(super) fn bill(&mut self, id: &str, invoice: Invoice) -> Result<(), StripeError> {
        let (invoice, is_paid) = self.invoice_now(invoice)?;
        self.edit(id, |subscription| {
            subscription.latest_invoice = Some(invoice);
            let goes_on = matches!(subscription.status, Status::Incomplete | Status::PastDue | Status::Trialing);
            if !is_paid {
                subscription.status = Status::PastDue;
            } else if goes_on {
                subscription.status = Status::Active;
            }
        })?;
        Ok(())
    }

    /// The lines of a change at `at`: a credit for what was bought, a charge for what is.
    pub(in crate::stripe) fn proration_lines(
        &mut self,
        id: &str,
        price: &str,
        quantity: i64,
        at: i64,
    ) -> Result<Vec<Line>, StripeError> {
        let subscription = self.subscription(id)?.clone();
        let is_same = (subscription.item.price.as_str(), subscription.item.quantity) == (price, quantity);
        if is_same || matches!(subscription.status, Status::Trialing | Status::Paused) {
            return Ok(Vec::new());
        }
        let (start, end) = subscription.period;
        if !(start..=end).contains(&at) {
            return Err(StripeError::wrong("proration_date", "Cannot specify a time outside of the current period."));
        }
        // The flexible mode credits what was debited, the classic one what there is now.
        let (old, units) = if subscription.is_flexible {
            subscription.debited.clone()
        } else {
            (subscription.item.price.clone(), subscription.item.quantity)
        };
        let (old, new) = (self.price(&old)?.clone(), self.price(price)?.clone());
        let too_much = || StripeError::refused("The amount is out of range.");
        let share = PeriodShare::left_at(start, end, at).ok_or_else(too_much)?;
        let before = PricedQuantity { unit_price: old.unit_amount, quantity: units };
        let after = PricedQuantity { unit_price: new.unit_amount, quantity };
        let lines = Proration::of(before, after, share).ok_or_else(too_much)?;
        let mut line = |amount, lead: &str, price: &Price, quantity| Line {
            id: self.next("il"),
            amount,
            description: format!("{lead} on {quantity} × {}", price.product),
            quantity,
            price: price.id.clone(),
            period: (at, end),
            is_proration: true,
            item: subscription.item.id.clone(),
        };
        let credit = line(lines.credit, "Unused time", &old, units);
        Ok(vec![credit, line(lines.charge, "Remaining time", &new, quantity)])
    }

    /// The line for the period that begins at `start`.
    pub(in crate::stripe) fn period_line(
        &mut self,
        id: &str,
        price: &str,
        quantity: i64,
        start: i64,
    ) -> Result<Line, StripeError> {
        let price = self.price(price)?.clone();
        let subscription = self.subscription(id)?.clone();
        // Periods are counted from the anchor, so that one that began on the 31st comes back to it.
        let same = self.price(&subscription.item.price)?.has_interval_of(&price);
        let end = if same && start == subscription.period.1 {
            let count = subscription.periods.saturating_add(1).saturating_mul(price.interval_count);
            after(subscription.anchor, &price.interval, count)
        } else {
            after(start, &price.interval, price.interval_count)
        };
        let end = end.ok_or_else(|| StripeError::refused("The period has no end."))?;
        Ok(Line {
            id: self.next("il"),
            amount: price.total(quantity),
            description: format!("{quantity} × {} (at {} / {})", price.product, price.unit_amount, price.interval),
            quantity,
            price: price.id.clone(),
            period: (start, end),
            is_proration: false,
            item: subscription.item.id,
        })
    }
}
