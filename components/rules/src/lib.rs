//! The component `rules`: rules are changed, tried and put to use. Everything it decides is in `shared/rulebook`.

spin_capabilities::component!(edge_rulebook::router);
