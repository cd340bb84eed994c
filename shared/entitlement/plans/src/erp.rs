//! The requests to the ERP for plans. Every answer that is not a plan, a list of plans or a clear "no such plan" is an
//! error.

use edge_upstreams::{Upstream, segment};
use http::StatusCode;

use crate::error::FetchError;
use crate::parser::ParsedPlans;
use crate::plan::Plan;

/// The codes of the plans on sale begin with this prefix.
const LIST: &str = "/api/v1/shared/sku-subscription?plan_prefix=WORKSPACE-";
const ONE: &str = "/api/v1/shared/sku-subscription/sku/";

/// All plans on sale.
pub(crate) async fn all(erp: &Upstream) -> Result<ParsedPlans, FetchError> {
    let answer = erp.get(LIST).await?;
    match answer.status {
        StatusCode::OK => Ok(Plan::read_all(&answer.body)?),
        other => Err(FetchError::Status(other.as_u16())),
    }
}

/// The plan with this id; None: the ERP has none, or what was asked for cannot be the id of one.
pub(crate) async fn one(erp: &Upstream, id: &str) -> Result<Option<Plan>, FetchError> {
    let answer = erp.get(&format!("{ONE}{}", segment(id))).await?;
    match answer.status {
        StatusCode::OK => Ok(Some(Plan::read(&answer.body)?)),
        // Ids are UUIDs to some ERPs: a code is none.
        StatusCode::NOT_FOUND | StatusCode::UNPROCESSABLE_ENTITY | StatusCode::BAD_REQUEST => Ok(None),
        other => Err(FetchError::Status(other.as_u16())),
    }
}
