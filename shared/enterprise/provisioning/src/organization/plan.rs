//! The plan of a provisioned organisation.

use edge_applications::{ApplicationPlan, Plans};
use edge_database::DatabaseError;
use edge_http::Problem;

use super::request::PlanId;

/// The plan that a request names; an error where there is none, or it is no longer sold.
pub(crate) async fn find(plans: &Plans, named: &PlanId) -> Result<Result<ApplicationPlan, Problem>, DatabaseError> {
    let plan = match named {
        PlanId::Number(number) => plans.by_number(*number).await?,
        // The database holds no control characters.
        PlanId::Id(id) if id.contains(char::is_control) => None,
        PlanId::Id(id) => plans.by_id(id).await?,
    };
    let unknown = || Problem::field("organization_data.plan_id", "is not a plan that is sold");
    Ok(plan.filter(|plan| plan.active).ok_or_else(unknown))
}
