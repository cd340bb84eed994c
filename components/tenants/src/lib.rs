//! The component `tenants`: tenants are made, shown and changed. All of its logic is in `shared/entitlement/tenants`.

spin_capabilities::component!(edge_tenants::router);
