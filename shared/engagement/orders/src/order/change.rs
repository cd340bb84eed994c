//! What callers do with an order.

use edge_capabilities::Timestamp;

use super::model::{Order, OrderStatus, Shipment, ShipmentStatus, Units};
use super::quantities::News;
use crate::error::OrderError;

/// The most shipments of one order.
const MAX_SHIPMENTS: usize = 200;

/// What is known of a shipment that a caller makes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tracking {
    pub(crate) number: Option<String>,
    pub(crate) url: Option<String>,
    pub(crate) carrier: Option<String>,
}

impl Tracking {
    fn note_in(&self, shipment: &mut Shipment) {
        let fields = [
            (&self.number, &mut shipment.tracking_number),
            (&self.url, &mut shipment.tracking_url),
            (&self.carrier, &mut shipment.carrier),
        ];
        for (new, known) in fields {
            if new.is_some() {
                known.clone_from(new);
            }
        }
    }
}

impl Order {
    /// Notes that `packed` of the item `id` are packed: the number, not how many more. No more are than are wanted, and no
    /// less than are shipped.
    pub(crate) fn pack(&mut self, id: &str, packed: i64, now: Timestamp) -> Result<(), OrderError> {
        let index = self.items.iter().position(|item| item.id == id).ok_or(OrderError::ItemNotFound)?;
        if self.status == OrderStatus::Cancelled {
            return Err(OrderError::Cancelled);
        }
        let quantities = self.items.get(index).map(|item| self.quantities(item)).unwrap_or_default();
        if let Some(item) = self.items.get_mut(index) {
            item.packed = packed.clamp(quantities.shipped, quantities.wanted);
        }
        self.settle(News::ALL, now);
        Ok(())
    }

    /// Has the order be `status`, as far as callers decide that.
    pub(crate) fn set_status(
        &mut self,
        status: OrderStatus,
        tracking: &Tracking,
        now: Timestamp,
    ) -> Result<(), OrderError> {
        if status != OrderStatus::Cancelled && self.status == OrderStatus::Cancelled {
            return Err(OrderError::Cancelled);
        }
        let is_shipped = matches!(self.status, OrderStatus::Shipped | OrderStatus::Delivered | OrderStatus::Returned);
        match status {
            OrderStatus::Pending | OrderStatus::Confirmed if is_shipped => return Err(OrderError::Shipped),
            OrderStatus::Pending if self.status == OrderStatus::Pending => {}
            OrderStatus::Pending => return Err(OrderError::Confirmed),
            OrderStatus::Confirmed => self.is_confirmed = true,
            OrderStatus::Shipped => self.ship_rest(tracking, now)?,
            OrderStatus::Delivered if !is_shipped => return Err(OrderError::NotShipped),
            OrderStatus::Delivered => self.deliver(now),
            OrderStatus::Cancelled if self.status == OrderStatus::Cancelled => {}
            OrderStatus::Cancelled if is_shipped => return Err(OrderError::Shipped),
            OrderStatus::Cancelled => self.cancelled_at = self.cancelled_at.or(Some(now)),
            OrderStatus::Returned if !is_shipped => return Err(OrderError::NotShipped),
            OrderStatus::Returned => self.returned_at = self.returned_at.or(Some(now)),
        }
        self.settle(News::ALL, now);
        Ok(())
    }

    /// Ships all that is wanted and not shipped yet. Where nothing is left, the tracking is noted in the last shipment.
    fn ship_rest(&mut self, tracking: &Tracking, now: Timestamp) -> Result<(), OrderError> {
        let rest = |item| {
            let quantities = self.quantities(item);
            Units { item_id: item.id.clone(), quantity: quantities.wanted.saturating_sub(quantities.shipped) }
        };
        let items: Vec<Units> = self.items.iter().map(rest).filter(|units| units.quantity > 0).collect();
        if items.is_empty() {
            if let Some(last) = self.shipments.iter_mut().rfind(|one| one.status == ShipmentStatus::Shipped) {
                tracking.note_in(last);
            }
            return Ok(());
        }
        if self.shipments.len() >= MAX_SHIPMENTS {
            return Err(OrderError::TooManyShipments);
        }
        let own = self.shipments.iter().filter(|shipment| shipment.id.starts_with("shp_")).count();
        let mut shipment = Shipment {
            id: format!("shp_{}", own.saturating_add(1)),
            status: ShipmentStatus::Shipped,
            items,
            tracking_number: None,
            tracking_url: None,
            carrier: None,
            at: now,
            delivered_at: None,
            stated_at: now,
            was_shipped: true,
        };
        tracking.note_in(&mut shipment);
        self.shipments.push(shipment);
        Ok(())
    }

    fn deliver(&mut self, now: Timestamp) {
        for shipment in self.shipments.iter_mut().filter(|one| one.status == ShipmentStatus::Shipped) {
            shipment.delivered_at = shipment.delivered_at.or(Some(now));
        }
    }
}

#[cfg(test)]
mod tests {
    use edge_capabilities::testing::START;

    use super::super::model::{Item, MessageProgress, MessageType, Refund, RefundKind, RefundLine};
    use super::*;

    fn order(quantities: &[i64]) -> Order {
        let mut order = Order::new("ord_1".into(), "t", START);
        let item = |(index, quantity): (usize, &i64)| Item {
            id: index.to_string(),
            sku: None,
            product_name: "x".into(),
            quantity: *quantity,
            removed: 0,
            packed: 0,
            requires_shipping: true,
            unit_price: None,
        };
        order.items = quantities.iter().enumerate().map(item).collect();
        order.settle(News::ALL, START);
        order
    }

