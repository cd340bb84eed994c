//! `docs/threat-model.md` says what each component is granted, and what for.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use toml::{Table, Value};

use crate::root;

/// What every component with the database has to let callers in.
const SIGN_IN_HOSTS: [&str; 2] = ["postgres://{{ database_host }}", "http://passport-keys.spin.internal"];
const SIGN_IN_SECRETS: [&str; 2] = ["bootstrap_admin_key", "database_url"];

/// What a component may have in `spin.toml`. Anything else (files, models) would be a grant that is in no table.
const KEYS: [&str; 7] =
    ["source", "build", "variables", "key_value_stores", "sqlite_databases", "allowed_outbound_hosts", "environment"];

/// What its environment may hold: what tells the embedded host something about it, and nothing that it could make use of.
const ENVIRONMENT: [&str; 1] = ["EDGE_REQUESTS_AT_ONCE"];

#[derive(Debug, Default, PartialEq, Eq)]
struct Grants {
    stores: BTreeSet<String>,
    hosts: BTreeSet<String>,
    secrets: BTreeSet<String>,
}

/// What the table says, by component.
fn listed(components: &Table) -> BTreeMap<String, Grants> {
    let text = fs::read_to_string(root().join("docs/threat-model.md")).unwrap();
    let section = text.split("## What each component is granted").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    let quoted = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<BTreeSet<_>>();
    let rows = rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let [name, stores, hosts, secrets, reason] = cells[..] else { panic!("{row}") };
        assert!(reason.len() > 10, "a reason: {row}");
        let mut grants = Grants { stores: BTreeSet::new(), hosts: quoted(hosts), secrets: quoted(secrets) };
        if hosts.starts_with("each component that has") {
            let variable = grants.hosts.pop_first().unwrap();
            let has = |component: &Value| component["variables"].get(&variable).is_some();
            let own = name.trim_matches('`');
            let others =
                components.iter().filter(|(other, it)| *other != own && it.get("variables").is_some_and(|_| has(it)));
            grants.hosts = others.map(|(other, _)| format!("http://{other}.spin.internal")).collect();
        }
        if stores != "none" {
            grants.stores = stores.split(", ").map(str::to_owned).collect();
        }
        if grants.stores.contains("database") {
            grants.hosts.extend(SIGN_IN_HOSTS.map(str::to_owned));
            grants.secrets.extend(SIGN_IN_SECRETS.map(str::to_owned));
        }
        (name.trim_matches('`').to_owned(), grants)
    });
    rows.collect()
}

/// What `spin.toml` says of a component.
fn granted(name: &str, component: &Table, secrets: &BTreeSet<&str>) -> Grants {
    for key in component.keys() {
        assert!(KEYS.contains(&&**key), "{name} has {key}");
    }
    for variable in component.get("environment").and_then(Value::as_table).into_iter().flatten().map(|(name, _)| name) {
        assert!(ENVIRONMENT.contains(&&**variable), "{name} has {variable}");
    }
    let texts = |key: &str| -> BTreeSet<String> {
        let list = component.get(key).and_then(Value::as_array).into_iter().flatten();
        list.map(|it| it.as_str().unwrap().to_owned()).collect()
    };
    let mut stores = BTreeSet::new();
    for (key, store) in [("key_value_stores", "cache"), ("sqlite_databases", "database")] {
        let labels = texts(key);
        assert!(labels.is_empty() || labels == ["default".to_owned()].into(), "{name}: {labels:?}");
        if !labels.is_empty() {
            stores.insert(store.to_owned());
        }
    }
    let variables = component.get("variables").and_then(Value::as_table).into_iter().flatten();
    let secrets = variables.map(|(variable, _)| variable).filter(|it| secrets.contains(&***it)).cloned().collect();
    Grants { stores, hosts: texts("allowed_outbound_hosts"), secrets }
}

#[test]
fn each_component_is_granted_what_is_listed_here_and_nothing_else() {
    let manifest: Table = fs::read_to_string(root().join("spin.toml")).unwrap().parse().unwrap();
    let variables = manifest["variables"].as_table().unwrap().iter();
    let is_secret = |variable: &Value| variable.get("secret").and_then(Value::as_bool) == Some(true);
    let secrets = variables.filter(|(_, it)| is_secret(it)).map(|(name, _)| name.as_str()).collect();
    let components = manifest["component"].as_table().unwrap();
    let granted = components.iter().map(|(name, it)| (name.clone(), granted(name, it.as_table().unwrap(), &secrets)));
    let (granted, listed): (BTreeMap<_, _>, _) = (granted.collect(), listed(components));
    for (name, grants) in &granted {
        assert_eq!(Some(grants), listed.get(name), "{name}: spin.toml, and the table");
    }
    assert_eq!(granted.len(), listed.len(), "{:?}", listed.keys());
}

#[test]
fn whoever_may_call_anywhere_has_nothing_that_could_leave() {
    let manifest: Table = fs::read_to_string(root().join("spin.toml")).unwrap().parse().unwrap();
    let all = BTreeSet::from(["http://*:*".to_owned(), "https://*:*".to_owned()]);
    let secrets = manifest["variables"].as_table().unwrap().keys().map(String::as_str).collect();
    let mut anywhere = Vec::new();
    for (name, component) in manifest["component"].as_table().unwrap() {
        // Every variable counts, whether or not it is called a secret.
        let grants = granted(name, component.as_table().unwrap(), &secrets);
        if grants.hosts.is_disjoint(&all) {
            continue;
        }
        assert!(grants.stores.is_empty(), "{name} has {:?}", grants.stores);
        assert!(grants.secrets.iter().all(|it| it.ends_with("_timeout_ms") || it == "passport_jwks_url"), "{grants:?}");
        anywhere.push(name);
    }
    assert_eq!(anywhere, ["passport-keys"]);
}
