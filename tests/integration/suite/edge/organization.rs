//! An organisation that one fact has for itself.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Map, Value, json};
use upstreams::{Ordered, Seat};

use crate::client::Answer;
use crate::edge::{Edge, eventually};

/// An organisation that one fact has for itself, in one application.
pub struct Organization<'a> {
    /// The edge that is asked about it.
    pub edge: &'a Edge,
    /// The application.
    pub application: String,
    /// Its id in the application.
    pub external: String,
    /// Its id in the ERP.
    pub id: String,
}

impl<'a> Organization<'a> {
    /// One that the ERP does not know yet.
    pub fn unknown(edge: &'a Edge) -> Self {
        Self::again(edge, &Self::new_name())
    }

    /// What `healos` calls an organisation that nobody has heard of.
    pub fn new_name() -> String {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        format!("hospital_{}", NEXT.fetch_add(1, Ordering::Relaxed))
    }

    /// The id in the ERP of the organisation with this name.
    pub fn id_of(name: &str) -> String {
        name.replace("hospital", "org")
    }

    /// One that was made before, on the edge as it is now.
    pub fn again(edge: &'a Edge, external: &str) -> Self {
        Self { edge, application: "healos".into(), external: external.into(), id: Self::id_of(external) }
    }

    pub(super) fn new(edge: &'a Edge) -> Self {
        let new = Self::unknown(edge);
        new.make_known();
        new
    }

    /// Tells the ERP of it.
    pub fn make_known(&self) {
        self.edge.erp.directory.put_organization(&self.application, &self.external, &self.id, false);
    }

    /// The same organisation as another application knows it.
    pub fn in_application(&self, application: &str) -> Self {
        let other = Self {
            edge: self.edge,
            application: application.into(),
            external: format!("{application}_{}", self.external),
            id: self.id.clone(),
        };
        other.make_known();
        other
    }

    /// Gives `user` an active seat, with other values in some fields of the ERP's answer.
    pub fn seat(&self, user: &str, changes: &Value) {
        let changes: Map<String, Value> = changes.as_object().unwrap().clone();
        let seat = Seat::good(&format!("seat_{user}")).with(&changes);
        self.edge.erp.directory.put_seat(&self.application, &self.external, user, seat);
    }

    /// Gives `user` a seat of which the ERP's answer lacks a field.
    pub fn seat_without(&self, user: &str, field: &str) {
        let mut seat = Seat::good(&format!("seat_{user}"));
        seat.0.remove(field);
        self.edge.erp.directory.put_seat(&self.application, &self.external, user, seat);
    }

    /// From now on this goes wrong with each question about it.
    pub fn fails(&self, fault: Ordered) {
        self.edge.erp.faults.order_for(&self.application, &self.external, fault);
    }

    /// The ERP answers with this status from now on.
    pub fn fails_with(&self, status: u16) {
        self.fails(Ordered { status: Some(status), ..Ordered::default() });
    }

    /// All is well again.
    pub fn recovers(&self) {
        self.edge.erp.faults.clear_for(&self.application, &self.external);
    }

    /// How often the ERP was asked about it.
    pub fn questions(&self) -> u64 {
        self.edge.erp.calls.under(&format!("/api/v1/seats/{}/{}/", self.application, self.external))
    }

    /// The body of a check.
    pub fn check(&self, user: &str) -> Value {
        json!({"userId": user, "applicationSlug": self.application, "externalOrgId": self.external})
    }

    /// The answer to a check.
    pub async fn ask(&self, user: &str) -> Answer {
        self.edge.verify(&self.check(user)).await
    }

    /// The verdict on a user.
    pub async fn verify(&self, user: &str) -> Value {
        self.ask(user).await.expect(200)
    }

    /// The reason of the verdict on a user, and where it comes from.
    pub async fn reason(&self, user: &str) -> (String, String) {
        let verdict = self.verify(user).await;
        let text = |field: &str| verdict[field].as_str().unwrap().to_owned();
        (text("reason"), text("source"))
    }

    /// Has the edge ask until it knows of `user`: an answer is not kept where something was invalidated meanwhile, or on
    /// a busy machine the ERP may seem too slow.
    pub async fn make_acquainted(&self, user: &str) {
        let known = async || {
            let answer = self.ask(user).await;
            assert!(matches!(answer.status, 200 | 503), "{}", answer.text());
            (answer.status == 200 && answer.json()["source"] != "erp").then_some(())
        };
        eventually("a verdict that is kept", known).await;
    }

    /// The body that invalidates it, by the application's name for it.
    pub fn by_alias(&self) -> Value {
        json!({"applicationSlug": self.application, "externalOrgId": self.external})
    }

    /// The body that invalidates it, by its own id.
    pub fn by_id(&self) -> Value {
        json!({"organizationId": self.id})
    }

    /// Invalidates what is known of it; gives its fence.
    pub async fn invalidate(&self, named: &Value) -> i64 {
        let answer = self.edge.post("/api/v1/seats/invalidate", self.edge.product().await, named).await;
        answer.expect(200)["fence"].as_i64().unwrap()
    }
}
