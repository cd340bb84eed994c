//! The crates of the workspace, as Cargo sees them.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::root;

/// A crate of the workspace: its name, its folder from the root, and the names of the crates it uses, for tests too.
pub struct Package {
    pub name: String,
    pub folder: String,
    pub uses: Vec<String>,
}

/// The crates of the workspace.
pub fn packages() -> Vec<Package> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let arguments = ["metadata", "--format-version", "1", "--no-deps", "--offline"];
    let output = Command::new(cargo).args(arguments).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let packages = metadata["packages"].as_array().unwrap().iter().map(|package| {
        let folder = Path::new(package["manifest_path"].as_str().unwrap()).parent().unwrap().to_owned();
        Package {
            name: text(&package["name"]),
            folder: folder.strip_prefix(root()).unwrap().to_str().unwrap().to_owned(),
            uses: package["dependencies"].as_array().unwrap().iter().map(|used| text(&used["name"])).collect(),
        }
    });
    packages.collect()
}
