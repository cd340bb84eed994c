//! A gateway that reports what happened late, twice and in any order.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use edge_capabilities::testing::{SeededRandom, TestClock};
use edge_capabilities::{Clock as _, Timestamp};

use crate::gateway::{
    Acknowledged, Cancellation, CheckoutOrder, Effective, GatewayError, GatewaySubscription, PaymentGateway, Preview,
    Started, TermsChange, preview,
};
use crate::subscription::{Checkout, EventKind, Reported, ReportedStatus, SubscriptionEvent};

const MONTH: Duration = Duration::from_secs(30 * 86_400);

/// A subscription at the gateway.
struct Kept {
    status: ReportedStatus,
    seats: i64,
    period: (Timestamp, Timestamp),
    cancel_at_period_end: bool,
}

/// The gateway's books, and what it has not told yet.
#[derive(Default)]
struct Books {
    kept: BTreeMap<String, Kept>,
    untold: Vec<(String, SubscriptionEvent)>,
}

#[derive(Clone)]
pub(super) struct LateGateway {
    clock: Arc<TestClock>,
    books: Arc<Mutex<Books>>,
}

impl Books {
    fn tell(&mut self, id: &str, kind: EventKind, at: Timestamp) {
        let event = SubscriptionEvent { at, reference: Some(format!("ref-{id}")), customer: None, kind };
        self.untold.push((id.to_owned(), event));
    }

    fn report(&mut self, id: &str, at: Timestamp) {
        let Some(kept) = self.kept.get(id) else { return };
        let reported = Reported {
            status: kept.status,
            seats: Some(kept.seats),
            period: Some(kept.period),
            trial_end: None,
            cancel_at_period_end: Some(kept.cancel_at_period_end),
            ended_at: (kept.status == ReportedStatus::Cancelled).then_some(at),
        };
        self.tell(id, EventKind::Reported(reported), at);
    }
}

impl LateGateway {
    pub(super) fn new(clock: Arc<TestClock>) -> Self {
        Self { clock, books: Arc::default() }
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap()
    }

    fn acknowledged(&self) -> Acknowledged {
        Acknowledged::at(self.clock.now())
    }

    /// Something happens to one of its subscriptions: it is paid, fails, is renewed, paused, resumed or given up.
    pub(super) fn live(&self, random: &SeededRandom) {
        let now = self.clock.now();
        let mut books = self.books();
        let count = books.kept.len() as u64;
        if count == 0 {
            return;
        }
        let place = usize::try_from(random.below(count)).unwrap();
        let (id, kept) = books.kept.iter_mut().nth(place).unwrap();
        let id = id.clone();
        if kept.status == ReportedStatus::Cancelled {
            return;
        }
        let (seats, mut kind) = (kept.seats, None);
        match random.below(7) {
            0 | 1 => {
                kept.status = ReportedStatus::Active;
                if kept.period.1 <= now {
                    kept.period = (now, now.plus(MONTH));
                }
                kind = Some(EventKind::Paid { seats: Some(seats), until: Some(kept.period.1) });
            }
            2 => {
                kind = Some(EventKind::PaymentFailed);
                kept.status = ReportedStatus::PastDue;
            }
            3 => kept.status = ReportedStatus::Paused,
            4 => kept.status = ReportedStatus::Active,
            5 => kind = Some(EventKind::Voided),
            _ if random.below(16) == 0 => kept.status = ReportedStatus::Cancelled,
            _ => kept.seats = 1 + i64::try_from(random.below(5)).unwrap(),
        }
        if let Some(kind) = kind {
            books.tell(&id, kind, now);
        }
        if random.below(4) != 0 {
            books.report(&id, now);
        }
    }

    /// Something that it tells at last, in any order, and perhaps again later.
    pub(super) fn told(&self, random: &SeededRandom) -> Option<(String, SubscriptionEvent)> {
        let mut books = self.books();
        if books.untold.is_empty() {
            return None;
        }
        let place = usize::try_from(random.below(books.untold.len() as u64)).unwrap();
        if random.below(4) == 0 {
            return Some(books.untold[place].clone());
        }
        Some(books.untold.swap_remove(place))
    }
}

#[async_trait]
impl PaymentGateway for LateGateway {
    async fn start_checkout(&self, order: &CheckoutOrder<'_>) -> Result<Started, GatewayError> {
        let (id, now) = (order.subscription.id.to_owned(), self.clock.now());
        let seats = order.subscription.terms.seats;
        let kept =
            Kept { status: ReportedStatus::Active, seats, period: (now, now.plus(MONTH)), cancel_at_period_end: false };
        let mut books = self.books();
        books.kept.insert(id.clone(), kept);
        books.tell(&id, EventKind::CheckoutCompleted { is_paid: true }, now);
        books.tell(&id, EventKind::Paid { seats: Some(seats), until: Some(now.plus(MONTH)) }, now);
        books.report(&id, now);
        let checkout = Checkout { id: format!("cs-{id}"), url: Some("https://pay.example".into()), order: None };
        Ok(Started::AwaitsPayment { checkout, customer: None, reference: Some(format!("ref-{id}")) })
    }

    async fn change(&self, change: &TermsChange<'_>) -> Result<Acknowledged, GatewayError> {
        let mut books = self.books();
        if let Some(kept) = books.kept.get_mut(change.subscription.id) {
            kept.seats = change.seats;
            books.report(change.subscription.id, self.clock.now());
            // An increase is invoiced, and a decrease is credited.
            if change.effective == Effective::Now && change.seats % 2 == 0 {
                let paid = EventKind::Paid { seats: Some(change.seats), until: None };
                books.tell(change.subscription.id, paid, self.clock.now());
            }
        }
        drop(books);
        Ok(self.acknowledged())
    }

    async fn preview(&self, change: &TermsChange<'_>) -> Result<Preview, GatewayError> {
        Ok(preview(change))
    }

    async fn cancel(&self, cancellation: &Cancellation<'_>) -> Result<Acknowledged, GatewayError> {
        let mut books = self.books();
        if let Some(kept) = books.kept.get_mut(cancellation.subscription.id) {
            if cancellation.immediate {
                kept.status = ReportedStatus::Cancelled;
            } else {
                kept.cancel_at_period_end = true;
            }
            books.report(cancellation.subscription.id, self.clock.now());
        }
        drop(books);
        Ok(self.acknowledged())
    }

    async fn reactivate(&self, subscription: &GatewaySubscription<'_>) -> Result<Acknowledged, GatewayError> {
        let mut books = self.books();
        if let Some(kept) = books.kept.get_mut(subscription.id) {
            kept.cancel_at_period_end = false;
            books.report(subscription.id, self.clock.now());
        }
        drop(books);
        Ok(self.acknowledged())
    }
}
