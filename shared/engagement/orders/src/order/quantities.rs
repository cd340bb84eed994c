//! How many units of an order are wanted, packed, shipped, delivered and returned, and the status that follows from it.
//! Nothing here depends on the sequence in which shipments and refunds became known.
//!
//! What is done stays done: a refund or a cancellation takes units that are not shipped yet. Units that were packed and are
//! not wanted any more are unpacked. Only a shipment that its shop calls off is undone.

use edge_capabilities::Timestamp;

use super::model::{
    Item, Message, MessageProgress, MessageType, Order, OrderStatus, RefundKind, Shipment, ShipmentStatus,
};

/// The units of an item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quantities {
    /// Taken off the order, refunded before they were shipped, or cancelled with the order.
    pub cancelled: i64,
    /// Ordered and not cancelled. INVARIANT: `0 <= packed <= wanted`, `shipped <= packed`.
    pub wanted: i64,
    /// Packed here, or shipped.
    pub packed: i64,
    /// Shipped.
    pub shipped: i64,
    /// Delivered, of those that were shipped.
    pub delivered: i64,
    /// Returned, of those that were shipped.
    pub returned: i64,
}

impl Quantities {
    const fn and(self, other: Self) -> Self {
        Self {
            cancelled: self.cancelled.saturating_add(other.cancelled),
            wanted: self.wanted.saturating_add(other.wanted),
            packed: self.packed.saturating_add(other.packed),
            shipped: self.shipped.saturating_add(other.shipped),
            delivered: self.delivered.saturating_add(other.delivered),
            returned: self.returned.saturating_add(other.returned),
        }
    }
}

/// How old an event may be for people to be told of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct News {
    /// A shipment that left before this is no news.
    pub(crate) since: Timestamp,
    /// Nor is an order from before this.
    pub(crate) orders_since: Timestamp,
}

impl News {
    /// Everything is news.
    pub(crate) const ALL: Self =
        Self { since: Timestamp::from_millis(i64::MIN), orders_since: Timestamp::from_millis(i64::MIN) };
}

