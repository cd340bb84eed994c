//! Customers.

use serde_json::{Map, Value, json};

use super::books::{Books, list};
use super::error::StripeError;
use super::parameters::Parameters;
use super::subscriptions::Status;

/// Who pays.
pub(super) struct Customer {
    id: String,
    email: Option<String>,
    name: Option<String>,
    /// What the next invoices add, in Stripe's smallest unit; negative: what they take off.
    pub(super) balance: i64,
    currency: Option<String>,
    metadata: Map<String, Value>,
    created: i64,
}

impl Books {
    pub(super) fn create_customer(&mut self, parameters: Parameters<'_>) -> Value {
        let mut customer = Customer {
            id: self.next("cus"),
            email: None,
            name: None,
            balance: 0,
            currency: None,
            metadata: Map::new(),
            created: self.now(),
        };
        customer.set(parameters);
        let id = customer.id.clone();
        self.customers.insert(id.clone(), customer);
        let rendered = self.render_customer(&id).unwrap_or_default();
        self.happened("customer.created", rendered.clone(), None);
        rendered
    }

    pub(super) fn update_customer(&mut self, id: &str, parameters: Parameters<'_>) -> Result<Value, StripeError> {
        let before = self.render_customer(id)?;
        if let Some(customer) = self.customers.get_mut(id) {
            customer.set(parameters);
        }
        let rendered = self.render_customer(id)?;
        self.happened("customer.updated", rendered.clone(), Some(&before));
        Ok(rendered)
    }

    pub(super) fn list_customers(&self, parameters: Parameters<'_>) -> Value {
        let email = parameters.text("email");
        let ids = self.customers.values().filter(|one| email.is_none() || one.email.as_deref() == email);
        list("/v1/customers", ids.filter_map(|customer| self.render_customer(&customer.id).ok()).collect())
    }

    pub(super) fn render_customer(&self, id: &str) -> Result<Value, StripeError> {
        let customer = self.customers.get(id).ok_or_else(|| StripeError::not_found("customer", id))?;
        let owes = |status| matches!(status, Status::PastDue | Status::Unpaid);
        let is_delinquent = self.subscriptions.values().any(|one| one.customer == id && owes(one.status));
        Ok(json!({
            "id": id, "object": "customer", "address": null, "balance": customer.balance, "created": customer.created,
            "currency": customer.currency, "default_source": null, "delinquent": is_delinquent, "description": null,
            "discount": null, "email": customer.email, "invoice_prefix": "EDGE",
            "invoice_settings": {
                "custom_fields": null, "default_payment_method": null, "footer": null, "rendering_options": null,
            },
            "livemode": false, "metadata": customer.metadata, "name": customer.name, "next_invoice_sequence": 1,
            "phone": null, "preferred_locales": [], "shipping": null, "tax_exempt": "none", "test_clock": null,
        }))
    }

    /// Notes that a customer pays in this currency, which Stripe holds them to.
    pub(super) fn bind_currency(&mut self, id: &str, currency: &str) -> Result<(), StripeError> {
        let customer = self.customers.get_mut(id).ok_or_else(|| StripeError::no_such("customer", id, "customer"))?;
        match &customer.currency {
            Some(known) if known != currency => {
                let message = format!("You cannot combine currencies on a single customer. This customer has {known}.");
                Err(StripeError::refused(message))
            }
            _ => {
                customer.currency = Some(currency.to_owned());
                Ok(())
            }
        }
    }
}

impl Customer {
    fn set(&mut self, parameters: Parameters<'_>) {
        let text = |name| parameters.text(name).map(ToOwned::to_owned);
        self.email = text("email").or(self.email.take());
        self.name = text("name").or(self.name.take());
        parameters.merge_metadata(&mut self.metadata);
    }
}
