//! A shop of WooCommerce's: its orders go through statuses, and its webhooks show the order as it is when they are delivered.

use std::collections::BTreeMap;

use edge_capabilities::testing::SeededRandom;
use serde_json::{Value, json};

use super::truth::{Event, Shop, Truth, instant, list};

struct Order {
    id: u64,
    status: &'static str,
    lines: Vec<(u64, i64)>,
    paid: Option<i64>,
    completed: Option<i64>,
    created: i64,
    modified: i64,
}

/// Without an offset.
fn gmt(seconds: i64) -> String {
    instant(seconds).replace("+00:00", "")
}

impl Order {
    fn body(&self) -> Value {
        let line = |(id, quantity): &(u64, i64)| {
            json!({"id": id, "name": format!("Article {id}"), "sku": "A", "quantity": quantity, "total": "10.00",
                "price": 5})
        };
        json!({"id": self.id, "number": self.id.to_string(), "status": self.status, "currency": "INR",
            "total": format!("{}.00", self.id), "date_created_gmt": gmt(self.created),
            "date_modified_gmt": gmt(self.modified), "date_paid_gmt": self.paid.map(gmt),
            "date_completed_gmt": self.completed.map(gmt), "customer_id": 0,
            "billing": {"first_name": "A", "last_name": "B", "email": "a@b.example", "phone": ""}, "shipping": {},
            "line_items": list(self.lines.iter().map(line)), "refunds": []})
    }

    fn truth(&self) -> Truth {
        let is_over = matches!(self.status, "cancelled" | "refunded" | "failed" | "trash");
        let left = self.status == "completed" || (is_over && self.completed.is_some());
        let mut units = BTreeMap::new();
        for (id, quantity) in &self.lines {
            let shipped = if left { *quantity } else { 0 };
            let cancelled = if is_over { quantity - shipped } else { 0 };
            let returned = if self.status == "refunded" { shipped } else { 0 };
            units.insert(id.to_string(), vec![*quantity, cancelled, shipped, 0, returned]);
        }
        let status = match self.status {
            "refunded" if left => "returned",
            _ if left => "shipped",
            _ if is_over => "cancelled",
            "processing" => "confirmed",
            "packed-by-plugin" if self.paid.is_some() => "confirmed",
            _ => "pending",
        };
        Truth {
            id: self.id.to_string(),
            status,
            total: self.id as f64,
            units,
            body: self.body(),
            is_in_bin: self.status == "trash",
            is_order: self.status != "checkout-draft",
        }
    }
}

/// A shop with so many orders, and all that it sent of them.
pub(crate) fn shop(random: &SeededRandom, orders: u64) -> Shop {
    let below = |bound: i64| i64::try_from(random.below(bound.unsigned_abs())).unwrap();
    let mut shop = Shop::default();
    for number in 0..orders {
        let mut now = below(86_400);
        let lines = (0..=below(3)).map(|line| (number * 10 + line.unsigned_abs(), 1 + below(4))).collect();
        let id = 5_001 + number;
        let mut order =
            Order { id, status: "pending", lines, paid: None, completed: None, created: now, modified: now };
        if below(4) == 0 {
            order.status = "checkout-draft";
        }
        let index = shop.orders.len();
        shop.sent.push(Event { order: index, then: order.body(), is_made_late: true });
        for _ in 0..below(7) {
            // Two changes in one second look the same to whoever counts seconds.
            now += 1 + below(4) * 300;
            let next: &[&'static str] = match order.status {
                "checkout-draft" => &["pending", "checkout-draft"],
                "pending" => &["processing", "on-hold", "cancelled", "failed"],
                "on-hold" => &["processing", "packed-by-plugin", "cancelled"],
                "packed-by-plugin" => &["completed", "processing"],
                "processing" => &["completed", "packed-by-plugin", "cancelled", "on-hold"],
                "completed" => &["completed", "refunded", "processing"],
                "failed" => &["processing", "trash"],
                "cancelled" => &["cancelled", "trash"],
                _ => break,
            };
            let status = next[usize::try_from(below(next.len() as i64)).unwrap()];
            if status == "processing" {
                order.paid = order.paid.or(Some(now));
            }
            if status == "completed" {
                order.completed = order.completed.or(Some(now));
            }
            order.status = status;
            order.modified = now;
            // The id alone of what is deleted.
            let (body, is_made_late) =
                if status == "trash" { (json!({"id": id}), false) } else { (order.body(), true) };
            shop.sent.push(Event { order: index, then: body, is_made_late });
        }
        shop.orders.push(order.truth());
    }
    shop
}
