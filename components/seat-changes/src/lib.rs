//! The component `seat-changes`: the feed of changes of seats. All of its logic is in `shared/entitlement/seats`. Its
//! requests wait for long, so they have instances and places of their own.

spin_capabilities::component!(edge_seats::changes_router);
