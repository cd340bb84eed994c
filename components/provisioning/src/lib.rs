//! The component `provisioning`: organisations and e-mail accounts that the ERP provisions, the summary of their usage, and
//! the events that the ERP is told of. All of its logic is in `shared/enterprise/provisioning`.

spin_capabilities::component!(edge_provisioning::router);
