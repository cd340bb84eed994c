//! What is written to the books. Amounts are exact, in major units; accounts are the tenant's GL codes, which its mappings
//! gave.

use edge_database::text_column;
use edge_money::Currency;
use edge_time_zones::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A kind of document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DocumentKind {
    /// Whoever is billed.
    #[serde(rename = "customers")]
    Customer,
    /// What they are billed.
    #[serde(rename = "invoices")]
    Invoice,
    /// What they paid.
    #[serde(rename = "payments")]
    Payment,
    /// What they were given back.
    #[serde(rename = "refunds")]
    Refund,
    /// How it is posted to accounts.
    #[serde(rename = "journals")]
    Journal,
}

impl DocumentKind {
    /// All kinds, each after those that its documents refer to.
    pub const ALL: [Self; 5] = [Self::Customer, Self::Invoice, Self::Payment, Self::Refund, Self::Journal];

    /// Its name in requests and rows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customers",
            Self::Invoice => "invoices",
            Self::Payment => "payments",
            Self::Refund => "refunds",
            Self::Journal => "journals",
        }
    }

    /// The kind of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

text_column!(DocumentKind);

/// A document of the provider's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// Its id there.
    pub id: String,
    /// Its number there, where that is another than ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// What an update of it must carry: `SyncToken`, an ETag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Whether it is a draft that must still be posted ([`crate::AccountingClient::complete`]).
    #[serde(default)]
    pub draft: bool,
}

impl Recorded {
    /// A document that needs nothing more.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), number: None, version: None, draft: false }
    }
}

/// A postal address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    /// Street and number, a line each.
    pub lines: Vec<String>,
    /// The town.
    pub city: String,
    /// The state or region.
    pub region: String,
    /// The postal code.
    pub postal_code: String,
    /// Its country, ISO 3166-1 alpha-2.
    pub country: String,
}

/// Whoever is billed: an entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// Unique in the tenant, at most 20 characters of `A-Za-z0-9-`. The provider keeps it, and it is found by it.
    pub number: String,
    /// The name, as on invoices. Others may have the same: a provider that wants unique names gets `name (number)`.
    pub name: String,
    /// Where invoices go. Empty: nowhere.
    pub email: String,
    /// The tax number. Empty: none.
    pub tax_id: String,
    /// The currency that they are billed in.
    pub currency: Currency,
    /// The address.
    pub address: Address,
}

/// A line of an invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvoiceLine {
    /// What stands on it.
    pub description: String,
    /// How many.
    pub quantity: Decimal,
    /// The price of one.
    pub unit_price: Decimal,
    /// What the line comes to, without tax. It may differ from `quantity` × `unit_price` by rounding or a discount: then a
    /// provider that multiplies by itself gets 1 × `amount`.
    pub amount: Decimal,
    /// The account. Taxes are lines of their own, on the tax account, so that the total is the same to the cent wherever it
    /// is reckoned: lines carry no tax code.
    pub account: String,
}

impl InvoiceLine {
    /// Quantity and unit price whose product is the amount, with at most `places` decimals each.
    pub fn priced(&self, places: u32) -> (Decimal, Decimal) {
        let fits = |number: &Decimal| number.normalize().scale() <= places;
        let product = self.quantity.checked_mul(self.unit_price);
        if product == Some(self.amount) && fits(&self.quantity) && fits(&self.unit_price) {
            (self.quantity, self.unit_price)
        } else {
            (Decimal::ONE, self.amount)
        }
    }
}

/// An invoice that was finalised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invoice {
    /// Its number: unique in the tenant, at most 20 characters.
    pub number: String,
    /// The customer there.
    pub customer: Recorded,
    /// The customer's number.
    pub customer_number: String,
    /// Its date.
    pub date: Date,
    /// When it is due.
    pub due: Date,
    /// The currency.
    pub currency: Currency,
    /// The lines, taxes among them.
    pub lines: Vec<InvoiceLine>,
    /// What they come to.
    pub total: Decimal,
}

/// A payment of an invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// Its reference: unique in the tenant, at most 20 characters.
    pub number: String,
    /// The customer there.
    pub customer: Recorded,
    /// The customer's number.
    pub customer_number: String,
    /// The invoice there.
    pub invoice: Recorded,
    /// The invoice's number.
    pub invoice_number: String,
    /// When it was received.
    pub date: Date,
    /// The currency.
    pub currency: Currency,
    /// How much.
    pub amount: Decimal,
    /// The bank or cash account that it is in.
    pub account: String,
}

/// What a customer was given back of a payment: a credit of what was sold, paid out from the bank account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// Its reference: unique in the tenant, at most 20 characters.
    pub number: String,
    /// The customer there.
    pub customer: Recorded,
    /// The customer's number.
    pub customer_number: String,
    /// The number of the invoice whose payment is given back.
    pub invoice_number: String,
    /// When it was made.
    pub date: Date,
    /// The currency.
    pub currency: Currency,
    /// How much.
    pub amount: Decimal,
    /// What it was for.
    pub description: String,
    /// The bank or cash account that it was paid from.
    pub account: String,
    /// The account that is debited.
    pub refund_account: String,
}

/// A line of a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalLine {
    /// The account.
    pub account: String,
    /// Debits are positive, credits negative.
    pub amount: Decimal,
    /// What it is for.
    pub description: String,
}

/// A journal entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journal {
    /// Its reference: unique in the tenant, at most 20 characters.
    pub number: String,
    /// Its date.
    pub date: Date,
    /// The currency.
    pub currency: Currency,
    /// What it is for.
    pub description: String,
    /// The lines, whose sum is zero.
    pub lines: Vec<JournalLine>,
}

/// A document that is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Document {
    /// Whoever is billed.
    Customer(Customer),
    /// What they are billed.
    Invoice(Invoice),
    /// What they paid.
    Payment(Payment),
    /// What they were given back.
    Refund(Refund),
    /// How it is posted.
    Journal(Journal),
}

impl Document {
    /// Its kind.
    pub const fn kind(&self) -> DocumentKind {
        match self {
            Self::Customer(_) => DocumentKind::Customer,
            Self::Invoice(_) => DocumentKind::Invoice,
            Self::Payment(_) => DocumentKind::Payment,
            Self::Refund(_) => DocumentKind::Refund,
            Self::Journal(_) => DocumentKind::Journal,
        }
    }

    /// The number that it is found by.
    pub fn number(&self) -> &str {
        match self {
            Self::Customer(customer) => &customer.number,
            Self::Invoice(invoice) => &invoice.number,
            Self::Payment(payment) => &payment.number,
            Self::Refund(refund) => &refund.number,
            Self::Journal(journal) => &journal.number,
        }
    }
}
