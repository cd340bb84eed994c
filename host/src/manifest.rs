//! `spin.toml`, version 2: read strictly. A key this host does not know, or knows and cannot honour, stops the
//! start with the key's name; nothing is ever ignored in silence.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use serde::Deserialize;

/// A whole `spin.toml`, checked: every component that a route names exists, every variable has a value or a way
/// to get one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    spin_manifest_version: u32,
    /// `[application]`.
    pub application: Application,
    /// `[variables]`: the application's variables by name.
    #[serde(default)]
    pub variables: BTreeMap<String, Variable>,
    trigger: BTreeMap<String, toml::Value>,
    /// `[component.<id>]`.
    #[serde(default, rename = "component")]
    pub components: BTreeMap<String, Component>,
    /// `[[trigger.http]]`, in the order of the file.
    #[serde(skip)]
    pub http_triggers: Vec<HttpTrigger>,
    /// The folder that relative paths of the manifest start from.
    #[serde(skip)]
    pub folder: PathBuf,
}

/// `[application]`: what the application is called. Nothing here changes how it is served.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "named so that each key Spin knows is accepted and every other one refused")]
pub struct Application {
    /// The application's name.
    pub name: String,
    /// A semantic version.
    #[serde(default)]
    pub version: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    authors: Vec<String>,
    #[serde(default)]
    targets: Vec<toml::Value>,
    #[serde(default)]
    trigger: BTreeMap<String, toml::Table>,
    #[serde(default)]
    tool: BTreeMap<String, toml::Table>,
}

/// One application variable: a default, or `required = true`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "`description` is for readers of the manifest")]
pub struct Variable {
    /// What the variable is for.
    #[serde(default)]
    pub description: Option<String>,
    /// The value where none is given at run time.
    #[serde(default)]
    pub default: Option<String>,
    /// Whether a value must be given at run time.
    #[serde(default)]
    pub required: bool,
    /// Whether the value is sensitive: such a value is never printed.
    #[serde(default)]
    pub secret: bool,
}

/// One `[[trigger.http]]`: a route and the component that answers it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpTrigger {
    /// An optional name for the trigger; only Spin's tooling uses it.
    #[serde(default)]
    #[expect(dead_code, reason = "accepted because Spin accepts it")]
    id: String,
    /// The path pattern, or private: reachable through service chaining alone.
    pub route: Route,
    /// The id of the component that answers.
    pub component: String,
    #[serde(default)]
    executor: Option<Executor>,
}

/// Which requests a component answers.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Route {
    /// `"/users/:id"`, `"/api/..."`.
    Path(String),
    /// `{ private = true }`.
    Private(PrivateRoute),
}

/// `{ private = true }`: no route from outside.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrivateRoute {
    private: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Executor {
    r#type: String,
}

/// `[component.<id>]`: what a component is and what it may reach.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the keys that only Spin's own tooling reads are accepted, not used")]
pub struct Component {
    source: toml::Value,
    #[serde(default)]
    description: String,
    /// The variables it may read: name to template.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    /// Its environment variables.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// The host files it may read.
    #[serde(default)]
    pub files: Vec<FileMount>,
    /// Patterns of files it may not read although `files` matches them.
    #[serde(default)]
    pub exclude_files: Vec<String>,
    #[serde(default)]
    allowed_http_hosts: Vec<String>,
    /// Where it may connect to: templates of `scheme://host[:port]`.
    #[serde(default)]
    pub allowed_outbound_hosts: Vec<String>,
    /// Labels of the key-value stores it may open.
    #[serde(default)]
    pub key_value_stores: Vec<String>,
    /// Labels of the SQLite databases it may open.
    #[serde(default)]
    pub sqlite_databases: Vec<String>,
    #[serde(default)]
    ai_models: Vec<String>,
    #[serde(default)]
    targets: Option<Vec<toml::Value>>,
    #[serde(default)]
    build: Option<toml::Table>,
    #[serde(default)]
    tool: BTreeMap<String, toml::Table>,
    #[serde(default)]
    dependencies_inherit_configuration: Option<bool>,
    #[serde(default)]
    dependencies: toml::Table,
    #[serde(default)]
    profile: toml::Table,
}

/// One entry of `files`.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum FileMount {
    /// A glob pattern, relative to the manifest: matches appear under `/` at their own relative path.
    Pattern(String),
    /// A folder or file and where it appears.
    Placement(Placement),
}

/// `{ source = "assets", destination = "/" }`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Placement {
    /// Relative to the manifest.
    pub source: String,
    /// Absolute, in the component's file system.
    pub destination: String,
}

impl Component {
    /// The path of the component's `.wasm`, as written in the manifest.
    pub fn source_path(&self) -> anyhow::Result<&str> {
        match &self.source {
            toml::Value::String(path) => Ok(path),
            _ => bail!("`source` must be the path of a file: this host fetches nothing from a URL or a registry"),
        }
    }
}

