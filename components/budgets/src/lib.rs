//! The component `budgets`: what may be spent, what was and what will be. Everything it decides is in `shared/budgets`.

spin_capabilities::component!(edge_budgets::router);
