//! What is split: a subscription, an invoice, or an amount that only its owner knows.

use edge_database::{Column, DatabaseError, Value};
use edge_http::Text;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is split.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SourceKind {
    /// The payments of a subscription.
    Subscription,
    /// An invoice.
    Invoice,
    /// Another amount, such as a charge or those of a contract.
    Amount,
}

impl SourceKind {
    /// The kind as text: `subscription`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Subscription => "subscription",
            Self::Invoice => "invoice",
            Self::Amount => "amount",
        }
    }

    /// The kind with this text.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Subscription, Self::Invoice, Self::Amount].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// What is split, written as `subscription:sub_1`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[schema(as = AllocationSource)]
pub struct Source {
    /// What it is.
    pub kind: SourceKind,
    /// Its id.
    pub id: String,
}

impl Source {
    /// The source with this kind and id.
    pub fn new(kind: SourceKind, id: impl Into<String>) -> Self {
        Self { kind, id: id.into() }
    }

    /// The source that is written as `subscription:sub_1`.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, id) = text.split_once(':')?;
        let source = Self::new(SourceKind::parse(kind)?, id);
        source.is_valid().then_some(source)
    }

    /// Whether its id can be one.
    pub(crate) fn is_valid(&self) -> bool {
        Text::<128>::accepts(&self.id)
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}:{}", self.kind.as_str(), self.id)
    }
}

impl Column for Source {
    fn to_value(&self) -> Result<Value, DatabaseError> {
        Ok(self.to_string().into())
    }

    fn from_value(value: &Value) -> Result<Self, String> {
        let text = String::from_value(value)?;
        Self::parse(&text).ok_or_else(|| format!("holds {text:?}, which is no source"))
    }
}
