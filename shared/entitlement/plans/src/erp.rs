//! Asking the ERP for plans. Whatever is not a plan, a list of plans or a clear "no such plan" says nothing.

use edge_capabilities::http::HttpError;
use edge_upstreams::{Upstream, UpstreamError, segment};
use http::StatusCode;

use crate::plan::{Plan, UnreadablePlan};
use crate::reading::ReadPlans;

/// Plans that are sold here begin with this.
const LIST: &str = "/api/v1/shared/sku-subscription?plan_prefix=WORKSPACE-";
const ONE: &str = "/api/v1/shared/sku-subscription/sku/";

/// Why the ERP's answer says nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    NoAnswer(#[from] UpstreamError),
    #[error("the ERP answered with the status {0}")]
    Status(u16),
    #[error("the ERP's answer cannot be read: {0}")]
    Unreadable(#[from] UnreadablePlan),
    /// Nobody asks it now.
    #[error("the ERP is not asked now: {0}")]
    NotAsked(&'static str),
}

impl Failure {
    /// Whether somebody waited for it as long as one waits.
    pub(crate) const fn took_long(&self) -> bool {
        use HttpError::{Busy, TimedOut};
        matches!(self, Self::NotAsked(_) | Self::NoAnswer(UpstreamError::NoResponse(_, TimedOut(_) | Busy(_))))
    }
}

/// All plans that are sold here.
pub(crate) async fn all(erp: &Upstream) -> Result<ReadPlans, Failure> {
    let answer = erp.get(LIST).await?;
    match answer.status {
        StatusCode::OK => Ok(Plan::read_all(&answer.body)?),
        other => Err(Failure::Status(other.as_u16())),
    }
}

/// The plan with this id; None: the ERP has none, or what was asked for cannot be the id of one.
pub(crate) async fn one(erp: &Upstream, id: &str) -> Result<Option<Plan>, Failure> {
    let answer = erp.get(&format!("{ONE}{}", segment(id))).await?;
    match answer.status {
        StatusCode::OK => Ok(Some(Plan::read(&answer.body)?)),
        // Ids are UUIDs to some ERPs: a code is none.
        StatusCode::NOT_FOUND | StatusCode::UNPROCESSABLE_ENTITY | StatusCode::BAD_REQUEST => Ok(None),
        other => Err(Failure::Status(other.as_u16())),
    }
}
