//! Spin's runtime-config file: which backend stands behind each key-value and SQLite label.
//!
//! ```toml
//! [key_value_store.default]
//! type = "redis"
//! url = "redis://127.0.0.1:6379"
//!
//! [sqlite_database.default]
//! type = "spin"
//! path = "/var/lib/bheem-edge/record.db"
//! ```

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use serde::Deserialize;

/// Where the label `default` keeps its data when the file says nothing; the names are Spin's, so that one state
/// folder serves either host.
const DEFAULT_KEY_VALUE_FILE: &str = "sqlite_key_value.db";
const DEFAULT_SQLITE_FILE: &str = "sqlite_db.db";

/// Backends by label.
#[derive(Debug, PartialEq)]
pub struct RuntimeConfig {
    /// `[key_value_store.<label>]`.
    pub key_value_stores: BTreeMap<String, KeyValueBackend>,
    /// `[sqlite_database.<label>]`.
    pub sqlite_databases: BTreeMap<String, SqliteBackend>,
}

/// What keeps a key-value store.
#[derive(Clone, Debug, PartialEq)]
pub enum KeyValueBackend {
    /// A SQLite file; none: in memory.
    Sqlite(Option<PathBuf>),
    /// A Redis server, by URL.
    Redis(String),
}

/// What keeps a SQLite database: a file; none: in memory.
#[derive(Clone, Debug, PartialEq)]
pub struct SqliteBackend(pub Option<PathBuf>);

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    key_value_store: BTreeMap<String, KeyValueStore>,
    #[serde(default)]
    sqlite_database: BTreeMap<String, SqliteDatabase>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
enum KeyValueStore {
    Spin { path: Option<PathBuf> },
    Redis { url: String },
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
enum SqliteDatabase {
    Spin { path: Option<PathBuf> },
}

impl RuntimeConfig {
    /// Reads `file`, if there is one, and adds the default backends under `state_dir`. Relative paths start from the
    /// file's own folder.
    pub fn load(file: Option<&Path>, state_dir: &Path) -> anyhow::Result<Self> {
        let Some(path) = file else {
            return Self::parse("", Path::new("."), state_dir);
        };
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read the runtime config {}", path.display()))?;
        let folder = path.parent().unwrap_or(Path::new("."));
        Self::parse(&text, folder, state_dir).with_context(|| format!("in the runtime config {}", path.display()))
    }

    fn parse(text: &str, folder: &Path, state_dir: &Path) -> anyhow::Result<Self> {
        let file: File = toml::from_str(text)?;
        let place = |path: Option<PathBuf>| path.map(|path| folder.join(path));
        let mut key_value_stores = BTreeMap::from([(
            "default".to_owned(),
            KeyValueBackend::Sqlite(Some(state_dir.join(DEFAULT_KEY_VALUE_FILE))),
        )]);
        for (label, store) in file.key_value_store {
            let backend = match store {
                KeyValueStore::Spin { path } => KeyValueBackend::Sqlite(place(path)),
                KeyValueStore::Redis { url } => KeyValueBackend::Redis(url),
            };
            key_value_stores.insert(label, backend);
        }
        let mut sqlite_databases =
            BTreeMap::from([("default".to_owned(), SqliteBackend(Some(state_dir.join(DEFAULT_SQLITE_FILE))))]);
        for (label, SqliteDatabase::Spin { path }) in file.sqlite_database {
            sqlite_databases.insert(label, SqliteBackend(place(path)));
        }
        Ok(Self { key_value_stores, sqlite_databases })
    }

    /// The backend of a key-value label that a component asks for.
    pub fn key_value_store(&self, label: &str) -> anyhow::Result<&KeyValueBackend> {
        find(&self.key_value_stores, "key_value_store", label)
    }

    /// The backend of a SQLite label that a component asks for.
    pub fn sqlite_database(&self, label: &str) -> anyhow::Result<&SqliteBackend> {
        find(&self.sqlite_databases, "sqlite_database", label)
    }
}

fn find<'a, T>(backends: &'a BTreeMap<String, T>, kind: &str, label: &str) -> anyhow::Result<&'a T> {
    match backends.get(label) {
        Some(backend) => Ok(backend),
        None => bail!("nothing stands behind {kind} {label:?}: add [{kind}.{label}] to the runtime config"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> anyhow::Result<RuntimeConfig> {
        RuntimeConfig::parse(text, Path::new("/etc/edge"), Path::new("/state"))
    }

    #[test]
    fn without_a_file_everything_is_under_the_state_folder() {
        let config = parse("").unwrap();
        let kept = KeyValueBackend::Sqlite(Some("/state/sqlite_key_value.db".into()));
        assert_eq!(config.key_value_store("default").unwrap(), &kept);
        assert_eq!(config.sqlite_database("default").unwrap(), &SqliteBackend(Some("/state/sqlite_db.db".into())));
    }

    #[test]
    fn labels_are_mapped_and_relative_paths_start_at_the_file() {
        let config = parse(
            "[key_value_store.default]\ntype = \"redis\"\nurl = \"redis://h\"\n\
             [key_value_store.other]\ntype = \"spin\"\npath = \"other.db\"\n\
             [sqlite_database.default]\ntype = \"spin\"",
        )
        .unwrap();
        assert_eq!(config.key_value_store("default").unwrap(), &KeyValueBackend::Redis("redis://h".into()));
        let other = KeyValueBackend::Sqlite(Some("/etc/edge/other.db".into()));
        assert_eq!(config.key_value_store("other").unwrap(), &other);
        assert_eq!(config.sqlite_database("default").unwrap(), &SqliteBackend(None));
    }

    #[test]
    fn whatever_is_not_known_is_refused_by_name() {
        for (text, named) in [
            ("[llm_compute]\ntype = \"spin\"", "llm_compute"),
            ("[key_value_store.a]\ntype = \"azure_cosmos\"", "azure_cosmos"),
            ("[key_value_store.a]\ntype = \"redis\"", "url"),
            ("[key_value_store.a]\ntype = \"spin\"\nfile = \"x\"", "file"),
        ] {
            let refusal = format!("{:#}", parse(text).unwrap_err());
            assert!(refusal.contains(named), "{text:?}: {refusal}");
        }
        assert!(
            parse("").unwrap().key_value_store("orders").unwrap_err().to_string().contains("key_value_store.orders")
        );
    }
}
