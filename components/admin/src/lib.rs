//! The component `admin`: API keys, tenants and organizations, their members, applications and their plans, SCIM, the queue
//! of jobs, figures for operators. All of its logic is in `shared/identity/access`, `shared/entitlement/tenants`,
//! `…/applications`, `…/scim`, `shared/operations/jobs-api` and `…/stats`.

use std::sync::Arc;

use edge_database::Db;
use edge_provisioning::EmailAccountRecords;
use edge_scim::ScimRecords;
use edge_subscriptions::Subscriptions;
use edge_tenants::{Departures, MemberRecords};
use spin_capabilities::Capabilities;

spin_capabilities::component!(|capabilities: Capabilities| {
    let db = Db::new(capabilities.db.clone());
    let records: Vec<Arc<dyn MemberRecords>> = vec![
        Arc::new(Subscriptions::new(&capabilities, &db)),
        Arc::new(ScimRecords::new(&db)),
        Arc::new(EmailAccountRecords::new(&db)),
    ];
    let departures = Departures::new(&capabilities, &db, records);
    let routes = edge_access::routes(&capabilities)
        .merge(edge_applications::routes(&capabilities))
        .merge(edge_tenants::routes(&capabilities, departures.clone()))
        .merge(edge_scim::routes(&capabilities, departures))
        .merge(edge_jobs_api::routes(&capabilities))
        .merge(edge_stats::routes(&capabilities));
    edge_http::finish(routes, "admin", &capabilities)
});
