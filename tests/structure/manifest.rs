//! What `spin.toml` says many times over must be the same each time.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use toml::{Table, Value};

use crate::packages::{Package, packages};
use crate::root;

/// Every component that lets callers in has all of these.
const SIGN_IN: &[&str] = &[
    "bootstrap_admin_key",
    "database_url",
    "passport_audience",
    "passport_issuer",
    "passport_jwks_url",
    "passport_role_map",
    "passport_roles_claim",
    "passport_tenant_claim",
    "rate_limit_per_key",
    "rate_limit_per_tenant",
];

/// An upstream's variable, and the host that a component with this variable may call.
const HOSTS: &[(&str, &str)] = &[
    ("bheempay_url", "{{ bheempay_url }}"),
    ("database_url", "postgres://{{ database_host }}"),
    ("dynamics365_login_url", "{{ dynamics365_login_host }}"),
    ("dynamics365_url", "{{ dynamics365_host }}"),
    ("erp_url", "{{ erp_url }}"),
    ("mail_api_key", "{{ mail_url }}"),
    ("netsuite_url", "{{ netsuite_host }}"),
    ("notify_api_key", "{{ notify_url }}"),
    ("passport_audience", "http://passport-keys.spin.internal"),
    ("quickbooks_url", "{{ quickbooks_host }}"),
    ("sage_url", "{{ sage_host }}"),
    ("sap_host", "{{ sap_host }}"),
    ("shopify_url", "https://*.myshopify.com"),
    ("shopify_url", "{{ shopify_url }}"),
    ("shopify_url", "{{ woocommerce_host }}"),
    ("stripe_url", "{{ stripe_url }}"),
    ("xero_url", "{{ xero_host }}"),
];

/// Variables that stand in the lists of hosts alone.
const HOST_LISTS: [&str; 8] = [
    "database_host",
    "dynamics365_host",
    "dynamics365_login_host",
    "netsuite_host",
    "quickbooks_host",
    "sage_host",
    "woocommerce_host",
    "xero_host",
];

/// The component that has all others run their jobs: those that have the variable `drain_key`.
const JOBS: &str = "admin";

struct Manifest {
    variables: BTreeSet<String>,
    components: BTreeMap<String, Table>,
    routes: Vec<(String, String)>,
}

fn manifest() -> Manifest {
    let manifest: Table = fs::read_to_string(root().join("spin.toml")).unwrap().parse().unwrap();
    let components = manifest["component"].as_table().unwrap();
    let routes = manifest["trigger"]["http"].as_array().unwrap().iter();
    Manifest {
        variables: manifest["variables"].as_table().unwrap().keys().cloned().collect(),
        components: components.iter().map(|(name, it)| (name.clone(), it.as_table().unwrap().clone())).collect(),
        routes: routes.map(|it| (format!("{:?}", it["route"]), it["component"].as_str().unwrap().to_owned())).collect(),
    }
}

fn variables(component: &Table) -> BTreeMap<&str, &str> {
    let variables = component.get("variables").and_then(Value::as_table);
    variables.into_iter().flatten().map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect()
}

fn texts<'c>(component: &'c Table, key: &str) -> BTreeSet<&'c str> {
    component.get(key).and_then(Value::as_array).into_iter().flatten().map(|text| text.as_str().unwrap()).collect()
}

#[test]
fn every_component_is_built_from_its_own_crate_and_has_a_route() {
    let (manifest, packages) = (manifest(), packages());
    let folders: BTreeSet<String> =
        packages.iter().filter_map(|package| package.folder.strip_prefix("components/").map(str::to_owned)).collect();
    let names: BTreeSet<String> = manifest.components.keys().cloned().chain(["spin-capabilities".to_owned()]).collect();
    assert_eq!(folders, names);
    let makefile = fs::read_to_string(root().join("Makefile")).unwrap();
    let listed = makefile.lines().find_map(|line| line.strip_prefix("COMPONENTS := ")).unwrap();
    let listed: BTreeSet<&str> = listed.split(' ').collect();
    for (name, component) in &manifest.components {
        let file = name.replace('-', "_");
        assert_eq!(component["source"].as_str(), Some(&*format!("target/wasm32-wasip2/component/{file}.wasm")));
        let command = format!("cargo build --locked --profile component --target wasm32-wasip2 -p {name}");
        assert_eq!(component["build"]["command"].as_str(), Some(&*command));
        assert!(listed.contains(&**name), "make builds {name}");
        assert!(manifest.routes.iter().any(|(_, component)| component == name), "{name} has a route");
    }
    assert_eq!(listed.len(), manifest.components.len());
    let routes: BTreeSet<&String> = manifest.routes.iter().map(|(route, _)| route).collect();
    assert_eq!(routes.len(), manifest.routes.len(), "each route leads to one component");
}

