//! The component `approvals`: who has to approve a purchase, and whether they did. Everything it decides is in
//! `shared/approvals`.

spin_capabilities::component!(edge_approvals::router);
