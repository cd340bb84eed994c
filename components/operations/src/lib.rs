//! The component `operations`: health, readiness, the API's description. All of it is in `shared/operations/health`.

spin_capabilities::component!(edge_health::router);
