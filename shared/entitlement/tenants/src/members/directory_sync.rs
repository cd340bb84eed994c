//! Applies what an upstream that knows the people, the ERP's HR, says of many members at once.
//!
//! It is applied with two exceptions. A role that somebody at the edge gave by hand stays; so does a removal by hand. And a
//! tenant that has an owner keeps one.

use std::collections::HashMap;

use edge_access::Role;
use edge_audit::Actor;
use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Value};
use edge_database::places;

use super::store::{MAX_ATTEMPTS, Members, first, read_role};
use crate::error::MemberError;
use crate::unreported::is_reported;

/// The prefix of the actor's id in changes of members that a sync made. Changes by other actors were made by hand.
pub const SYNC_ACTOR_PREFIX: &str = "erp-sync:";

/// What the upstream says of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DirectoryState {
    /// The user has this role. Another role or a removal by hand takes precedence.
    Member(Role),
    /// The user has come back, with this role, whatever was done by hand before.
    Returned(Role),
    /// The user has left, whatever was done by hand before.
    Left,
}

/// The result of applying a [`DirectoryState`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncOutcome {
    /// The user is now as the upstream says, or was so before.
    Applied,
    /// The user keeps the role, or the removal, that was given by hand.
    KeptByHand(Option<Role>),
    /// The user stays: the tenant would have no owner.
    LastOwner,
    /// The user is not added: the tenant has as many users as it may.
    Full,
}

/// The last change of a user.
struct Last {
    role: Option<Role>,
    by_hand: bool,
}

/// What the outcomes depend on.
struct State {
    number: i64,
    last: HashMap<String, Last>,
    /// Counted only where it matters.
    owners: Option<i64>,
    members: Option<i64>,
}

impl State {
    /// The outcome for `user`, and the role before the change where there is one.
    fn decide(
        &mut self,
        user: &str,
        directory: DirectoryState,
        max_users: Option<i64>,
    ) -> (SyncOutcome, Option<Option<Role>>) {
        let (before, by_hand) = self.last.get(user).map_or((None, false), |last| (last.role, last.by_hand));
        let after = match directory {
            DirectoryState::Member(_) if by_hand => return (SyncOutcome::KeptByHand(before), None),
            DirectoryState::Member(role) | DirectoryState::Returned(role) => Some(role),
            DirectoryState::Left => None,
        };
        if before == after {
            return (SyncOutcome::Applied, None);
        }
        // INVARIANT: a tenant that has an owner keeps one.
        if before == Some(Role::Owner) {
            match &mut self.owners {
                Some(owners) if *owners > 1 => *owners = owners.saturating_sub(1),
                _ => return (SyncOutcome::LastOwner, None),
            }
        }
        if let (None, Some(max_users), Some(members)) = (before, max_users, &mut self.members) {
            if *members >= max_users {
                return (SyncOutcome::Full, None);
            }
            *members = members.saturating_add(1);
        }
        self.last.insert(user.to_owned(), Last { role: after, by_hand: false });
        (SyncOutcome::Applied, Some(before))
    }
}

