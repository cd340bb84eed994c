//! Callers and their keys in the audit log.

use edge_audit::{Actor, Source};
use edge_http::Address;
use serde_json::{Value, json};

use crate::caller::Caller;

impl Caller {
    /// The caller in audit entries, of a request that came from `address`.
    pub fn actor(&self, address: Address) -> Actor {
        Actor { id: self.id.to_string(), address: address.0 }
    }
}

/// The creation of a tenant's keys.
pub const CREATED_KEYS: Source = Source {
    kind: "key",
    select: "SELECT 'k.' || id, 'key', id, name, scopes, created_by, NULL, created_at
        FROM api_keys WHERE tenant_id = $1",
    read: |key| {
        let scopes: Option<Value> = key.three.and_then(|scopes| serde_json::from_str(scopes).ok());
        ("api_key.created", json!({"key_id": key.one, "name": key.two, "scopes": scopes}))
    },
};
