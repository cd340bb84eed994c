//! The component `admin`: API keys, tenants and organizations, their members, applications and their plans. All of its logic is in
//! `shared/identity/access`, `shared/entitlement/tenants` and `shared/entitlement/applications`.

use spin_capabilities::Capabilities;

spin_capabilities::component!(|capabilities: Capabilities| {
    let routes = edge_access::routes(&capabilities)
        .merge(edge_applications::routes(&capabilities))
        .merge(edge_tenants::routes(&capabilities));
    edge_http::finish(routes, "admin", &capabilities)
});