impl Members {
    /// Applies what an upstream says of `users`, in one statement; `max_users` is how many users the tenant may have. The
    /// id of `actor` begins with [`SYNC_ACTOR_PREFIX`]. Gives the outcome of each user, in order.
    pub async fn sync_directory(
        &self,
        tenant: &str,
        users: &[(&str, DirectoryState)],
        max_users: Option<i64>,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<Vec<SyncOutcome>, MemberError> {
        for _ in 0..MAX_ATTEMPTS {
            let mut state = self.state_of(tenant, users, max_users.is_some()).await?;
            let mut number = state.number;
            let (mut outcomes, mut rows, mut values) = (Vec::with_capacity(users.len()), Vec::new(), Vec::new());
            for (user, directory) in users {
                let (outcome, change) = state.decide(user, *directory, max_users);
                outcomes.push(outcome);
                let Some(before) = change else { continue };
                number = number.saturating_add(1);
                let after = state.last.get(*user).and_then(|last| last.role);
                let row: [Value; 10] = [
                    tenant.into(),
                    number.into(),
                    (*user).into(),
                    after.map(Role::as_str).into(),
                    before.map(Role::as_str).into(),
                    actor.id.as_str().into(),
                    actor.address.clone().into(),
                    now.into(),
                    Value::Integer(i64::from(is_reported(before, after))),
                    // Who joins by it is told in other words.
                    Value::Integer(i64::from(before.is_some() && after.is_some())),
                ];
                rows.push(format!("({})", places(values.len().saturating_add(1), row.len())));
                values.extend(row);
            }
            if rows.is_empty() {
                return Ok(outcomes);
            }
            let statement = format!(
                "INSERT INTO tenant_memberships (tenant_id, number, user_id, role, before, actor, address, at, unreported,
                    untold)
                 VALUES {}",
                rows.join(", ")
            );
            match self.db().query(&statement, &values).await {
                Ok(_) => return Ok(outcomes),
                // Somebody else was faster: it is decided anew.
                Err(DatabaseError::Duplicate(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(MemberError::Busy)
    }

    async fn state_of(
        &self,
        tenant: &str,
        users: &[(&str, DirectoryState)],
        count: bool,
    ) -> Result<State, DatabaseError> {
        // INVARIANT: the number is read first. What is read after it may be newer; then the next number is taken.
        let last = "SELECT COALESCE(MAX(number), 0) FROM tenant_memberships WHERE tenant_id = $1";
        let number = first(&self.db().query(last, &[tenant.into()]).await?)?.integer(0)?;
        let mut state = State { number, last: HashMap::new(), owners: None, members: None };
        if users.is_empty() {
            return Ok(state);
        }
        let mut values: Vec<Value> = vec![tenant.into()];
        values.extend(users.iter().map(|(user, _)| Value::from(*user)));
        let statement = format!(
            "SELECT m.user_id, m.role, m.actor FROM tenant_memberships m
             WHERE m.tenant_id = $1 AND m.user_id IN ({}) AND m.number = (SELECT MAX(l.number)
                FROM tenant_memberships l WHERE l.tenant_id = m.tenant_id AND l.user_id = m.user_id)",
            places(2, users.len())
        );
        for row in self.db().query(&statement, &values).await? {
            let role = row.optional_text(1)?.map(read_role).transpose()?;
            let by_hand = !row.text(2)?.starts_with(SYNC_ACTOR_PREFIX);
            state.last.insert(row.text(0)?.to_owned(), Last { role, by_hand });
        }
        if count || state.last.values().any(|last| last.role == Some(Role::Owner)) {
            let counts = self.count_by_role(tenant).await?;
            let of = |wanted: fn(Role) -> bool| {
                counts.iter().filter(|(role, _)| wanted(*role)).map(|(_, count)| count).sum()
            };
            state.owners = Some(of(|role| role == Role::Owner));
            state.members = Some(of(|_| true));
        }
        Ok(state)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use edge_capabilities::testing::MemoryDatabase;
    use edge_database::Db;

    use super::*;
    use crate::members::MembershipChange;

    const NOW: Timestamp = Timestamp::from_millis(1);

    fn actor(id: &str) -> Actor {
        Actor { id: id.into(), address: None }
    }

    fn members() -> Members {
        Members::new(Db::new(Arc::new(MemoryDatabase::new())))
    }

    async fn follow(members: &Members, users: &[(&str, DirectoryState)]) -> Vec<SyncOutcome> {
        members.sync_directory("t", users, None, &actor("erp-sync:run"), NOW).await.unwrap()
    }

    async fn role(members: &Members, user: &str) -> Option<Role> {
        members.find("t", user).await.unwrap().map(|member| member.role)
    }

    #[tokio::test]
    async fn what_somebody_did_by_hand_stays_until_the_user_has_left() {
        let members = members();
        let hand = actor("key:admin");
        let is = [
            ("a", DirectoryState::Member(Role::Member)),
            ("b", DirectoryState::Member(Role::Manager)),
            ("c", DirectoryState::Member(Role::Admin)),
        ];
        assert_eq!(follow(&members, &is).await, [SyncOutcome::Applied; 3]);
        members.change("t", "a", MembershipChange::Become(Role::Admin), &hand, NOW).await.unwrap();
        members.change("t", "b", MembershipChange::Leave, &hand, NOW).await.unwrap();
        let kept = [SyncOutcome::KeptByHand(Some(Role::Admin)), SyncOutcome::KeptByHand(None), SyncOutcome::Applied];
        assert_eq!(follow(&members, &is).await, kept);
        assert_eq!((role(&members, "a").await, role(&members, "b").await), (Some(Role::Admin), None));
        let left = [("a", DirectoryState::Left), ("b", DirectoryState::Left)];
        assert_eq!(follow(&members, &left).await, [SyncOutcome::Applied; 2]);
        assert_eq!(role(&members, "a").await, None);
        assert_eq!(follow(&members, &[("a", DirectoryState::Returned(Role::Member))]).await, [SyncOutcome::Applied]);
        assert_eq!(role(&members, "a").await, Some(Role::Member));
    }

    #[tokio::test]
    async fn the_last_owner_stays_and_a_full_tenant_takes_nobody() {
        let members = members();
        let hand = actor("key:admin");
        for owner in ["a", "b"] {
            members.change("t", owner, MembershipChange::Join(Role::Owner, None), &hand, NOW).await.unwrap();
        }
        let left = [("a", DirectoryState::Left), ("b", DirectoryState::Left)];
        assert_eq!(follow(&members, &left).await, [SyncOutcome::Applied, SyncOutcome::LastOwner]);
        let new = [("c", DirectoryState::Member(Role::Member)), ("d", DirectoryState::Member(Role::Member))];
        let outcomes = members.sync_directory("t", &new, Some(2), &actor("erp-sync:run"), NOW).await.unwrap();
        assert_eq!(outcomes, [SyncOutcome::Applied, SyncOutcome::Full]);
    }

    #[tokio::test]
    async fn those_who_follow_together_all_get_on() {
        let members = members();
        let names: Vec<String> = (0..60).map(|number| format!("user{number:02}")).collect();
        let batches = names.chunks(10).map(|batch| {
            let users: Vec<_> =
                batch.iter().map(|user| (user.as_str(), DirectoryState::Member(Role::Member))).collect();
            let members = members.clone();
            async move { follow(&members, &users).await }
        });
        futures::future::join_all(batches).await;
        assert_eq!(members.list("t", "", 100).await.unwrap().len(), 60);
    }
}
