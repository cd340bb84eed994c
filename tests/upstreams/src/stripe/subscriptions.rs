//! Subscriptions, each of one item.

mod changes;
mod periods;

use serde_json::{Map, Value, json};

use super::books::{Books, after, list};
use super::error::StripeError;
use super::invoices::Line;
use super::parameters::Parameters;

/// What a customer pays for again and again.
#[derive(Clone)]
pub(super) struct Subscription {
    pub(super) id: String,
    pub(super) customer: String,
    pub(super) item: Item,
    pub(super) status: Status,
    pub(super) created: i64,
    /// The instant that periods are counted from, and how many have begun.
    pub(super) anchor: i64,
    pub(super) periods: u32,
    pub(super) period: (i64, i64),
    pub(super) trial: Option<(i64, i64)>,
    pub(super) cancel_at_period_end: bool,
    pub(super) canceled_at: Option<i64>,
    pub(super) ended_at: Option<i64>,
    pub(super) reason: Option<&'static str>,
    pub(super) comment: Option<String>,
    pub(super) pause: Option<Pause>,
    pub(super) metadata: Map<String, Value>,
    pub(super) latest_invoice: Option<String>,
    /// What the next invoice adds for changes within the period.
    pub(super) pending_lines: Vec<Line>,
    pub(super) is_flexible: bool,
    /// What was debited for the rest of the period: a price and so many units.
    pub(super) debited: (String, i64),
}

#[derive(Clone)]
pub(super) struct Item {
    pub(super) id: String,
    pub(super) price: String,
    pub(super) quantity: i64,
    pub(super) created: i64,
}

/// What becomes of invoices while nothing is collected.
#[derive(Clone)]
pub(super) struct Pause {
    pub(super) behavior: String,
    pub(super) resumes_at: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Incomplete,
    Trialing,
    Active,
    PastDue,
    Unpaid,
    Paused,
    Canceled,
}

impl Status {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Incomplete => "incomplete",
            Self::Trialing => "trialing",
            Self::Active => "active",
            Self::PastDue => "past_due",
            Self::Unpaid => "unpaid",
            Self::Paused => "paused",
            Self::Canceled => "canceled",
        }
    }
}

/// What a new subscription is made of.
pub(super) struct NewSubscription {
    pub(super) customer: String,
    pub(super) price: String,
    pub(super) quantity: i64,
    pub(super) metadata: Map<String, Value>,
    pub(super) trial_end: Option<i64>,
    pub(super) is_flexible: bool,
}

impl Books {
    /// Makes a subscription, which is still to be paid; gives its id.
    pub(super) fn subscribe(&mut self, new: NewSubscription) -> Result<String, StripeError> {
        let now = self.now();
        let price = self.price(&new.price)?.clone();
        self.bind_currency(&new.customer, &price.currency)?;
        let end = match new.trial_end {
            Some(end) => end,
            None => after(now, &price.interval, price.interval_count)
                .ok_or_else(|| StripeError::refused("The period has no end."))?,
        };
        let id = self.next("sub");
        let item = Item { id: self.next("si"), price: new.price.clone(), quantity: new.quantity, created: now };
        let subscription = Subscription {
            id: id.clone(),
            customer: new.customer,
            item,
            status: Status::Incomplete,
            created: now,
            anchor: new.trial_end.unwrap_or(now),
            periods: u32::from(new.trial_end.is_none()),
            period: (now, end),
            trial: new.trial_end.map(|end| (now, end)),
            cancel_at_period_end: false,
            canceled_at: None,
            ended_at: None,
            reason: None,
            comment: None,
            pause: None,
            metadata: new.metadata,
            latest_invoice: None,
            pending_lines: Vec::new(),
            is_flexible: new.is_flexible,
            debited: (new.price, new.quantity),
        };
        self.subscriptions.insert(id.clone(), subscription);
        let rendered = self.render_subscription(&id)?;
        self.happened("customer.subscription.created", rendered, None);
        Ok(id)
    }

    /// Changes a subscription, and says so if anything changed.
    pub(super) fn edit(&mut self, id: &str, change: impl FnOnce(&mut Subscription)) -> Result<Value, StripeError> {
        let before = self.render_subscription(id)?;
        if let Some(subscription) = self.subscriptions.get_mut(id) {
            change(subscription);
        }
        let rendered = self.render_subscription(id)?;
        self.happened("customer.subscription.updated", rendered.clone(), Some(&before));
        Ok(rendered)
    }

