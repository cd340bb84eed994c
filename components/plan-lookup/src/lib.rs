//! The component `plan-lookup`: what is sold, from the ERP. All of its logic is in `shared/entitlement/plans`.

spin_capabilities::component!(edge_plans::routes);
