//! What reports may read of contracts.

use edge_database::{Dimension, DimensionKind, Measure, Owner, Record as _, Reference, Relation};

use crate::contract::ContractRow;

/// What reports may read of contracts.
pub const RELATIONS: &[Relation] = &[Relation {
    name: "contracts",
    description: "Contracts, drafts too. What they charge is in `charges`, by `source_kind`.",
    table: ContractRow::TABLE,
    owner: Owner::Column("tenant_id"),
    dimensions: &[
        Dimension::new("id", DimensionKind::Text, "The contract's id."),
        Dimension::new("number", DimensionKind::Number, "Its number; none: it is not signed.").optional(),
        Dimension::new("entity_id", DimensionKind::Text, "The entity that it is charged to."),
        Dimension::new("status", DimensionKind::Text, "`draft`, `active`, `renewed`, `expired`, …."),
        Dimension::new("currency", DimensionKind::Currency, "The currency of its amounts."),
        Dimension::new("starts_on", DimensionKind::Date, "The first day of its first term."),
        Dimension::new("ends_on", DimensionKind::Date, "The day after its last term."),
        Dimension::new("created_at", DimensionKind::Time, "When it was made."),
    ],
    measures: &[
        Measure::count("How many contracts."),
        Measure {
            name: "in_force",
            ..Measure::count("How many of them are signed and have not ended.").only("status", &["active", "renewed"])
        },
    ],
    references: &[Reference { relation: "entities", column: "entity_id", key: "id" }],
}];
