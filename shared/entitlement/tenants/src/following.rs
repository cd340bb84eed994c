//! Many members at once, as an upstream that knows the people says: the ERP's HR.
//!
//! What it says is followed, with two exceptions. A role that somebody at the edge gave by hand stays; so does that
//! somebody was removed by hand. And a tenant that has an owner keeps one.

use std::collections::HashMap;

use edge_access::Role;
use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Value};

use crate::members::{Members, ROUNDS, Refusal, first, read_role};
use edge_audit::Actor;

/// What the author's id begins with where a member is as the upstream says, and nobody decided otherwise.
pub const BY_SYNC: &str = "erp-sync:";

/// What is to become of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Followed {
    /// Has this role, unless somebody gave or took another by hand.
    Is(Role),
    /// Has this role, whatever was before: somebody who comes back.
    IsAgain(Role),
    /// Has left, whatever somebody did by hand.
    HasLeft,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The user is as the upstream says: from now on, or has been by the upstream's word before.
    Followed,
    /// The user stays as somebody at the edge wanted.
    KeptByHand(Option<Role>),
    /// The tenant would have no owner.
    LastOwner,
    /// The tenant has as many users as it may.
    Full,
}

/// The last that was done to a user.
struct Last {
    role: Option<Role>,
    by_hand: bool,
}

/// What all changes are decided on.
struct State {
    number: i64,
    last: HashMap<String, Last>,
    /// Counted only where it matters.
    owners: Option<i64>,
    members: Option<i64>,
}

impl State {
    /// What becomes of `user`, and the role before where that is a change.
    fn decide(&mut self, user: &str, followed: Followed, most: Option<i64>) -> (Outcome, Option<Option<Role>>) {
        let (before, by_hand) = self.last.get(user).map_or((None, false), |last| (last.role, last.by_hand));
        let after = match followed {
            Followed::Is(_) if by_hand => return (Outcome::KeptByHand(before), None),
            Followed::Is(role) | Followed::IsAgain(role) => Some(role),
            Followed::HasLeft => None,
        };
        if before == after {
            return (Outcome::Followed, None);
        }
        // INVARIANT: a tenant that has an owner keeps one.
        if before == Some(Role::Owner) {
            match &mut self.owners {
                Some(owners) if *owners > 1 => *owners = owners.saturating_sub(1),
                _ => return (Outcome::LastOwner, None),
            }
        }
        if let (None, Some(most), Some(members)) = (before, most, &mut self.members) {
            if *members >= most {
                return (Outcome::Full, None);
            }
            *members = members.saturating_add(1);
        }
        self.last.insert(user.to_owned(), Last { role: after, by_hand: false });
        (Outcome::Followed, Some(before))
    }
}

