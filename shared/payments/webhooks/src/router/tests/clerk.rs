use super::*;

const OTHER: &str = "1b7e1f6c-6f0a-4a4e-9a55-3f1f0f6f2d22";

impl Test {
    async fn clerk(&self, body: &Value) -> (u16, Value) {
        let answer = self.post(Provider::Clerk, "/webhooks/standard/clerk", &body.to_string()).await;
        self.wait(1).await;
        answer
    }

    async fn of_tenants(&self, method: &str, path: &str, body: Value) -> Value {
        let path = format!("/api/v1/tenants{path}");
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let (status, answer) = self.ask(&self.tenants, method, &path, HeaderMap::new(), body).await;
        assert!(status < 300, "{answer}");
        answer
    }

    async fn members(&self, tenant: &str) -> Vec<String> {
        let listed = self.of_tenants("GET", &format!("/{tenant}/users"), Value::Null).await;
        let users = listed["data"].as_array().unwrap().iter();
        users.map(|user| user["user_id"].as_str().unwrap().to_owned()).collect()
    }

    /// Two tenants, of which the users are members.
    async fn with_members(&self, users: &[&str]) {
        let other = json!({"id": OTHER, "name": "Other", "slug": "other", "owner_email": "o@other.example"});
        self.of_tenants("POST", "", other).await;
        for tenant in [TENANT, OTHER] {
            for (place, user) in users.iter().enumerate() {
                let role = if place == 0 { "OWNER" } else { "MEMBER" };
                let user = json!({"user_id": user, "role": role});
                self.of_tenants("POST", &format!("/{tenant}/users"), user).await;
            }
        }
    }
}

fn deleted(user: &str) -> Value {
    json!({
        "object": "event", "type": "user.deleted", "timestamp": START.as_millis(),
        "data": {"deleted": true, "id": user, "object": "user"},
    })
}

fn left(user: &str, organization: Value) -> Value {
    json!({
        "object": "event", "type": "organizationMembership.deleted", "timestamp": START.as_millis(),
        "data": {"id": "orgmem_1", "organization": organization, "public_user_data": {"user_id": user}},
    })
}

#[tokio::test(start_paused = true)]
async fn who_is_deleted_at_clerk_is_nobodys_member_any_more() {
    let test = test().await;
    test.with_members(&["owner", "ana", "ben"]).await;
    let (status, answer) = test.clerk(&deleted("ana")).await;
    assert_eq!((status, &answer), (200, &json!({"status": "success", "action": "membership_removed"})));
    for tenant in [TENANT, OTHER] {
        assert_eq!(test.members(tenant).await, ["ben", "owner"]);
    }
    let audit = test.of_tenants("GET", &format!("/{TENANT}/audit"), Value::Null).await;
    let last = &audit["data"][0];
    assert_eq!((&last["action"], &last["detail"]["user_id"]), (&json!("user.removed"), &json!("ana")));
    assert!(last["actor"].as_str().unwrap().starts_with("clerk:"), "{last}");
    // Nobody knows this one, and the last owner stays until there is another.
    for user in ["nobody", "owner"] {
        assert_eq!(test.clerk(&deleted(user)).await.1["status"], "success", "{user}");
    }
    assert_eq!(test.members(TENANT).await, ["ben", "owner"]);
}

#[tokio::test(start_paused = true)]
async fn who_leaves_an_organization_at_clerk_leaves_its_tenant_alone() {
    let test = test().await;
    test.with_members(&["owner", "ana", "ben"]).await;
    let by_metadata = json!({"id": "org_1", "public_metadata": {"tenant_id": TENANT.to_uppercase()}});
    assert_eq!(test.clerk(&left("ana", by_metadata)).await.1["status"], "success");
    assert_eq!((test.members(TENANT).await.len(), test.members(OTHER).await.len()), (2, 3));
    let external_id = json!({"externalOrgId": "org_2"});
    test.of_tenants("PUT", &format!("/{OTHER}/external-ids/clerk"), external_id).await;
    assert_eq!(test.clerk(&left("ben", json!({"id": "org_2"}))).await.1["status"], "success");
    assert_eq!(
        (test.members(TENANT).await, test.members(OTHER).await),
        (vec!["ben".into(), "owner".into()], vec!["ana".into(), "owner".into()])
    );
    for organization in [json!({"id": "org_3"}), json!({"id": "org_3", "public_metadata": {"tenant_id": "t"}})] {
        let (_, answer) = test.clerk(&left("ben", organization)).await;
        assert_eq!(answer, json!({"status": "ignored", "reason": "unknown_organization"}));
    }
}

#[tokio::test(start_paused = true)]
async fn only_clerk_ends_memberships_and_only_by_its_signature() {
    let test = test().await;
    test.with_members(&["owner", "ana"]).await;
    let body = deleted("ana").to_string();
    let (_, answer) = test.post(Provider::Standard, "/webhooks/standard/somebody", &body).await;
    assert_eq!(answer, json!({"status": "ignored", "reason": "unhandled_event"}));
    let headers = sign(Provider::Clerk, "whsec_b3RoZXI=", body.as_bytes(), test.world.clock.now(), "msg_1").unwrap();
    let headers = headers.into_iter().collect();
    let (status, problem) = test.ask(&test.edge, "POST", "/webhooks/standard/clerk", headers, body).await;
    assert_eq!((status, &problem["code"]), (400, &json!("INVALID_SIGNATURE")));
    assert_eq!(test.members(TENANT).await, ["ana", "owner"]);
    let (_, answer) = test.clerk(&json!({"type": "user.created", "data": {"id": "ana"}})).await;
    assert_eq!(answer["reason"], "unhandled_event");
}
