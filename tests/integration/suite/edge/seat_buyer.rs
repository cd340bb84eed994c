//! An organization that buys five seats of an application whose seats are at the edge.

use serde_json::{Value, json};

use crate::client::{Answer, Call};
use crate::edge::{BOOTSTRAP, Edge, WEBHOOK_SECRET, eventually};

/// A gateway that it buys at: its name, which is that of its stand-in too, and where its events go.
#[derive(Clone, Copy)]
pub struct SeatGateway {
    /// As subscriptions name it.
    pub name: &'static str,
    /// The path of its webhooks at the edge.
    pub webhooks: &'static str,
}

/// The organization.
pub struct SeatBuyer {
    /// An edge of its own, with webhooks.
    pub edge: Edge,
    /// The organization's id.
    pub organization: String,
    /// The subscription as it was answered first, not yet paid.
    pub ordered: Value,
    gateway: SeatGateway,
    path: String,
}

impl SeatBuyer {
    /// Orders the seats under `plan`. The stand-in of the gateway sends its events to the edge from now on.
    pub async fn new(edge: Edge, gateway: SeatGateway, plan: &Value) -> Self {
        let application = json!({"slug": "clinic-app", "name": "Clinic App", "seatSource": "edge"});
        edge.post("/applications", BOOTSTRAP, &application).await.expect(201);
        edge.post("/applications/clinic-app/plans", BOOTSTRAP, plan).await.expect(201);
        let organization = json!({"name": "Clinic", "slug": "clinic", "billingEmail": "bills@clinic.example",
            "ownerUserId": "owner"});
        let organization = edge.post("/organizations", BOOTSTRAP, &organization).await.expect(201);
        let order = json!({"organizationId": organization["id"], "applicationSlug": "clinic-app",
            "planId": plan["id"], "seats": 5, "gateway": gateway.name, "externalOrgId": "clinic_1"});
        let ordered = edge.post("/subscriptions", BOOTSTRAP, &order).await.expect(201);
        assert_eq!(ordered["status"], "INCOMPLETE", "{ordered}");
        let path = format!("/subscriptions/{}", ordered["id"].as_str().unwrap());
        let organization = organization["id"].as_str().unwrap().to_owned();
        let buyer = Self { edge, organization, ordered, gateway, path };
        let url = format!("http://{}{}", buyer.edge.nodes[0].address(), gateway.webhooks);
        buyer.steer("PUT", "webhook", json!({"url": url, "secret": WEBHOOK_SECRET})).await;
        buyer
    }

    /// Asks something of the subscription.
    pub async fn ask(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.edge.call(method, &format!("{}{path}", self.path)).key(BOOTSTRAP).json(body).send().await
    }

    /// Assigns a seat to `user`.
    pub async fn assign(&self, user: &str) -> Answer {
        self.ask("POST", "/seats", &json!({"userId": user})).await
    }

    /// Whether `user` has access, and why.
    pub async fn access(&self, user: &str) -> (bool, String) {
        let check = json!({"userId": user, "applicationSlug": "clinic-app", "externalOrgId": "clinic_1"});
        let verdict = self.edge.verify(&check).await.expect(200);
        (verdict["hasAccess"].as_bool().unwrap(), verdict["reason"].as_str().unwrap().to_owned())
    }

    /// Waits until the subscription is in this state.
    pub async fn becomes(&self, status: &str) -> Value {
        eventually(status, async || {
            let found = self.ask("GET", "", &Value::Null).await.expect(200);
            (found["status"] == status).then_some(found)
        })
        .await
    }

    /// Steers the gateway's stand-in.
    pub async fn steer(&self, method: &str, what: &str, body: Value) -> Value {
        let url = format!("http://{}/_control/{}/{what}", self.edge.erp_address, self.gateway.name);
        let answer = Call::new(method, url).json(&body).send().await;
        if answer.status == 204 { Value::Null } else { answer.expect(200) }
    }
}
