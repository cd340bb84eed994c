//! The component `erp-sync`: the people and projects of the group's own companies follow the ERP. All of its logic is in
//! `shared/enterprise/erp-sync`.

spin_capabilities::component!(edge_erp_sync::router);
