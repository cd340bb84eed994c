//! What becomes of a seat: a command and the seats as they are give movements, or the reason why not.

use std::time::Duration;

use edge_capabilities::Timestamp;

use super::model::{Seat, SeatState, code_hash};
use crate::movement::{Batch, MovementKind};

/// What is to become of a seat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SeatCommand {
    /// A user gets a seat.
    Assign {
        /// The id of the seat, if it is a new one.
        id: String,
        /// The user.
        user: String,
        /// The user's address, where it is known: an invitation to it becomes the user's seat.
        address: Option<String>,
    },
    /// A seat is offered to an address.
    Invite {
        /// The id of the seat, if it is a new one.
        id: String,
        /// The address, in lower case.
        email: String,
        /// The invitation's code, which is sent to the address.
        code: String,
        /// When the offer ends.
        expires_at: Timestamp,
        /// The user with this address, where one is known.
        holder: Option<String>,
    },
    /// A user accepts an invitation.
    Claim {
        /// The id of the seat.
        id: String,
        /// The user.
        user: String,
        /// Why it is theirs to accept.
        proof: Proof,
    },
    /// A seat is taken away.
    Revoke {
        /// The id of the seat.
        id: String,
    },
    /// A seat goes to another user.
    Transfer {
        /// The id of the seat.
        id: String,
        /// The id of the seat that the other user gets.
        new: String,
        /// The other user.
        user: String,
        /// How long a seat that was assigned cannot be transferred.
        cooldown: Duration,
    },
}

/// Why an invitation is a user's to accept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// It was sent to the user's verified address.
    Address(String),
    /// The user knows the code, of which this is the SHA-256, hex.
    Code(String),
}

/// What became of a seat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The seat.
    pub seat: Seat,
    /// Whether it is a new one.
    pub is_new: bool,
}

/// Why nothing became of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SeatError {
    /// The subscription has no such seat, or it is not the caller's to accept.
    #[error("there is no such seat")]
    NotFound,
    /// The subscription is not in a state in which seats are assigned.
    #[error("the subscription is not active")]
    Inactive,
    /// All seats are assigned or offered.
    #[error("all seats are taken")]
    LimitReached,
    /// The seat was taken away.
    #[error("the seat was revoked")]
    Revoked,
    /// The invitation was not accepted in time.
    #[error("the invitation has expired")]
    InvitationExpired,
    /// The user has a seat already.
    #[error("the user has a seat already")]
    UserHasSeat,
    /// Nobody has accepted the seat yet, so it cannot be transferred.
    #[error("the seat is not assigned yet")]
    NotAssigned,
    /// The seat was assigned a short time ago.
    #[error("the seat was assigned a short time ago")]
    Cooldown(Timestamp),
}

/// The seats that commands are about, as they are, and as they become.
#[derive(Debug, Default)]
pub(crate) struct SeatList(pub(crate) Vec<Seat>);

impl SeatList {
    fn live(&self, now: Timestamp, is_it: impl Fn(&Seat) -> bool) -> Option<Seat> {
        self.0.iter().find(|seat| seat.is_live(now) && is_it(seat)).cloned()
    }

    fn of_user(&self, user: &str, now: Timestamp) -> Option<Seat> {
        self.live(now, |seat| seat.user.as_deref() == Some(user))
    }

    fn by_id(&self, id: &str) -> Result<Seat, SeatError> {
        self.0.iter().find(|seat| seat.id == id).cloned().ok_or(SeatError::NotFound)
    }

    fn put(&mut self, seat: Seat) {
        self.0.retain(|known| known.id != seat.id);
        self.0.push(seat);
    }

    /// Notes invitations that have expired as such: they no longer count.
    pub(crate) fn expire(&mut self, batch: &mut Batch<'_>, expired: &[Seat]) {
        for seat in expired {
            self.change(batch, MovementKind::InvitationExpired, seat, SeatState::Revoked);
        }
    }

    fn change(&mut self, batch: &mut Batch<'_>, kind: MovementKind, seat: &Seat, state: SeatState) -> Option<Seat> {
        let before =
            self.0.iter().find(|known| known.id == seat.id).map_or(Some(seat.state), |known| Some(known.state));
        let changed = batch.change_seat(kind, before, Seat { state, ..seat.clone() })?;
        self.put(changed.clone());
        Some(changed)
    }

    fn add(&mut self, batch: &mut Batch<'_>, kind: MovementKind, seat: Seat) -> Result<Decided, SeatError> {
        let seat = batch.change_seat(kind, None, seat).ok_or(SeatError::NotFound)?;
        self.put(seat.clone());
        Ok(Decided { seat, is_new: true })
    }

