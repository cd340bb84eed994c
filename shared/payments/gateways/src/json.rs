//! JSON bodies, read piece by piece: numbers keep their digits, and what nobody asks for is not built.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use edge_capabilities::Timestamp;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::reading::Unreadable;
use edge_money::{Currency, Money, scaled};

/// The longest id or name, bytes.
const MAX_LEN: usize = 256;
/// 9999-12-31T23:59:59.999Z: no later instant can be written.
const LAST_INSTANT: i64 = 253_402_300_799_999;
/// Numbers from here on (1973 in milliseconds, 5138 in seconds) count milliseconds.
const MILLISECONDS_FROM: i64 = 100_000_000_000;

/// An object, its fields not yet looked at. One that has a field twice is refused: whom would one believe?
#[derive(Default)]
pub(crate) struct Object<'a>(BTreeMap<String, &'a RawValue>);

type Read<T> = Result<Option<T>, Unreadable>;

impl<'a> Object<'a> {
    /// Reads a whole body.
    pub(crate) fn parse(body: &'a [u8]) -> Option<Self> {
        serde_json::from_slice(body).ok()
    }

    /// The field, unless it is missing or null.
    fn field(&self, name: &str) -> Option<&'a RawValue> {
        self.0.get(name).copied().filter(|value| value.get() != "null")
    }

    /// The object in that field; None where there is none, or something else (an empty list is how PHP writes an empty
    /// object).
    pub(crate) fn object(&self, name: &'static str) -> Read<Object<'a>> {
        self.field(name).map_or(Ok(None), |value| object(value, name))
    }

    /// The objects in that field, which is a list or, as Stripe has it, an object with a list as its `data`.
    pub(crate) fn objects(&self, name: &'static str) -> Result<Vec<Object<'a>>, Unreadable> {
        let list = match self.object(name)? {
            Some(envelope) => envelope.field("data"),
            None => self.field(name),
        };
        let Some(list) = list else { return Ok(Vec::new()) };
        let items: Vec<&'a RawValue> = serde_json::from_str(list.get()).map_err(|_| Unreadable::Field(name))?;
        items.into_iter().filter_map(|item| object(item, name).transpose()).collect()
    }

    /// Every object that is a field of this one.
    pub(crate) fn children(&self, name: &'static str) -> Result<Vec<(&str, Object<'a>)>, Unreadable> {
        let children = self.0.iter().map(|(key, value)| Ok(object(value, name)?.map(|child| (key.as_str(), child))));
        children.filter_map(Result::transpose).collect()
    }

    /// An id or a name: a string or an integer, 1 to 256 bytes without control characters. Empty is as good as missing.
    pub(crate) fn text(&self, name: &'static str) -> Read<String> {
        let unreadable = Unreadable::Field(name);
        let Some(value) = self.field(name) else { return Ok(None) };
        let text: Cow<'_, str> = match string(value) {
            Some(text) => text.ok_or(unreadable)?.into(),
            None if value.get().bytes().all(|byte| byte.is_ascii_digit()) => value.get().into(),
            None => return Err(unreadable),
        };
        if text.len() > MAX_LEN || text.chars().any(char::is_control) {
            return Err(unreadable);
        }
        Ok((!text.is_empty()).then(|| text.into_owned()))
    }

    /// The field as the JSON that it is, where [`Object::text`] can read it.
    pub(crate) fn json(&self, name: &'static str) -> Read<String> {
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
    fn number(&self, name: &'static str) -> Read<Cow<'a, str>> {
        let Some(value) = self.field(name) else { return Ok(None) };
        match string(value) {
            Some(text) => {
                let text = text.ok_or(Unreadable::Field(name))?;
                Ok((!text.is_empty()).then_some(Cow::Owned(text)))
            }
            None => Ok(Some(Cow::Borrowed(value.get()))),
        }
    }

    /// An amount in the currency's main unit: rupees.
    pub(crate) fn amount(&self, name: &'static str, currency: Option<Currency>) -> Read<Money> {
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
    ) -> Read<Money> {
        let Some(digits) = self.number(name)? else { return Ok(None) };
        let currency = currency.ok_or(Unreadable::Missing("currency"))?;
        let minor = minor(&digits, currency).filter(|minor| *minor >= 0).ok_or(Unreadable::Field(name))?;
        Ok(Some(Money { minor, currency }))
    }

    /// A currency's code.
    pub(crate) fn currency(&self, name: &'static str) -> Read<Currency> {
        let code = self.text(name)?;
        code.map(|code| Currency::parse(&code).map_err(|_| Unreadable::Field(name))).transpose()
    }

    /// An instant, as [`Timestamp::parse_lenient`] reads it.
    pub(crate) fn instant(&self, name: &'static str) -> Read<Timestamp> {
        let Some(written) = self.number(name)? else { return Ok(None) };
        let instant = instant(&written).filter(|instant| (0..=LAST_INSTANT).contains(&instant.as_millis()));
        instant.map(Some).ok_or(Unreadable::Field(name))
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

fn object<'a>(value: &'a RawValue, name: &'static str) -> Read<Object<'a>> {
    if !value.get().starts_with('{') {
        return Ok(None);
    }
    serde_json::from_str(value.get()).map(Some).map_err(|_| Unreadable::Field(name))
}

/// None: not a string. Some(None): one that cannot be read, such as half of a surrogate pair.
fn string(value: &RawValue) -> Option<Option<String>> {
    value.get().starts_with('"').then(|| serde_json::from_str(value.get()).ok())
}

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Fields)
    }
}

struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Object<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = BTreeMap::new();
        while let Some((name, value)) = map.next_entry::<String, &'de RawValue>()? {
            if fields.insert(name, value).is_some() {
                return Err(A::Error::custom("a field comes twice"));
            }
        }
        Ok(Object(fields))
    }
}
