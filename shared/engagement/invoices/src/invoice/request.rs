//! The bodies of requests that create and update invoices, and their validation.

use edge_http::{FieldErrors, Problem};
use edge_money::{Currency, Digits};
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::model::{Customer, Invoice};
use super::totals::{Item, Totals};
use crate::settings::is_series;
use edge_time_zones::Date;

const MAX_LEN: usize = 256;
const MAX_TEXT: usize = 2_000;
const MAX_ITEMS: usize = 200;
const MAX_QUANTITY: Decimal = Decimal::from_parts(1_000_000_000, 0, 0, false, 0);
const MAX_QUANTITY_DECIMALS: u32 = 6;
const MAX_RATE_DECIMALS: u32 = 4;

/// The provider of an invoice with an `external_id` that names none.
const DEFAULT_PROVIDER: &str = "stripe";

/// A decimal number from its digits in JSON, or in a string. Never a float.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Number(Option<Decimal>);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let digits = raw.get().strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(raw.get());
        let is_number = digits.bytes().all(|byte| byte.is_ascii_digit() || b".-+eE".contains(&byte));
        let read = || Decimal::from_str_exact(digits).or_else(|_| Decimal::from_scientific(digits));
        Ok(Self(is_number.then(read).and_then(Result::ok)))
    }
}

/// A line of an invoice.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = InvoiceItemRequest)]
pub(crate) struct ItemRequest {
    /// What is charged: 1 to 256 bytes.
    description: String,
    /// How many, with at most 6 decimals. Default: 1.
    #[serde(default)]
    #[schema(value_type = Option<f64>)]
    quantity: Option<Number>,
    /// The price of one, in the invoice's currency. Negative: a discount.
    #[schema(value_type = f64)]
    unit_price: Digits,
    /// The tax on top, per cent: 0 to 100, with at most 4 decimals. Default: 0.
    #[serde(default)]
    #[schema(value_type = Option<f64>)]
    tax_rate: Option<Number>,
    /// The section of the invoice that it is in. Lines of one section stand together.
    #[serde(default)]
    section: Option<String>,
}

/// An invoice to create.
#[derive(Clone, Deserialize, ToSchema)]
pub(crate) struct CreateInvoiceRequest {
    /// Whom it is for.
    customer: Customer,
    /// The ISO 4217 code of the currency of all its amounts.
    currency: String,
    /// Its lines: 1 to 200.
    items: Vec<ItemRequest>,
    #[serde(flatten)]
    details: DetailsRequest,
}

/// What an invoice may have besides.
#[derive(Clone, Default, Deserialize, ToSchema)]
pub(crate) struct DetailsRequest {
    /// The series that it is numbered in: 1 to 16 letters and digits. Default: the tenant's setting `invoices.series`,
    /// else `INV`.
    #[serde(default)]
    series: Option<String>,
    /// Its date. Default: the day on which it is finalised, where the tenant is.
    #[serde(default)]
    #[schema(format = Date)]
    issue_date: Option<String>,
    /// The last day on which it is not overdue. Default: 14 days after its date, or the tenant's setting
    /// `invoices.due_days`.
    #[serde(default)]
    #[schema(format = Date)]
    due_date: Option<String>,
    /// A note to the customer: up to 2000 bytes.
    #[serde(default)]
    notes: Option<String>,
    /// The payment provider that knows it by `external_id`. Default: `stripe` where there is an `external_id`.
    #[serde(default)]
    provider: Option<String>,
    /// The account at the provider, where its ids are unique only within one.
    #[serde(default)]
    account: Option<String>,
    /// Its id at the provider. A tenant has one invoice of each provider, account and external id.
    #[serde(default)]
    external_id: Option<String>,
}

/// The changes to an invoice. Fields that are absent or null keep their values. Of a finalised invoice only `external_id`,
/// `provider` and `account` can be set, once.
#[derive(Clone, Deserialize, ToSchema)]
pub(crate) struct UpdateInvoiceRequest {
    /// Whom it is for.
    #[serde(default)]
    customer: Option<Customer>,
    /// The ISO 4217 code of the currency. With another currency, `items` are required.
    #[serde(default)]
    currency: Option<String>,
    /// Its lines: 1 to 200. They replace the present ones.
    #[serde(default)]
    items: Option<Vec<ItemRequest>>,
    #[serde(flatten)]
    details: DetailsRequest,
}

