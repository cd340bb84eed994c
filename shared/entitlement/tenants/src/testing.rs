//! The platform and two tenants, for tests of routers that act in tenants.

use axum::Router;
use edge_capabilities::Capabilities;
use edge_capabilities::testing::World;
use serde_json::{Value, json};

/// The platform's key.
pub const PLATFORM: &str = "bootstrap-key-of-the-tests";

/// The id of the tenant that tests act in.
pub const ACME: &str = "0b7e1f6c-6f0a-4a4e-9a55-3f1f0f6f2d11";

/// The id of another tenant.
pub const OTHER: &str = "1b7e1f6c-6f0a-4a4e-9a55-3f1f0f6f2d22";

/// A router under test beside those of tenants and keys, over one world.
pub struct Platform {
    /// The router under test.
    pub router: Router,
    /// The routes of tenants.
    pub tenants: Router,
    /// The routes of keys.
    pub access: Router,
    /// What all of them run on.
    pub world: World,
}

impl Platform {
    /// A platform with [`ACME`] and [`OTHER`], and the router that `router` makes.
    pub async fn new(router: impl FnOnce(Capabilities) -> Router) -> Self {
        let world = World::new(1);
        world.config.set("bootstrap_admin_key", PLATFORM);
        let capabilities = || world.instance().0;
        let tenants = crate::router(capabilities());
        let (router, access) = (router(capabilities()), edge_access::router(capabilities()));
        let platform = Self { router, tenants, access, world };
        for (id, slug) in [(ACME, "acme"), (OTHER, "other")] {
            let new = json!({"id": id, "name": slug, "slug": slug, "owner_email": "o@x.example"});
            let made = platform.ask(&platform.tenants, PLATFORM, None, "POST", "/api/v1/tenants", new).await;
            assert_eq!(made.0, 201, "{made:?}");
        }
        platform
    }

    /// The status and the JSON body of `router`'s answer: see [`edge_http::testing::ask`].
    pub async fn ask(
        &self,
        router: &Router,
        key: &str,
        tenant: Option<&str>,
        method: &str,
        path: &str,
        body: Value,
    ) -> (u16, Value) {
        edge_http::testing::ask(router, key, tenant, method, path, &body).await
    }
}