impl Order {
    /// Of `item`: how many of the shipment's units count, shipment by shipment.
    fn shares<'o>(&'o self, item: &'o Item) -> impl Iterator<Item = (&'o Shipment, i64)> {
        let mut left = item.quantity.saturating_sub(item.removed).max(0);
        self.shipments.iter().filter(|shipment| shipment.status == ShipmentStatus::Shipped).map(move |shipment| {
            let own = shipment.items.iter().filter(|units| units.item_id == item.id);
            let share = own.map(|units| units.quantity).fold(0_i64, i64::saturating_add).clamp(0, left);
            left = left.saturating_sub(share);
            (shipment, share)
        })
    }

    /// The units of `item`.
    pub fn quantities(&self, item: &Item) -> Quantities {
        let removed = item.removed.clamp(0, item.quantity);
        let ordered = item.quantity.saturating_sub(removed);
        let (mut shipped, mut delivered) = (0_i64, 0_i64);
        for (shipment, share) in self.shares(item) {
            shipped = shipped.saturating_add(share);
            if shipment.delivered_at.is_some() {
                delivered = delivered.saturating_add(share);
            }
        }
        let lines = || self.refunds.iter().flat_map(|refund| &refund.items).filter(|line| line.item_id == item.id);
        let refunded = |kind| {
            lines().filter(|line| line.kind == kind).map(|line| line.quantity).fold(0_i64, i64::saturating_add).max(0)
        };
        let came_back = refunded(RefundKind::Return);
        let all_came_back = self.returned_at.is_some() || self.source.is_returned;
        let returned = if all_came_back { shipped } else { came_back.min(shipped) };
        let not_shipped = ordered.saturating_sub(shipped);
        let cancelled = if self.cancellation().is_some() {
            not_shipped
        } else {
            // What came back and was never shipped is not shipped any more.
            let others = came_back.saturating_sub(shipped).max(0);
            refunded(RefundKind::Cancel).saturating_add(others).min(not_shipped)
        };
        let wanted = ordered.saturating_sub(cancelled);
        Quantities {
            cancelled: removed.saturating_add(cancelled),
            wanted,
            packed: item.packed.max(shipped).clamp(0, wanted),
            shipped,
            delivered,
            returned,
        }
    }

    /// The items that go into a parcel; all of them where none does.
    pub(crate) fn parcel_items(&self) -> impl Iterator<Item = &Item> {
        let any = self.items.iter().any(|item| item.requires_shipping);
        self.items.iter().filter(move |item| item.requires_shipping || !any)
    }

    fn total(&self) -> Quantities {
        self.parcel_items().map(|item| self.quantities(item)).fold(Quantities::default(), Quantities::and)
    }

    fn status_of(&self, all: Quantities) -> OrderStatus {
        if all.shipped == 0 && (self.cancellation().is_some() || (all.wanted == 0 && !self.items.is_empty())) {
            return OrderStatus::Cancelled;
        }
        if all.shipped > 0 && all.shipped >= all.wanted {
            return match all {
                Quantities { returned, shipped, .. } if returned >= shipped => OrderStatus::Returned,
                Quantities { delivered, shipped, .. } if delivered >= shipped => OrderStatus::Delivered,
                _ => OrderStatus::Shipped,
            };
        }
        let is_confirmed = self.is_confirmed || self.source.is_confirmed || all.packed > 0;
        if is_confirmed { OrderStatus::Confirmed } else { OrderStatus::Pending }
    }

    /// The units that the shipment `id` moves: none where others moved all of them before.
    pub(crate) fn units_of(&self, id: &str) -> Vec<(&Item, i64)> {
        let of = |item| self.shares(item).filter(|(shipment, _)| shipment.id == id).map(|(_, share)| share).sum();
        self.items.iter().map(|item| (item, of(item))).filter(|(_, share)| *share > 0).collect()
    }

    /// The number of the parcel that is to be packed next, from 1.
    fn next_parcel(&self) -> usize {
        self.shipments.iter().filter(|shipment| shipment.was_shipped).count().saturating_add(1)
    }

    /// Has everything follow that follows from what is known: the status, what is unpacked, the messages that are due.
    pub(crate) fn settle(&mut self, news: News, now: Timestamp) {
        for shipment in &mut self.shipments {
            shipment.was_shipped |= shipment.status == ShipmentStatus::Shipped;
        }
        let wanted: Vec<i64> = self.items.iter().map(|item| self.quantities(item).wanted).collect();
        for (item, wanted) in self.items.iter_mut().zip(wanted) {
            item.packed = item.packed.clamp(0, wanted);
        }
        let all = self.total();
        self.status = self.status_of(all);
        let shipped = || self.shipments.iter().filter(|shipment| shipment.status == ShipmentStatus::Shipped);
        let is_shipped = matches!(self.status, OrderStatus::Shipped | OrderStatus::Delivered | OrderStatus::Returned);
        let is_delivered = is_shipped && all.delivered >= all.shipped;
        let shipped_at = shipped().map(|shipment| shipment.at).max().filter(|_| is_shipped);
        let delivered_at = shipped().filter_map(|shipment| shipment.delivered_at).max().filter(|_| is_delivered);
        (self.shipped_at, self.delivered_at) = (shipped_at, delivered_at);
        if self.is_known {
            self.note_messages(all, news, now);
        }
    }

    fn note_messages(&mut self, all: Quantities, news: News, now: Timestamp) {
        let mut due: Vec<(MessageType, String, Timestamp)> = Vec::new();
        if self.status == OrderStatus::Confirmed && all.packed < all.wanted {
            due.push((MessageType::PackingList, self.next_parcel().to_string(), self.ordered_at));
        }
        for shipment in self.shipments.iter().filter(|shipment| shipment.status == ShipmentStatus::Shipped) {
            if self.units_of(&shipment.id).is_empty() {
                continue;
            }
            due.push((MessageType::ShippingNotification, shipment.id.clone(), shipment.at));
            let delivered =
                shipment.delivered_at.map(|at| (MessageType::DeliveryConfirmation, shipment.id.clone(), at));
            due.extend(delivered);
        }
        for (kind, shipment, happened_at) in due {
            if self.messages.iter().any(|known| known.kind == kind && known.shipment == shipment) {
                continue;
            }
            let since = if kind == MessageType::PackingList { news.orders_since } else { news.since };
            let is_news = happened_at >= since;
            let progress = if is_news { MessageProgress::Due } else { MessageProgress::Skipped };
            self.messages.push(Message { kind, shipment, progress, at: now });
        }
        let is_cancelled = self.status == OrderStatus::Cancelled;
        for message in &mut self.messages {
            // Nobody packs what is cancelled.
            if message.kind == MessageType::PackingList && is_cancelled {
                message.progress = match message.progress {
                    MessageProgress::Due => MessageProgress::Skipped,
                    MessageProgress::Queued => MessageProgress::Withdrawing,
                    other => other,
                };
            }
        }
    }

    /// Whether there is something to do about its messages.
    pub(crate) fn has_news(&self) -> bool {
        let is_open =
            |message: &Message| matches!(message.progress, MessageProgress::Due | MessageProgress::Withdrawing);
        self.messages.iter().any(is_open)
    }
}
