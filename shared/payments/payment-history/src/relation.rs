//! What reports may read of payments.

use edge_database::{Dimension, DimensionKind, Measure, MeasureKind, Owner, Relation};

const AMOUNT: MeasureKind = MeasureKind::Amount { column: "amount", currency: "payments.currency" };

/// The table of what gateways reported.
const REPORTS: &str = "payment_reports";

/// What reports may read of payments. [`crate::Collector::catch_up`] brings the table up to date.
pub const RELATIONS: &[Relation] = &[Relation {
    name: "payments",
    description: "What gateways reported of payments: paid, failed, refunded.",
    table: REPORTS,
    owner: Owner::Column("organization_id"),
    dimensions: &[
        Dimension::new("id", DimensionKind::Text, "The report's id."),
        Dimension::new("payment", DimensionKind::Text, "The payment, or the invoice that it is for."),
        Dimension::new("provider", DimensionKind::Text, "The gateway."),
        Dimension::new("kind", DimensionKind::Text, "`paid`, `failed` or `refunded`."),
        Dimension::new("application", DimensionKind::Text, "The application whose seats are paid for; may be empty."),
        Dimension::new("currency", DimensionKind::Currency, "The currency."),
        Dimension::new("reason", DimensionKind::Text, "Why an attempt failed; else empty."),
        Dimension::new("at", DimensionKind::Time, "When it happened."),
    ],
    measures: &[
        Measure::count("How many reports."),
        Measure { name: "paid_count", ..Measure::count("How many payments were made.").only("kind", &["paid"]) },
        Measure { name: "failed_count", ..Measure::count("How many attempts failed.").only("kind", &["failed"]) },
        Measure { name: "refund_count", ..Measure::count("How many refunds were made.").only("kind", &["refunded"]) },
        Measure::new("collected", AMOUNT, "What was paid, taxes included.").only("kind", &["paid"]),
        Measure::new("refunded", AMOUNT, "What was given back.").only("kind", &["refunded"]),
    ],
    references: &[],
}];
