//! The component `tenants`: tenants are made, shown and changed. Everything it decides is in `shared/tenants`.

spin_capabilities::component!(edge_tenants::router);
