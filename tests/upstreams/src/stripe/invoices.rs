//! Invoices: their lines, what is due for them, and attempts to collect it.

use serde_json::{Map, Value, json};

use super::books::{Books, list};
use super::error::StripeError;
use super::parameters::Parameters;
use super::subscriptions::Status;

/// How long after a failed charge the next is tried, seconds.
const RETRY_AFTER: i64 = 3 * 86_400;

/// What a customer is asked to pay.
pub(super) struct Invoice {
    pub(super) id: String,
    number: Option<String>,
    customer: String,
    pub(super) subscription: String,
    currency: String,
    reason: &'static str,
    pub(super) status: InvoiceStatus,
    pub(super) lines: Vec<Line>,
    created: i64,
    period: (i64, i64),
    starting_balance: i64,
    ending_balance: Option<i64>,
    attempts: u32,
    next_attempt: Option<i64>,
    finalized_at: Option<i64>,
    paid_at: Option<i64>,
    voided_at: Option<i64>,
    uncollectible_at: Option<i64>,
    proration_date: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InvoiceStatus {
    Draft,
    Open,
    Paid,
    Void,
    Uncollectible,
}

/// A line of an invoice.
#[derive(Clone)]
pub(super) struct Line {
    pub(super) id: String,
    pub(super) amount: i64,
    pub(super) description: String,
    pub(super) quantity: i64,
    pub(super) price: String,
    pub(super) period: (i64, i64),
    pub(super) is_proration: bool,
    pub(super) item: String,
}

impl InvoiceStatus {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Open => "open",
            Self::Paid => "paid",
            Self::Void => "void",
            Self::Uncollectible => "uncollectible",
        }
    }
}

impl Invoice {
    fn total(&self) -> i64 {
        self.lines.iter().fold(0, |sum, line| sum.saturating_add(line.amount))
    }

    /// What is to be paid once the customer's balance is taken into account.
    fn amount_due(&self) -> i64 {
        self.total().saturating_add(self.starting_balance).max(0)
    }
}

impl Books {
    /// An invoice that nobody was sent yet.
    pub(super) fn draft(
        &mut self,
        subscription: &str,
        reason: &'static str,
        lines: Vec<Line>,
        period: (i64, i64),
    ) -> Result<Invoice, StripeError> {
        let (customer, currency) = {
            let subscription = self.subscription(subscription)?;
            (subscription.customer.clone(), self.price(&subscription.item.price)?.currency.clone())
        };
        let starting_balance = self.customers.get(&customer).map_or(0, |customer| customer.balance);
        Ok(Invoice {
            id: self.next("in"),
            number: None,
            customer,
            subscription: subscription.to_owned(),
            currency,
            reason,
            status: InvoiceStatus::Draft,
            lines,
            created: self.now(),
            period,
            starting_balance,
            ending_balance: None,
            attempts: 0,
            next_attempt: None,
            finalized_at: None,
            paid_at: None,
            voided_at: None,
            uncollectible_at: None,
            proration_date: None,
        })
    }

    /// Sends an invoice and tries to collect it; gives its id, and whether it was paid.
    pub(super) fn invoice_now(&mut self, mut invoice: Invoice) -> Result<(String, bool), StripeError> {
        let id = invoice.id.clone();
        invoice.number = Some(self.invoice_number());
        invoice.status = InvoiceStatus::Open;
        invoice.finalized_at = Some(self.now());
        self.invoices.insert(id.clone(), invoice);
        for kind in ["invoice.created", "invoice.finalized"] {
            let rendered = self.render_invoice(self.invoice(&id)?)?;
            self.happened(kind, rendered, None);
        }
        let is_paid = self.collect(&id)?;
        Ok((id, is_paid))
    }

    /// Tries to collect an open invoice; gives whether it was paid.
    pub(super) fn collect(&mut self, id: &str) -> Result<bool, StripeError> {
        let now = self.now();
        let (customer, due) = {
            let invoice = self.invoice(id)?;
            (invoice.customer.clone(), invoice.amount_due())
        };
        let is_declined = due > 0 && self.declined.contains(&customer);
        let Some(invoice) = self.invoices.get_mut(id) else { return Ok(false) };
        if is_declined {
            invoice.attempts = invoice.attempts.saturating_add(1);
            invoice.next_attempt = Some(now.saturating_add(RETRY_AFTER));
        } else {
            let ending = invoice.total().saturating_add(invoice.starting_balance).min(0);
            invoice.attempts = invoice.attempts.saturating_add(u32::from(due > 0));
            invoice.status = InvoiceStatus::Paid;
            (invoice.ending_balance, invoice.paid_at, invoice.next_attempt) = (Some(ending), Some(now), None);
            if let Some(customer) = self.customers.get_mut(&customer) {
                customer.balance = ending;
            }
        }
        let kinds: &[&str] =
            if is_declined { &["invoice.payment_failed"] } else { &["invoice.paid", "invoice.payment_succeeded"] };
        for kind in kinds {
            let rendered = self.render_invoice(self.invoice(id)?)?;
            self.happened(kind, rendered, None);
        }
        Ok(!is_declined)
    }

