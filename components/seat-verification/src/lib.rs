//! The component `seat-verification`: who has a seat. Everything it decides is in `shared/seats`, by the rule
//! `seat_access` as `shared/rulebook` has it in force.

use std::sync::Arc;

use edge_record::Record;
use edge_rulebook::{Rulebook, RuledSeatAccess};

spin_capabilities::component!(|capabilities| {
    let rulebook = Rulebook::new(&capabilities, &Record::new(capabilities.record.clone()));
    let rule = RuledSeatAccess::new(&capabilities, rulebook);
    edge_seats::router(capabilities, Arc::new(rule))
});
