//! The component `admin`: API keys, tenants and their members. All of its logic is in `shared/identity/access` and
//! `shared/entitlement/tenants`.

use spin_capabilities::Capabilities;

spin_capabilities::component!(|capabilities: Capabilities| {
    let routes = edge_access::routes(&capabilities).merge(edge_tenants::routes(&capabilities));
    edge_http::finish(routes, "admin", &capabilities)
});
