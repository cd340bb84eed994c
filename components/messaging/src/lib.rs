//! The component `messaging`: what people are told, and Notify, which tells them. All of its logic is in
//! `shared/engagement` and `shared/platform/notifications`.

use edge_database::Db;
use edge_jobs::{JobQueue, JobRunner};
use spin_capabilities::Capabilities;

spin_capabilities::component!(|capabilities: Capabilities| {
    let db = Db::new(capabilities.db.clone());
    let notifier = edge_notifications_api::notifier(&capabilities, &db, None);
    let runner = JobRunner::new("messaging", &capabilities, &JobQueue::new(&capabilities, &db));
    let runner = edge_notifications_api::jobs(&notifier, runner);
    let routes = edge_notifications_api::routes(&capabilities, &db, &notifier).merge(edge_access::jobs_router(
        &capabilities,
        &db,
        runner,
    ));
    edge_http::finish(routes, "messaging", &capabilities)
});
