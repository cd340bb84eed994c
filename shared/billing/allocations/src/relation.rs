//! What reports may read of departments and posted lines.

use edge_database::{Dimension, DimensionKind, Measure, MeasureKind, Owner, Record as _, Reference, Relation};

use crate::department::Department;
use crate::line::Line;

/// What reports may read of departments and posted lines.
pub const RELATIONS: &[Relation] = &[
    Relation {
        name: "allocations",
        description: "The posted lines of what was split over departments.",
        table: Line::TABLE,
        owner: Owner::Column("tenant_id"),
        dimensions: &[
            Dimension::new("id", DimensionKind::Text, "The line's id."),
            Dimension::new("document", DimensionKind::Text, "What was split: `invoice:ID`, `payment:ID`."),
            Dimension::new("action", DimensionKind::Text, "`post`, `allocate` or `reverse`."),
            Dimension::new("source", DimensionKind::Text, "What the split is of: `subscription:ID`."),
            Dimension::new(
                "kind",
                DimensionKind::Text,
                "What the amount is to the general ledger: `revenue`, `tax`, ….",
            ),
            Dimension::new("entity_id", DimensionKind::Text, "The department's entity.").optional(),
            Dimension::new("department_id", DimensionKind::Text, "The department; none: unallocated.").optional(),
            Dimension::new("cost_center", DimensionKind::Text, "The cost centre when it was posted.").optional(),
            Dimension::new("gl_code", DimensionKind::Text, "The account when it was posted.").optional(),
            Dimension::new("plan_id", DimensionKind::Text, "The plan that was paid for.").optional(),
            Dimension::new("currency", DimensionKind::Currency, "The currency."),
            Dimension::new("date", DimensionKind::Date, "The day that it counts for."),
            Dimension::new("posted_at", DimensionKind::Time, "When it was posted."),
        ],
        measures: &[
            Measure::count("How many lines."),
            Measure::new(
                "amount",
                MeasureKind::Amount { column: "amount", currency: "allocations.currency" },
                "What was posted, less what was given back.",
            ),
        ],
        references: &[
            Reference { relation: "departments", column: "department_id", key: "id" },
            Reference { relation: "entities", column: "entity_id", key: "id" },
        ],
    },
    Relation {
        name: "departments",
        description: "The departments of the tenant's entities.",
        table: Department::TABLE,
        owner: Owner::Column("tenant_id"),
        dimensions: &[
            Dimension::new("id", DimensionKind::Text, "The department's id."),
            Dimension::new("entity_id", DimensionKind::Text, "Its entity."),
            Dimension::new("parent_id", DimensionKind::Text, "The department above it.").optional(),
            Dimension::new("name", DimensionKind::Text, "Its name."),
            Dimension::new("code", DimensionKind::Text, "Its code.").optional(),
            Dimension::new("cost_center", DimensionKind::Text, "Its cost centre.").optional(),
            Dimension::new("gl_code", DimensionKind::Text, "Its account.").optional(),
            Dimension::new("manager_user_id", DimensionKind::Text, "Who manages it.").optional(),
            Dimension::new("status", DimensionKind::Text, "`active` or `closed`."),
            Dimension::new("created_at", DimensionKind::Time, "When it was made."),
        ],
        measures: &[Measure::count("How many departments.")],
        references: &[Reference { relation: "entities", column: "entity_id", key: "id" }],
    },
];
