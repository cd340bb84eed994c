//! People as members of a tenant: what they are when the vote is cast, and who made them that.

use std::sync::Arc;

use edge_access::{Caller, Role, TenantId};
use edge_audit::Actor;
use edge_tenants::{Members, MembershipChange};

use super::*;
use crate::{Delegation, Delegations, People};

struct Tenant {
    db: Db,
    members: Members,
    people: People,
}

const NOW: Timestamp = Timestamp::from_millis(1_000_000);

impl Tenant {
    fn new() -> Self {
        let db = Db::new(World::new(1).db);
        Self { members: Members::new(db.clone()), people: People::new(&db), db }
    }

    async fn put(&self, user: &str, wish: MembershipChange, by: &str, at: i64) {
        let author = Actor { id: by.into(), address: None };
        self.members.change("t1", user, wish, &author, Timestamp::from_millis(at)).await.unwrap();
    }

    async fn delegates(&self, from: &str, to: &str) {
        let delegation = Delegation {
            id: format!("apd_{from}_{to}"),
            delegator: format!("user:{from}"),
            delegate: format!("user:{to}"),
            starts_at: Timestamp::from_millis(500),
            ends_at: Timestamp::from_millis(2_000_000),
            reason: String::new(),
            created_at: Timestamp::from_millis(500),
            revoked_at: None,
        };
        let stored = Delegations::new(self.db.clone()).insert("t1", &delegation, &format!("user:{from}")).await;
        assert!(stored.unwrap());
    }

    async fn approver(&self, user: &str) -> Approver {
        self.people.approver("t1", &caller(user), NOW).await.unwrap()
    }

    async fn roles(&self, user: &str) -> Vec<String> {
        self.approver(user).await.roles.into_iter().map(|held| held.role).collect()
    }

    /// For whom somebody stands, and what those are.
    async fn delegators(&self, user: &str) -> Vec<(String, Vec<String>)> {
        let others = self.approver(user).await.delegators.into_iter();
        others.map(|other| (other.person, other.roles.into_iter().map(|held| held.role).collect())).collect()
    }
}

fn caller(user: &str) -> Caller {
    let id: Arc<str> = format!("user:{user}").into();
    Caller {
        root: id.clone(),
        id,
        scopes: Role::Member.scopes(),
        tenant: Some(TenantId::new("t1")),
        roles: Arc::default(),
        email: None,
        applications: None,
        expires_at: None,
    }
}

#[tokio::test(start_paused = true)]
async fn a_delegation_gives_the_delegators_present_roles_and_none_after_their_removal() {
    let tenant = Tenant::new();
    tenant.put("boss", MembershipChange::Join(Role::Owner, None), "bootstrap", 1).await;
    tenant.put("ana", MembershipChange::Join(Role::BillingAdmin, None), "user:boss", 2).await;
    tenant.put("ben", MembershipChange::Join(Role::Member, None), "user:boss", 3).await;
    tenant.delegates("ana", "ben").await;
    let ana = |role: &str| vec![("user:ana".to_owned(), vec![role.to_owned()])];
    assert_eq!(tenant.delegators("ben").await, ana("billing_admin"));
    tenant.put("ana", MembershipChange::Become(Role::Member), "user:boss", 600).await;
    assert_eq!(tenant.delegators("ben").await, ana("member"));
    assert_eq!(tenant.roles("ben").await, ["member"]);
    // She goes: it is over, also when she comes back.
    tenant.put("ana", MembershipChange::Leave, "user:boss", 700).await;
    assert!(tenant.delegators("ben").await.is_empty());
    tenant.put("ana", MembershipChange::Join(Role::BillingAdmin, None), "user:boss", 800).await;
    assert!(tenant.delegators("ben").await.is_empty());
    let listed = Delegations::new(tenant.db.clone()).list("t1", None, None, 10).await.unwrap();
    assert_eq!(listed[0].revoked_at, Some(Timestamp::from_millis(700)));
    // So it is where the delegate goes.
    tenant.delegates("boss", "cy").await;
    assert_eq!(tenant.delegators("cy").await.len(), 1);
    tenant.put("cy", MembershipChange::Join(Role::Member, None), "user:boss", 900).await;
    tenant.put("cy", MembershipChange::Leave, "user:boss", 901).await;
    assert!(tenant.delegators("cy").await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn whom_the_requester_made_an_owner_puts_nobody_into_a_role_that_counts() {
    let tenant = Tenant::new();
    tenant.put("boss", MembershipChange::Join(Role::Owner, None), "bootstrap", 1).await;
    tenant.put("rita", MembershipChange::Join(Role::Owner, None), "user:boss", 2).await;
    // Rita makes Sue an owner, Sue makes Tom one, and Tom gives roles.
    tenant.put("sue", MembershipChange::Join(Role::Owner, None), "user:rita", 3).await;
    tenant.put("tom", MembershipChange::Join(Role::Owner, None), "user:sue", 4).await;
    tenant.people.set_role("t1", "cfo", &["user:una".to_owned()], "user:tom", NOW).await.unwrap();
    tenant.people.set_role("t1", "head_of_it", &["user:una".to_owned()], "user:boss", NOW).await.unwrap();
    let parties = tenant.people.parties();
    for (requester_is, role, counts) in [
        ("user:rita", "cfo", false),
        ("user:sue", "cfo", false),
        ("user:tom", "cfo", false),
        ("user:boss", "cfo", false),
        ("user:zoe", "cfo", true),
        ("user:rita", "head_of_it", true),
        ("user:boss", "head_of_it", false),
    ] {
        let request = Request { requester: requester_is.into(), ..request(vec![super::role(role, 1)]) };
        let party = parties.of("t1", Some(requester_is)).await.unwrap();
        let by = Requester { root: Some(requester_is.into()), party };
        let at = Timestamp::from_millis(HOUR);
        let counted = request.record(&tenant.approver("una").await, &by, Verdict::Approve, None, at);
        assert_eq!(counted.is_ok(), counts, "{requester_is} {role}");
    }
    // As a member she has a role of whoever made her one.
    let request = request(vec![super::role("owner", 1)]);
    for (owner, counts) in [("sue", false), ("tom", false), ("boss", true)] {
        let party = parties.of("t1", Some("user:rita")).await.unwrap();
        let by = Requester { root: Some("user:rita".into()), party };
        let counted =
            request.record(&tenant.approver(owner).await, &by, Verdict::Approve, None, Timestamp::from_millis(1));
        assert_eq!(counted.is_ok(), counts, "{owner}");
    }
}