    /// Does `command`, or says why not.
    pub(crate) fn decide(&mut self, batch: &mut Batch<'_>, command: &SeatCommand) -> Result<Decided, SeatError> {
        let now = batch.now();
        let head = batch.head().ok_or(SeatError::NotFound)?;
        let subscription = head.subscription.clone();
        let may_assign = || if head.terms.may_assign(now) { Ok(()) } else { Err(SeatError::Inactive) };
        let (purchased, taken) = (head.terms.purchased(), head.taken());
        let unchanged = |seat| Ok(Decided { seat, is_new: false });
        let room_for = |more: i64| {
            if taken.saturating_add(more) <= purchased { Ok(()) } else { Err(SeatError::LimitReached) }
        };
        match command {
            SeatCommand::Assign { id, user, address } => {
                may_assign()?;
                if let Some(seat) = self.of_user(user, now) {
                    return unchanged(seat);
                }
                let invited = |seat: &Seat| seat.state == SeatState::Pending && seat.email == *address;
                if let Some(seat) = self.live(now, invited).filter(|_| address.is_some()) {
                    room_for(0)?;
                    return self.claim(batch, seat, user);
                }
                room_for(1)?;
                self.add(batch, MovementKind::Assigned, new_seat(id, &subscription, user, now))
            }
            SeatCommand::Invite { id, email, code, expires_at, holder } => {
                may_assign()?;
                let is_same =
                    |seat: &Seat| seat.email.as_ref() == Some(email) || (holder.is_some() && seat.user == *holder);
                if let Some(seat) = self.live(now, is_same) {
                    // An invitation that is sent again has another code and takes no further seat.
                    if seat.state != SeatState::Pending || seat.expires_at == Some(*expires_at) {
                        return unchanged(seat);
                    }
                    let again = Seat { code: Some(code_hash(code)), expires_at: Some(*expires_at), ..seat };
                    let again = self.change(batch, MovementKind::Invited, &again, SeatState::Pending);
                    batch.send_code(code);
                    return unchanged(again.ok_or(SeatError::NotFound)?);
                }
                room_for(1)?;
                let seat = Seat {
                    user: None,
                    email: Some(email.clone()),
                    state: SeatState::Pending,
                    assigned_at: None,
                    expires_at: Some(*expires_at),
                    code: Some(code_hash(code)),
                    ..new_seat(id, &subscription, "", now)
                };
                let decided = self.add(batch, MovementKind::Invited, seat)?;
                batch.send_code(code);
                Ok(decided)
            }
            SeatCommand::Claim { id, user, proof } => {
                let seat = self.by_id(id)?;
                let is_theirs = match proof {
                    Proof::Address(address) => seat.email.as_ref() == Some(address),
                    Proof::Code(code) => seat.code.as_ref() == Some(&code_hash(code)),
                };
                if seat.state == SeatState::Active && seat.user.as_ref() == Some(user) {
                    return unchanged(seat);
                }
                if !is_theirs || seat.state == SeatState::Active {
                    return Err(SeatError::NotFound);
                }
                // Whether or not it is noted as such.
                if seat.user.is_none() && seat.expires_at.is_some_and(|expires| expires <= now) {
                    return Err(SeatError::InvitationExpired);
                }
                if seat.state == SeatState::Revoked {
                    return Err(SeatError::Revoked);
                }
                may_assign()?;
                // Who was invited and has a seat under another name keeps that one, and the other is free.
                if let Some(own) = self.of_user(user, now) {
                    self.change(batch, MovementKind::Revoked, &seat, SeatState::Revoked);
                    return unchanged(own);
                }
                // The seat is counted already. The limit may have fallen since it was offered.
                room_for(0)?;
                self.claim(batch, seat, user)
            }
            SeatCommand::Revoke { id } => {
                let seat = self.by_id(id)?;
                if seat.state == SeatState::Revoked {
                    return unchanged(seat);
                }
                let seat = self.change(batch, MovementKind::Revoked, &seat, SeatState::Revoked);
                unchanged(seat.ok_or(SeatError::NotFound)?)
            }
            SeatCommand::Transfer { id, new, user, cooldown } => {
                let seat = self.by_id(id)?;
                match seat.state_at(now) {
                    SeatState::Revoked => return Err(SeatError::Revoked),
                    SeatState::Pending => return Err(SeatError::NotAssigned),
                    SeatState::Active if seat.user.as_ref() == Some(user) => return unchanged(seat),
                    SeatState::Active => {}
                }
                may_assign()?;
                if self.of_user(user, now).is_some() {
                    return Err(SeatError::UserHasSeat);
                }
                let free_at = seat.assigned_at.map(|at| at.plus(*cooldown));
                if let Some(free_at) = free_at.filter(|free_at| now < *free_at) {
                    return Err(SeatError::Cooldown(free_at));
                }
                self.change(batch, MovementKind::TransferredFrom, &seat, SeatState::Revoked);
                self.add(batch, MovementKind::TransferredTo, new_seat(new, &subscription, user, now))
            }
        }
    }

    fn claim(&mut self, batch: &mut Batch<'_>, seat: Seat, user: &str) -> Result<Decided, SeatError> {
        let claimed =
            Seat { user: Some(user.to_owned()), assigned_at: Some(batch.now()), expires_at: None, code: None, ..seat };
        let seat = self.change(batch, MovementKind::Claimed, &claimed, SeatState::Active);
        Ok(Decided { seat: seat.ok_or(SeatError::NotFound)?, is_new: false })
    }
}

fn new_seat(id: &str, subscription: &str, user: &str, now: Timestamp) -> Seat {
    Seat {
        id: id.to_owned(),
        subscription: subscription.to_owned(),
        user: Some(user.to_owned()),
        email: None,
        state: SeatState::Active,
        assigned_at: Some(now),
        expires_at: None,
        code: None,
        version: 0,
    }
}
