//! What reports may read of budgets and their ledger.

use edge_database::{Dimension, DimensionKind, Measure, MeasureKind, Owner, Record as _, Reference, Relation};

use crate::Budget;
use crate::reservation::LEDGER;

const CURRENCY: &str = "budgets.currency";

/// What reports may read of budgets and their ledger.
pub const RELATIONS: &[Relation] = &[
    Relation {
        name: "budget_entries",
        description: "What was reserved, spent and given back of budgets.",
        table: LEDGER,
        owner: Owner::Reference("budgets"),
        dimensions: &[
            Dimension::new("budget_id", DimensionKind::Text, "The budget."),
            Dimension::new("number", DimensionKind::Number, "The entry's number within its budget."),
            Dimension::new("period", DimensionKind::Text, "The budget's period: `2026-11`."),
            Dimension::new("step", DimensionKind::Text, "`reserve`, `settle` or `refund`."),
            Dimension::new("kind", DimensionKind::Text, "What happened."),
            Dimension::new("reference", DimensionKind::Text, "What it was reserved for."),
            Dimension::new("at", DimensionKind::Time, "When."),
        ],
        measures: &[
            Measure::count("How many entries."),
            Measure::new(
                "spent",
                MeasureKind::Amount { column: "spent_change", currency: CURRENCY },
                "What was spent, less what was given back.",
            ),
            Measure::new(
                "reserved",
                MeasureKind::Amount { column: "reserved_change", currency: CURRENCY },
                "What was reserved, less what was settled.",
            ),
        ],
        references: &[Reference { relation: "budgets", column: "budget_id", key: "id" }],
    },
    Relation {
        name: "budgets",
        description: "Budgets.",
        table: Budget::TABLE,
        owner: Owner::Column("tenant_id"),
        dimensions: &[
            Dimension::new("id", DimensionKind::Text, "The budget's id."),
            Dimension::new("name", DimensionKind::Text, "Its name."),
            Dimension::new("entity_id", DimensionKind::Text, "The entity that it covers; empty: all."),
            Dimension::new("department_id", DimensionKind::Text, "The department that it covers; empty: all."),
            Dimension::new("cost_centre", DimensionKind::Text, "The cost centre that it covers; empty: all."),
            Dimension::new("currency", DimensionKind::Currency, "The currency."),
            Dimension::new("every", DimensionKind::Text, "The length of its periods."),
            Dimension::new("is_active", DimensionKind::Flag, "Whether it is in use."),
            Dimension::new("created_at", DimensionKind::Time, "When it was made."),
        ],
        measures: &[Measure::count("How many budgets.")],
        references: &[
            Reference { relation: "departments", column: "department_id", key: "id" },
            Reference { relation: "entities", column: "entity_id", key: "id" },
        ],
    },
];