fn check_customer(errors: &mut FieldErrors, customer: &Customer) {
    let Customer { id, name, email, phone, address, tax_id, locale } = customer;
    let lines = [("id", id), ("name", name), ("phone", phone), ("tax_id", tax_id), ("locale", locale)];
    for (field, value) in lines {
        errors.check_text::<MAX_LEN>(format!("customer.{field}"), value.as_deref());
    }
    errors.check_lines::<MAX_TEXT>("customer.address", address.as_deref());
    errors.check_email("customer.email", email.as_deref());
    if customer.display_name().trim().is_empty() {
        errors.add("customer.name", "is required where there is no e-mail address");
    }
}

fn read_currency(errors: &mut FieldErrors, code: &str) -> Option<Currency> {
    Currency::parse(code).map_err(|invalid| errors.add("currency", invalid.to_string())).ok()
}

fn read_date(errors: &mut FieldErrors, field: &str, text: Option<&str>) -> Option<Date> {
    let date = Date::parse(text?);
    if date.is_none() {
        errors.add(field, "must be a date such as 2026-03-31");
    }
    date
}

fn read_items(errors: &mut FieldErrors, requests: &[ItemRequest], currency: Currency) -> Vec<Item> {
    if !(1..=MAX_ITEMS).contains(&requests.len()) {
        errors.add("items", format!("must be 1 to {MAX_ITEMS} lines"));
        return Vec::new();
    }
    let each = requests.iter().enumerate();
    each.filter_map(|(index, request)| read_item(errors, &format!("items[{index}]"), request, currency)).collect()
}

fn read_item(errors: &mut FieldErrors, path: &str, request: &ItemRequest, currency: Currency) -> Option<Item> {
    let ItemRequest { description, quantity, unit_price, tax_rate, section } = request;
    errors.check_text::<MAX_LEN>(format!("{path}.description"), Some(description));
    errors.check_text::<MAX_LEN>(format!("{path}.section"), section.as_deref());
    let quantity = quantity.map_or(Some(Decimal::ONE), |number| number.0);
    let quantity = quantity.filter(|quantity| {
        *quantity > Decimal::ZERO && *quantity <= MAX_QUANTITY && quantity.normalize().scale() <= MAX_QUANTITY_DECIMALS
    });
    if quantity.is_none() {
        let message = format!("must be above 0, at most {MAX_QUANTITY}, with at most {MAX_QUANTITY_DECIMALS} decimals");
        errors.add(format!("{path}.quantity"), message);
    }
    let tax_rate = tax_rate.map_or(Some(Decimal::ZERO), |number| number.0).filter(|rate| {
        (Decimal::ZERO..=Decimal::ONE_HUNDRED).contains(rate) && rate.normalize().scale() <= MAX_RATE_DECIMALS
    });
    if tax_rate.is_none() {
        let message = format!("must be per cent from 0 to 100, with at most {MAX_RATE_DECIMALS} decimals");
        errors.add(format!("{path}.tax_rate"), message);
    }
    let price =
        unit_price.read(currency).map_err(|invalid| errors.add(format!("{path}.unit_price"), invalid.to_string()));
    // Digits past the allowed decimals are zeros.
    let short = |number: Decimal, decimals| if number.scale() > decimals { number.normalize() } else { number };
    Some(Item {
        description: description.clone(),
        quantity: short(quantity?, MAX_QUANTITY_DECIMALS),
        unit_price: price.ok()?.minor,
        tax_rate: short(tax_rate?, MAX_RATE_DECIMALS),
        section: section.clone(),
    })
}

fn read_totals(errors: &mut FieldErrors, items: &[Item]) -> Option<Totals> {
    let totals = Totals::of(items);
    match &totals {
        None => errors.add("items", "have a total that is out of range"),
        Some(totals) if totals.total < 0 => errors.add("items", "have a total below zero"),
        Some(_) => {}
    }
    totals
}

