//! Checkout sessions in mode `subscription`: what is offered to a customer, who pays it, lets it expire, or is declined.

use serde_json::{Map, Value, json};

use super::books::{Books, list};
use super::error::StripeError;
use super::parameters::Parameters;
use super::subscriptions::NewSubscription;

/// How long a session is open, seconds: unless told, and at least and at most.
const LIFE: i64 = 86_400;
const MIN_LIFE: i64 = 1_800;

/// An offer to a customer.
pub(super) struct Session {
    id: String,
    customer: Option<String>,
    email: Option<String>,
    price: String,
    quantity: i64,
    success_url: String,
    cancel_url: Option<String>,
    reference: Option<String>,
    metadata: Map<String, Value>,
    subscription_metadata: Map<String, Value>,
    trial_end: Trial,
    is_flexible: bool,
    created: i64,
    expires_at: i64,
    status: SessionStatus,
    subscription: Option<String>,
    invoice: Option<String>,
    /// Where the customer pays.
    url: String,
}

#[derive(Clone, Copy)]
enum Trial {
    None,
    Until(i64),
    Days(i64),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum SessionStatus {
    Open,
    Complete,
    Expired,
}

impl Books {
    pub(super) fn create_session(&mut self, parameters: Parameters<'_>, origin: &str) -> Result<Value, StripeError> {
        if parameters.text("mode") != Some("subscription") {
            return Err(StripeError::wrong("mode", "The stand-in knows the mode subscription alone."));
        }
        let success_url = parameters.required("success_url")?.to_owned();
        let items = parameters.list("line_items");
        let [item] = items.as_slice() else {
            let message = "The stand-in takes one item for each session.";
            return Err(if items.is_empty() {
                StripeError::missing("line_items")
            } else {
                StripeError::refused(message)
            });
        };
        let customer = parameters.text("customer").map(ToOwned::to_owned);
        if let Some(customer) = customer.as_ref().filter(|id| !self.customers.contains_key(*id)) {
            return Err(StripeError::no_such("customer", customer, "customer"));
        }
        let quantity = item.whole("quantity")?.ok_or_else(|| StripeError::missing("line_items[0][quantity]"))?;
        if quantity < 1 {
            return Err(StripeError::wrong(
                "line_items[0][quantity]",
                "This value must be greater than or equal to 1.",
            ));
        }
        let now = self.now();
        let expires_at = parameters.whole("expires_at")?.unwrap_or_else(|| now.saturating_add(LIFE));
        if !(MIN_LIFE..=LIFE).contains(&expires_at.saturating_sub(now)) {
            let message = "The `expires_at` timestamp must be between 30 minutes and 24 hours from now.";
            return Err(StripeError::wrong("expires_at", message));
        }
        let price = self.price_of(*item)?.ok_or_else(|| StripeError::missing("line_items[0][price]"))?;
        let data = parameters.object("subscription_data");
        let trial_end = match (data.whole("trial_end")?, data.whole("trial_period_days")?) {
            (Some(end), _) => Trial::Until(end),
            (None, Some(days)) if days >= 1 => Trial::Days(days),
            (None, Some(_)) => return Err(StripeError::wrong("subscription_data[trial_period_days]", "Invalid days")),
            (None, None) => Trial::None,
        };
        let id = self.next("cs_test");
        let session = Session {
            url: format!("{origin}/c/pay/{id}"),
            id: id.clone(),
            customer,
            email: parameters.text("customer_email").map(ToOwned::to_owned),
            price,
            quantity,
            success_url,
            cancel_url: parameters.text("cancel_url").map(ToOwned::to_owned),
            reference: parameters.text("client_reference_id").map(ToOwned::to_owned),
            metadata: parameters.metadata(),
            subscription_metadata: data.metadata(),
            trial_end,
            is_flexible: data.object("billing_mode").text("type") != Some("classic"),
            created: now,
            expires_at,
            status: SessionStatus::Open,
            subscription: None,
            invoice: None,
        };
        self.sessions.insert(id.clone(), session);
        self.render_session(&id)
    }

    fn session(&mut self, id: &str) -> Result<&mut Session, StripeError> {
        self.sessions.get_mut(id).ok_or_else(|| StripeError::not_found("checkout.session", id))
    }

    /// Has the customer pay. A declined card leaves the session as it is.
    pub(super) fn pay_session(&mut self, id: &str) -> Result<Value, StripeError> {
        self.expire_if_old(id)?;
        let session = self.session(id)?;
        if session.status != SessionStatus::Open {
            return Err(StripeError::refused("This Checkout Session is no longer open."));
        }
        let (known, email) = (session.customer.clone(), session.email.clone());
        if known.as_ref().is_some_and(|customer| self.declined.contains(customer)) {
            return Err(StripeError::declined());
        }
        let customer = match known {
            Some(customer) => customer,
            None => {
                let email = json!({ "email": email });
                let made = self.create_customer(Parameters(Some(&email)));
                made.get("id").and_then(Value::as_str).unwrap_or_default().to_owned()
            }
        };
        let now = self.now();
        let session = self.session(id)?;
        session.customer = Some(customer.clone());
        let trial_end = match session.trial_end {
            Trial::None => None,
            Trial::Until(end) => Some(end),
            Trial::Days(days) => Some(now.saturating_add(days.saturating_mul(86_400))),
        };
        let new = NewSubscription {
            customer,
            price: session.price.clone(),
            quantity: session.quantity,
            metadata: session.subscription_metadata.clone(),
            trial_end,
            is_flexible: session.is_flexible,
        };
        let subscription = self.subscribe(new)?;
        let invoice = self.start(&subscription)?;
        let session = self.session(id)?;
        (session.subscription, session.invoice) = (Some(subscription), Some(invoice));
        session.status = SessionStatus::Complete;
        let rendered = self.render_session(id)?;
        self.happened("checkout.session.completed", rendered.clone(), None);
        Ok(rendered)
    }

