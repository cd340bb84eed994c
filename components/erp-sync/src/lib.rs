//! The component `erp-sync`: the people and projects of the group's own companies follow the ERP. Everything it decides is in
//! `shared/erp-sync`.

spin_capabilities::component!(edge_erp_sync::router);
