//! The component `enterprise`: approvals and budgets. All of its logic is in `shared/spending/approvals` and
//! `shared/spending/budgets`.

use spin_capabilities::Capabilities;

spin_capabilities::component!(|capabilities: Capabilities| {
    let routes = edge_approvals::routes(&capabilities).merge(edge_budgets::routes(&capabilities));
    edge_http::finish(routes, "enterprise", &capabilities)
});