    pub(super) fn pay_invoice(&mut self, id: &str) -> Result<Value, StripeError> {
        match self.invoice(id)?.status {
            InvoiceStatus::Open | InvoiceStatus::Uncollectible => {}
            InvoiceStatus::Paid => return Err(StripeError::refused("Invoice is already paid")),
            status => return Err(StripeError::refused(format!("Invoice is {}", status.as_str()))),
        }
        if !self.collect(id)? {
            return Err(StripeError::declined());
        }
        self.settle_latest(id)?;
        self.render_invoice(self.invoice(id)?)
    }

    /// Has a subscription go on whose latest invoice is no longer to be collected: it was paid, or it is void.
    fn settle_latest(&mut self, invoice: &str) -> Result<(), StripeError> {
        let subscription = self.invoice(invoice)?.subscription.clone();
        let is_latest = self.subscription(&subscription)?.latest_invoice.as_deref() == Some(invoice);
        self.edit(&subscription, |subscription| {
            if is_latest && matches!(subscription.status, Status::PastDue | Status::Unpaid) {
                subscription.status = Status::Active;
            }
        })?;
        Ok(())
    }

    pub(super) fn void_invoice(&mut self, id: &str) -> Result<Value, StripeError> {
        let now = self.now();
        if !matches!(self.invoice(id)?.status, InvoiceStatus::Open | InvoiceStatus::Uncollectible) {
            let message = "You can only pass in open invoices. This invoice isn't open.";
            return Err(StripeError::refused(message));
        }
        if let Some(invoice) = self.invoices.get_mut(id) {
            (invoice.status, invoice.voided_at, invoice.next_attempt) = (InvoiceStatus::Void, Some(now), None);
        }
        let rendered = self.render_invoice(self.invoice(id)?)?;
        self.happened("invoice.voided", rendered.clone(), None);
        self.settle_latest(id)?;
        Ok(rendered)
    }

    /// Gives an invoice up: nobody is charged for it again by itself.
    pub(super) fn give_up_invoice(&mut self, id: &str) -> Result<(), StripeError> {
        let now = self.now();
        if let Some(invoice) = self.invoices.get_mut(id).filter(|invoice| invoice.status == InvoiceStatus::Open) {
            (invoice.status, invoice.next_attempt) = (InvoiceStatus::Uncollectible, None);
            invoice.uncollectible_at = Some(now);
            let rendered = self.render_invoice(self.invoice(id)?)?;
            self.happened("invoice.marked_uncollectible", rendered, None);
        }
        Ok(())
    }

    pub(super) fn list_invoices(&self, parameters: Parameters<'_>) -> Result<Value, StripeError> {
        let (subscription, customer) = (parameters.text("subscription"), parameters.text("customer"));
        let status = parameters.text("status");
        let fits = |invoice: &&Invoice| {
            subscription.is_none_or(|id| invoice.subscription == id)
                && customer.is_none_or(|id| invoice.customer == id)
                && status.is_none_or(|status| invoice.status.as_str() == status)
        };
        // Newest first.
        let found = self.invoices.values().rev().filter(fits).map(|invoice| self.render_invoice(invoice));
        Ok(list("/v1/invoices", found.collect::<Result<_, _>>()?))
    }

