//! The rulebook as a whole, by subject.

mod activation;
mod active_rules;
mod audit;
mod backtest;
mod decisions;
mod outages;
mod seat_access;
mod simulation;
mod versions;

use edge_capabilities::testing::{Tasks, World};
use edge_database::Db;
use edge_rules::Rule;

use crate::decisions::{Filter, Recorded};
use crate::error::PublishError;
use crate::error::RuleError;
use crate::publisher::Precondition;
use crate::rulebook::{Context, Decision, Rulebook};
use crate::versions::{Actor, Draft};

pub(crate) const EMPLOYEE: &str = r#"{"jobTitle":"Baker","department":"Bakery"}"#;

/// An instance: drop `_tasks` to keep its background work, kill them to end it.
pub(crate) struct Instance {
    pub(crate) rulebook: Rulebook,
    pub(crate) tasks: Tasks,
}

pub(crate) fn instance(world: &World) -> Instance {
    let (capabilities, tasks) = world.instance();
    let rulebook = Rulebook::new(&capabilities, &Db::new(capabilities.db.clone()));
    Instance { rulebook, tasks }
}

pub(crate) fn admin() -> Actor {
    Actor { id: "key:admin".into(), address: Some("192.0.2.7:5050".into()) }
}

pub(crate) fn context() -> Context {
    Context { tenant: Some("t1".into()), actor: "key:caller".into(), request_id: "req_1".into() }
}

/// A `role_mapping` by which everybody is `role`.
pub(crate) fn everybody(role: &str) -> Draft {
    let script = format!("fn decide(input) {{\n    #{{ role: \"{role}\" }}\n}}\n");
    Draft { script, tests: None, note: Some(format!("everybody is {role}")) }
}

/// An `approval` that gives `word` as its reason, to tell versions apart by.
pub(crate) fn saying(word: &str) -> Draft {
    let script = format!("fn decide(input) {{ #{{ outcome: \"approve\", levels: [], reason: \"{word}\" }} }}");
    Draft { script, tests: None, note: None }
}

pub(crate) const PURCHASE: &str = r#"{"kind":"checkout","amount":20.00,"currency":"INR","tenantId":"t1",
    "requester":{"id":"u1","role":"MEMBER"}}"#;

impl Instance {
    pub(crate) async fn push(&self, rule: Rule, draft: &Draft) -> i64 {
        self.rulebook.publisher().push(rule, draft, &admin()).await.unwrap().number
    }

    pub(crate) async fn etag(&self, rule: Rule) -> String {
        self.rulebook.publisher().current(rule).await.unwrap().etag()
    }

    pub(crate) async fn activate(&self, rule: Rule, version: i64) -> Result<i64, PublishError> {
        let basis = Precondition::Etags(vec![self.etag(rule).await]);
        self.rulebook.publisher().activate(rule, version, &basis, &admin()).await.map(|current| current.version.number)
    }

    pub(crate) async fn publish(&self, rule: Rule, draft: &Draft) -> i64 {
        let version = self.push(rule, draft).await;
        self.activate(rule, version).await.unwrap()
    }

    pub(crate) async fn roll_back(&self, rule: Rule) -> Result<i64, PublishError> {
        let back = self.rulebook.publisher().roll_back(rule, &Precondition::Any, &admin()).await;
        back.map(|current| current.version.number)
    }

    pub(crate) async fn role(&self) -> Result<Decision, RuleError> {
        self.rulebook.decide_json(Rule::RoleMapping, EMPLOYEE, &context()).await
    }

    /// The version that decides on roles now.
    pub(crate) async fn deciding(&self) -> i64 {
        self.role().await.unwrap().version
    }

    pub(crate) async fn recorded(&self, rule: Rule) -> Vec<Recorded> {
        self.rulebook.decisions().list(rule, &Filter::default(), None, 1000).await.unwrap()
    }
}
