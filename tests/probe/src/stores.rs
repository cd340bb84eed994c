//! Stores of all kinds.

use spin_sdk::experimental::wasi::keyvalue::{atomics, store};
use spin_sdk::key_value::Store;
use spin_sdk::sqlite::Connection;

use crate::{Said, failed};

/// `action` on `key` of the store `label`.
pub(crate) async fn key_value(action: &str, label: &str, key: &str, value: &str) -> Said {
    let store = Store::open(label).await.map_err(failed)?;
    match action {
        "get" => store.get(key).await.map_err(failed).map(|found| match found {
            Some(bytes) => format!("some {}", String::from_utf8_lossy(&bytes)),
            None => "none".to_owned(),
        }),
        "set" => store.set(key, value).await.map_err(failed).map(|()| String::new()),
        "delete" => store.delete(key).await.map_err(failed).map(|()| String::new()),
        "exists" => store.exists(key).await.map_err(failed).map(|exists| exists.to_string()),
        "keys" => {
            let mut keys = store.get_keys().await.collect().await.map_err(failed)?;
            keys.sort();
            Ok(keys.join(" "))
        }
        _ => Err(format!("{action} is nothing that a store does")),
    }
}

/// Adds to a counter in one step.
pub(crate) fn count(key: &str, delta: &str) -> Said {
    let bucket = store::open("default").map_err(failed)?;
    let delta = delta.parse().map_err(failed)?;
    atomics::increment(&bucket, key, delta).map(|count| count.to_string()).map_err(failed)
}

/// The rows that a statement gives.
pub(crate) async fn sqlite(label: &str, statement: &str) -> Said {
    let database = Connection::open(label).await.map_err(failed)?;
    let found = database.execute(statement, []).await.map_err(failed)?;
    let columns = found.columns().join(" ");
    let rows = found.collect().await.map_err(failed)?;
    let rows: Vec<_> = rows.into_iter().map(|row| format!("{:?}", row.values)).collect();
    Ok(format!("{columns}: {}", rows.join(" ")))
}
