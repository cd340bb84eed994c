//! What reports may read of disputes.

use edge_database::{Dimension, DimensionKind, Measure, MeasureKind, Owner, Record as _, Reference, Relation};

use crate::Dispute;

const AMOUNT: MeasureKind = MeasureKind::Amount { column: "amount", currency: "disputes.currency" };

/// The statuses of disputes that are not decided.
const OPEN: &[&str] = &["open", "under_review", "awaiting_customer", "resolving"];

/// What reports may read of disputes.
pub const RELATIONS: &[Relation] = &[Relation {
    name: "disputes",
    description: "Disputes of payments, invoices and charges.",
    table: Dispute::TABLE,
    owner: Owner::Column("tenant_id"),
    dimensions: &[
        Dimension::new("id", DimensionKind::Text, "The dispute's id."),
        Dimension::new("number", DimensionKind::Number, "Its number."),
        Dimension::new("entity_id", DimensionKind::Text, "The entity that it concerns.").optional(),
        Dimension::new("subject_kind", DimensionKind::Text, "`payment`, `invoice` or `charge`."),
        Dimension::new("subject_id", DimensionKind::Text, "The id of what is disputed."),
        Dimension::new("currency", DimensionKind::Currency, "The currency."),
        Dimension::new("reason", DimensionKind::Text, "Why."),
        Dimension::new("status", DimensionKind::Text, "Where it stands."),
        Dimension::new("due_at", DimensionKind::Time, "Until when it is to be decided.").optional(),
        Dimension::new("created_at", DimensionKind::Time, "When it was opened."),
        Dimension::new("closed_at", DimensionKind::Time, "When it was decided.").optional(),
    ],
    measures: &[
        Measure::count("How many disputes."),
        Measure::new("amount", AMOUNT, "What is or was disputed."),
        Measure { name: "open", ..Measure::count("How many of them are not decided.").only("status", OPEN) },
        Measure::new("open_amount", AMOUNT, "What is disputed and not decided.").only("status", OPEN),
    ],
    references: &[Reference { relation: "entities", column: "entity_id", key: "id" }],
}];
