//! No secret is anywhere in clear.

use edge_capabilities::Database as _;
use edge_tenants::testing::ACME;
use serde_json::{Value, json};

use crate::fixture::{KEY, NEW_KEY, Test, connections, test};

impl Test {
    /// All that is in the database, a line for each row.
    async fn rows(&self) -> String {
        let tables = self.texts("SELECT name FROM sqlite_master WHERE type = 'table'").await;
        let mut all = String::new();
        for table in tables {
            for row in self.world.db.query(&format!("SELECT * FROM {table}"), &[]).await.unwrap() {
                all.push_str(&format!("{table} {:?}\n", row.0));
            }
        }
        all
    }
}

#[tokio::test(start_paused = true)]
async fn no_secret_is_in_a_row_an_answer_or_the_log() {
    let test = test().await;
    let mut seen = String::new();
    let credentials = json!({"client_id": "xero-client", "client_secret": "xero-secret"});
    let (_, made) = test.acme("POST", "/configure", json!({"provider": "xero", "credentials": credentials})).await;
    seen.push_str(&made.to_string());
    let id = made["id"].as_str().unwrap();
    // What is asked with the state and the code is not kept either.
    let (_, begun) = test.acme("GET", &format!("/{id}/authorize"), Value::Null).await;
    let state = begun["url"].as_str().unwrap().split("state=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let location = test.consent(id).await;
    seen.push_str(&test.rows().await);
    let code = location.split("code=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    seen.push_str(&test.come_back(&location).await.body.to_string());
    let (capabilities, _) = test.world.instance();
    let open = connections(&capabilities).open(ACME, id, &capabilities.http).await.unwrap();
    open.renew().await.unwrap();
    seen.push_str(&test.status(id).await.to_string());
    seen.push_str(&test.rows().await);
    test.xero().books().grants.revoke();
    assert!(open.renew().await.is_err());
    test.later(60).await;
    let (_, listed) = test.acme("GET", "", Value::Null).await;
    seen.push_str(&listed.to_string());
    let (_, gone) = test.acme("POST", &format!("/{id}/disconnect"), json!({})).await;
    seen.push_str(&gone.to_string());
    seen.push_str(&test.rows().await);
    seen.push_str(&test.world.log.lines().join("\n"));
    assert!(seen.contains("integration.needs_reauth") && seen.contains("integration.secrets_erased"));
    // Every token of the stand-in is called access_… or refresh_….
    let decoded = code.replace("%5F", "_");
    for secret in ["xero-secret", KEY, state.as_str(), code.as_str(), decoded.as_str(), "access_1", "refresh_", "code_"]
    {
        assert!(!seen.contains(secret), "{secret}: {}", seen.lines().find(|line| line.contains(secret)).unwrap());
    }
}

#[tokio::test(start_paused = true)]
async fn secrets_are_sealed_with_the_newest_key_when_they_are_used_and_the_old_one_may_go_then() {
    let test = test().await;
    let credentials = json!({"client_id": "xero-client", "client_secret": "xero-secret"});
    let id = test.configure(json!({"provider": "xero", "credentials": credentials})).await;
    let location = test.consent(&id).await;
    test.come_back(&location).await;
    let open = async || {
        let (capabilities, _) = test.world.instance();
        connections(&capabilities).open(ACME, &id, &capabilities.http).await
    };
    test.world.config.set("encryption_key", format!("{NEW_KEY},{KEY}"));
    open().await.unwrap().client().companies().await.unwrap();
    test.world.config.set("encryption_key", NEW_KEY);
    let opened = open().await.unwrap();
    opened.client().companies().await.unwrap();
    opened.renew().await.unwrap();
    // Without any key that opens them nothing is lost: they are there again with the key.
    test.world.config.set("encryption_key", KEY);
    assert!(open().await.is_err());
    let (status, _) = test.acme("GET", &format!("/{id}/status"), Value::Null).await;
    assert_eq!(status, 200);
    test.world.config.set("encryption_key", NEW_KEY);
    open().await.unwrap().client().companies().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_is_sealed_for_one_integration_is_not_opened_for_another() {
    let test = test().await;
    let id = test.connected().await;
    let other = test.configure(json!({"provider": "xero", "name": "Another"})).await;
    let swap = "UPDATE integrations SET tokens = (SELECT tokens FROM integrations WHERE id = $1), status = 'connected',
        company_id = 'x' WHERE id = $2";
    test.world.db.query(swap, &[id.as_str().into(), other.as_str().into()]).await.unwrap();
    let (capabilities, _) = test.world.instance();
    assert!(connections(&capabilities).open(ACME, &other, &capabilities.http).await.is_err());
    assert!(connections(&capabilities).open(ACME, &id, &capabilities.http).await.is_ok());
}
