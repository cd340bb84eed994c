//! Shops as they are: the orders that they have, and what they sent of them.

use std::collections::BTreeMap;

use edge_capabilities::testing::SeededRandom;
use serde_json::{Value, json};

/// An order as its shop has it.
#[derive(Clone, Debug)]
pub(crate) struct Truth {
    pub(crate) id: String,
    /// None: nobody ordered it, as with a checkout that was begun and left.
    pub(crate) status: &'static str,
    pub(crate) total: f64,
    /// By item: ordered, cancelled, shipped, delivered, returned.
    pub(crate) units: BTreeMap<String, Vec<i64>>,
    /// As the shop answers when it is asked.
    pub(crate) body: Value,
    /// Whether the shop lists it in the bin.
    pub(crate) is_in_bin: bool,
    pub(crate) is_order: bool,
}

/// What a shop sent.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) order: usize,
    /// The body as it was then.
    pub(crate) then: Value,
    /// Whether the body is made when it is delivered: it shows the order as it is by then.
    pub(crate) is_made_late: bool,
}

impl Event {
    /// The body as it is delivered.
    pub(crate) fn body(&self, shop: &Shop, random: &SeededRandom) -> Value {
        let truth = &shop.orders[self.order];
        if self.is_made_late && !truth.is_in_bin && random.below(4) == 0 {
            truth.body.clone()
        } else {
            self.then.clone()
        }
    }

    /// The body as it was then.
    pub(crate) fn snapshot(&self) -> &Value {
        &self.then
    }
}

/// A shop.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shop {
    pub(crate) orders: Vec<Truth>,
    pub(crate) sent: Vec<Event>,
}

impl Shop {
    pub(crate) fn events(&self) -> &[Event] {
        &self.sent
    }

    /// The orders.
    pub(crate) fn truths(&self) -> impl Iterator<Item = &Truth> {
        self.orders.iter().filter(|truth| truth.is_order)
    }

    pub(crate) fn send(&mut self, order: usize, body: Value) {
        self.sent.push(Event { order, then: body, is_made_late: false });
    }
}

/// Seconds after the tests' clocks start, as an instant with an offset.
pub(crate) fn instant(seconds: i64) -> String {
    let at = edge_capabilities::testing::START.plus(std::time::Duration::from_secs(seconds.unsigned_abs()));
    at.to_string().replace('Z', "+00:00")
}

pub(crate) fn list(values: impl IntoIterator<Item = Value>) -> Value {
    json!(values.into_iter().collect::<Vec<_>>())
}