    pub(super) fn list_subscriptions(&self, parameters: Parameters<'_>) -> Result<Value, StripeError> {
        let (customer, status) = (parameters.text("customer"), parameters.text("status"));
        let fits = |one: &&Subscription| {
            let has_status = match status {
                None => one.status != Status::Canceled,
                Some("all") => true,
                Some("ended") => one.status == Status::Canceled,
                Some(status) => one.status.as_str() == status,
            };
            has_status && customer.is_none_or(|customer| one.customer == customer)
        };
        let found = self.subscriptions.values().rev().filter(fits).map(|one| self.render_subscription(&one.id));
        Ok(list("/v1/subscriptions", found.collect::<Result<_, _>>()?))
    }

    pub(super) fn render_subscription(&self, id: &str) -> Result<Value, StripeError> {
        let subscription = self.subscription(id)?;
        let price = self.price(&subscription.item.price)?;
        let pause = subscription
            .pause
            .as_ref()
            .map(|pause| json!({"behavior": pause.behavior, "resumes_at": pause.resumes_at}));
        let cancel_at = subscription.cancel_at_period_end.then_some(subscription.period.1);
        let items = list(&format!("/v1/subscription_items?subscription={id}"), vec![self.render_item(subscription)?]);
        let mode = if subscription.is_flexible { "flexible" } else { "classic" };
        let flexible = subscription.is_flexible.then(|| json!({"proration_discounts": "included"}));
        Ok(json!({
            "id": id, "object": "subscription", "application": null, "application_fee_percent": null,
            "automatic_tax": {"disabled_reason": null, "enabled": false, "liability": null},
            "billing_cycle_anchor": subscription.anchor, "billing_cycle_anchor_config": null,
            "billing_mode": {"flexible": flexible, "type": mode}, "billing_schedules": [], "billing_thresholds": null,
            "cancel_at": cancel_at, "cancel_at_period_end": subscription.cancel_at_period_end,
            "canceled_at": subscription.canceled_at, "cancellation_details": {
                "comment": subscription.comment, "feedback": null, "feedback_option": null, "reason": subscription.reason,
            },
            "collection_method": "charge_automatically", "created": subscription.created, "currency": price.currency,
            "customer": subscription.customer, "customer_account": null, "days_until_due": null,
            "default_payment_method": null, "default_source": null, "default_tax_rates": [], "description": null,
            "discounts": [], "ended_at": subscription.ended_at, "invoice_settings": {
                "account_tax_ids": null, "custom_fields": null, "description": null, "footer": null,
                "issuer": {"type": "self"},
            },
            "items": items, "latest_invoice": subscription.latest_invoice, "livemode": false, "managed_payments": null,
            "metadata": subscription.metadata, "next_pending_invoice_item_invoice": null, "on_behalf_of": null,
            "pause_collection": pause, "payment_settings": {
                "payment_method_options": null, "payment_method_types": null, "save_default_payment_method": "off",
            },
            "pending_invoice_item_interval": null, "pending_setup_intent": null, "pending_update": null, "schedule": null,
            "start_date": subscription.created, "status": subscription.status.as_str(), "test_clock": null,
            "transfer_data": null, "trial_end": subscription.trial.map(|(_, end)| end), "trial_settings": {
                "end_behavior": {"billing_cycle_anchor": null, "missing_payment_method": "create_invoice"},
            },
            "trial_start": subscription.trial.map(|(start, _)| start),
        }))
    }

    pub(super) fn render_item(&self, subscription: &Subscription) -> Result<Value, StripeError> {
        let item = &subscription.item;
        let price = self.price(&item.price)?;
        Ok(json!({
            "id": item.id, "object": "subscription_item", "billing_thresholds": null, "created": item.created,
            "current_period_end": subscription.period.1, "current_period_start": subscription.period.0,
            "current_trial": null, "discounts": [], "metadata": {}, "plan": price.render_plan(), "price": price.render(),
            "quantity": item.quantity, "subscription": subscription.id, "tax_rates": [],
        }))
    }
}
