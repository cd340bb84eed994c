//! The index of a list of plans by id and code.

use std::collections::HashMap;

use edge_capabilities::Timestamp;
use http::HeaderValue;
use serde::Deserialize;

use crate::snapshot::Snapshot;

/// Where a list has a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// It is the id of a plan.
    Id,
    /// It is the code of the plan with this id.
    Code(String),
    /// It is the code of several plans.
    Ambiguous,
    /// It is the id or the code of a plan that cannot be parsed.
    Skipped,
    /// It is neither.
    Absent,
}

/// The ids and codes of a list.
#[derive(Debug)]
pub(crate) struct Index {
    asked_at: Timestamp,
    etag: HeaderValue,
    places: HashMap<String, Place>,
}

/// A list in a snapshot.
#[derive(Default, Deserialize)]
struct Listed {
    plans: Vec<Names>,
}

#[derive(Deserialize)]
struct Names {
    sku_id: String,
    sku_code: Option<String>,
}

impl Index {
    /// The index of `list`.
    pub(crate) fn new(list: &Snapshot) -> Self {
        // The snapshot was written by this crate, so it can be parsed.
        let Listed { plans } = edge_json::from_slice(&list.body).unwrap_or_default();
        let left_out: Vec<String> = edge_json::from_slice(&list.left_out).unwrap_or_default();
        let mut places: HashMap<String, Place> = left_out.into_iter().map(|name| (name, Place::Skipped)).collect();
        for Names { sku_id, sku_code } in &plans {
            let Some(code) = sku_code else { continue };
            let place = Place::Code(sku_id.clone());
            places.entry(code.clone()).and_modify(|place| *place = Place::Ambiguous).or_insert(place);
        }
        // An id takes precedence over the same code.
        places.extend(plans.into_iter().map(|names| (names.sku_id, Place::Id)));
        Self { asked_at: list.asked_at, etag: list.etag.clone(), places }
    }

    /// Whether it is the index of `list`.
    pub(crate) fn is_of(&self, list: &Snapshot) -> bool {
        self.asked_at == list.asked_at && self.etag == list.etag
    }

    /// Where the list has `name`.
    pub(crate) fn find(&self, name: &str) -> Place {
        self.places.get(name).cloned().unwrap_or(Place::Absent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_an_id_or_the_code_of_one_plan() {
        let list = r#"{"plans":[{"sku_id":"a","sku_code":"A"},{"sku_id":"b","sku_code":"B"},{"sku_id":"c","sku_code":"B"},
            {"sku_id":"d","sku_code":"a"},{"sku_id":"e","sku_code":null}]}"#;
        let mut list = Snapshot::new(Timestamp::from_millis(1), list.as_bytes().to_vec());
        list.left_out = r#"["x","X","a"]"#.into();
        let index = Index::new(&list);
        for (name, place) in [
            ("a", Place::Id),
            ("A", Place::Code("a".into())),
            ("B", Place::Ambiguous),
            ("e", Place::Id),
            ("E", Place::Absent),
            ("X", Place::Skipped),
            ("", Place::Absent),
        ] {
            assert_eq!(index.find(name), place, "{name}");
        }
    }
}
