//! The component `messaging`: what people are told, one-time codes, invoices, contacts, campaigns, orders, and Notify, which
//! tells people. All of its logic is in `shared/engagement` and `shared/platform/notifications`.

use std::sync::Arc;

use edge_database::Db;
use edge_jobs::{JobQueue, JobRunner};
use spin_capabilities::Capabilities;

spin_capabilities::component!(|capabilities: Capabilities| {
    let db = Db::new(capabilities.db.clone());
    let notifier = edge_notifications_api::notifier(&capabilities, &db, Some(edge_otp::unseal(&capabilities)))
        .with_unseal(Arc::new(edge_invoices::ReminderValues::new(&capabilities, &db)))
        .with_unseal(Arc::new(edge_campaigns::CampaignMessages::new(&capabilities, &db)));
    let runner = JobRunner::new("messaging", &capabilities, &JobQueue::new(&capabilities, &db));
    let runner = edge_notifications_api::jobs(&notifier, runner);
    let runner = edge_invoices::jobs(&capabilities, &db, runner);
    let runner = edge_campaigns::jobs(&capabilities, &db, runner);
    let runner = edge_orders::jobs(&capabilities, &db, runner);
    let runner = edge_contacts::jobs(&capabilities, &db, runner);
    let runner = edge_otp::jobs(&capabilities, &db, runner);
    let engagement = Arc::new(edge_campaigns::CampaignEngagement::new(&db));
    let routes = edge_notifications_api::routes(&capabilities, &db, &notifier, Some(engagement))
        .merge(edge_invoices::routes(&capabilities, &db))
        .merge(edge_campaigns::routes(&capabilities, &db))
        .merge(edge_contacts::routes(&capabilities, &db))
        .merge(edge_orders::routes(&capabilities, &db))
        .merge(edge_otp::routes(&capabilities, &db, &notifier))
        .merge(edge_access::jobs_router(&capabilities, &db, runner));
    edge_http::finish(routes, "messaging", &capabilities)
});
