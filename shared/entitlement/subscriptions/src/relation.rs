//! What reports may read of seats.

use edge_database::{Dimension, DimensionKind, Measure, MeasureKind, Owner, Relation};

/// The table of every change of subscriptions and seats.
const MOVEMENTS: &str = "subscription_movements";

/// What reports may read of seats.
pub const RELATIONS: &[Relation] = &[Relation {
    name: "seats",
    description: "Every change of subscriptions and of who has a seat.",
    table: MOVEMENTS,
    owner: Owner::Column("organization_id"),
    dimensions: &[
        Dimension::new("application", DimensionKind::Text, "The application."),
        Dimension::new("subscription_id", DimensionKind::Text, "The subscription."),
        Dimension::new("number", DimensionKind::Number, "The change's number within the application."),
        Dimension::new("kind", DimensionKind::Text, "What happened: `resized`, `assigned`, `revoked`, …."),
        Dimension::new("seat_id", DimensionKind::Text, "The seat that it is about.").optional(),
        Dimension::new("user_id", DimensionKind::Text, "The user that it is about.").optional(),
        Dimension::new("effective_at", DimensionKind::Time, "From when on it holds."),
        Dimension::new("recorded_at", DimensionKind::Time, "When it was recorded."),
    ],
    measures: &[
        Measure::count("How many changes."),
        Measure::new(
            "purchased",
            MeasureKind::Difference("seats_after", "seats_before"),
            "How many more seats are paid for after than before.",
        ),
        Measure::new(
            "assigned",
            MeasureKind::Difference("assigned_after", "assigned_before"),
            "How many more seats are assigned after than before.",
        ),
    ],
    references: &[],
}];
