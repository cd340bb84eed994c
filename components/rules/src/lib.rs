//! The component `rules`: rules are changed, tried and put to use. All of its logic is in `shared/rules/rulebook`.

spin_capabilities::component!(edge_rulebook::router);