    fn refund(order: &mut Order, item: &str, quantity: i64, kind: RefundKind) {
        let id = order.refunds.len().to_string();
        order.refunds.push(Refund { id, items: vec![RefundLine { item_id: item.into(), quantity, kind }] });
        order.settle(News::ALL, START);
    }

    fn numbers(order: &Order, item: usize) -> [i64; 5] {
        let quantities = order.quantities(&order.items[item]);
        [quantities.cancelled, quantities.packed, quantities.shipped, quantities.delivered, quantities.returned]
    }

    #[test]
    fn packing_is_absolute_and_capped_by_what_is_wanted() {
        let mut order = order(&[3, 1]);
        for (packed, stored) in [(2, 2), (2, 2), (9, 3), (0, 0), (-1, 0), (3, 3)] {
            order.pack("0", packed, START).unwrap();
            assert_eq!((numbers(&order, 0)[1], order.items[0].packed), (stored, stored), "{packed}");
        }
        assert_eq!(order.status, OrderStatus::Confirmed);
        assert_eq!(order.pack("7", 1, START), Err(OrderError::ItemNotFound));
        order.set_status(OrderStatus::Cancelled, &Tracking::default(), START).unwrap();
        assert_eq!(order.pack("0", 1, START), Err(OrderError::Cancelled));
        assert_eq!(numbers(&order, 0), [3, 0, 0, 0, 0]);
    }

    #[test]
    fn a_refund_of_a_packed_unit_unpacks_it_and_one_of_a_shipped_unit_does_not() {
        let mut order = order(&[3]);
        order.pack("0", 3, START).unwrap();
        refund(&mut order, "0", 1, RefundKind::Cancel);
        assert_eq!((numbers(&order, 0), order.status), ([1, 2, 0, 0, 0], OrderStatus::Confirmed));
        order.set_status(OrderStatus::Shipped, &Tracking::default(), START).unwrap();
        assert_eq!((numbers(&order, 0), order.status), ([1, 2, 2, 0, 0], OrderStatus::Shipped));
        refund(&mut order, "0", 9, RefundKind::Cancel);
        assert_eq!((numbers(&order, 0), order.status), ([1, 2, 2, 0, 0], OrderStatus::Shipped));
        order.set_status(OrderStatus::Delivered, &Tracking::default(), START).unwrap();
        refund(&mut order, "0", 1, RefundKind::Return);
        assert_eq!((numbers(&order, 0), order.status), ([1, 2, 2, 2, 1], OrderStatus::Delivered));
        refund(&mut order, "0", 1, RefundKind::Return);
        assert_eq!((numbers(&order, 0), order.status), ([1, 2, 2, 2, 2], OrderStatus::Returned));
    }

    #[test]
    fn a_refund_of_everything_before_it_is_shipped_cancels() {
        for kind in [RefundKind::Cancel, RefundKind::Return] {
            let mut order = order(&[2, 1]);
            order.set_status(OrderStatus::Confirmed, &Tracking::default(), START).unwrap();
            refund(&mut order, "0", 2, kind);
            assert_eq!(order.status, OrderStatus::Confirmed);
            refund(&mut order, "1", 1, kind);
            assert_eq!(order.status, OrderStatus::Cancelled);
            // Its packing list is taken back.
            assert_eq!(order.messages[0].progress, MessageProgress::Skipped);
        }
    }

    #[test]
    fn a_status_only_goes_forward_and_what_is_done_stays_done() {
        use OrderStatus::{Cancelled, Confirmed, Delivered, Pending, Returned, Shipped};
        for (from, to, expected) in [
            (vec![], Pending, Ok(Pending)),
            (vec![], Delivered, Err(OrderError::NotShipped)),
            (vec![], Returned, Err(OrderError::NotShipped)),
            (vec![], Shipped, Ok(Shipped)),
            (vec![Confirmed], Pending, Err(OrderError::Confirmed)),
            (vec![Confirmed], Confirmed, Ok(Confirmed)),
            (vec![Confirmed], Cancelled, Ok(Cancelled)),
            (vec![Shipped], Confirmed, Err(OrderError::Shipped)),
            (vec![Shipped], Cancelled, Err(OrderError::Shipped)),
            (vec![Shipped], Shipped, Ok(Shipped)),
            (vec![Shipped, Delivered], Shipped, Ok(Delivered)),
            (vec![Shipped, Delivered], Cancelled, Err(OrderError::Shipped)),
            (vec![Shipped], Returned, Ok(Returned)),
            (vec![Cancelled], Cancelled, Ok(Cancelled)),
            (vec![Cancelled], Confirmed, Err(OrderError::Cancelled)),
            (vec![Cancelled], Shipped, Err(OrderError::Cancelled)),
        ] {
            let mut order = order(&[2]);
            for step in &from {
                order.set_status(*step, &Tracking::default(), START).unwrap();
            }
            let result = order.set_status(to, &Tracking::default(), START).map(|()| order.status);
            assert_eq!(result, expected, "{from:?} to {to:?}");
        }
    }

    #[test]
    fn each_shipment_has_one_message_of_each_type() {
        let mut order = order(&[2]);
        for status in [OrderStatus::Confirmed, OrderStatus::Shipped, OrderStatus::Delivered] {
            for _ in 0..2 {
                order.set_status(status, &Tracking::default(), START).unwrap();
            }
        }
        let messages: Vec<_> = order.messages.iter().map(|one| (one.kind, one.shipment.as_str())).collect();
        assert_eq!(
            messages,
            [
                (MessageType::PackingList, "1"),
                (MessageType::ShippingNotification, "shp_1"),
                (MessageType::DeliveryConfirmation, "shp_1"),
            ]
        );
    }
}
