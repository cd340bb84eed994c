//! Products and their prices.

use serde_json::{Map, Value, json};

use super::books::{Books, list};
use super::error::StripeError;
use super::parameters::Parameters;

/// What is sold.
pub(super) struct Product {
    id: String,
    name: String,
    description: Option<String>,
    metadata: Map<String, Value>,
    created: i64,
}

/// What a unit of it costs for each interval.
#[derive(Clone)]
pub(super) struct Price {
    pub(super) id: String,
    pub(super) product: String,
    pub(super) currency: String,
    /// In Stripe's smallest unit.
    pub(super) unit_amount: i64,
    pub(super) interval: String,
    pub(super) interval_count: u32,
    lookup_key: Option<String>,
    nickname: Option<String>,
    metadata: Map<String, Value>,
    created: i64,
}

impl Product {
    fn render(&self) -> Value {
        json!({
            "id": self.id, "object": "product", "active": true, "created": self.created, "description": self.description,
            "images": [], "livemode": false, "marketing_features": [], "metadata": self.metadata, "name": self.name,
            "package_dimensions": null, "shippable": null, "tax_details": null, "type": "service", "updated": self.created,
            "url": null,
        })
    }
}

impl Price {
    /// What `quantity` units cost for a whole period.
    pub(super) fn total(&self, quantity: i64) -> i64 {
        self.unit_amount.saturating_mul(quantity)
    }

    /// Whether it is paid as often as the other.
    pub(super) fn has_interval_of(&self, other: &Self) -> bool {
        (self.interval.as_str(), self.interval_count) == (other.interval.as_str(), other.interval_count)
    }

    pub(super) fn render(&self) -> Value {
        json!({
            "id": self.id, "object": "price", "active": true, "billing_scheme": "per_unit", "created": self.created,
            "currency": self.currency, "custom_unit_amount": null, "livemode": false, "lookup_key": self.lookup_key,
            "metadata": self.metadata, "nickname": self.nickname, "product": self.product,
            "recurring": {
                "interval": self.interval, "interval_count": self.interval_count, "meter": null, "trial_period_days": null,
                "usage_type": "licensed",
            },
            "tax_behavior": "unspecified", "tiers_mode": null, "transform_quantity": null, "type": "recurring",
            "unit_amount": self.unit_amount, "unit_amount_decimal": self.unit_amount.to_string(),
        })
    }

    /// The same in the older shape, which items carry as well.
    pub(super) fn render_plan(&self) -> Value {
        json!({
            "id": self.id, "object": "plan", "active": true, "amount": self.unit_amount,
            "amount_decimal": self.unit_amount.to_string(), "billing_scheme": "per_unit", "created": self.created,
            "currency": self.currency, "interval": self.interval, "interval_count": self.interval_count, "livemode": false,
            "metadata": self.metadata, "meter": null, "nickname": self.nickname, "product": self.product,
            "tiers_mode": null, "transform_usage": null, "trial_period_days": null, "usage_type": "licensed",
        })
    }
}

impl Books {
    pub(super) fn create_product(&mut self, parameters: Parameters<'_>) -> Result<Value, StripeError> {
        let id = match parameters.text("id") {
            Some(id) if self.products.contains_key(id) => return Err(StripeError::refused("Product already exists.")),
            Some(id) => id.to_owned(),
            None => self.next("prod"),
        };
        let product = Product {
            id: id.clone(),
            name: parameters.required("name")?.to_owned(),
            description: parameters.text("description").map(ToOwned::to_owned),
            metadata: parameters.metadata(),
            created: self.now(),
        };
        let rendered = product.render();
        self.products.insert(id, product);
        self.happened("product.created", rendered.clone(), None);
        Ok(rendered)
    }

    pub(super) fn create_price(&mut self, parameters: Parameters<'_>) -> Result<Value, StripeError> {
        let id = self.new_price(parameters)?;
        let rendered = self.price(&id)?.render();
        self.happened("price.created", rendered.clone(), None);
        Ok(rendered)
    }

    /// Makes a price by itself, or within a session or an item; gives its id.
    pub(super) fn new_price(&mut self, parameters: Parameters<'_>) -> Result<String, StripeError> {
        let recurring = parameters.object("recurring");
        let lookup_key = parameters.text("lookup_key").map(ToOwned::to_owned);
        if lookup_key.is_some() && self.prices.values().any(|price| price.lookup_key == lookup_key) {
            let message = "A price already uses that lookup key.";
            return Err(StripeError::wrong("lookup_key", message));
        }
        let unit_amount = parameters.whole("unit_amount")?.ok_or_else(|| StripeError::missing("unit_amount"))?;
        let currency = parameters.required("currency")?.to_ascii_lowercase();
        let interval = recurring.required("interval")?.to_owned();
        let interval_count = recurring.whole("interval_count")?.unwrap_or(1);
        let product = match parameters.text("product") {
            Some(product) if self.products.contains_key(product) => product.to_owned(),
            Some(product) => return Err(StripeError::no_such("product", product, "product")),
            None => {
                let made = self.create_product(parameters.object("product_data"))?;
                made.get("id").and_then(Value::as_str).unwrap_or_default().to_owned()
            }
        };
        let price = Price {
            id: self.next("price"),
            product,
            currency,
            unit_amount,
            interval,
            interval_count: u32::try_from(interval_count)
                .map_err(|_| StripeError::wrong("recurring[interval_count]", "Invalid interval count"))?,
            lookup_key,
            nickname: parameters.text("nickname").map(ToOwned::to_owned),
            metadata: parameters.metadata(),
            created: self.now(),
        };
        let id = price.id.clone();
        self.prices.insert(id.clone(), price);
        Ok(id)
    }

    /// The price that an item names or describes.
    pub(super) fn price_of(&mut self, item: Parameters<'_>) -> Result<Option<String>, StripeError> {
        match item.text("price") {
            Some(price) => self.price(price).map(|price| Some(price.id.clone())),
            None if item.has("price_data") => self.new_price(item.object("price_data")).map(Some),
            None => Ok(None),
        }
    }

    pub(super) fn list_prices(&self, parameters: Parameters<'_>) -> Value {
        let keys = parameters.texts("lookup_keys");
        let product = parameters.text("product");
        let fits = |price: &&Price| {
            let has_key = keys.is_empty() || price.lookup_key.as_deref().is_some_and(|key| keys.contains(&key));
            has_key && product.is_none_or(|product| price.product == product)
        };
        list("/v1/prices", self.prices.values().filter(fits).map(Price::render).collect())
    }
}
