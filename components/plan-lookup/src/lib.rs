//! The component `plan-lookup`: what is sold, from the ERP. Everything it decides is in `shared/plans`.

spin_capabilities::component!(edge_plans::router);
