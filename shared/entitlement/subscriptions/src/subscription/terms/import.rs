//! Subscriptions that were in force in another system.

use edge_capabilities::Timestamp;
use edge_seats::SubscriptionStatus;

use super::Terms;
use crate::subscription::status::Status;

/// A subscription as another system has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Imported {
    /// Its state there.
    pub status: SubscriptionStatus,
    /// When the period ends; None: it has no end.
    pub period_end: Option<Timestamp>,
}

/// Why a subscription of another system is not taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotImportable {
    /// It grants nobody access.
    #[error("grants nobody access, so there is nothing to import")]
    GrantsNothing,
    /// In this state it must have an end.
    #[error("must have a currentPeriodEnd in this state")]
    HasNoEnd,
}

impl Terms {
    /// Puts them in force at `now` as they were in force elsewhere. Err: nobody could be assigned a seat of them.
    pub fn import(mut self, imported: Imported, now: Timestamp) -> Result<Self, NotImportable> {
        let Imported { status, period_end } = imported;
        let is_over = period_end.is_some_and(|end| end <= now);
        match (status, period_end) {
            (SubscriptionStatus::Suspended | SubscriptionStatus::Expired, _) => {
                return Err(NotImportable::GrantsNothing);
            }
            (SubscriptionStatus::Active | SubscriptionStatus::Trialing | SubscriptionStatus::Cancelled, _)
                if is_over =>
            {
                return Err(NotImportable::GrantsNothing);
            }
            (SubscriptionStatus::Trialing | SubscriptionStatus::Cancelled | SubscriptionStatus::PastDue, None) => {
                return Err(NotImportable::HasNoEnd);
            }
            (SubscriptionStatus::Trialing, end) => return Ok(self.begin(end, now)),
            (SubscriptionStatus::Active, None) => return Ok(self.begin(None, now)),
            (SubscriptionStatus::Active | SubscriptionStatus::Cancelled, Some(end)) => {
                self.status = Status::Active;
                self.cancel_at_period_end = status == SubscriptionStatus::Cancelled;
                self.anchor = end;
                self.period = Some((now, end));
            }
            (SubscriptionStatus::PastDue, Some(end)) => {
                self.status = Status::PastDue;
                self.anchor = end;
                self.period = Some((now.min(end), end));
                self.past_due_since = Some(end);
                if !self.may_assign(now) {
                    return Err(NotImportable::GrantsNothing);
                }
            }
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::super::GatewayName;
    use super::*;
    use crate::subscription::plan::testing::plan;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(&format!("{text}T00:00:00Z")).unwrap()
    }

    #[test]
    fn an_imported_subscription_grants_as_long_as_it_did_elsewhere() {
        use SubscriptionStatus as Is;
        let (now, later, gone) = (at("2026-01-31"), at("2026-03-15"), at("2026-01-30"));
        let nothing = Err(NotImportable::GrantsNothing);
        for (status, end, expected) in [
            (Is::Active, Some(later), Ok((Status::Active, Some(later), Status::Active))),
            (Is::Active, None, Ok((Status::Active, Some(at("2026-02-28")), Status::Active))),
            (Is::Trialing, Some(later), Ok((Status::Trialing, Some(later), Status::Active))),
            (Is::Cancelled, Some(later), Ok((Status::Active, Some(later), Status::Cancelled))),
            (Is::PastDue, Some(gone), Ok((Status::PastDue, Some(gone), Status::PastDue))),
            (Is::PastDue, Some(at("2026-01-20")), nothing),
            (Is::Active, Some(gone), nothing),
            (Is::Cancelled, Some(gone), nothing),
            (Is::Suspended, Some(later), nothing),
            (Is::Expired, None, nothing),
            (Is::Cancelled, None, Err(NotImportable::HasNoEnd)),
            (Is::Trialing, None, Err(NotImportable::HasNoEnd)),
        ] {
            let new = Terms::new(plan(), 5, GatewayName::Manual, now);
            let outcome = new.import(Imported { status, period_end: end }, now).map(|terms| {
                assert!(terms.may_assign(now), "{status:?}");
                let mut after = terms.clone();
                after.advance(at("2026-06-01"));
                (terms.status, terms.access_end(), after.status)
            });
            assert_eq!(outcome, expected, "{status:?} {end:?}");
        }
    }
}
