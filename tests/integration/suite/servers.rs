//! Real servers for the edge to keep its state on.

mod faults;
mod postgres;
mod redis;
mod saboteur;
mod wire;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

pub use faults::{Errno, Faults, Recording};
pub use postgres::Postgres;
pub use redis::Redis;
pub use saboteur::{Sabotage, Saboteur};
pub use wire::Wire;

/// The folder of everything that the suite writes; kept where a fact did not hold.
pub static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = tempfile::Builder::new().prefix("bheem-edge-tests-").tempdir().unwrap().keep();
    // Another user's PostgreSQL lives in it.
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).unwrap();
    folder
});

/// A new folder in [`FOLDER`].
pub fn new_folder(name: &str) -> PathBuf {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let folder = FOLDER.join(format!("{}-{name}", NEXT.fetch_add(1, Ordering::Relaxed)));
    std::fs::create_dir(&folder).unwrap();
    folder
}

/// Where a program is, or None.
fn find(program: &str, also_in: &[PathBuf]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(also_in.iter().cloned())
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

/// What is missing for `shapes` to run, in words for whoever can install it.
pub fn missing(redis: bool, postgres: bool) -> Option<String> {
    let mut missing = Vec::new();
    if redis && Redis::program().is_none() {
        missing.push("redis-server");
    }
    if postgres && Postgres::programs().is_none() {
        missing.push("initdb, postgres, psql and pg_dump");
    }
    if missing.is_empty() {
        return None;
    }
    Some(format!(
        "{} cannot be found: `apt-get install -y redis-server postgresql`, or choose shapes that need none of it with \
         EDGE_TESTS_SHAPES=sqlite",
        missing.join(" and ")
    ))
}

fn tail(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(30)..].join("\n")
}
