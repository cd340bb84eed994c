//! The component `operations`: health, readiness, the API's description. All of it is in `shared/operations/health`.

spin_capabilities::component!(without_stores: edge_health::router);
