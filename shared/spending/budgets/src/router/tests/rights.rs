//! Who may let more be spent, and what holds whoever did.

use super::*;

impl Test {
    async fn somebody(&self, maker: &str, scopes: &Value) -> String {
        let body = json!({"name": "k", "scopes": scopes, "tenant_id": ACME});
        let (status, made) = self.ask(&self.access, maker, None, "POST", "/api/v1/api-keys", body).await;
        assert_eq!(status, 201, "{made}");
        made["key"].as_str().unwrap().to_owned()
    }

    async fn of(&self, key: &str, method: &str, path: &str, body: Value) -> (u16, Value) {
        self.ask(&self.router, key, None, method, &format!("{BUDGETS}{path}"), body).await
    }

    /// The code that reserving is refused with; empty: it was reserved, and is given back.
    async fn reserves(&self, key: &str, path: &str, amount: u32) -> String {
        let (status, answer) =
            self.of(key, "POST", &format!("{path}/reservations"), json!({"reference": "r", "amount": amount})).await;
        if status != 201 {
            return answer["code"].as_str().unwrap().to_owned();
        }
        let (capabilities, _) = self.world.instance();
        let statement = "DELETE FROM budget_ledger WHERE reference = 'r'";
        capabilities.db.query(statement, &[]).await.unwrap();
        String::new()
    }
}

fn admin() -> Value {
    json!(["billing:read", "billing:write", "tenants:admin"])
}

const EXCEEDED: &str = "BUDGET_EXCEEDED";

#[tokio::test(start_paused = true)]
async fn to_let_more_be_spent_takes_an_admin_who_is_not_the_buyer() {
    let test = test().await;
    let rita = test.somebody(PLATFORM, &json!(["billing:read", "billing:write"])).await;
    let (peer, boss) = (test.somebody(PLATFORM, &admin()).await, test.somebody(PLATFORM, &admin()).await);
    let sub = test.somebody(&peer, &json!(["billing:write"])).await;
    let new = json!({"name": "All", "limit": 5_000, "currency": "INR", "period": "monthly"});
    let (status, made) = test.of(&boss, "POST", "", new).await;
    assert_eq!(status, 201, "{made}");
    let path = format!("/{}", made["id"].as_str().unwrap());
    let soft = json!([{"percent": 80, "severity": "soft"}]);
    let looser = [
        json!({"limit": 5_001}),
        json!({"is_active": false}),
        json!({"carry_over": true}),
        json!({"thresholds": soft}),
        json!({"thresholds": [{"percent": 101, "severity": "hard"}]}),
    ];
    for change in &looser {
        let (status, refused) = test.of(&rita, "PUT", &path, change.clone()).await;
        assert_eq!((status, &refused["code"]), (403, &json!("PERMISSION_DENIED")), "{change}");
    }
    // To let less be spent does not.
    assert_eq!(test.of(&rita, "PUT", &path, json!({"limit": 4_000, "name": "Less"})).await.0, 200);
    assert_eq!(
        (test.reserves(&rita, &path, 4_000).await, test.reserves(&rita, &path, 4_001).await),
        ("".into(), EXCEEDED.into())
    );
    // Whoever lets more be spent is held by what was, with all their keys; others are not.
    let (status, changed) = test.of(&peer, "PUT", &path, json!({"limit": 9_000})).await;
    assert_eq!((status, &changed["history"][2]["by_admin"]), (200, &json!(true)), "{changed}");
    for key in [&peer, &sub] {
        assert_eq!(test.reserves(key, &path, 4_000).await, "");
        assert_eq!(test.reserves(key, &path, 4_001).await, EXCEEDED);
    }
    assert_eq!(test.reserves(&rita, &path, 9_000).await, "");
    // Once somebody else agrees they are not either.
    assert_eq!(test.of(&boss, "PUT", &path, json!({"name": "As agreed"})).await.0, 200);
    assert_eq!(test.reserves(&peer, &path, 9_000).await, "");
    assert_eq!(test.reserves(&peer, &path, 9_001).await, EXCEEDED);
}

#[tokio::test(start_paused = true)]
async fn who_takes_a_budget_out_of_use_spends_from_no_other_in_its_place() {
    let test = test().await;
    let (peer, boss) = (test.somebody(PLATFORM, &admin()).await, test.somebody(PLATFORM, &admin()).await);
    let new = json!({"name": "All", "limit": 5_000, "currency": "INR", "period": "monthly"});
    let old = format!("/{}", test.of(&boss, "POST", "", new.clone()).await.1["id"].as_str().unwrap());
    assert_eq!(test.of(&peer, "PUT", &old, json!({"is_active": false})).await.0, 200);
    let larger = json!({"name": "More", "limit": 9_000, "currency": "INR", "period": "monthly"});
    let path = format!("/{}", test.of(&peer, "POST", "", larger).await.1["id"].as_str().unwrap());
    assert_eq!(test.reserves(&peer, &path, 1).await, EXCEEDED);
    assert_eq!(test.reserves(&boss, &path, 9_000).await, "");
    assert_eq!(test.of(&boss, "PUT", &old, json!({"name": "Old"})).await.0, 200);
    assert_eq!(test.reserves(&peer, &path, 9_000).await, "");
}

#[tokio::test(start_paused = true)]
async fn a_buyer_cannot_settle_what_a_checkout_reserved() {
    let test = test().await;
    let rita = test.somebody(PLATFORM, &admin()).await;
    let new = json!({"name": "All", "limit": 5_000, "currency": "INR", "period": "monthly"});
    let path = format!("/{}", test.of(&rita, "POST", "", new).await.1["id"].as_str().unwrap());
    let wanted = json!({"reference": "chk_1", "amount": 5});
    let (status, refused) = test.of(&rita, "POST", &format!("{path}/reservations"), wanted.clone()).await;
    assert_eq!((status, &refused["errors"][0]["field"]), (400, &json!("reference")));
    assert_eq!(test.acme("POST", &format!("{path}/reservations"), wanted).await.0, 201);
    for how in ["release", "commit"] {
        let of = format!("{path}/reservations/chk_1/{how}");
        assert_eq!(test.of(&rita, "POST", &of, json!({})).await.1["code"], "RESERVATION_NOT_FOUND", "{how}");
    }
}
