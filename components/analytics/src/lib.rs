//! The component `analytics`: figures of recurring revenue, payments and seats. All of its logic is in `shared/analytics`.

spin_capabilities::component!(edge_analytics::router);
