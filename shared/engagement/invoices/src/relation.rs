//! What reports may read of invoices.

use edge_database::{Dimension, DimensionKind, Measure, MeasureKind, Owner, Record as _, Relation};

use crate::Invoice;

const CURRENCY: &str = "invoices.currency";

/// What reports may read of invoices.
pub const RELATIONS: &[Relation] = &[Relation {
    name: "invoices",
    description: "Invoices of the tenant's customers, drafts and voided ones too.",
    table: Invoice::TABLE,
    owner: Owner::Column("tenant_id"),
    dimensions: &[
        Dimension::new("id", DimensionKind::Text, "The invoice's id."),
        Dimension::new("state", DimensionKind::Text, "`draft`, `open`, `paid` or `void`."),
        Dimension::new("currency", DimensionKind::Currency, "The currency of all its amounts."),
        Dimension::new("series", DimensionKind::Text, "The series that its number is of."),
        Dimension::new("provider", DimensionKind::Text, "Where it was made."),
        Dimension::new("issue_date", DimensionKind::Date, "The day on which it is issued.").optional(),
        Dimension::new("due_date", DimensionKind::Date, "The day on which it is due.").optional(),
        Dimension::new("created_at", DimensionKind::Time, "When it was made."),
        Dimension::new("finalized_at", DimensionKind::Time, "When it got its number.").optional(),
        Dimension::new("paid_at", DimensionKind::Time, "When the last of it was paid.").optional(),
        Dimension::new("voided_at", DimensionKind::Time, "When it was voided.").optional(),
    ],
    measures: &[
        Measure::count("How many invoices."),
        Measure::new("amount", MeasureKind::Amount { column: "amount", currency: CURRENCY }, "Without taxes."),
        Measure::new("tax", MeasureKind::Amount { column: "tax", currency: CURRENCY }, "Taxes."),
        Measure::new("total", MeasureKind::Amount { column: "total", currency: CURRENCY }, "With taxes."),
        Measure::new(
            "paid",
            MeasureKind::Amount { column: "amount_paid", currency: CURRENCY },
            "What was paid of them by now.",
        ),
        Measure::new(
            "billed",
            MeasureKind::Amount { column: "total", currency: CURRENCY },
            "With taxes, of invoices that are open or paid.",
        )
        .only("state", &["open", "paid"]),
    ],
    references: &[],
}];
