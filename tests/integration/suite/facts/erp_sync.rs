//! People and projects of the group's own companies follow the ERP.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::edge::{BOOTSTRAP, Customer, Edge, Settings, eventually};
use crate::facts::facts;
use crate::shape::Stage;

facts! {
    two_thousand_people_come_over_and_a_second_run_changes_nothing,
    a_run_whose_node_is_killed_is_taken_up_by_whoever_looks,
    people_follow_hr_but_for_what_was_done_by_hand,
    addresses_go_from_one_to_another_within_a_run,
    only_the_groups_own_companies_sync,
    projects_come_over,
}

/// One of the group's companies that no other fact knows.
struct Company<'a> {
    edge: &'a Edge,
    id: String,
}

impl<'a> Company<'a> {
    async fn new(edge: &'a Edge) -> Self {
        let id = Customer::of(edge).tenant;
        let new = json!({"id": id, "name": "Bheem Flow", "slug": format!("flow-{}", &id[24..]), "tenant_mode": "internal",
            "owner_email": "owner@bheem.example", "erp_company_code": "BHM003", "erp_company_id": id});
        edge.post("/api/v1/tenants", BOOTSTRAP, &new).await.expect(201);
        Self { edge, id }
    }

    async fn start(&self, kind: &str, body: Value) -> String {
        let call = self.edge.call("POST", &format!("/api/v1/erp-sync/{kind}"));
        let answer = call.key(BOOTSTRAP).header("x-tenant-id", &self.id).json(&body).send().await.expect(202);
        assert_eq!(answer["status"], "sync_started");
        answer["job_id"].as_str().unwrap().to_owned()
    }

    async fn status(&self, job: &str) -> Value {
        let call = self.edge.call("GET", &format!("/api/v1/erp-sync/status?job_id={job}"));
        call.key(BOOTSTRAP).header("x-tenant-id", &self.id).send().await.expect(200)
    }

    async fn settled(&self, job: &str) -> Value {
        let look = async || Some(self.status(job).await).filter(|status| status["status"] != "running");
        eventually("the run's end", look).await
    }

    async fn sync(&self, kind: &str) -> Value {
        self.settled(&self.start(kind, json!({})).await).await
    }

    async fn roles(&self) -> std::collections::BTreeMap<String, String> {
        let mut roles = std::collections::BTreeMap::new();
        let mut cursor = String::new();
        loop {
            let path = format!("/api/v1/tenants/{}/users?limit=200&cursor={cursor}", self.id);
            let page = self.edge.call("GET", &path).key(BOOTSTRAP).send().await.expect(200);
            for user in page["data"].as_array().unwrap() {
                let text = |field: &str| user[field].as_str().unwrap().to_owned();
                roles.insert(text("user_id"), text("role"));
            }
            match page["nextCursor"].as_str() {
                Some(next) => cursor = next.to_owned(),
                None => return roles,
            }
        }
    }
}

async fn two_thousand_people_come_over_and_a_second_run_changes_nothing(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let company = Company::new(&edge).await;
    edge.erp.hr.hire(&company.id, 2_000);
    let first = company.start("employees", json!({})).await;
    assert_eq!(company.start("employees", json!({})).await, first, "one run at a time");
    let status = company.settled(&first).await;
    assert_eq!(
        (&status["status"], &status["created"], &status["pages"]),
        (&json!("completed"), &json!(2_000), &json!(4))
    );
    let roles = company.roles().await;
    assert_eq!(roles.len(), 2_000);
    for (number, role) in ["MEMBER", "MANAGER", "MEMBER", "MEMBER", "ADMIN", "MANAGER", "MEMBER"].iter().enumerate() {
        assert_eq!(roles[&format!("emp-{number:06}")], *role);
    }
    let audit = async || {
        let path = format!("/api/v1/tenants/{}/audit?limit=1", company.id);
        edge.call("GET", &path).key(BOOTSTRAP).send().await.expect(200)["data"].clone()
    };
    let before = audit().await;
    let status = company.sync("employees").await;
    assert_eq!(
        (&status["status"], &status["unchanged"], &status["created"]),
        (&json!("completed"), &json!(2_000), &json!(0))
    );
    assert_eq!(audit().await, before);
    assert_eq!(status["last_good_run"]["job_id"], status["job_id"]);
}

async fn a_run_whose_node_is_killed_is_taken_up_by_whoever_looks(stage: Arc<Stage>) {
    let mut edge = stage.own(Settings::steady()).await;
    let id = {
        let company = Company::new(&edge).await;
        edge.erp.hr.hire(&company.id, 3_000);
        let job = company.start("employees", json!({})).await;
        eventually("some pages", async || company.status(&job).await["pages"].as_u64().filter(|pages| *pages > 0))
            .await;
        (company.id.clone(), job)
    };
    for node in &mut edge.nodes {
        node.kill();
        node.restart(&[]).await;
    }
    edge.ready().await;
    let company = Company { edge: &edge, id: id.0 };
    let status = company.settled(&id.1).await;
    assert_eq!(
        (&status["status"], &status["created"], &status["synced"]),
        (&json!("completed"), &json!(3_000), &json!(3_000))
    );
    assert_eq!(company.roles().await.len(), 3_000);
}

