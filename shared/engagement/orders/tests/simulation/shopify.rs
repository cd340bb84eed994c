//! A shop of Shopify's.

use edge_capabilities::testing::SeededRandom;
use serde_json::{Value, json};

use super::truth::{Shop, Truth, instant, list};

/// Above 2^53, as Shopify's samples are.
const FIRST_ID: u64 = 820_982_911_946_154_508;

#[derive(Clone)]
struct Line {
    id: u64,
    quantity: i64,
    removed: i64,
    /// Refunded before they were shipped.
    refunded: i64,
    returned: i64,
}

#[derive(Clone)]
struct Fulfillment {
    id: u64,
    status: &'static str,
    is_delivered: bool,
    units: Vec<(usize, i64)>,
    created: i64,
    updated: i64,
}

struct Order {
    id: u64,
    number: u64,
    lines: Vec<Line>,
    financial: &'static str,
    cancelled: Option<i64>,
    fulfillments: Vec<Fulfillment>,
    refunds: Vec<Value>,
    created: i64,
    updated: i64,
}

impl Order {
    fn shipped(&self, line: usize) -> i64 {
        self.units(line, |one| one.status == "success")
    }

    /// Units that are in a fulfillment which may still leave, too.
    fn committed(&self, line: usize) -> i64 {
        self.units(line, |one| matches!(one.status, "success" | "pending"))
    }

    fn units(&self, line: usize, counts: impl Fn(&Fulfillment) -> bool) -> i64 {
        let all = self.fulfillments.iter().filter(|one| counts(one)).flat_map(|one| &one.units);
        all.filter(|(of, _)| *of == line).map(|(_, units)| units).sum()
    }

    fn open(&self, line: usize) -> i64 {
        let Line { quantity, removed, refunded, .. } = self.lines[line];
        quantity - removed - refunded - self.committed(line)
    }

    fn fulfillment(&self, one: &Fulfillment) -> Value {
        let units = one.units.iter().map(|(line, quantity)| json!({"id": self.lines[*line].id, "quantity": quantity}));
        json!({"id": one.id, "order_id": self.id, "status": one.status, "created_at": instant(one.created),
            "updated_at": instant(one.updated), "tracking_company": "UPS", "tracking_number": one.id.to_string(),
            "tracking_numbers": [one.id.to_string()], "tracking_urls": [format!("https://ups.example/{}", one.id)],
            "shipment_status": if one.is_delivered { json!("delivered") } else { Value::Null }, "line_items": list(units)})
    }

    fn body(&self) -> Value {
        let line = |line: &Line| {
            json!({"id": line.id, "sku": null, "name": format!("Article {}", line.id), "quantity": line.quantity,
                "current_quantity": line.quantity - line.removed - line.refunded - line.returned, "price": "10.00",
                "requires_shipping": true})
        };
        json!({"id": self.id, "name": format!("#{}", self.number), "order_number": self.number, "currency": "INR",
            "total_price": format!("{}.50", self.number), "financial_status": self.financial, "fulfillment_status": null,
            "email": format!("buyer{}@example.com", self.number), "phone": null, "cancelled_at": self.cancelled.map(instant),
            "created_at": instant(self.created), "updated_at": instant(self.updated),
            "line_items": list(self.lines.iter().map(line)), "refunds": self.refunds,
            "fulfillments": list(self.fulfillments.iter().map(|one| self.fulfillment(one)))})
    }

    fn truth(&self) -> Truth {
        let mut units = std::collections::BTreeMap::new();
        let mut sums = [0; 5];
        for (index, line) in self.lines.iter().enumerate() {
            let shipped = self.shipped(index);
            let delivered = self.units(index, |one| one.status == "success" && one.is_delivered);
            let taken = line.removed + line.refunded;
            let cancelled = if self.cancelled.is_some() { line.quantity - shipped } else { taken };
            let own = [line.quantity, cancelled, shipped, delivered, line.returned];
            for (sum, own) in sums.iter_mut().zip(own) {
                *sum += own;
            }
            units.insert(line.id.to_string(), own.to_vec());
        }
        let [quantity, cancelled, shipped, delivered, returned] = sums;
        let status = match shipped {
            0 if cancelled == quantity => "cancelled",
            shipped if shipped > 0 && shipped == quantity - cancelled => match (returned, delivered) {
                (returned, _) if returned == shipped => "returned",
                (_, delivered) if delivered == shipped => "delivered",
                _ => "shipped",
            },
            0 if self.financial == "pending" => "pending",
            _ => "confirmed",
        };
        Truth {
            id: self.id.to_string(),
            status,
            total: self.number as f64 + 0.5,
            units,
            body: self.body(),
            is_in_bin: false,
            is_order: true,
        }
    }
}

