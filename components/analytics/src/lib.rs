//! The component `analytics`: figures of recurring revenue, payments and seats, financial reports and custom ones. All of its
//! logic is in `shared/analytics`.

use edge_database::Db;
use edge_jobs::{JobQueue, JobRunner};
use spin_capabilities::Capabilities;

spin_capabilities::component!(|capabilities: Capabilities| {
    let db = Db::new(capabilities.db.clone());
    let runner = JobRunner::new("analytics", &capabilities, &JobQueue::new(&capabilities, &db));
    let runner = edge_analytics::jobs(&capabilities, &db, runner);
    let runner = edge_custom_reports::jobs(&capabilities, &db, runner);
    let routes = edge_analytics::routes(&capabilities, &db)
        .merge(edge_custom_reports::routes(&capabilities, &db))
        .merge(edge_finance_reports::routes(&capabilities, &db))
        .merge(edge_access::jobs_router(&capabilities, &db, runner));
    edge_http::finish(routes, "analytics", &capabilities)
});
