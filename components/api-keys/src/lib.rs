//! The component `api-keys`: API keys are made, listed and revoked. Everything it decides is in `shared/access`.

spin_capabilities::component!(edge_access::router);
