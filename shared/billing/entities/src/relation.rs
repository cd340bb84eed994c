//! What reports may read of entities and their charges.

use edge_database::{Dimension, DimensionKind, Measure, MeasureKind, Owner, Record as _, Reference, Relation};

use crate::{Charge, Entity};

/// What reports may read of entities and their charges.
pub const RELATIONS: &[Relation] = &[
    Relation {
        name: "charges",
        description: "What entities are charged; credits are negative.",
        table: Charge::TABLE,
        owner: Owner::Column("tenant_id"),
        dimensions: &[
            Dimension::new("id", DimensionKind::Text, "The charge's id."),
            Dimension::new("entity_id", DimensionKind::Text, "The entity that is charged."),
            Dimension::new("description", DimensionKind::Text, "What stands on the invoice."),
            Dimension::new("currency", DimensionKind::Currency, "The currency."),
            Dimension::new("date", DimensionKind::Date, "The day that it is of."),
            Dimension::new("terms_days", DimensionKind::Number, "How many days after the invoice's date it is due."),
            Dimension::new("source_kind", DimensionKind::Text, "What it is for: `contract`, `subscription`, ….")
                .optional(),
            Dimension::new("source_id", DimensionKind::Text, "The id of what it is for.").optional(),
            Dimension::new("created_at", DimensionKind::Time, "When it was posted."),
        ],
        measures: &[
            Measure::count("How many charges."),
            Measure::new(
                "amount",
                MeasureKind::Amount { column: "amount", currency: "charges.currency" },
                "What is charged, less credits.",
            ),
        ],
        references: &[Reference { relation: "entities", column: "entity_id", key: "id" }],
    },
    Relation {
        name: "entities",
        description: "The legal entities of the tenant.",
        table: Entity::TABLE,
        owner: Owner::Column("tenant_id"),
        dimensions: &[
            Dimension::new("id", DimensionKind::Text, "The entity's id."),
            Dimension::new("parent_id", DimensionKind::Text, "The entity above it.").optional(),
            Dimension::new("name", DimensionKind::Text, "Its name."),
            Dimension::new("code", DimensionKind::Text, "Its code.").optional(),
            Dimension::new("country", DimensionKind::Text, "Its country.").optional(),
            Dimension::new("currency", DimensionKind::Currency, "The currency that it keeps its books in."),
            Dimension::new("consolidate_to_parent", DimensionKind::Flag, "Whether it is billed with the one above it."),
            Dimension::new("status", DimensionKind::Text, "`active` or `closed`."),
            Dimension::new("created_at", DimensionKind::Time, "When it was made."),
        ],
        measures: &[Measure::count("How many entities.")],
        references: &[],
    },
];
