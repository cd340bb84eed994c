//! A line of a document that was split.

use edge_capabilities::Timestamp;
use edge_database::{record, text_column};
use edge_invoices::Date;
use edge_money::{Currency, Money};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::allocation::Source;
use crate::gl_mapping::GlKind;

/// Why a line was posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = AllocationLineAction)]
pub enum Action {
    /// The document was posted.
    Post,
    /// What nobody shared when the document was posted goes to departments.
    Allocate,
    /// Something of the document was given back, or all of it was voided.
    Reverse,
}

impl Action {
    /// The action as text: `post`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Post => "post",
            Self::Allocate => "allocate",
            Self::Reverse => "reverse",
        }
    }

    /// The action with this text.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Post, Self::Allocate, Self::Reverse].into_iter().find(|action| action.as_str() == text)
    }
}

text_column!(Action);

/// A line of a document that was split.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// `aln_…`.
    pub id: String,
    pub(crate) tenant: String,
    /// The document: `invoice:inv_1`, `payment:pay_1`.
    pub document: String,
    /// The step of the document that posted the line. 0: the document itself.
    pub(crate) step: i64,
    /// The line's number within the step.
    pub(crate) number: i64,
    /// Why it was posted.
    pub action: Action,
    /// What was split.
    pub source: Source,
    /// What the amount is to the general ledger.
    pub kind: GlKind,
    /// The department's entity.
    pub entity: Option<String>,
    /// The department; None: nobody shares it.
    pub department: Option<String>,
    /// The department's cost centre when the line was posted.
    pub cost_center: Option<String>,
    /// The account of the general ledger when the line was posted.
    pub gl_code: Option<String>,
    /// The plan that was paid for.
    pub plan: Option<String>,
    /// The amount, in the currency's smallest unit.
    pub amount: i64,
    /// The currency.
    pub currency: Currency,
    /// The day that it counts for, in the tenant's time zone.
    pub date: Date,
    /// When it was posted.
    pub posted_at: Timestamp,
}

record! {
    Line in "allocation_lines" {
        id, tenant: "tenant_id", document, step, number, action, source, kind, entity: "entity_id",
        department: "department_id", cost_center, gl_code, plan: "plan_id", amount, currency, date, posted_at,
    }
}

impl Line {
    /// The step of its document that posted it, from 0. Lines of one step were posted together.
    pub const fn step(&self) -> i64 {
        self.step
    }

    /// Its amount.
    pub const fn money(&self) -> Money {
        Money { minor: self.amount, currency: self.currency }
    }
}
