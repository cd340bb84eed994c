//! The parameters of a request, read by name.

use serde_json::{Map, Value};

use super::error::StripeError;

/// The parameters of a request, or of an object within them.
#[derive(Clone, Copy)]
pub(super) struct Parameters<'p>(pub(super) Option<&'p Value>);

impl<'p> Parameters<'p> {
    fn get(self, name: &str) -> Option<&'p Value> {
        self.0?.get(name)
    }

    pub(super) fn has(self, name: &str) -> bool {
        self.get(name).is_some()
    }

    pub(super) fn text(self, name: &str) -> Option<&'p str> {
        self.get(name)?.as_str()
    }

    pub(super) fn required(self, name: &str) -> Result<&'p str, StripeError> {
        self.text(name).filter(|text| !text.is_empty()).ok_or_else(|| StripeError::missing(name))
    }

    pub(super) fn whole(self, name: &str) -> Result<Option<i64>, StripeError> {
        let read = |text: &str| text.parse().map_err(|_| StripeError::no_integer(name, text));
        self.text(name).map(read).transpose()
    }

    pub(super) fn flag(self, name: &str) -> Option<bool> {
        self.text(name).map(|text| text == "true")
    }

    pub(super) fn object(self, name: &str) -> Self {
        Self(self.get(name))
    }

    pub(super) fn list(self, name: &str) -> Vec<Self> {
        let items = self.get(name).and_then(Value::as_array).into_iter().flatten();
        items.map(|item| Self(Some(item))).collect()
    }

    pub(super) fn texts(self, name: &str) -> Vec<&'p str> {
        self.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// What is to be written beside a thing: an empty text takes an entry away.
    pub(super) fn merge_metadata(self, metadata: &mut Map<String, Value>) {
        for (name, value) in self.get("metadata").and_then(Value::as_object).into_iter().flatten() {
            if value == "" {
                metadata.remove(name);
            } else {
                metadata.insert(name.clone(), value.clone());
            }
        }
    }

    pub(super) fn metadata(self) -> Map<String, Value> {
        let mut metadata = Map::new();
        self.merge_metadata(&mut metadata);
        metadata
    }
}