struct Maker<'r> {
    random: &'r SeededRandom,
    next_id: u64,
}

impl Maker<'_> {
    fn id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    fn below(&self, bound: i64) -> i64 {
        i64::try_from(self.random.below(bound.unsigned_abs())).unwrap()
    }

    /// Something that happens to the order; gives what is sent besides the order itself.
    fn step(&mut self, order: &mut Order, now: i64) -> Option<Value> {
        let line = usize::try_from(self.below(order.lines.len() as i64)).unwrap();
        let open = order.open(line);
        match self.below(8) {
            0 | 1 => {
                order.financial = "paid";
                None
            }
            2 | 3 if open > 0 && order.cancelled.is_none() => {
                let units: Vec<(usize, i64)> = match self.below(2) {
                    0 => vec![(line, 1 + self.below(open))],
                    _ => {
                        (0..order.lines.len()).map(|line| (line, order.open(line))).filter(|(_, of)| *of > 0).collect()
                    }
                };
                let status = if self.below(3) == 0 { "pending" } else { "success" };
                let id = self.id();
                let one = Fulfillment { id, status, is_delivered: false, units, created: now, updated: now };
                order.fulfillments.push(one.clone());
                Some(order.fulfillment(&one))
            }
            4 | 5 => {
                let index = (0..order.fulfillments.len()).find(|at| !order.fulfillments[*at].is_delivered)?;
                let next = match order.fulfillments[index].status {
                    "pending" if self.below(3) > 0 => ("success", false),
                    "pending" => ("cancelled", false),
                    // Nothing of it came back yet.
                    "success" if self.below(5) == 0 && order.lines.iter().all(|line| line.returned == 0) => {
                        ("cancelled", false)
                    }
                    "success" => ("success", true),
                    _ => return None,
                };
                let one = &mut order.fulfillments[index];
                (one.status, one.is_delivered) = next;
                one.updated = now;
                Some(order.fulfillment(&order.fulfillments[index].clone()))
            }
            6 => {
                let (quantity, kind) = if open > 0 {
                    let quantity = 1 + self.below(open);
                    order.lines[line].refunded += quantity;
                    (quantity, if self.below(2) == 0 { "cancel" } else { "no_restock" })
                } else if order.shipped(line) > order.lines[line].returned
                    && order.committed(line) == order.shipped(line)
                {
                    order.lines[line].returned += 1;
                    (1, "return")
                } else {
                    return None;
                };
                let units = json!({"line_item_id": order.lines[line].id, "quantity": quantity, "restock_type": kind});
                let refund = json!({"id": self.id(), "order_id": order.id, "created_at": instant(now),
                    "refund_line_items": [units]});
                order.refunds.push(refund.clone());
                Some(refund)
            }
            7 if self.below(3) == 0 && order.fulfillments.is_empty() => {
                order.cancelled = order.cancelled.or(Some(now));
                None
            }
            7 if open > 0 => {
                order.lines[line].removed += 1;
                None
            }
            _ => None,
        }
    }
}

/// A shop with so many orders, and all that it sent of them.
pub(crate) fn shop(random: &SeededRandom, orders: u64) -> Shop {
    let mut maker = Maker { random, next_id: FIRST_ID };
    let mut shop = Shop::default();
    for number in 0..orders {
        let mut now = maker.below(86_400);
        let line = |maker: &mut Maker<'_>| {
            let (id, quantity) = (maker.id(), 1 + maker.below(4));
            Line { id, quantity, removed: 0, refunded: 0, returned: 0 }
        };
        let lines = (0..=maker.below(3)).map(|_| line(&mut maker)).collect();
        let financial = if maker.below(2) == 0 { "pending" } else { "paid" };
        let id = maker.id();
        let mut order = Order {
            id,
            number: 1_001 + number,
            lines,
            financial,
            cancelled: None,
            fulfillments: Vec::new(),
            refunds: Vec::new(),
            created: now,
            updated: now,
        };
        let index = shop.orders.len();
        shop.send(index, order.body());
        for _ in 0..maker.below(9) {
            // Several things may happen in one second.
            now += maker.below(4) * 300;
            let part = maker.step(&mut order, now);
            order.updated = now;
            shop.send(index, order.body());
            if let Some(part) = part {
                shop.send(index, part);
            }
        }
        shop.orders.push(order.truth());
    }
    shop
}
