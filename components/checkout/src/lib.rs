//! The component `checkout`: what external tenants buy, pay and cancel, and their disputes. All of its logic is in
//! `shared/payments/checkout` and `shared/billing/disputes`.

use edge_database::Db;
use edge_jobs::{JobQueue, JobRunner};
use spin_capabilities::Capabilities;

spin_capabilities::component!(|capabilities: Capabilities| {
    let db = Db::new(capabilities.db.clone());
    let runner = JobRunner::new("checkout", &capabilities, &JobQueue::new(&capabilities, &db));
    let runner = edge_disputes::jobs(&capabilities, &db, runner);
    let routes = edge_checkout::routes(&capabilities)
        .merge(edge_disputes::routes(&capabilities, &db))
        .merge(edge_access::jobs_router(&capabilities, &db, runner));
    edge_http::finish(routes, "checkout", &capabilities)
});
