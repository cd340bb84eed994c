//! The allow-list of members.

use edge_database::{Dimension, DimensionKind, Measure, MeasureKind, Relation};

/// What the edge has, by the crates that own it.
const SOURCES: [&[Relation]; 8] = [
    edge_invoices::RELATIONS,
    edge_payment_history::RELATIONS,
    edge_entities::RELATIONS,
    edge_allocations::RELATIONS,
    edge_contracts::RELATIONS,
    edge_disputes::RELATIONS,
    edge_budgets::RELATIONS,
    edge_subscriptions::RELATIONS,
];

/// All relations.
pub(crate) fn relations() -> impl Iterator<Item = &'static Relation> {
    SOURCES.into_iter().flatten()
}

/// The relation of this name.
pub(crate) fn relation(name: &str) -> Option<&'static Relation> {
    relations().find(|relation| relation.name == name)
}

/// What a name stands for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Member {
    Dimension(&'static Relation, &'static Dimension),
    Measure(&'static Relation, &'static Measure),
}

impl Member {
    /// The member of the full name `name`: `invoices.total`.
    pub(crate) fn find(name: &str) -> Option<Self> {
        let (source, member) = name.split_once('.')?;
        let relation = relation(source)?;
        let dimension = relation.dimensions.iter().find(|dimension| dimension.name == member);
        dimension.map(|dimension| Self::Dimension(relation, dimension)).or_else(|| {
            let measure = relation.measures.iter().find(|measure| measure.name == member);
            measure.map(|measure| Self::Measure(relation, measure))
        })
    }

    pub(crate) const fn relation(self) -> &'static Relation {
        match self {
            Self::Dimension(relation, _) | Self::Measure(relation, _) => relation,
        }
    }

    /// The operators that filters of it may have.
    pub(crate) fn operators(self) -> Vec<Operator> {
        use Operator::{Contains, Equals, Gt, Gte, Lt, Lte, NotEquals, NotSet, Set, StartsWith};
        let (operators, is_optional): (&[Operator], bool) = match self {
            Self::Measure(..) => (&[Equals, NotEquals, Gt, Gte, Lt, Lte], false),
            Self::Dimension(_, dimension) => {
                let operators: &[Operator] = match dimension.kind {
                    DimensionKind::Text => &[Equals, NotEquals, Contains, StartsWith],
                    DimensionKind::Currency => &[Equals, NotEquals],
                    DimensionKind::Date | DimensionKind::Number => &[Equals, NotEquals, Gt, Gte, Lt, Lte],
                    DimensionKind::Time => &[Gt, Gte, Lt, Lte],
                    DimensionKind::Flag => &[Equals],
                };
                (operators, dimension.is_optional)
            }
        };
        let of_optional: &[Operator] = if is_optional { &[Set, NotSet] } else { &[] };
        operators.iter().chain(of_optional).copied().collect()
    }

    /// The name of its type.
    pub(crate) const fn kind(self) -> &'static str {
        match self {
            Self::Dimension(_, dimension) => match dimension.kind {
                DimensionKind::Text => "text",
                DimensionKind::Currency => "currency",
                DimensionKind::Date => "date",
                DimensionKind::Time => "time",
                DimensionKind::Number => "number",
                DimensionKind::Flag => "boolean",
            },
            Self::Measure(_, measure) => match measure.kind {
                MeasureKind::Amount { .. } => "amount",
                MeasureKind::Count | MeasureKind::Sum(_) | MeasureKind::Difference(..) => "number",
            },
        }
    }

    pub(crate) const fn description(self) -> &'static str {
        match self {
            Self::Dimension(_, dimension) => dimension.description,
            Self::Measure(_, measure) => measure.description,
        }
    }
}

/// How a filter compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Equals,
    NotEquals,
    Contains,
    StartsWith,
    Gt,
    Gte,
    Lt,
    Lte,
    Set,
    NotSet,
}

impl Operator {
    const ALL: [Self; 10] = [
        Self::Equals,
        Self::NotEquals,
        Self::Contains,
        Self::StartsWith,
        Self::Gt,
        Self::Gte,
        Self::Lt,
        Self::Lte,
        Self::Set,
        Self::NotSet,
    ];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Equals => "equals",
            Self::NotEquals => "not_equals",
            Self::Contains => "contains",
            Self::StartsWith => "starts_with",
            Self::Gt => "gt",
            Self::Gte => "gte",
            Self::Lt => "lt",
            Self::Lte => "lte",
            Self::Set => "set",
            Self::NotSet => "not_set",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operator| operator.as_str() == text)
    }
}
