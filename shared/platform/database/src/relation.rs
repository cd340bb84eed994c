//! Tables as reports see them. The crate that owns a table describes here what may be read of it, and reports compose their
//! statements from the descriptions: no report names a table, a column or a condition of its own.

/// A table whose rows are counted and summed, or that other tables refer to.
#[derive(Clone, Copy, Debug)]
pub struct Relation {
    /// The first part of the names of its members: `invoices`.
    pub name: &'static str,
    /// What its rows are.
    pub description: &'static str,
    /// The table.
    pub table: &'static str,
    /// How the tenant of a row is found.
    pub owner: Owner,
    /// What rows are grouped and filtered by.
    pub dimensions: &'static [Dimension],
    /// What is added up.
    pub measures: &'static [Measure],
    /// What its rows refer to.
    pub references: &'static [Reference],
}

/// How the tenant of a row is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// This column holds the tenant's id.
    Column(&'static str),
    /// The row belongs to whom the row belongs that it refers to in the relation of this name.
    Reference(&'static str),
}

/// A row refers to at most one row of another relation, so that a join never multiplies rows.
#[derive(Clone, Copy, Debug)]
pub struct Reference {
    /// The name of the other relation.
    pub relation: &'static str,
    /// The column that holds the other row's key.
    pub column: &'static str,
    /// The other relation's key: unique within a tenant.
    pub key: &'static str,
}

/// The type of a dimension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DimensionKind {
    /// A text.
    Text,
    /// The code of a currency.
    Currency,
    /// A day of the calendar, a text such as `2026-03-31`.
    Date,
    /// An instant, in milliseconds since 1970.
    Time,
    /// A whole number.
    Number,
    /// 0 or 1.
    Flag,
}

/// What rows are grouped and filtered by.
#[derive(Clone, Copy, Debug)]
pub struct Dimension {
    /// The second part of its name.
    pub name: &'static str,
    /// The column.
    pub column: &'static str,
    /// Its type.
    pub kind: DimensionKind,
    /// Whether a row may have no value.
    pub is_optional: bool,
    /// What it means.
    pub description: &'static str,
}

/// How a measure is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MeasureKind {
    /// The number of rows.
    Count,
    /// The sum of a column.
    Sum(&'static str),
    /// The sum of what a column is more than another.
    Difference(&'static str, &'static str),
    /// The sum of a column of amounts, in the smallest unit of the currency that the dimension of this full name holds.
    Amount {
        /// The column.
        column: &'static str,
        /// The dimension: `invoices.currency`.
        currency: &'static str,
    },
}

/// What is added up.
#[derive(Clone, Copy, Debug)]
pub struct Measure {
    /// The second part of its name.
    pub name: &'static str,
    /// How it is computed.
    pub kind: MeasureKind,
    /// Only of rows whose column (first) has one of these texts.
    pub only: Option<(&'static str, &'static [&'static str])>,
    /// What it means.
    pub description: &'static str,
}

impl Dimension {
    /// The dimension of the column of the same name, which every row has.
    pub const fn new(column: &'static str, kind: DimensionKind, description: &'static str) -> Self {
        Self { name: column, column, kind, is_optional: false, description }
    }

    /// The same, called `name`.
    #[must_use]
    pub const fn called(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    /// The same; a row may have none.
    #[must_use]
    pub const fn optional(self) -> Self {
        Self { is_optional: true, ..self }
    }
}

impl Measure {
    /// The number of rows.
    pub const fn count(description: &'static str) -> Self {
        Self { name: "count", kind: MeasureKind::Count, only: None, description }
    }

    /// A measure of all rows.
    pub const fn new(name: &'static str, kind: MeasureKind, description: &'static str) -> Self {
        Self { name, kind, only: None, description }
    }

    /// The same, only of rows whose `column` is one of `texts`.
    #[must_use]
    pub const fn only(self, column: &'static str, texts: &'static [&'static str]) -> Self {
        Self { only: Some((column, texts)), ..self }
    }
}
