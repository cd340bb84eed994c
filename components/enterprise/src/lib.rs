//! The component `enterprise`: approvals and budgets. All of its logic is in `shared/spending/approvals` and
//! `shared/spending/budgets`.

use edge_database::Db;
use edge_jobs::{JobQueue, JobRunner};
use spin_capabilities::Capabilities;

spin_capabilities::component!(|capabilities: Capabilities| {
    let db = Db::new(capabilities.db.clone());
    let runner = JobRunner::new("enterprise", &capabilities, &JobQueue::new(&capabilities, &db));
    let runner = edge_approvals::jobs(&capabilities, &db, runner);
    let runner = edge_budgets::jobs(&capabilities, &db, runner);
    let routes = edge_approvals::routes(&capabilities)
        .merge(edge_budgets::routes(&capabilities))
        .merge(edge_access::jobs_router(&capabilities, &db, runner));
    edge_http::finish(routes, "enterprise", &capabilities)
});
