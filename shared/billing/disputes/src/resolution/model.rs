//! A resolution.

use edge_capabilities::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::dispute::DisputeStatus;
use crate::refund::{Refund, RefundStatus, Want};

/// How a dispute is resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResolutionKind {
    /// The payer gets money back.
    Refund,
    /// The entity is charged less from now on.
    Credit,
    /// What was charged is corrected.
    Adjustment,
    /// Nothing is given.
    Reject,
}

impl ResolutionKind {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Refund => "refund",
            Self::Credit => "credit",
            Self::Adjustment => "adjustment",
            Self::Reject => "reject",
        }
    }

    /// The kind of that name.
    pub fn parse(written: &str) -> Option<Self> {
        [Self::Refund, Self::Credit, Self::Adjustment, Self::Reject].into_iter().find(|kind| kind.as_str() == written)
    }
}

/// The refund of a resolution, as it was last heard of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResolutionRefund {
    /// Our reference, `rfd_…`, which is its idempotency key at BheemPay.
    pub id: String,
    /// Its id at BheemPay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway_id: Option<String>,
    /// Its status.
    pub status: RefundStatus,
    /// Why it failed, or why its status is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl From<&Refund> for ResolutionRefund {
    fn from(refund: &Refund) -> Self {
        Self {
            id: refund.id.clone(),
            gateway_id: refund.gateway_id.clone(),
            status: refund.state.status(),
            reason: refund.reason.clone(),
        }
    }
}

/// A resolution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolution {
    /// Its number within the dispute, from 1.
    pub attempt: i64,
    /// How.
    pub kind: ResolutionKind,
    /// How much, in the smallest unit of the dispute's currency. None: nothing.
    pub amount: Option<i64>,
    /// Whether all that is left of the payment is refunded, and at most `amount`.
    #[serde(default)]
    pub is_all: bool,
    /// Why.
    pub reason: String,
    /// Who resolved it.
    pub resolved_by: String,
    /// The approval that it uses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<String>,
    /// Where the dispute stood before.
    pub from: DisputeStatus,
    /// The refund, once it is reserved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund: Option<ResolutionRefund>,
    /// The charge that it posted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charge: Option<String>,
    /// When.
    pub at: Timestamp,
}

impl Resolution {
    /// The reference of its refund, the same however often it is tried.
    pub fn reference(&self, dispute: &str) -> String {
        format!("rfd_{}_{}", dispute.trim_start_matches("dsp_"), self.attempt)
    }

    /// How much of the payment it wants.
    pub(crate) fn want(&self) -> Want {
        let amount = self.amount.unwrap_or(0);
        if self.is_all { Want::UpTo(amount) } else { Want::Exactly(amount) }
    }

    /// What an approval that it uses is used for.
    pub(crate) fn used_for(dispute: &str, attempt: i64) -> String {
        format!("{dispute}.{attempt}")
    }
}
