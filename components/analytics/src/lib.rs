//! The component `analytics`: figures of recurring revenue, payments and seats, and custom reports. All of its logic is in
//! `shared/analytics`.

use edge_database::Db;
use spin_capabilities::Capabilities;

spin_capabilities::component!(|capabilities: Capabilities| {
    let db = Db::new(capabilities.db.clone());
    let routes = edge_analytics::routes(&capabilities, &db).merge(edge_custom_reports::routes(&capabilities, &db));
    edge_http::finish(routes, "analytics", &capabilities)
});
