//! Which names the list of plans has.

use std::collections::HashMap;

use edge_capabilities::Timestamp;
use http::HeaderValue;
use serde::Deserialize;

use crate::copy::Copy;

/// Where a list has a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// It is the id of a plan.
    Id,
    /// It is the code of the plan with this id.
    Code(String),
    /// It is the code of several plans: nobody knows which is meant.
    Disputed,
    /// It is the id or the code of a plan that was left out.
    LeftOut,
    /// It is neither.
    Nowhere,
}

/// The names that a list has.
#[derive(Debug)]
pub(crate) struct Index {
    asked_at: Timestamp,
    etag: HeaderValue,
    places: HashMap<String, Place>,
}

/// A list as it is shown.
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
    /// That of a list.
    pub(crate) fn new(list: &Copy) -> Self {
        // What was written here is read here.
        let Listed { plans } = edge_json::from_slice(&list.body).unwrap_or_default();
        let left_out: Vec<String> = edge_json::from_slice(&list.left_out).unwrap_or_default();
        let mut places: HashMap<String, Place> = left_out.into_iter().map(|name| (name, Place::LeftOut)).collect();
        for Names { sku_id, sku_code } in &plans {
            let Some(code) = sku_code else { continue };
            let place = Place::Code(sku_id.clone());
            places.entry(code.clone()).and_modify(|place| *place = Place::Disputed).or_insert(place);
        }
        // An id goes before a code that looks like it.
        places.extend(plans.into_iter().map(|names| (names.sku_id, Place::Id)));
        Self { asked_at: list.asked_at, etag: list.etag.clone(), places }
    }

    /// Whether it is that of `list`.
    pub(crate) fn is_of(&self, list: &Copy) -> bool {
        self.asked_at == list.asked_at && self.etag == list.etag
    }

    /// Where the list has `name`.
    pub(crate) fn find(&self, name: &str) -> Place {
        self.places.get(name).cloned().unwrap_or(Place::Nowhere)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_an_id_or_the_code_of_one_plan() {
        let list = r#"{"plans":[{"sku_id":"a","sku_code":"A"},{"sku_id":"b","sku_code":"B"},{"sku_id":"c","sku_code":"B"},
            {"sku_id":"d","sku_code":"a"},{"sku_id":"e","sku_code":null}]}"#;
        let mut list = Copy::new(Timestamp::from_millis(1), list.as_bytes().to_vec());
        list.left_out = r#"["x","X","a"]"#.into();
        let index = Index::new(&list);
        for (name, place) in [
            ("a", Place::Id),
            ("A", Place::Code("a".into())),
            ("B", Place::Disputed),
            ("e", Place::Id),
            ("E", Place::Nowhere),
            ("X", Place::LeftOut),
            ("", Place::Nowhere),
        ] {
            assert_eq!(index.find(name), place, "{name}");
        }
    }
}
