//! The component `seat-verification`: who has a seat, and whether this node is ready to say so. All of its logic is in
//! `shared/entitlement/seats` and `shared/operations/health`; it decides by the active version of the rule `seat_access`,
//! which `shared/rules/rulebook` knows.

use std::sync::Arc;

use edge_database::Db;
use edge_rulebook::{Rulebook, RuledSeatAccess};

spin_capabilities::component!(|capabilities| {
    let rulebook = Rulebook::new(&capabilities, &Db::new(capabilities.db.clone()));
    let rule = RuledSeatAccess::new(&capabilities, rulebook);
    let readiness = edge_health::readiness(&capabilities);
    edge_seats::router_with(capabilities, Arc::new(rule), readiness)
});
