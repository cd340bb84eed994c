//! The component `operations`: health, readiness, the API's description. All of it is in `shared/operations`.

spin_capabilities::component!(edge_operations::router);
