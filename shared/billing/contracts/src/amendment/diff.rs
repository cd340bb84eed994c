//! What differs between two states of what is agreed on.

use edge_money::Currency;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use utoipa::ToSchema;

use crate::contract::{Content, ContentResponse};

/// A field that differs, with its values as they are written in JSON.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ContractDifference)]
pub struct Difference {
    /// The field: `lines`.
    pub field: String,
    /// Its value before.
    #[schema(value_type = Object)]
    pub before: Box<RawValue>,
    /// Its value after.
    #[schema(value_type = Object)]
    pub after: Box<RawValue>,
}

impl PartialEq for Difference {
    fn eq(&self, other: &Self) -> bool {
        self.field == other.field && self.before.get() == other.before.get() && self.after.get() == other.after.get()
    }
}

impl Eq for Difference {}

impl Difference {
    /// The difference of `field`; None: its values are written alike.
    pub(crate) fn of(field: &str, before: &impl Serialize, after: &impl Serialize) -> Option<Self> {
        let (before, after) = (to_raw_value(before).ok()?, to_raw_value(after).ok()?);
        (before.get() != after.get()).then(|| Self { field: field.to_owned(), before, after })
    }
}

/// The fields of `after` that differ from `before`.
pub(crate) fn differences(before: &Content, after: &Content, currency: Currency) -> Vec<Difference> {
    let (before, after) = (ContentResponse::new(before, currency), ContentResponse::new(after, currency));
    let fields = [
        Difference::of("title", &before.title, &after.title),
        Difference::of("counterparty", &before.counterparty, &after.counterparty),
        Difference::of("lines", &before.lines, &after.lines),
        Difference::of("renewal", &before.renewal, &after.renewal),
        Difference::of("termination", &before.termination, &after.termination),
        Difference::of("sla", &before.sla, &after.sla),
        Difference::of("documents", &before.documents, &after.documents),
    ];
    fields.into_iter().flatten().collect()
}
