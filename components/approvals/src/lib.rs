//! The component `approvals`: who has to approve a purchase, and whether they did. All of its logic is in
//! `shared/spending/approvals`.

spin_capabilities::component!(edge_approvals::router);
