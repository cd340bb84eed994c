//! Who is sent a step.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What a contact did since it was enrolled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Engagement {
    pub(crate) has_replied: bool,
    pub(crate) has_clicked: bool,
}

/// Who is sent a step: those of whom all of this holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Conditions {
    /// Whether the contact replied since it was enrolled. None: either.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) replied: Option<bool>,
    /// Whether the contact followed a link since it was enrolled. None: either.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) clicked: Option<bool>,
    /// The contact's attributes: a value, one of several, or null where there is none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) attributes: BTreeMap<String, Value>,
}

impl Conditions {
    /// Whether they ask what the contact did.
    pub(crate) const fn ask_for_engagement(&self) -> bool {
        self.replied.is_some() || self.clicked.is_some()
    }

    /// Whether they hold for a contact with these attributes that did this.
    pub(crate) fn hold(&self, attributes: &Map<String, Value>, engagement: Engagement) -> bool {
        let is = |wanted: Option<bool>, actual: bool| wanted.is_none_or(|wanted| wanted == actual);
        is(self.replied, engagement.has_replied)
            && is(self.clicked, engagement.has_clicked)
            && self.attributes.iter().all(|(name, wanted)| {
                let actual = attributes.get(name).unwrap_or(&Value::Null);
                match wanted {
                    Value::Array(several) => several.contains(actual),
                    one => one == actual,
                }
            })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn conditions_hold_where_all_that_they_say_does() {
        let (none, replied) = (Engagement::default(), Engagement { has_replied: true, has_clicked: false });
        let clicked = Engagement { has_replied: false, has_clicked: true };
        let attributes = json!({"plan": "pro", "seats": 3});
        for (conditions, engagement, holds) in [
            (json!({}), none, true),
            (json!({"replied": false}), none, true),
            (json!({"replied": false}), replied, false),
            (json!({"clicked": true}), replied, false),
            (json!({"clicked": true}), clicked, true),
            (json!({"attributes": {"plan": "pro"}}), none, true),
            (json!({"attributes": {"plan": ["free", "pro"], "seats": 3}}), none, true),
            (json!({"attributes": {"plan": ["free", "pro"], "seats": 4}}), none, false),
            (json!({"attributes": {"city": null}}), none, true),
            (json!({"attributes": {"plan": null}}), none, false),
            (json!({"attributes": {"city": ["Pune", null]}}), none, true),
            (json!({"attributes": {"plan": "pro"}, "replied": true}), none, false),
        ] {
            let read: Conditions = serde_json::from_value(conditions.clone()).unwrap();
            assert_eq!(read.hold(attributes.as_object().unwrap(), engagement), holds, "{conditions} {engagement:?}");
        }
    }
}