#[test]
fn variables_have_one_name_and_reach_every_component_that_needs_them() {
    let manifest = manifest();
    let mut given = BTreeSet::new();
    for (name, component) in &manifest.components {
        let variables = variables(component);
        for (variable, value) in &variables {
            assert_eq!(*value, format!("{{{{ {variable} }}}}"), "{name}");
            assert!(manifest.variables.contains(*variable), "{name}: {variable} is not declared");
            given.insert((*variable).to_owned());
        }
        let sign_in = SIGN_IN.iter().filter(|it| variables.contains_key(*it)).count();
        // The console only says who the issuer is.
        let lets_in = variables.contains_key("passport_audience");
        assert!(!lets_in || sign_in == SIGN_IN.len(), "{name} has {sign_in} of the variables for signing in");
        // Seat checks do not keep the caller's address.
        let needs_address = lets_in && name != "seat-verification";
        assert_eq!(variables.contains_key("trusted_proxies"), needs_address, "{name}: trusted_proxies");
    }
    given.extend(HOST_LISTS.map(str::to_owned));
    assert_eq!(given, manifest.variables);
}

#[test]
fn every_component_with_a_store_is_in_the_figures_for_operators() {
    let counts = fs::read_to_string(root().join("shared/operations/stats/src/counts.rs")).unwrap();
    let list = counts.split("pub const COMPONENTS").nth(1).unwrap().split("];").next().unwrap();
    let listed: BTreeSet<&str> = list.split('"').skip(1).step_by(2).collect();
    let manifest = manifest();
    let has_store = |(_, component): &(&String, &Table)| !texts(component, "key_value_stores").is_empty();
    let with_store = manifest.components.iter().filter(has_store).map(|(name, _)| name.as_str());
    assert_eq!(listed, with_store.collect());
}

#[test]
fn components_may_connect_where_their_variables_lead_and_nowhere_else() {
    let manifest = manifest();
    let route = format!("{:?}", Value::String("/api/v1/jobs/...".to_owned()));
    assert!(manifest.routes.contains(&(route, JOBS.to_owned())), "{JOBS} drains the jobs of all components");
    let runs_jobs = |(_, component): &(&String, &Table)| variables(component).contains_key("drain_key");
    let others_with_jobs = manifest.components.iter().filter(runs_jobs).map(|(name, _)| name.as_str());
    let others_with_jobs: BTreeSet<&str> = others_with_jobs.filter(|name| *name != JOBS).collect();
    let drain = fs::read_to_string(root().join("shared/operations/jobs-api/src/drain.rs")).unwrap();
    let called = drain.split("pub const COMPONENTS").nth(1).and_then(|list| list.split(';').nth(1)).unwrap();
    let called: BTreeSet<&str> = called.split('"').skip(1).step_by(2).collect();
    assert_eq!(called, others_with_jobs, "the drain calls every component that runs jobs");
    for (name, component) in &manifest.components {
        let (variables, hosts) = (variables(component), texts(component, "allowed_outbound_hosts"));
        if name == "passport-keys" {
            // The issuer's address is a URL, which a list of hosts cannot hold.
            assert_eq!(hosts, ["http://*:*", "https://*:*"].into());
            continue;
        }
        let expected = HOSTS.iter().filter(|(variable, _)| variables.contains_key(variable)).map(|(_, host)| *host);
        let mut expected: BTreeSet<String> = expected.map(str::to_owned).collect();
        if name == JOBS {
            expected.extend(others_with_jobs.iter().map(|other| format!("http://{other}.spin.internal")));
        }
        assert_eq!(hosts, expected.iter().map(String::as_str).collect(), "{name}");
        assert_eq!(texts(component, "sqlite_databases").is_empty(), !variables.contains_key("database_url"), "{name}");
    }
}

#[test]
fn components_get_only_variables_that_their_crates_read() {
    let packages = packages();
    for (name, component) in &manifest().components {
        let mut used = BTreeSet::new();
        collect(&packages, name, &mut used);
        let source: String = used.iter().map(|package| source(&root().join(package).join("src"))).collect();
        for variable in variables(component).keys() {
            let read = source.contains(&format!("\"{variable}\""))
                || variable.starts_with("webhook_secrets_") && source.contains("\"webhook_secrets_{");
            assert!(read, "{name} is given {variable}, which no crate of it reads");
        }
    }
}

/// The folders of the crate `name` and of all that it uses.
fn collect<'p>(packages: &'p [Package], name: &str, folders: &mut BTreeSet<&'p str>) {
    let Some(package) = packages.iter().find(|package| package.name == name) else { return };
    if folders.insert(&package.folder) {
        for used in &package.uses {
            collect(packages, used, folders);
        }
    }
}

/// All Rust source below `folder`.
fn source(folder: &Path) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            text.push_str(&source(&path));
        } else if path.extension().is_some_and(|it| it == "rs") {
            text.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
    text
}
