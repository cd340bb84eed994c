//! The movements of one change, decided on the state before it.

use edge_audit::Actor;
use edge_capabilities::Timestamp;

use super::model::{Balance, Movement, MovementKind};
use crate::seat::{Seat, SeatState};
use crate::subscription::Terms;

/// How long the instance that makes a change has to do what follows from it, milliseconds.
const EFFECTS_AFTER: i64 = 10_000;

/// An organization and an application: the movements of the two are numbered together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Account {
    /// The organization's id.
    pub organization: String,
    /// The application's slug.
    pub application: String,
}

/// What there is after the last movement of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// The last number.
    pub(crate) number: i64,
    /// The number of the movement with the terms.
    pub(crate) terms_number: i64,
    /// The last subscription.
    pub(crate) subscription: String,
    /// Its terms.
    pub(crate) terms: Terms,
    /// What is paid and assigned.
    pub(crate) balance: Balance,
    /// The invitations that nobody accepted.
    pub(crate) pending: i64,
}

impl Head {
    /// The seats that are assigned or offered.
    pub(crate) const fn taken(&self) -> i64 {
        self.balance.assigned.saturating_add(self.pending)
    }
}

/// The movements of one change.
pub(crate) struct Batch<'a> {
    account: &'a Account,
    actor: &'a Actor,
    now: Timestamp,
    head: Option<Head>,
    rows: Vec<Movement>,
}

impl<'a> Batch<'a> {
    /// A change of `actor` at `now`, after `head`. What is due by itself is made first.
    pub(crate) fn new(account: &'a Account, head: Option<Head>, actor: &'a Actor, now: Timestamp) -> Self {
        let mut batch = Self { account, actor, now, head, rows: Vec::new() };
        if let Some(head) = &mut batch.head {
            let mut terms = head.terms.clone();
            let changes = terms.advance(now);
            let subscription = head.subscription.clone();
            for (at, terms) in changes {
                batch.change_terms(&subscription, terms, at);
            }
            if let Some(head) = &mut batch.head {
                head.terms = terms;
            }
        }
        batch
    }

    /// What there is after the movements so far.
    pub(crate) const fn head(&self) -> Option<&Head> {
        self.head.as_ref()
    }

    pub(crate) const fn now(&self) -> Timestamp {
        self.now
    }

    /// Begins `subscription` with `terms`, as of `effective_at`.
    pub(crate) fn create(&mut self, subscription: &str, terms: Terms, effective_at: Timestamp) {
        self.add_terms(MovementKind::Created, subscription, terms, effective_at);
    }

    /// Makes `terms` those of `subscription`, as of `effective_at`. A subscription that is not the last one begins again.
    pub(crate) fn change_terms(&mut self, subscription: &str, terms: Terms, effective_at: Timestamp) {
        let last = self.head.as_ref().filter(|head| head.subscription == subscription);
        let kind = last.map_or(MovementKind::Activated, |head| MovementKind::between(&head.terms, &terms));
        self.add_terms(kind, subscription, terms, effective_at);
    }

    fn add_terms(&mut self, kind: MovementKind, subscription: &str, terms: Terms, effective_at: Timestamp) {
        let last = self.head.as_ref().filter(|head| head.subscription == subscription);
        let number = self.next_number();
        let before = self.head.as_ref().map_or_else(Balance::default, |head| head.balance);
        let (assigned, pending) = last.map_or((0, 0), |head| (head.balance.assigned, head.pending));
        let is_over = terms.ended_at.is_some();
        let head = Head {
            number,
            terms_number: number,
            subscription: subscription.to_owned(),
            balance: Balance {
                seats: terms.purchased(),
                assigned: if is_over { 0 } else { assigned },
                annual: terms.annual_amount(),
            },
            pending: if is_over { 0 } else { pending },
            terms,
        };
        let mut row = self.row(&head, kind, before, effective_at);
        row.reference.clone_from(&head.terms.reference);
        row.terms = Some(head.terms.clone());
        self.rows.push(row);
        self.head = Some(head);
    }

    /// Makes `seat` what it is after the movement; `before` is its state so far. Gives the seat with its version.
    pub(crate) fn change_seat(&mut self, kind: MovementKind, before: Option<SeatState>, seat: Seat) -> Option<Seat> {
        let number = self.next_number();
        let mut head = self.head.clone()?;
        let balance = head.balance;
        let count = |state: SeatState| i64::from(seat.state == state).saturating_sub(i64::from(before == Some(state)));
        head.number = number;
        // Nobody is served by a subscription that has ended.
        if head.terms.ended_at.is_none() {
            head.balance.assigned = head.balance.assigned.saturating_add(count(SeatState::Active));
            head.pending = head.pending.saturating_add(count(SeatState::Pending));
        }
        // An invitation was free from when it expired, however late that is noted.
        let expired_at = seat.expires_at.filter(|_| kind == MovementKind::InvitationExpired);
        let at = expired_at.map_or(self.now, |expired| expired.min(self.now));
        let mut row = self.row(&head, kind, balance, at);
        let seat = Seat { version: number, ..seat };
        row.seat_id = Some(seat.id.clone());
        row.user.clone_from(&seat.user);
        row.email.clone_from(&seat.email);
        row.seat_state = Some(seat.state);
        row.assigned_at = seat.assigned_at;
        row.expires_at = seat.expires_at;
        row.code.clone_from(&seat.code);
        self.rows.push(row);
        self.head = Some(head);
        Some(seat)
    }

    /// Has the code be sent to whom the last movement offers a seat.
    pub(crate) fn send_code(&mut self, code: &str) {
        if let Some(movement) = self.rows.last_mut() {
            movement.invitation_code = Some(code.to_owned());
        }
    }

    /// How many movements there are so far.
    pub(crate) const fn len(&self) -> usize {
        self.rows.len()
    }

    /// The movements.
    pub(crate) fn into_rows(self) -> Vec<Movement> {
        self.rows
    }

    fn next_number(&self) -> i64 {
        self.head.as_ref().map_or(1, |head| head.number.saturating_add(1))
    }

    fn row(&self, head: &Head, kind: MovementKind, before: Balance, effective_at: Timestamp) -> Movement {
        Movement {
            organization: self.account.organization.clone(),
            application: self.account.application.clone(),
            number: head.number,
            subscription: head.subscription.clone(),
            kind,
            effective_at,
            recorded_at: self.now,
            currency: head.terms.plan.currency,
            seats_before: before.seats,
            seats_after: head.balance.seats,
            assigned_before: before.assigned,
            assigned_after: head.balance.assigned,
            annual_before: before.annual,
            annual_after: head.balance.annual,
            pending: head.pending,
            terms_number: head.terms_number,
            terms: None,
            reference: None,
            seat_id: None,
            user: None,
            email: None,
            seat_state: None,
            assigned_at: None,
            expires_at: None,
            code: None,
            invitation_code: None,
            actor: self.actor.id.clone(),
            address: self.actor.address.clone(),
            effects_due: Some(Timestamp::from_millis(self.now.as_millis().saturating_add(EFFECTS_AFTER))),
        }
    }
}
