//! JSON bodies, read piece by piece: numbers keep their digits, and what nobody asks for is not built.

use std::borrow::Cow;
use std::fmt;

use edge_capabilities::Timestamp;
use edge_money::{Currency, Money, scaled};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::error::EventError;

/// The longest id or name, bytes.
const MAX_LEN: usize = 256;
/// 9999-12-31T23:59:59.999Z: no later instant can be written.
const LAST_INSTANT: i64 = 253_402_300_799_999;
/// Numbers from here on (1973 in milliseconds, 5138 in seconds) count milliseconds.
const MILLISECONDS_FROM: i64 = 100_000_000_000;

/// An object whose fields are not parsed yet, sorted by name. An object that has a field twice is refused: either of the two
/// values could be the true one.
#[derive(Default)]
pub(crate) struct JsonObject<'a>(Vec<(Name<'a>, &'a RawValue)>);

/// The name of a field.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Name<'a>(Cow<'a, str>);

type FieldResult<T> = Result<Option<T>, EventError>;

impl<'a> JsonObject<'a> {
    /// Reads a whole body.
    pub(crate) fn parse(body: &'a [u8]) -> Option<Self> {
        serde_json::from_slice(body).ok()
    }

    /// The field, unless it is missing or null.
    fn field(&self, name: &str) -> Option<&'a RawValue> {
        let place = self.0.binary_search_by(|(known, _)| known.0.as_ref().cmp(name)).ok()?;
        self.0.get(place).map(|(_, value)| *value).filter(|value| value.get() != "null")
    }

    /// The object in that field; None where there is none, or something else (an empty list is how PHP writes an empty
    /// object).
    pub(crate) fn object(&self, name: &'static str) -> FieldResult<JsonObject<'a>> {
        self.field(name).map_or(Ok(None), |value| object(value, name))
    }

    /// The objects in that field, which is a list or, as Stripe has it, an object with a list as its `data`.
    pub(crate) fn objects(&self, name: &'static str) -> Result<Vec<JsonObject<'a>>, EventError> {
        let list = match self.object(name)? {
            Some(envelope) => envelope.field("data"),
            None => self.field(name),
        };
        let Some(list) = list else { return Ok(Vec::new()) };
        let items: Vec<&'a RawValue> = serde_json::from_str(list.get()).map_err(|_| EventError::Field(name))?;
        items.into_iter().filter_map(|item| object(item, name).transpose()).collect()
    }

    /// Every object that is a field of this one.
    pub(crate) fn children(&self, name: &'static str) -> Result<Vec<(&str, JsonObject<'a>)>, EventError> {
        let children = self.0.iter().map(|(key, value)| Ok(object(value, name)?.map(|child| (key.0.as_ref(), child))));
        children.filter_map(Result::transpose).collect()
    }

    /// An id or a name: a string or an integer, 1 to 256 bytes without control characters. Empty is as good as missing.
    pub(crate) fn text(&self, name: &'static str) -> FieldResult<String> {
        let unreadable = EventError::Field(name);
        let Some(value) = self.field(name) else { return Ok(None) };
        let text: Cow<'_, str> = match string(value) {
            Some(text) => text.ok_or(unreadable)?,
            None if value.get().bytes().all(|byte| byte.is_ascii_digit()) => value.get().into(),
            None => return Err(unreadable),
        };
        if text.len() > MAX_LEN || text.chars().any(char::is_control) {
            return Err(unreadable);
        }
        Ok((!text.is_empty()).then(|| text.into_owned()))
    }

    /// The field as the JSON that it is, where [`JsonObject::text`] can read it.
    pub(crate) fn json(&self, name: &'static str) -> FieldResult<String> {
        Ok(self.text(name)?.and_then(|_| self.field(name)).map(|value| value.get().to_owned()))
    }

    /// A number of things, from 1; what cannot be read as one is not there.
    pub(crate) fn count(&self, name: &'static str) -> Option<i64> {
        self.text(name).ok()??.parse().ok().filter(|count| *count > 0)
    }

    /// A text for people: what is too long is cut, what cannot be read is not there.
    pub(crate) fn prose(&self, name: &str) -> Option<String> {
        let text = string(self.field(name)?)??;
        let legible = text.chars().map(|char| if char.is_control() { ' ' } else { char });
        let mut prose = String::new();
        for char in legible {
            if prose.len() + char.len_utf8() > MAX_LEN {
                break;
            }
            prose.push(char);
        }
        let prose = prose.trim();
        (!prose.is_empty()).then(|| prose.to_owned())
    }

    /// A number, as its digits: a JSON number, or one in a string.
    fn number(&self, name: &'static str) -> FieldResult<Cow<'a, str>> {
        let Some(value) = self.field(name) else { return Ok(None) };
        match string(value) {
            Some(text) => {
                let text = text.ok_or(EventError::Field(name))?;
                Ok((!text.is_empty()).then_some(text))
            }
            None => Ok(Some(Cow::Borrowed(value.get()))),
        }
    }

    /// An amount in the currency's main unit: rupees.
    pub(crate) fn amount(&self, name: &'static str, currency: Option<Currency>) -> FieldResult<Money> {
        self.money(name, currency, |digits, currency| scaled(digits, currency.exponent()).ok())
    }

    /// When a period begins or ends. What cannot be read is not there: how long a payment pays follows from what it bought
    /// then.
    pub(crate) fn period(&self, name: &'static str) -> Option<Timestamp> {
        self.instant(name).ok().flatten()
    }

    /// Whether the field is `true`.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.field(name).is_some_and(|value| value.get() == "true")
    }

    /// A whole number of some unit, which may be less than zero; what cannot be read as one is not there.
    pub(crate) fn whole(&self, name: &'static str) -> Option<i64> {
        scaled(&self.number(name).ok()??, 0).ok()
    }

    /// Whether there is something in that field.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.field(name).is_some()
    }

    /// An amount counted in units that `minor` turns into the currency's smallest.
    pub(crate) fn money(
        &self,
        name: &'static str,
        currency: Option<Currency>,
        minor: impl FnOnce(&str, Currency) -> Option<i64>,
    ) -> FieldResult<Money> {
        let Some(digits) = self.number(name)? else { return Ok(None) };
        let currency = currency.ok_or(EventError::Missing("currency"))?;
        let minor = minor(&digits, currency).filter(|minor| *minor >= 0).ok_or(EventError::Field(name))?;
        Ok(Some(Money { minor, currency }))
    }

    /// A currency's code.
    pub(crate) fn currency(&self, name: &'static str) -> FieldResult<Currency> {
        let code = self.text(name)?;
        code.map(|code| Currency::parse(&code).map_err(|_| EventError::Field(name))).transpose()
    }

    /// An instant, as [`Timestamp::parse_lenient`] reads it.
    pub(crate) fn instant(&self, name: &'static str) -> FieldResult<Timestamp> {
        let Some(written) = self.number(name)? else { return Ok(None) };
        let instant = instant(&written).filter(|instant| (0..=LAST_INSTANT).contains(&instant.as_millis()));
        instant.map(Some).ok_or(EventError::Field(name))
    }
}