    pub(super) fn expire_session(&mut self, id: &str) -> Result<Value, StripeError> {
        let session = self.session(id)?;
        if session.status != SessionStatus::Open {
            return Err(StripeError::refused("Only Checkout Sessions with a status in [\"open\"] can be expired."));
        }
        session.status = SessionStatus::Expired;
        let rendered = self.render_session(id)?;
        self.happened("checkout.session.expired", rendered.clone(), None);
        Ok(rendered)
    }

    fn expire_if_old(&mut self, id: &str) -> Result<(), StripeError> {
        let now = self.now();
        let session = self.session(id)?;
        if session.status == SessionStatus::Open && session.expires_at <= now {
            self.expire_session(id)?;
        }
        Ok(())
    }

    pub(super) fn show_session(&mut self, id: &str) -> Result<Value, StripeError> {
        self.expire_if_old(id)?;
        self.render_session(id)
    }

    pub(super) fn list_sessions(&self, parameters: Parameters<'_>) -> Result<Value, StripeError> {
        let (customer, subscription) = (parameters.text("customer"), parameters.text("subscription"));
        let fits = |session: &&Session| {
            customer.is_none_or(|id| session.customer.as_deref() == Some(id))
                && subscription.is_none_or(|id| session.subscription.as_deref() == Some(id))
        };
        let found = self.sessions.values().rev().filter(fits).map(|session| self.render_session(&session.id));
        Ok(list("/v1/checkout/sessions", found.collect::<Result<_, _>>()?))
    }

    /// Where the customer comes back to who has paid.
    pub(super) fn return_url(&self, id: &str) -> Option<String> {
        let session = self.sessions.get(id)?;
        Some(session.success_url.replace("{CHECKOUT_SESSION_ID}", id))
    }

    fn render_session(&self, id: &str) -> Result<Value, StripeError> {
        let session = self.sessions.get(id).ok_or_else(|| StripeError::not_found("checkout.session", id))?;
        let price = self.price(&session.price)?;
        let total = if matches!(session.trial_end, Trial::None) { price.total(session.quantity) } else { 0 };
        let (status, payment_status) = match (session.status, total) {
            (SessionStatus::Open, _) => ("open", "unpaid"),
            (SessionStatus::Expired, _) => ("expired", "unpaid"),
            (SessionStatus::Complete, 0) => ("complete", "no_payment_required"),
            (SessionStatus::Complete, _) => ("complete", "paid"),
        };
        let customer = session.customer.as_ref().and_then(|customer| self.render_customer(customer).ok());
        let details = customer.as_ref().map(|customer| {
            json!({
                "address": null, "business_name": null, "email": customer.get("email"), "individual_name": null,
                "name": customer.get("name"), "phone": null, "tax_exempt": "none", "tax_ids": null,
            })
        });
        let url = (session.status == SessionStatus::Open).then_some(&session.url);
        Ok(json!({
            "id": id, "object": "checkout.session", "adaptive_pricing": null, "after_expiration": null,
            "allow_promotion_codes": null, "allowed_payment_method_types": null, "amount_subtotal": total,
            "amount_total": total, "automatic_tax": {"enabled": false, "liability": null, "provider": null, "status": null},
            "billing_address_collection": null, "cancel_url": session.cancel_url, "client_reference_id": session.reference,
            "client_secret": null, "collected_information": null, "consent": null, "consent_collection": null,
            "created": session.created, "currency": price.currency, "currency_conversion": null, "custom_fields": [],
            "custom_text": {
                "after_submit": null, "shipping_address": null, "submit": null, "terms_of_service_acceptance": null,
            },
            "customer": session.customer, "customer_account": null, "customer_creation": null, "customer_details": details,
            "customer_email": session.email, "discounts": [], "expires_at": session.expires_at,
            "integration_identifier": null, "invoice": session.invoice, "invoice_creation": null, "livemode": false,
            "locale": null, "managed_payments": null, "metadata": session.metadata, "mode": "subscription",
            "origin_context": null, "payment_intent": null, "payment_link": null, "payment_method_collection": "always",
            "payment_method_configuration_details": null, "payment_method_options": {}, "payment_method_types": ["card"],
            "payment_status": payment_status, "permissions": null, "recovered_from": null,
            "saved_payment_method_options": null, "setup_intent": null, "shipping_address_collection": null,
            "shipping_cost": null, "shipping_options": [], "status": status, "submit_type": null,
            "subscription": session.subscription, "success_url": session.success_url,
            "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0}, "ui_mode": "hosted_page",
            "url": url, "wallet_options": null,
        }))
    }
}