impl Members {
    /// Has `author`, whose id begins with [`BY_SYNC`], make of each user what an upstream says, all of them in one
    /// statement; `most` is how many users the tenant may have. Gives what came of each, in order.
    pub async fn follow(
        &self,
        tenant: &str,
        users: &[(&str, Followed)],
        most: Option<i64>,
        author: &Actor,
        now: Timestamp,
    ) -> Result<Vec<Outcome>, Refusal> {
        for _ in 0..ROUNDS {
            let mut state = self.state_of(tenant, users, most.is_some()).await?;
            let mut number = state.number;
            let (mut outcomes, mut rows, mut values) = (Vec::with_capacity(users.len()), Vec::new(), Vec::new());
            for (user, followed) in users {
                let (outcome, change) = state.decide(user, *followed, most);
                outcomes.push(outcome);
                let Some(before) = change else { continue };
                number = number.saturating_add(1);
                let place = values.len();
                let places: Vec<String> = (1..=8_usize).map(|at| format!("${}", place.saturating_add(at))).collect();
                rows.push(format!("({})", places.join(", ")));
                let after = state.last.get(*user).and_then(|last| last.role);
                let row: [Value; 8] = [
                    tenant.into(),
                    number.into(),
                    (*user).into(),
                    after.map(Role::as_str).into(),
                    before.map(Role::as_str).into(),
                    author.id.as_str().into(),
                    author.address.clone().into(),
                    now.into(),
                ];
                values.extend(row);
            }
            if rows.is_empty() {
                return Ok(outcomes);
            }
            let statement = format!(
                "INSERT INTO tenant_memberships (tenant_id, number, user_id, role, before, actor, address, at) VALUES {}",
                rows.join(", ")
            );
            match self.db().query(&statement, &values).await {
                Ok(_) => return Ok(outcomes),
                // Somebody else was faster: it is decided anew.
                Err(DatabaseError::Duplicate(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Refusal::Busy)
    }

    async fn state_of(&self, tenant: &str, users: &[(&str, Followed)], count: bool) -> Result<State, DatabaseError> {
        // INVARIANT: the number is read first. What is read after it may be newer; then the next number is taken.
        let last = "SELECT COALESCE(MAX(number), 0) FROM tenant_memberships WHERE tenant_id = $1";
        let number = first(&self.db().query(last, &[tenant.into()]).await?)?.integer(0)?;
        let mut state = State { number, last: HashMap::new(), owners: None, members: None };
        if users.is_empty() {
            return Ok(state);
        }
        let mut values: Vec<Value> = vec![tenant.into()];
        values.extend(users.iter().map(|(user, _)| Value::from(*user)));
        let places: Vec<String> = (2..=values.len()).map(|place| format!("${place}")).collect();
        let statement = format!(
            "SELECT m.user_id, m.role, m.actor FROM tenant_memberships m
             WHERE m.tenant_id = $1 AND m.user_id IN ({}) AND m.number = (SELECT MAX(l.number)
                FROM tenant_memberships l WHERE l.tenant_id = m.tenant_id AND l.user_id = m.user_id)",
            places.join(", ")
        );
        for row in self.db().query(&statement, &values).await? {
            let role = row.optional_text(1)?.map(read_role).transpose()?;
            let by_hand = !row.text(2)?.starts_with(BY_SYNC);
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
    use crate::members::Wish;

    const NOW: Timestamp = Timestamp::from_millis(1);

    fn author(id: &str) -> Actor {
        Actor { id: id.into(), address: None }
    }

    fn members() -> Members {
        Members::new(Db::new(Arc::new(MemoryDatabase::new())))
    }

    async fn follow(members: &Members, users: &[(&str, Followed)]) -> Vec<Outcome> {
        members.follow("t", users, None, &author("erp-sync:run"), NOW).await.unwrap()
    }

    async fn role(members: &Members, user: &str) -> Option<Role> {
        members.find("t", user).await.unwrap().map(|member| member.role)
    }

    #[tokio::test]
    async fn what_somebody_did_by_hand_stays_until_the_user_has_left() {
        let members = members();
        let hand = author("key:admin");
        let is =
            [("a", Followed::Is(Role::Member)), ("b", Followed::Is(Role::Manager)), ("c", Followed::Is(Role::Admin))];
        assert_eq!(follow(&members, &is).await, [Outcome::Followed; 3]);
        members.change("t", "a", Wish::Become(Role::Admin), &hand, NOW).await.unwrap();
        members.change("t", "b", Wish::Leave, &hand, NOW).await.unwrap();
        let kept = [Outcome::KeptByHand(Some(Role::Admin)), Outcome::KeptByHand(None), Outcome::Followed];
        assert_eq!(follow(&members, &is).await, kept);
        assert_eq!((role(&members, "a").await, role(&members, "b").await), (Some(Role::Admin), None));
        let left = [("a", Followed::HasLeft), ("b", Followed::HasLeft)];
        assert_eq!(follow(&members, &left).await, [Outcome::Followed; 2]);
        assert_eq!(role(&members, "a").await, None);
        assert_eq!(follow(&members, &[("a", Followed::IsAgain(Role::Member))]).await, [Outcome::Followed]);
        assert_eq!(role(&members, "a").await, Some(Role::Member));
    }

    #[tokio::test]
    async fn the_last_owner_stays_and_a_full_tenant_takes_nobody() {
        let members = members();
        let hand = author("key:admin");
        for owner in ["a", "b"] {
            members.change("t", owner, Wish::Join(Role::Owner, None), &hand, NOW).await.unwrap();
        }
        let left = [("a", Followed::HasLeft), ("b", Followed::HasLeft)];
        assert_eq!(follow(&members, &left).await, [Outcome::Followed, Outcome::LastOwner]);
        let new = [("c", Followed::Is(Role::Member)), ("d", Followed::Is(Role::Member))];
        let outcomes = members.follow("t", &new, Some(2), &author("erp-sync:run"), NOW).await.unwrap();
        assert_eq!(outcomes, [Outcome::Followed, Outcome::Full]);
    }

    #[tokio::test]
    async fn those_who_follow_together_all_get_on() {
        let members = members();
        let names: Vec<String> = (0..60).map(|number| format!("user{number:02}")).collect();
        let batches = names.chunks(10).map(|batch| {
            let users: Vec<_> = batch.iter().map(|user| (user.as_str(), Followed::Is(Role::Member))).collect();
            let members = members.clone();
            async move { follow(&members, &users).await }
        });
        futures::future::join_all(batches).await;
        assert_eq!(members.list("t", "", 100).await.unwrap().len(), 60);
    }
}