fn read_details(errors: &mut FieldErrors, request: &DetailsRequest, invoice: &mut Invoice) {
    let DetailsRequest { series, issue_date, due_date, notes, provider, account, external_id } = request;
    if let Some(series) = series {
        if !is_series(series) {
            errors.add("series", "must be 1 to 16 letters and digits of ASCII");
        }
        invoice.series.clone_from(series);
    }
    errors.check_lines::<MAX_TEXT>("notes", notes.as_deref());
    let names = [("provider", provider), ("account", account), ("external_id", external_id)];
    for (field, value) in names {
        errors.check_text::<MAX_LEN>(field, value.as_deref());
    }
    if let Some(date) = read_date(errors, "issue_date", issue_date.as_deref()) {
        invoice.issue_date = Some(date);
    }
    if let Some(date) = read_date(errors, "due_date", due_date.as_deref()) {
        invoice.due_date = Some(date);
    }
    if notes.is_some() {
        invoice.notes = notes.clone().filter(|notes| !notes.is_empty());
    }
    request.set_external_id(invoice);
}

impl DetailsRequest {
    fn set_external_id(&self, invoice: &mut Invoice) {
        if let Some(external_id) = &self.external_id {
            invoice.external_id = Some(external_id.clone());
            if invoice.provider.is_empty() {
                DEFAULT_PROVIDER.clone_into(&mut invoice.provider);
            }
        }
        if let Some(provider) = &self.provider {
            invoice.provider.clone_from(provider);
        }
        if let Some(account) = &self.account {
            invoice.account.clone_from(account);
        }
    }

    /// Whether it says nothing but the invoice's name at the provider.
    const fn is_external_id(&self) -> bool {
        let Self { series, issue_date, due_date, notes, .. } = self;
        series.is_none() && issue_date.is_none() && due_date.is_none() && notes.is_none()
    }
}

impl CreateInvoiceRequest {
    /// Validates the request, and writes it into `invoice`.
    pub(crate) fn apply(&self, invoice: &mut Invoice) -> Result<(), Problem> {
        let mut errors = FieldErrors::default();
        check_customer(&mut errors, &self.customer);
        invoice.customer = self.customer.clone();
        read_details(&mut errors, &self.details, invoice);
        if let Some(currency) = read_currency(&mut errors, &self.currency) {
            let items = read_items(&mut errors, &self.items, currency);
            set_items(&mut errors, invoice, currency, items);
        }
        errors.finish().map_err(Problem::fields)
    }
}

fn set_items(errors: &mut FieldErrors, invoice: &mut Invoice, currency: Currency, items: Vec<Item>) {
    if let Some(Totals { amount, tax, total, .. }) = read_totals(errors, &items) {
        (invoice.currency, invoice.items) = (currency, items);
        (invoice.amount, invoice.tax, invoice.total) = (amount, tax, total);
    }
}

impl UpdateInvoiceRequest {
    /// Whether it does no more than give the invoice its name at the provider.
    pub(crate) const fn is_external_id(&self) -> bool {
        self.customer.is_none() && self.currency.is_none() && self.items.is_none() && self.details.is_external_id()
    }

    /// Validates the changes, and makes them to `invoice`.
    pub(crate) fn apply(&self, invoice: &mut Invoice) -> Result<(), Problem> {
        let mut errors = FieldErrors::default();
        if let Some(customer) = &self.customer {
            check_customer(&mut errors, customer);
            invoice.customer = customer.clone();
        }
        read_details(&mut errors, &self.details, invoice);
        let currency = self.currency.as_deref().map_or(Some(invoice.currency), |code| read_currency(&mut errors, code));
        match (currency, &self.items) {
            (Some(currency), Some(items)) => {
                let items = read_items(&mut errors, items, currency);
                set_items(&mut errors, invoice, currency, items);
            }
            (Some(currency), None) if currency != invoice.currency => {
                errors.add("items", "are required with another currency");
            }
            _ => {}
        }
        errors.finish().map_err(Problem::fields)
    }
}
