//! The component `seat-verification`: who has a seat. All of its logic is in `shared/entitlement/seats`, by the rule
//! `seat_access` as `shared/rules/rulebook` has it in force.

use std::sync::Arc;

use edge_database::Db;
use edge_rulebook::{Rulebook, RuledSeatAccess};

spin_capabilities::component!(|capabilities| {
    let rulebook = Rulebook::new(&capabilities, &Db::new(capabilities.db.clone()));
    let rule = RuledSeatAccess::new(&capabilities, rulebook);
    edge_seats::router(capabilities, Arc::new(rule))
});
