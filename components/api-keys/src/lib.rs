//! The component `api-keys`: API keys are made, listed and revoked. All of its logic is in `shared/identity/access`.

spin_capabilities::component!(edge_access::router);
