//! The component `budgets`: what may be spent, what was and what will be. All of its logic is in `shared/spending/budgets`.

spin_capabilities::component!(edge_budgets::router);
