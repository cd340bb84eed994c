//! What was revoked stays revoked: the order in which fences, names and overrides are read and written.
//!
//! * Every raise first takes a new number from the fence of all, then writes what it has to say, then takes another
//!   number, by which it raises the organisation's fence.
//! * A check reads the fence, then asks the ERP, then reads what else is said, then stores the verdict under the fence
//!   it read. Whatever was raised in between makes the two differ.
//! * At the first contact with an organisation nobody knows yet whose fence to read. There the check reads the fence
//!   of all before and after; where that stayed the same, no raise of any organisation began or wrote in between,
//!   and the organisation's fence as it is now will do. A verdict without an organisation stands under the fence of all.
//! * An alias may be bound to a tenant at the edge, whatever the ERP calls its organisation. A verdict stands under the
//!   fence of the ERP's name; what is raised of a tenant is raised of all such names of its aliases too.

use std::sync::Arc;

use edge_capabilities::database::DatabaseError;
use edge_capabilities::key_value::StoreError;
use edge_capabilities::{Clock, KeyValue};
use edge_record::Record;

use crate::fence::{Fence, Fences, Mark};
use crate::names::Names;
use crate::overrides::{Overrides, SubscriptionOverride};
use crate::standing::Answer;
use crate::subject::Alias;

/// A store that could not be asked, or that refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreachable {
    /// The cache.
    #[error(transparent)]
    Cache(#[from] StoreError),
    /// The record.
    #[error(transparent)]
    Record(#[from] DatabaseError),
}

/// What makes the edge forget.
#[derive(Clone)]
pub struct Invalidation {
    fences: Fences,
    names: Names,
    overrides: Overrides,
}

impl Invalidation {
    /// Over the stores that seat verification uses.
    pub fn new(cache: &Arc<dyn KeyValue>, clock: &Arc<dyn Clock>, record: &Record) -> Self {
        Self {
            fences: Fences::new(cache.clone(), clock.clone()),
            names: Names::new(cache.clone(), record.clone()),
            overrides: Overrides::new(record.clone()),
        }
    }

    /// Forgets what is known of an organisation's seats, and what payment events said of its subscription: from now on
    /// the ERP's word counts, and it will be asked. Gives the new number of the organisation's fence.
    pub async fn forget(&self, organization: &str) -> Result<i64, Unreachable> {
        self.fences.raise_all().await?;
        self.forget_at(organization).await
    }

    /// As [`Invalidation::forget`], for whichever organisation `alias` means. Where no check has met it yet, raising
    /// the fence of all is enough, with a note for when it is met.
    pub async fn forget_alias(&self, alias: &Alias) -> Result<i64, Unreachable> {
        // INVARIANT: the fence of all is raised before the organisation is looked up; a check at first contact writes
        // the organisation down before it reads the fence of all again. So one of the two sees the other.
        self.fences.raise_all().await?;
        if let Some(tenant) = self.names.tenant_of(alias).await? {
            self.forget_at(&tenant).await?;
        }
        match self.names.organization_of(alias).await? {
            Some(organization) => self.forget_at(&organization).await,
            None => {
                self.names.clear(alias).await?;
                // INVARIANT: a check that met the organisation meanwhile, and did not see the note, wrote the
                // organisation down before it read the fence of all again: it sees this raise, or is seen here.
                let number = self.fences.raise_all().await?;
                match self.names.organization_of(alias).await? {
                    Some(organization) => self.forget_at(&organization).await,
                    None => Ok(number),
                }
            }
        }
    }

    /// Has a payment event's word count for an organisation's subscription, whatever the ERP says, until another event
    /// says otherwise or somebody forgets it. Gives the new number of the organisation's fence.
    pub async fn overrule(&self, organization: &str, change: &SubscriptionOverride) -> Result<i64, Unreachable> {
        self.overrule_by(organization, async || Ok(Some(change.clone()))).await
    }

    /// As [`Invalidation::overrule`], by what `current` then finds payment events to have come to; None: they have
    /// come to nothing that goes before the ERP's word, and only the fence is raised. Of several who do this together,
    /// in whichever order they are held up, the one counts that found what came last.
    pub async fn overrule_by(
        &self,
        organization: &str,
        current: impl AsyncFnOnce() -> Result<Option<SubscriptionOverride>, DatabaseError>,
    ) -> Result<i64, Unreachable> {
        self.fences.raise_all().await?;
        // INVARIANT: the number is taken before `current` reads. Whoever reads something newer has a higher one.
        let order = self.overrides.next_number().await?;
        if let Some(change) = current().await? {
            self.overrides.set(organization, &change, order).await?;
        }
        self.raise_behind(organization).await
    }

    /// Has the next check see what `change` does to the tenants that aliases are bound to; it gives the aliases it is
    /// about.
    pub async fn rebind<E: From<Unreachable>>(
        &self,
        change: impl AsyncFnOnce() -> Result<Vec<Alias>, E>,
    ) -> Result<(), E> {
        let cache = |error: StoreError| Unreachable::from(error);
        self.fences.raise_all().await.map_err(cache)?;
        let aliases = change().await?;
        // INVARIANT: as in raise_behind, what is known of names is read after the fence of all was raised again.
        let number = self.fences.raise_all().await.map_err(cache)?;
        for alias in &aliases {
            if let Some(organization) = self.names.organization_of(alias).await? {
                self.fences.raise_organization(&organization, number).await.map_err(cache)?;
            }
        }
        Ok(())
    }

    /// The tenant that `alias` is bound to at the edge.
    pub async fn tenant_of(&self, alias: &Alias) -> Result<Option<String>, Unreachable> {
        self.names.tenant_of(alias).await
    }

    /// The organisation that `alias` was last known to mean.
    pub async fn organization_of(&self, alias: &Alias) -> Result<Option<String>, Unreachable> {
        self.names.organization_of(alias).await
    }

    async fn forget_at(&self, organization: &str) -> Result<i64, Unreachable> {
        self.overrides.drop(organization).await?;
        self.raise_behind(organization).await
    }

    /// Raises the organisation's fence behind what was written. That of all is raised once more before: a check at
    /// first contact may have begun after it was raised first, and have read before the writing.
    async fn raise_behind(&self, organization: &str) -> Result<i64, Unreachable> {
        let number = self.fences.raise_all().await?;
        // INVARIANT: read after the fence of all was raised: a check that meets one of these later does not keep what it
        // read before the writing.
        for name in self.names.bound_to(organization).await? {
            self.fences.raise_organization(&name, number).await?;
        }
        Ok(self.fences.raise_organization(organization, number).await?)
    }

    pub(crate) async fn stands(&self, mark: &Mark) -> Result<bool, StoreError> {
        self.fences.stands(mark).await
    }

    /// The fence to read before the ERP is asked about somebody of `alias`: that of the organisation it means, or that
    /// of all where that is not known.
    pub(crate) async fn before(&self, alias: &Alias) -> Result<Mark, StoreError> {
        match self.names.organization_of(alias).await {
            Ok(Some(organization)) => self.fences.of_organization(&organization).await,
            Ok(None) | Err(Unreachable::Record(_)) => self.fences.of_all().await,
            Err(Unreachable::Cache(error)) => Err(error),
        }
    }

    /// As [`Invalidation::before`], without making a fence where there is none: many who come together to a new store
    /// would all make it, and none of them could tell its number until the last was done.
    pub(crate) async fn glance(&self, alias: &Alias) -> Result<Option<Mark>, StoreError> {
        match self.names.organization_of(alias).await {
            Ok(Some(organization)) => self.fences.glance(Fence::Organization(organization)).await,
            Ok(None) | Err(Unreachable::Record(_)) => self.fences.glance(Fence::All).await,
            Err(Unreachable::Cache(error)) => Err(error),
        }
    }

    /// Completes the ERP's answer about somebody of `alias` by what payment events said. An error: that cannot be read,
    /// and without it the ERP's word says nothing, for a payment event may have suspended the organisation.
    pub(crate) async fn complete(&self, alias: &Alias, answer: &mut Answer) -> Result<(), DatabaseError> {
        let Answer::Seat(standing) = answer else { return Ok(()) };
        if let Some(change) = self.overrides.of(alias, &standing.organization).await? {
            change.apply(standing);
        }
        Ok(())
    }

    /// The fence that a completed answer about somebody of `alias` stands behind, where the ERP was asked after `before`
    /// was read. An error, or None: that cannot be said; the answer may be used once but not kept.
    pub(crate) async fn mark(
        &self,
        alias: &Alias,
        before: &Mark,
        answer: &Answer,
    ) -> Result<Option<Mark>, Unreachable> {
        let Answer::Seat(standing) = answer else { return Ok(Some(before.clone())) };
        let organization = &standing.organization;
        match &before.fence {
            Fence::Organization(meant) if meant == organization => Ok(Some(before.clone())),
            // The alias has come to mean another organisation. The next check knows which fence to read.
            Fence::Organization(_) => {
                self.names.note(alias, organization).await?;
                Ok(None)
            }
            Fence::All => {
                self.names.note(alias, organization).await?;
                let of_organization = self.fences.of_organization(organization).await?;
                Ok((self.fences.of_all().await? == *before).then_some(of_organization))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use edge_capabilities::Instant;
    use edge_capabilities::testing::World;

    use super::*;
    use crate::standing::{SeatStatus, Standing, SubscriptionStatus};
    use crate::subject::Id;

    fn invalidation(world: &World) -> Invalidation {
        let (capabilities, _) = world.instance();
        let record = Record::new(capabilities.record.clone());
        Invalidation::new(&capabilities.cache, &capabilities.clock, &record)
    }

    fn alias(external_org: &str) -> Alias {
        Alias { application: Id::parse("healos").unwrap(), external_org: Id::parse(external_org).unwrap() }
    }

    fn seat(organization: &str) -> Answer {
        Answer::Seat(Standing {
            organization: organization.into(),
            seat_id: "seat".into(),
            seat_status: SeatStatus::Active,
            subscription_status: SubscriptionStatus::Active,
            period_end: Instant::from_millis(7),
            version: 1,
        })
    }

    /// What an answer of the ERP's that names `org` amounts to, and the mark it is kept under.
    async fn contact(invalidation: &Invalidation, alias: &Alias) -> (Answer, Option<Mark>) {
        let before = invalidation.before(alias).await.unwrap();
        let mut answer = seat("org");
        invalidation.complete(alias, &mut answer).await.unwrap();
        let mark = invalidation.mark(alias, &before, &answer).await.unwrap();
        (answer, mark)
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_is_kept_unless_a_raise_began_in_between() {
        let world = World::new(1);
        let invalidation = invalidation(&world);
        // First contact, nothing in between; then the organisation is known.
        for _ in 0..2 {
            let (_, mark) = contact(&invalidation, &alias("a")).await;
            assert!(invalidation.stands(&mark.unwrap()).await.unwrap());
        }
        // First contact by another name, with a raise in between.
        let before = invalidation.before(&alias("b")).await.unwrap();
        invalidation.forget("org").await.unwrap();
        assert_eq!(invalidation.mark(&alias("b"), &before, &seat("org")).await.unwrap(), None);
        // A known name, with a raise in between, by either name.
        for by_alias in [false, true] {
            let before = invalidation.before(&alias("a")).await.unwrap();
            if by_alias {
                invalidation.forget_alias(&alias("a")).await.unwrap();
            } else {
                invalidation.forget("org").await.unwrap();
            }
            let mark = invalidation.mark(&alias("a"), &before, &seat("org")).await.unwrap().unwrap();
            assert!(!invalidation.stands(&mark).await.unwrap());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_name_that_comes_to_mean_another_organisation_is_noted() {
        let world = World::new(1);
        let invalidation = invalidation(&world);
        contact(&invalidation, &alias("a")).await;
        let before = invalidation.before(&alias("a")).await.unwrap();
        assert_eq!(invalidation.mark(&alias("a"), &before, &seat("other")).await.unwrap(), None);
        assert_eq!(invalidation.organization_of(&alias("a")).await.unwrap().as_deref(), Some("other"));
    }

    #[tokio::test(start_paused = true)]
    async fn forgetting_by_name_reaches_the_organisation_also_when_the_cache_has_lost_the_name() {
        let world = World::new(1);
        let invalidation = invalidation(&world);
        let (_, mark) = contact(&invalidation, &alias("a")).await;
        world.cache.lose(|key| key.starts_with("name:"));
        invalidation.forget_alias(&alias("a")).await.unwrap();
        assert!(!invalidation.stands(&mark.unwrap()).await.unwrap());
    }

    #[tokio::test(start_paused = true)]
    async fn a_payment_event_counts_until_another_says_otherwise_or_it_is_forgotten() {
        let world = World::new(1);
        let invalidation = invalidation(&world);
        let suspended = SubscriptionOverride { status: SubscriptionStatus::Suspended, period_end: None };
        let trial =
            SubscriptionOverride { status: SubscriptionStatus::Trialing, period_end: Some(Instant::from_millis(9)) };
        let said = async |alias: &Alias| match contact(&invalidation, alias).await.0 {
            Answer::Seat(standing) => (standing.subscription_status, standing.period_end.as_millis()),
            other => panic!("{other:?}"),
        };
        // Forgotten by a name that nobody knew yet to be the organisation's.
        invalidation.overrule("org", &suspended).await.unwrap();
        invalidation.forget_alias(&alias("a")).await.unwrap();
        assert_eq!(said(&alias("a")).await, (SubscriptionStatus::Active, 7));
        // And by the organisation's own.
        invalidation.overrule("org", &suspended).await.unwrap();
        assert_eq!(said(&alias("a")).await, (SubscriptionStatus::Suspended, 7));
        invalidation.overrule("org", &trial).await.unwrap();
        assert_eq!(said(&alias("a")).await, (SubscriptionStatus::Trialing, 9));
        world.cache.lose_everything();
        assert_eq!(said(&alias("a")).await, (SubscriptionStatus::Trialing, 9));
        invalidation.forget("org").await.unwrap();
        assert_eq!(said(&alias("a")).await, (SubscriptionStatus::Active, 7));
    }

    #[tokio::test(start_paused = true)]
    async fn of_two_payment_events_the_one_counts_that_was_read_last_whichever_is_written_last() {
        let world = World::new(1);
        let invalidation = invalidation(&world);
        let change = |status| Some(SubscriptionOverride { status, period_end: None });
        let slow = invalidation.overrule_by("org", async || {
            let read = change(SubscriptionStatus::Active);
            // Held up between reading and writing, while another event is taken in as a whole.
            world.clock.advance(std::time::Duration::from_secs(5)).await;
            Ok(read)
        });
        let fast = async {
            world.clock.advance(std::time::Duration::from_secs(1)).await;
            invalidation.overrule_by("org", async || Ok(change(SubscriptionStatus::Suspended))).await
        };
        let (slow, fast) = futures::future::join(slow, fast).await;
        assert!(slow.is_ok() && fast.is_ok());
        let (answer, _) = contact(&invalidation, &alias("a")).await;
        let Answer::Seat(standing) = answer else { panic!("{answer:?}") };
        assert_eq!(standing.subscription_status, SubscriptionStatus::Suspended);
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_was_completed_before_an_event_was_written_is_not_kept_also_at_first_contact() {
        let world = World::new(1);
        let invalidation = invalidation(&world);
        let suspended = SubscriptionOverride { status: SubscriptionStatus::Suspended, period_end: None };
        let (mut before, mut answer) = (None, seat("org"));
        let raised = invalidation.overrule_by("org", async || {
            // A check begins after the raise did, and reads what is said before the raise has written.
            before = Some(invalidation.before(&alias("a")).await.unwrap());
            invalidation.complete(&alias("a"), &mut answer).await.unwrap();
            Ok(Some(suspended))
        });
        raised.await.unwrap();
        let mark = invalidation.mark(&alias("a"), &before.unwrap(), &answer).await.unwrap();
        assert_eq!(mark, None);
    }

    async fn bind(world: &World, alias: &Alias, tenant: &str) {
        let record = Record::new(world.record.clone());
        let statement = "INSERT INTO tenant_external_ids (application, external_org, tenant_id, set_by, set_at)
            VALUES ($1, $2, $3, 'test', 0)";
        let (application, external_org) = (alias.application.as_str(), alias.external_org.as_str());
        record.query(statement, &[application.into(), external_org.into(), tenant.into()]).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn what_payment_events_say_of_a_tenant_reaches_the_aliases_bound_to_it_whatever_the_erp_calls_them() {
        let world = World::new(1);
        let invalidation = invalidation(&world);
        let status = |answer: &Answer| match answer {
            Answer::Seat(standing) => standing.subscription_status,
            other => panic!("{other:?}"),
        };
        let suspended = SubscriptionOverride { status: SubscriptionStatus::Suspended, period_end: None };
        invalidation.overrule("tenant", &suspended).await.unwrap();
        let (answer, mark) = contact(&invalidation, &alias("a")).await;
        let mark = mark.unwrap();
        assert_eq!(status(&answer), SubscriptionStatus::Active);
        // Bound: what was kept is kept no longer, and what was said counts at once.
        let bound = invalidation.rebind::<Unreachable>(async || {
            bind(&world, &alias("a"), "tenant").await;
            Ok(vec![alias("a")])
        });
        bound.await.unwrap();
        assert!(!invalidation.stands(&mark).await.unwrap());
        let (answer, mark) = contact(&invalidation, &alias("a")).await;
        let mark = mark.unwrap();
        assert_eq!(status(&answer), SubscriptionStatus::Suspended);
        assert!(invalidation.stands(&mark).await.unwrap());
        // The next event raises the fence that the verdict stands under.
        let active = SubscriptionOverride { status: SubscriptionStatus::PastDue, period_end: None };
        invalidation.overrule("tenant", &active).await.unwrap();
        assert!(!invalidation.stands(&mark).await.unwrap());
        let (answer, mark) = contact(&invalidation, &alias("a")).await;
        assert_eq!(status(&answer), SubscriptionStatus::PastDue);
        // Of two, what was said last counts.
        invalidation.overrule("org", &suspended).await.unwrap();
        assert!(!invalidation.stands(&mark.unwrap()).await.unwrap());
        assert_eq!(status(&contact(&invalidation, &alias("a")).await.0), SubscriptionStatus::Suspended);
        // Forgotten by the alias, both are.
        invalidation.forget_alias(&alias("a")).await.unwrap();
        assert_eq!(status(&contact(&invalidation, &alias("a")).await.0), SubscriptionStatus::Active);
    }

    #[tokio::test(start_paused = true)]
    async fn a_check_at_first_contact_does_not_keep_what_it_read_before_its_tenant_was_overruled() {
        let world = World::new(1);
        let invalidation = invalidation(&world);
        bind(&world, &alias("a"), "tenant").await;
        let before = invalidation.before(&alias("a")).await.unwrap();
        let mut answer = seat("org");
        invalidation.complete(&alias("a"), &mut answer).await.unwrap();
        let suspended = SubscriptionOverride { status: SubscriptionStatus::Suspended, period_end: None };
        invalidation.overrule("tenant", &suspended).await.unwrap();
        assert_eq!(invalidation.mark(&alias("a"), &before, &answer).await.unwrap(), None);
    }
}