    pub(super) fn render_invoice(&self, invoice: &Invoice) -> Result<Value, StripeError> {
        let customer = self.customers.get(&invoice.customer);
        let metadata = self.subscription(&invoice.subscription)?.metadata.clone();
        let (total, due) = (invoice.total(), invoice.amount_due());
        let paid = if invoice.status == InvoiceStatus::Paid { due } else { 0 };
        let lines: Result<Vec<Value>, StripeError> =
            invoice.lines.iter().map(|line| self.render_line(invoice, line, &metadata)).collect();
        let mut details = json!({"metadata": metadata, "subscription": invoice.subscription});
        if let (Some(date), Some(details)) = (invoice.proration_date, details.as_object_mut()) {
            details.insert("subscription_proration_date".to_owned(), json!(date));
        }
        let customer = customer.and_then(|_| self.render_customer(&invoice.customer).ok()).unwrap_or_default();
        Ok(json!({
            "id": invoice.id, "object": "invoice", "account_country": "US", "account_name": "Edge", "account_tax_ids": null,
            "amount_due": due, "amount_overpaid": 0, "amount_paid": paid, "amount_remaining": due.saturating_sub(paid),
            "amount_shipping": 0, "application": null, "attempt_count": invoice.attempts, "attempted": invoice.attempts > 0,
            "auto_advance": invoice.status == InvoiceStatus::Open, "automatic_tax": {
                "disabled_reason": null, "enabled": false, "liability": null, "provider": null, "status": null,
            },
            "automatically_finalizes_at": null, "billing_reason": invoice.reason,
            "collection_method": "charge_automatically", "created": invoice.created, "currency": invoice.currency,
            "custom_fields": null, "customer": invoice.customer, "customer_account": null, "customer_address": null,
            "customer_email": customer.get("email"), "customer_name": customer.get("name"), "customer_phone": null,
            "customer_shipping": null, "customer_tax_exempt": "none", "customer_tax_ids": [],
            "default_payment_method": null, "default_source": null, "default_tax_rates": [], "description": null,
            "discounts": [], "due_date": null, "effective_at": invoice.finalized_at,
            "ending_balance": invoice.ending_balance, "footer": null, "from_invoice": null, "hosted_invoice_url": null,
            "invoice_pdf": null, "issuer": {"type": "self"}, "last_finalization_error": null, "latest_revision": null,
            "lines": list(&format!("/v1/invoices/{}/lines", invoice.id), lines?), "livemode": false, "metadata": {},
            "next_payment_attempt": invoice.next_attempt, "number": invoice.number, "on_behalf_of": null,
            "parent": {"quote_details": null, "subscription_details": details, "type": "subscription_details"},
            "payment_settings": {"default_mandate": null, "payment_method_options": null, "payment_method_types": null},
            "period_end": invoice.period.1, "period_start": invoice.period.0, "post_payment_credit_notes_amount": 0,
            "pre_payment_credit_notes_amount": 0, "receipt_number": null, "rendering": null, "shipping_cost": null,
            "shipping_details": null, "starting_balance": invoice.starting_balance, "statement_descriptor": null,
            "status": invoice.status.as_str(), "status_transitions": {
                "finalized_at": invoice.finalized_at, "marked_uncollectible_at": invoice.uncollectible_at,
                "paid_at": invoice.paid_at, "voided_at": invoice.voided_at,
            },
            "subtotal": total, "subtotal_excluding_tax": total, "test_clock": null, "total": total,
            "total_discount_amounts": [], "total_excluding_tax": total, "total_pretax_credit_amounts": [],
            "total_taxes": [], "webhooks_delivered_at": null,
        }))
    }

    fn render_line(&self, invoice: &Invoice, line: &Line, metadata: &Map<String, Value>) -> Result<Value, StripeError> {
        let price = self.price(&line.price)?;
        Ok(json!({
            "id": line.id, "object": "line_item", "amount": line.amount, "currency": invoice.currency,
            "description": line.description, "discount_amounts": [], "discountable": !line.is_proration, "discounts": [],
            "invoice": invoice.id, "livemode": false, "metadata": metadata, "parent": {
                "invoice_item_details": null, "subscription_item_details": {
                    "invoice_item": null, "proration": line.is_proration,
                    "proration_details": {"credited_items": null}, "subscription": invoice.subscription,
                    "subscription_item": line.item,
                },
                "type": "subscription_item_details",
            },
            "period": {"end": line.period.1, "start": line.period.0}, "pretax_credit_amounts": [], "pricing": {
                "price_details": {"price": line.price, "product": price.product}, "type": "price_details",
                "unit_amount_decimal": price.unit_amount.to_string(),
            },
            "quantity": line.quantity, "quantity_decimal": line.quantity.to_string(),
            "subscription": invoice.subscription, "subtotal": line.amount, "taxes": [],
        }))
    }

    /// The invoice that a change would bring.
    pub(super) fn preview_invoice(&mut self, parameters: Parameters<'_>) -> Result<Value, StripeError> {
        let id = parameters.required("subscription")?.to_owned();
        self.subscriptions.get(&id).ok_or_else(|| StripeError::no_such("subscription", &id, "subscription"))?;
        let details = parameters.object("subscription_details");
        let changes = details.list("items");
        let (price, quantity) = self.wanted_item(&id, &changes)?;
        let at = details.whole("proration_date")?.unwrap_or_else(|| self.now());
        let behavior = details.text("proration_behavior").unwrap_or("create_prorations");
        let mut lines = match behavior {
            "none" => Vec::new(),
            _ => self.proration_lines(&id, &price, quantity, at)?,
        };
        let mut reason = "subscription_update";
        let period = self.subscription(&id)?.period;
        if behavior != "always_invoice" && !details.flag("cancel_at_period_end").unwrap_or(false) {
            // What is not invoiced at once comes with the renewal.
            lines.splice(0..0, self.subscription(&id)?.pending_lines.clone());
            lines.push(self.period_line(&id, &price, quantity, period.1)?);
            reason = "upcoming";
        }
        let mut invoice = self.draft(&id, reason, lines, period)?;
        invoice.id = format!("upcoming_{}", invoice.id);
        invoice.proration_date = (behavior != "none").then_some(at);
        self.render_invoice(&invoice)
    }
}