async fn people_follow_hr_but_for_what_was_done_by_hand(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let company = Company::new(&edge).await;
    edge.erp.hr.hire(&company.id, 20);
    company.sync("employees").await;
    let path = format!("/api/v1/tenants/{}/users/emp-000001", company.id);
    edge.call("PUT", &path).key(BOOTSTRAP).json(&json!({"role": "OWNER"})).send().await.expect(200);
    let put = |id: &str, changes: Value| edge.erp.hr.put_employee(&company.id, id, changes.as_object().unwrap());
    put("emp-000001", json!({"job_title": "Intern"}));
    put("emp-000002", json!({"job_title": "Head of Sales"}));
    put("emp-000003", json!({"work_email": null}));
    edge.erp.hr.dismiss(&company.id, "emp-000005");
    let status = company.sync("employees").await;
    let counts = ["updated", "kept_by_hand", "deactivated", "failed"].map(|field| status[field].as_i64().unwrap());
    assert_eq!((&status["status"], counts), (&json!("completed"), [1, 1, 1, 1]), "{status}");
    assert_eq!(status["errors"], json!([{"employee_id": "emp-000003", "error": "has no work_email"}]));
    let roles = company.roles().await;
    assert_eq!((roles["emp-000001"].as_str(), roles["emp-000002"].as_str()), ("OWNER", "ADMIN"));
    assert!(!roles.contains_key("emp-000005") && roles.contains_key("emp-000003"));

    for number in 6..16 {
        edge.erp.hr.dismiss(&company.id, &format!("emp-{number:06}"));
    }
    let asked = company.sync("employees").await;
    assert_eq!((&asked["status"], &asked["deactivations"]["gone"]), (&json!("needs_confirmation"), &json!(10)));
    assert_eq!(company.roles().await.len(), 19);
    let call = edge.call("GET", "/api/v1/erp-sync/deactivations?limit=9").key(BOOTSTRAP);
    let leave = call.header("x-tenant-id", &company.id).send().await.expect(200);
    assert_eq!((leave["data"].as_array().unwrap().len(), &leave["data"][0]["erp_id"]), (9, &json!("emp-000006")));
    assert!(leave["nextCursor"].is_string(), "{leave}");
    let job = company.start("employees", json!({"confirm_deactivations": true})).await;
    let status = company.settled(&job).await;
    assert_eq!((&status["status"], &status["deactivated"]), (&json!("completed"), &json!(10)));
    assert_eq!(company.roles().await.len(), 9);
}

async fn addresses_go_from_one_to_another_within_a_run(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let company = Company::new(&edge).await;
    edge.erp.hr.hire(&company.id, 20);
    company.sync("employees").await;
    let before = company.roles().await;
    let put = |id: &str, changes: Value| edge.erp.hr.put_employee(&company.id, id, changes.as_object().unwrap());
    // Two swap; one is taken on again under another id.
    put("emp-000001", json!({"work_email": "emp-000002@bheem.example"}));
    put("emp-000002", json!({"work_email": "emp-000001@bheem.example"}));
    put("back", json!({"work_email": "EMP-000004@bheem.example", "job_title": "Head of Sales"}));
    edge.erp.hr.dismiss(&company.id, "emp-000004");
    // Records that are none stop nobody.
    put("odd", json!({"work_email": ["odd@bheem.example"]}));
    put("new", json!({"job_title": false, "department": false}));
    let status = company.sync("employees").await;
    let counts = ["created", "updated", "deactivated", "failed"].map(|field| status[field].as_i64().unwrap());
    assert_eq!((&status["status"], counts), (&json!("completed"), [2, 2, 1, 1]), "{status}");
    let roles = company.roles().await;
    assert_eq!((roles.len(), roles["emp-000004"].as_str()), (before.len() + 1, "ADMIN"), "{roles:?}");
    let user = async |id: &str| {
        let path = format!("/api/v1/tenants/{}/users?limit=50", company.id);
        let page = edge.call("GET", &path).key(BOOTSTRAP).send().await.expect(200);
        page["data"].as_array().unwrap().iter().find(|user| user["user_id"] == id).unwrap().clone()
    };
    assert_eq!(user("emp-000001").await["email"], "emp-000002@bheem.example");
    assert_eq!(user("emp-000004").await["erp_employee_id"], "back");
    let status = company.sync("employees").await;
    assert_eq!((&status["unchanged"], &status["failed"]), (&json!(21), &json!(1)), "{status}");
}

async fn only_the_groups_own_companies_sync(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let customer = Customer::new(&edge).await;
    for path in ["employees", "projects"] {
        let call = edge.call("POST", &format!("/api/v1/erp-sync/{path}")).key(BOOTSTRAP);
        call.header("x-tenant-id", &customer.tenant).send().await.refused(400, "VALIDATION_ERROR");
    }
    let (_, key) = edge.new_key(json!({"scopes": ["tenants:admin"]})).await;
    edge.call("POST", "/api/v1/erp-sync/employees").key(&key).send().await.refused(403, "PERMISSION_DENIED");
}

async fn projects_come_over(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let company = Company::new(&edge).await;
    let path = format!("http://{}/_control/hr/{}/projects/portal", edge.erp_address, company.id);
    let project = json!({"name": "Portal", "team": [{"employee_id": "emp-000001"}]});
    crate::client::Call::new("PUT", path).json(&project).send().await.expect(200);
    let status = company.sync("projects").await;
    assert_eq!((&status["status"], &status["created"]), (&json!("completed"), &json!(1)));
    let call = edge.call("GET", "/api/v1/erp-sync/projects").key(BOOTSTRAP).header("x-tenant-id", &company.id);
    let listed = call.send().await.expect(200);
    assert_eq!(
        listed["data"][0],
        json!({"id": "portal", "name": "Portal", "description": null, "team": ["emp-000001"]})
    );
}
