//! The component `seat-verification`: who has a seat. Everything it decides is in `shared/seats`.

spin_capabilities::component!(|capabilities| edge_seats::router(
    capabilities,
    std::sync::Arc::new(edge_seats::ShippedSeatAccess)
));
