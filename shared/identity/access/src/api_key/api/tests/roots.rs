//! Whom the chain of issuing of a key began with.

use edge_capabilities::Capabilities;
use edge_capabilities::database::Value as Cell;

use super::*;
use crate::api_key::api::CreateApiKeyRequest;
use crate::caller::{Caller, TenantId};
use crate::scope::Scopes;

struct Office {
    world: World,
    capabilities: Capabilities,
    authenticator: Authenticator,
    _tasks: Tasks,
}

fn office() -> Office {
    let world = world();
    let (capabilities, tasks) = world.instance();
    let authenticator = Authenticator::new(&capabilities, &Db::new(capabilities.db.clone()));
    Office { world, capabilities, authenticator, _tasks: tasks }
}

fn person(sub: &str, tenant: Option<&str>) -> Caller {
    let id = std::sync::Arc::<str>::from(format!("user:{sub}"));
    let tenant = tenant.map(TenantId::new);
    Caller {
        root: id.clone(),
        id,
        scopes: Scopes::all(),
        tenant,
        roles: std::sync::Arc::default(),
        email: None,
        applications: None,
        expires_at: None,
    }
}

impl Office {
    /// Has `caller` make a key; gives the key and whom it stands for.
    async fn issue(&self, caller: &Caller, tenant: Option<&str>) -> (String, Caller) {
        let new = json!({"name": "k", "scopes": ["tenants:admin", "seats:verify"], "tenant_id": tenant});
        let new: CreateApiKeyRequest = serde_json::from_value(new).unwrap();
        let issued = serde_json::to_value(self.authenticator.issue_key(new, caller).await.unwrap()).unwrap();
        let key = issued["key"].as_str().unwrap().to_owned();
        let caller = self.caller(&key).await;
        (key, caller)
    }

    async fn caller(&self, key: &str) -> Caller {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", format!("Bearer {key}").parse().unwrap());
        self.authenticator.authenticate(&headers).await.unwrap()
    }

    async fn bootstrap(&self) -> Caller {
        self.caller(BOOTSTRAP).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_has_the_root_of_the_first_key_of_its_tenant_through_a_chain_of_any_length() {
    let office = office();
    let bootstrap = office.bootstrap().await;
    let (_, platform) = office.issue(&bootstrap, None).await;
    assert_eq!(platform.root, platform.id);
    let (_, first) = office.issue(&platform, Some("t1")).await;
    let (_, second) = office.issue(&platform, Some("t1")).await;
    // Two keys that the platform issued are two parties.
    assert_eq!((&first.root, &second.root), (&first.id, &second.id));
    let mut last = first.clone();
    for _ in 0..9 {
        last = office.issue(&last, None).await.1;
        assert!(last.has_same_root(&first.root) && !last.has_same_root(&second.root), "{last:?}");
    }
    assert_ne!(last.id, first.id);
}

#[tokio::test(start_paused = true)]
async fn a_key_that_a_person_of_a_tenant_made_has_the_person_as_its_root() {
    let office = office();
    let ana = person("ana", Some("t1"));
    let (_, first) = office.issue(&ana, None).await;
    let (_, second) = office.issue(&first, None).await;
    assert_eq!((&*first.root, &*second.root), ("user:ana", "user:ana"));
    let (_, of_the_platform) = office.issue(&person("root", None), Some("t1")).await;
    assert_eq!(of_the_platform.root, of_the_platform.id);
}

#[tokio::test(start_paused = true)]
async fn the_root_of_a_key_that_was_made_before_roots_were_kept_is_found_by_who_made_whom() {
    let office = office();
    let bootstrap = office.bootstrap().await;
    let (_, platform) = office.issue(&bootstrap, None).await;
    let (_, first) = office.issue(&platform, Some("t1")).await;
    let (_, by_ana) = office.issue(&person("ana", Some("t1")), None).await;
    let mut expected = Vec::new();
    for start in [&first, &by_ana] {
        let mut last = start.clone();
        for _ in 0..12 {
            let (key, made) = office.issue(&last, None).await;
            last = made;
            expected.push((key, start.root.clone()));
        }
    }
    let forget = "UPDATE api_keys SET root = NULL";
    office.capabilities.db.query(forget, &[]).await.unwrap();
    let listed = office.authenticator.list_keys(None, &edge_http::Page { limit: 50, cursor: None }).await.unwrap();
    let listed = serde_json::to_value(listed).unwrap();
    let roots = listed["data"].as_array().unwrap().iter().filter_map(|key| key["root"].as_str());
    // Of the platform's key and of the first of the tenant nothing is said: their chains begin with them.
    assert_eq!(roots.count(), 25);
    office.capabilities.db.query(forget, &[]).await.unwrap();
    office.world.clock.advance(Duration::from_secs(2)).await;
    // The last first: none of those above it has its root again by then.
    for (key, root) in expected.iter().rev() {
        assert_eq!(office.caller(key).await.root, *root);
    }
    // What was found is kept, so that it is looked for once.
    let left = "SELECT COUNT(*) FROM api_keys WHERE root IS NULL AND created_by LIKE 'key:%' AND tenant_id IS NOT NULL
        AND id <> $1";
    let left = office.capabilities.db.query(left, &[first.id.trim_start_matches("key:").into()]).await.unwrap();
    assert_eq!(left[0].0, [Cell::Integer(0)]);
}

#[tokio::test(start_paused = true)]
async fn a_copy_in_the_cache_that_knows_no_root_is_read_anew() {
    let office = office();
    let bootstrap = office.bootstrap().await;
    let (key, made) = office.issue(&bootstrap, Some("t1")).await;
    office.world.clock.advance(Duration::from_millis(1)).await;
    let copy = format!("known-api-key:{}", made.id.trim_start_matches("key:"));
    let bytes = office.capabilities.cache.get(&copy).await.unwrap().unwrap();
    let mut old: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(old["value"]["key"]["root"], json!(*made.root));
    old["value"]["key"].as_object_mut().unwrap().remove("root");
    office.capabilities.cache.set(&copy, old.to_string().as_bytes()).await.unwrap();
    let (capabilities, _tasks) = office.world.instance();
    let fresh = Authenticator::new(&capabilities, &Db::new(capabilities.db.clone()));
    let mut headers = HeaderMap::new();
    headers.insert("authorization", format!("Bearer {key}").parse().unwrap());
    assert_eq!(fresh.authenticate(&headers).await.unwrap().root, made.root);
}
