//! The component `admin`: API keys, tenants and organizations, their members, applications and their plans, the queue of
//! jobs. All of its logic is in `shared/identity/access`, `shared/entitlement/tenants`, `shared/entitlement/applications`
//! and `shared/operations/jobs-api`.

use spin_capabilities::Capabilities;

spin_capabilities::component!(|capabilities: Capabilities| {
    let routes = edge_access::routes(&capabilities)
        .merge(edge_applications::routes(&capabilities))
        .merge(edge_tenants::routes(&capabilities))
        .merge(edge_jobs_api::routes(&capabilities));
    edge_http::finish(routes, "admin", &capabilities)
});
