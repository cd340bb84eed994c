//! The component `integrations`: accounting systems are connected, and written to. All of its logic is in
//! `shared/integrations`.

spin_capabilities::component!(edge_ledger_sync::router);