impl Manifest {
    /// Reads and checks the manifest at `path`. Errors name the key, and its place in the file where TOML knows it.
    pub fn load(path: &Path) -> anyhow::Result<Self> {
        let text =
            std::fs::read_to_string(path).with_context(|| format!("cannot read the manifest {}", path.display()))?;
        let folder = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
            _ => PathBuf::from("."),
        };
        Self::parse(&text, folder).with_context(|| format!("in the manifest {}", path.display()))
    }

    /// As [`Manifest::load`], from text; `folder` is where its relative paths start.
    pub fn parse(text: &str, folder: PathBuf) -> anyhow::Result<Self> {
        let mut manifest: Self = toml::from_str(text)?;
        ensure!(
            manifest.spin_manifest_version == 2,
            "spin_manifest_version = {}: this host reads version 2",
            manifest.spin_manifest_version
        );
        manifest.folder = folder;
        for (kind, value) in std::mem::take(&mut manifest.trigger) {
            ensure!(kind == "http", "[[trigger.{kind}]]: this host serves http triggers only");
            manifest.http_triggers = value.try_into().context("in [[trigger.http]]")?;
        }
        manifest.check_triggers()?;
        for (id, component) in &manifest.components {
            check_component(component).with_context(|| format!("in [component.{id}]"))?;
        }
        for (name, variable) in &manifest.variables {
            ensure!(
                variable.required || variable.default.is_some(),
                "[variables] {name}: give it a `default` or `required = true`"
            );
            ensure!(is_lower_snake(name), "[variables] {name}: names are lower_snake_case");
        }
        Ok(manifest)
    }

    fn check_triggers(&self) -> anyhow::Result<()> {
        for trigger in &self.http_triggers {
            let id = &trigger.component;
            ensure!(self.components.contains_key(id), "[[trigger.http]]: there is no [component.{id}]");
            match &trigger.route {
                Route::Path(path) => {
                    ensure!(path.starts_with('/'), "[[trigger.http]] of {id}: route {path:?} must begin with /");
                }
                Route::Private(route) => {
                    ensure!(route.private, "[[trigger.http]] of {id}: route is a path or {{ private = true }}");
                }
            }
            if let Some(Executor { r#type }) = &trigger.executor {
                ensure!(
                    matches!(r#type.as_str(), "http" | "spin"),
                    "[[trigger.http]] of {id}: executor {type:?} is not served by this host"
                );
            }
        }
        Ok(())
    }
}

fn check_component(component: &Component) -> anyhow::Result<()> {
    component.source_path()?;
    for (key, used) in [
        ("allowed_http_hosts (write allowed_outbound_hosts)", !component.allowed_http_hosts.is_empty()),
        ("ai_models", !component.ai_models.is_empty()),
        ("dependencies", !component.dependencies.is_empty()),
    ] {
        ensure!(!used, "`{key}` is not served by this host");
    }
    for name in component.variables.keys() {
        ensure!(is_lower_snake(name), "variables.{name}: names are lower_snake_case");
    }
    Ok(())
}

fn is_lower_snake(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = r#"
        spin_manifest_version = 2
        [application]
        name = "small"
        [variables]
        erp_url = { default = "http://127.0.0.1:8000" }
        [[trigger.http]]
        route = "/hello/..."
        component = "hello"
        [component.hello]
        source = "hello.wasm"
    "#;

    fn refusal(manifest: &str) -> String {
        format!("{:#}", Manifest::parse(manifest, PathBuf::new()).unwrap_err())
    }

    #[test]
    fn a_small_manifest_is_read() {
        let manifest = Manifest::parse(SMALL, PathBuf::new()).unwrap();
        assert_eq!(manifest.components["hello"].source_path().unwrap(), "hello.wasm");
        assert!(matches!(&manifest.http_triggers[0].route, Route::Path(path) if path == "/hello/..."));
    }

    #[test]
    fn whatever_this_host_does_not_know_is_refused_by_name() {
        for (change, named) in [
            (("name = \"small\"", "name = \"small\"\ncolour = 1"), "colour"),
            (("source = \"hello.wasm\"", "source = \"hello.wasm\"\nmemory = 3"), "memory"),
            (("source = \"hello.wasm\"", "source = \"hello.wasm\"\nai_models = [\"m\"]"), "ai_models"),
            (("source = \"hello.wasm\"", "source = { url = \"u\", digest = \"d\" }"), "source"),
            (("component = \"hello\"", "component = \"hello\"\nstatic_response = {}"), "static_response"),
            (("component = \"hello\"", "component = \"other\""), "other"),
            (("[[trigger.http]]", "[[trigger.redis]]"), "trigger.redis"),
            (("spin_manifest_version = 2", "spin_manifest_version = 1"), "spin_manifest_version"),
            (("{ default = \"http://127.0.0.1:8000\" }", "{ secret = true }"), "erp_url"),
            (("erp_url =", "ERP_URL ="), "ERP_URL"),
            (("\"/hello/...\"", "{ private = false }"), "private"),
            (("\"/hello/...\"", "\"hello\""), "must begin with /"),
        ] {
            let manifest = SMALL.replace(change.0, change.1);
            assert_ne!(manifest, SMALL, "the case changes nothing: {change:?}");
            let refusal = refusal(&manifest);
            assert!(refusal.contains(named), "{change:?} was refused without naming {named}: {refusal}");
        }
    }
}
