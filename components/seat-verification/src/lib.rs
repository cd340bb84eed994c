//! The component `seat-verification`: who has a seat, and whether this node is ready to say so. All of its logic is in
//! `shared/entitlement/seats` and `shared/operations/health`, and what it needs of the edge's own record of seats in
//! `shared/entitlement/subscriptions`; it decides by the active version of the rule `seat_access`,
//! which `shared/rules/rulebook` knows.

use std::sync::Arc;

use edge_database::Db;
use edge_rulebook::{Rulebook, RuledSeatAccess};
use edge_subscriptions::RecordedSeats;
use spin_capabilities::Capabilities;

spin_capabilities::component!(|capabilities: Capabilities| {
    let db = Db::new(capabilities.db.clone());
    let rulebook = Rulebook::new(&capabilities, &db);
    let rule = RuledSeatAccess::new(&capabilities, rulebook);
    let readiness = edge_health::readiness(&capabilities);
    let record = RecordedSeats::new(&capabilities, &db);
    edge_seats::routes_with(capabilities, Arc::new(rule), Arc::new(record), readiness)
});