fn instant(written: &str) -> Option<Timestamp> {
    Timestamp::parse_lenient(written).or_else(|| {
        // A number that is written with an exponent.
        let millis = scaled(written, 3).ok().filter(|_| written.contains(['e', 'E']))?;
        let counted = millis.div_euclid(1000);
        Some(Timestamp::from_millis(if counted < MILLISECONDS_FROM { millis } else { counted }))
    })
}

fn object<'a>(value: &'a RawValue, name: &'static str) -> FieldResult<JsonObject<'a>> {
    if !value.get().starts_with('{') {
        return Ok(None);
    }
    serde_json::from_str(value.get()).map(Some).map_err(|_| EventError::Field(name))
}

/// None: not a string. Some(None): one that cannot be read, such as half of a surrogate pair.
fn string(value: &RawValue) -> Option<Option<Cow<'_, str>>> {
    let quoted = value.get().strip_prefix('"')?;
    if quoted.contains('\\') {
        return Some(serde_json::from_str(value.get()).ok().map(Cow::Owned));
    }
    Some(quoted.strip_suffix('"').map(Cow::Borrowed))
}

impl<'de: 'a, 'a> Deserialize<'de> for JsonObject<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Name<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NameVisitor)
    }
}

struct NameVisitor;

impl<'de> Visitor<'de> for NameVisitor {
    type Value = Name<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string")
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Name(Cow::Borrowed(name)))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Name(Cow::Owned(name.to_owned())))
    }
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = JsonObject<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::with_capacity(16);
        while let Some(field) = map.next_entry::<Name<'de>, &'de RawValue>()? {
            fields.push(field);
        }
        fields.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        if fields.windows(2).any(|pair| matches!(pair, [(one, _), (other, _)] if one == other)) {
            return Err(A::Error::custom("a field comes twice"));
        }
        Ok(JsonObject(fields))
    }
}
