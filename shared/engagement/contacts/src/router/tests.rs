use std::ops::Deref;

use edge_http::testing::{Answer, request, send};
use edge_tenants::testing::{ACME, OTHER, PLATFORM, Platform};
use serde_json::{Value, json};

use super::*;

mod contacts;
mod imports;
mod unsubscribing;

const CONTACTS: &str = "/api/v1/contacts";

pub(super) struct Test(Platform);

impl Deref for Test {
    type Target = Platform;

    fn deref(&self) -> &Platform {
        &self.0
    }
}

async fn test() -> Test {
    Test(Platform::new(router).await)
}

impl Test {
    /// The platform's call for a tenant.
    async fn of(&self, tenant: &str, method: &str, path: &str, body: Value) -> Answer {
        let headers = [("x-tenant-id", tenant)];
        send(&self.router, request(method, &format!("{CONTACTS}{path}"), PLATFORM, headers, &body)).await
    }

    /// The platform's call for Acme.
    async fn acme(&self, method: &str, path: &str, body: Value) -> Answer {
        self.of(ACME, method, path, body).await
    }

    /// A new contact of Acme.
    async fn make(&self, body: Value) -> Value {
        self.acme("POST", "", body).await.expect(201)
    }

    fn db(&self) -> Db {
        Db::new(self.world.db.clone())
    }

    fn suppressions(&self) -> Suppressions {
        Suppressions::new(&self.world.instance().0, &self.db())
    }
}

fn path(contact: &Value) -> String {
    format!("/{}", contact["id"].as_str().unwrap())
}
