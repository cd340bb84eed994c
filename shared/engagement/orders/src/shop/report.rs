//! What a shop says of an order: the whole of it, or a part.

use edge_capabilities::Timestamp;
use edge_money::{Currency, Money};
use serde_json::Value;

use crate::order::{Customer, Item, MAX_QUANTITY, Refund, Shipment};

/// The longest text that is kept of a shop's, characters.
const MAX_TEXT: usize = 256;

/// The most lines of one order.
const MAX_ITEMS: usize = 5_000;

/// What a body says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Report {
    /// The whole order.
    Order(Box<OrderReport>),
    /// A shipment of the order with this id.
    Shipment(String, Shipment),
    /// A refund of the order with this id.
    Refund(String, Refund),
    /// The order with this id was deleted.
    Deleted(String),
    /// Nothing of an order, for this reason.
    Nothing(&'static str),
}

impl Report {
    /// The shop's id of the order.
    pub(crate) fn order(&self) -> Option<&str> {
        match self {
            Self::Order(report) => Some(&report.external_id),
            Self::Shipment(id, _) | Self::Refund(id, _) | Self::Deleted(id) => Some(id),
            Self::Nothing(_) => None,
        }
    }
}

/// A whole order, as it was at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OrderReport {
    pub(crate) external_id: String,
    pub(crate) order_number: String,
    /// When it was in this state, by the shop's clock.
    pub(crate) at: Timestamp,
    /// How far it had come: of two states of one second the further holds.
    pub(crate) progress: i64,
    /// Whether it is to be packed.
    pub(crate) is_confirmed: bool,
    pub(crate) cancelled_at: Option<Timestamp>,
    /// Whether all of it came back.
    pub(crate) is_returned: bool,
    pub(crate) customer: Customer,
    pub(crate) currency: Currency,
    pub(crate) total_amount: i64,
    pub(crate) items: Vec<Item>,
    pub(crate) shipments: Vec<Shipment>,
    /// Whether these are all shipments that there are: one that is not there did not take place.
    pub(crate) has_all_shipments: bool,
    pub(crate) refunds: Vec<Refund>,
    pub(crate) ordered_at: Timestamp,
}

/// The field of a body that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} cannot be read")]
pub(crate) struct Unreadable(pub(crate) &'static str);

/// An id: an integer of up to 64 bits with all its digits, or a text.
pub(crate) fn id(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::Number(number) => number.as_u64().map(|id| id.to_string()),
        Value::String(text) => line(Some(text)),
        _ => None,
    }
}

/// A text on one line, shortened; None: it is empty.
pub(crate) fn line(text: Option<&str>) -> Option<String> {
    let is_shown = |one: &char| !one.is_control();
    let line: String = text?.trim().chars().filter(is_shown).take(MAX_TEXT).collect();
    // What other fields may hold counts bytes.
    let end = line.char_indices().map(|(at, one)| at.saturating_add(one.len_utf8())).take_while(|end| *end <= MAX_TEXT);
    let line = line.get(..end.last()?)?;
    (!line.is_empty()).then(|| line.to_owned())
}

pub(crate) fn text(value: &Value, name: &str) -> Option<String> {
    line(value.get(name)?.as_str())
}

/// The objects in a list.
pub(crate) fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// How many: a whole number that is not negative.
pub(crate) fn count(value: &Value, name: &'static str) -> Result<i64, Unreadable> {
    let written = value.get(name).ok_or(Unreadable(name))?;
    let number = written.as_i64().or_else(|| written.as_str()?.parse().ok());
    number.filter(|number| (0..=MAX_QUANTITY).contains(number)).ok_or(Unreadable(name))
}

/// The items of an order, read one by one.
pub(crate) fn items(
    lines: &[Value],
    read: impl Fn(&Value) -> Result<Item, Unreadable>,
) -> Result<Vec<Item>, Unreadable> {
    if lines.len() > MAX_ITEMS {
        return Err(Unreadable("line_items"));
    }
    lines.iter().map(read).collect()
}

pub(crate) fn currency(value: &Value) -> Result<Currency, Unreadable> {
    let code = value.get("currency").and_then(Value::as_str).ok_or(Unreadable("currency"))?;
    Currency::parse(code).map_err(|_| Unreadable("currency"))
}

/// An amount as its digits, in a text or a number. Never a float.
pub(crate) fn amount(value: &Value, name: &'static str, currency: Currency) -> Result<i64, Unreadable> {
    let digits = match value.get(name) {
        Some(Value::String(text)) => text.trim().to_owned(),
        Some(Value::Number(number)) => number.to_string(),
        _ => return Err(Unreadable(name)),
    };
    Money::parse(&digits, currency).map(|money| money.minor).map_err(|_| Unreadable(name))
}

/// An address as people write it, line by line.
pub(crate) fn address(value: Option<&Value>, fields: &[&[&str]]) -> Option<String> {
    let value = value?;
    let line = |names: &&[&str]| {
        let parts: Vec<String> = names.iter().filter_map(|name| text(value, name)).collect();
        parts.join(" ")
    };
    let lines: Vec<String> = fields.iter().map(line).filter(|line| !line.is_empty()).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// First and last name.
pub(crate) fn name(value: Option<&Value>) -> Option<String> {
    let value = value?;
    let parts: Vec<String> = ["first_name", "last_name"].iter().filter_map(|name| text(value, name)).collect();
    line(Some(&parts.join(" ")))
}
