//! The component `enterprise`: approvals, budgets, and enterprise billing. All of its logic is in `shared/spending` and
//! `shared/billing`.

use edge_database::Db;
use edge_jobs::{JobQueue, JobRunner};
use spin_capabilities::Capabilities;

spin_capabilities::component!(|capabilities: Capabilities| {
    let db = Db::new(capabilities.db.clone());
    let runner = JobRunner::new("enterprise", &capabilities, &JobQueue::new(&capabilities, &db));
    let runner = edge_approvals::jobs(&capabilities, &db, runner);
    let runner = edge_budgets::jobs(&capabilities, &db, runner);
    let runner = edge_entities::jobs(&capabilities, &db, runner);
    let runner = edge_allocations::jobs(&capabilities, &db, runner);
    let runner = edge_contracts::jobs(&capabilities, &db, runner);
    let routes = edge_approvals::routes(&capabilities)
        .merge(edge_budgets::routes(&capabilities))
        .merge(edge_entities::routes(&capabilities, &db))
        .merge(edge_allocations::routes(&capabilities, &db))
        .merge(edge_contracts::routes(&capabilities, &db))
        .merge(edge_access::jobs_router(&capabilities, &db, runner));
    edge_http::finish(routes, "enterprise", &capabilities)
});
