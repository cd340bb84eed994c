//! An order and what its shop says of it next. Reports come late, twice and in any order: of two states of a thing the newer
//! holds, by the shop's clock, and what has an id of its own counts once.

use std::time::Duration;

use edge_capabilities::Timestamp;
use edge_capabilities::clock::millis;

use super::report::{OrderReport, Report};
use crate::order::{News, Order, Refund, Shipment, ShipmentStatus, Source};

/// How long before a report something may have happened for people to be told of it: a shop that is connected late reports
/// old orders, too.
const NEWS: Duration = Duration::from_hours(24 * 3);

/// How a report came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Via {
    /// The shop sent it, and it was received then.
    Sent(Timestamp),
    /// The shop was asked for it then. People are told of nothing from before the second time.
    Asked(Timestamp, Timestamp),
}

/// What came of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// It is in effect.
    New,
    /// It was known, or a newer state was.
    Known,
}

fn before(at: Timestamp, span: Duration) -> Timestamp {
    Timestamp::from_millis(at.as_millis().saturating_sub(millis(span)))
}

impl Order {
    /// Takes over what a report says, and has everything follow from it.
    pub(crate) fn take(&mut self, report: &Report, via: Via, now: Timestamp) -> Taken {
        let known = self.clone();
        let news = match (report, via) {
            (_, Via::Asked(at, since)) => News { since: before(at, NEWS).max(since), orders_since: since },
            (Report::Order(order), Via::Sent(_)) => News { since: before(order.at, NEWS), ..News::ALL },
            (Report::Shipment(_, shipment), Via::Sent(_)) => {
                News { since: before(shipment.stated_at, NEWS), ..News::ALL }
            }
            _ => News::ALL,
        };
        match report {
            Report::Order(report) => self.take_order(report, via),
            Report::Shipment(_, shipment) => self.take_shipment(shipment),
            Report::Refund(_, refund) => self.take_refund(refund),
            Report::Deleted(_) => {
                let at = match via {
                    Via::Sent(at) | Via::Asked(at, _) => at,
                };
                self.source.deleted_at = self.source.deleted_at.or(Some(at));
            }
            Report::Nothing(_) => {}
        }
        if *self == known {
            return Taken::Known;
        }
        self.settle(news, now);
        Taken::New
    }

    /// Whether the order is known in an older state than that of `report`.
    fn is_older_than(&self, report: &OrderReport, via: Via) -> bool {
        let Some(at) = self.source.at else { return true };
        if report.at != at {
            return report.at > at;
        }
        match (via, self.source.asked_at) {
            // What the shop answers is its truth; what it sent in the same second may be from before.
            (Via::Asked(asked, _), Some(known)) => asked >= known,
            (Via::Asked(..), None) => true,
            (Via::Sent(_), Some(_)) => report.progress > self.source.progress,
            (Via::Sent(_), None) => report.progress >= self.source.progress,
        }
    }

    fn take_order(&mut self, report: &OrderReport, via: Via) {
        let is_older = self.is_older_than(report, via);
        // Shipments that have reports of their own are newer or older than the order's by themselves.
        if is_older || !report.has_all_shipments {
            for shipment in &report.shipments {
                self.take_shipment(shipment);
            }
        }
        for refund in &report.refunds {
            self.take_refund(refund);
        }
        // A deleted order is there again if the shop has it now, or changed it since.
        let is_there = |deleted: Timestamp| match via {
            Via::Asked(asked, _) => asked > deleted,
            Via::Sent(_) => report.at > deleted,
        };
        if self.source.deleted_at.is_some_and(is_there) {
            self.source.deleted_at = None;
        }
        if !is_older {
            return;
        }
        if report.has_all_shipments {
            let is_listed = |id: &str| report.shipments.iter().any(|shipment| shipment.id == id);
            let is_gone = |one: &&mut Shipment| !one.id.starts_with("shp_") && !is_listed(&one.id);
            for shipment in self.shipments.iter_mut().filter(is_gone) {
                shipment.status = ShipmentStatus::Cancelled;
                shipment.stated_at = report.at;
            }
        }
        let packed = |id: &str| self.items.iter().find(|item| item.id == id).map_or(0, |item| item.packed);
        let mut items = report.items.clone();
        for item in &mut items {
            item.packed = packed(&item.id);
        }
        self.items = items;
        self.order_number.clone_from(&report.order_number);
        self.customer = report.customer.clone();
        self.currency = report.currency;
        self.total_amount = report.total_amount;
        self.ordered_at = report.ordered_at;
        self.is_known = true;
        let asked_at = match via {
            Via::Asked(at, _) => Some(at),
            Via::Sent(_) => None,
        };
        self.source = Source {
            at: Some(report.at),
            progress: report.progress,
            // The same state again, on each poll, is no change.
            asked_at: if self.source.at == Some(report.at) { self.source.asked_at.or(asked_at) } else { asked_at },
            is_confirmed: report.is_confirmed,
            cancelled_at: report.cancelled_at,
            is_returned: report.is_returned,
            deleted_at: self.source.deleted_at,
        };
    }

    /// Takes over a shipment: of two states of it the newer holds, of two of one second the further.
    fn take_shipment(&mut self, report: &Shipment) {
        let Some(known) = self.shipments.iter_mut().find(|known| known.id == report.id) else {
            self.shipments.push(report.clone());
            return;
        };
        let progress = |one: &Shipment| (one.stated_at, one.status, one.delivered_at);
        if progress(report) >= progress(known) {
            let was_shipped = known.was_shipped || report.was_shipped;
            *known = Shipment { was_shipped, ..report.clone() };
        }
    }

    fn take_refund(&mut self, report: &Refund) {
        if !self.refunds.iter().any(|known| known.id == report.id) {
            self.refunds.push(report.clone());
        }
    }
}
