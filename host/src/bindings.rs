//! Rust bindings for the WIT interfaces in `host/wit`, generated at compile time.

use crate::capabilities::{key_value, postgres, sqlite};

wasmtime::component::bindgen!({
    path: "wit",
    world: "bheem:host/capabilities",
    imports: {
        "spin:key-value/key-value.[method]store.get-keys": async | store | trappable,
        default: async,
    },
    with: {
        "spin:key-value/key-value.store": key_value::OpenStore,
        "wasi:keyvalue/store.bucket": key_value::OpenStore,
        "wasi:keyvalue/atomics.cas": key_value::PendingSwap,
        "spin:sqlite/sqlite.connection": sqlite::OpenDatabase,
        "spin:postgres/postgres.connection": postgres::OpenConnection,
        "spin:postgres/postgres.connection-builder": postgres::ConnectionBuilder,
    },
});
