//! What each component of the edge may do: the edge's own manifest, with the probe (`tests/probe`) in the place of every
//! component, so that whatever a component or a dependency of it might try is tried with that component's grants.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Arc;

use futures::future::join_all;
use upstreams::Upstreams;

use crate::edge::{Node, Stores, repository};
use crate::facts::facts;
use crate::servers::new_folder;
use crate::shape::{Shape, Stage};

facts! {
    what_the_manifest_does_not_grant_is_refused: one_is_enough,
}

fn one_is_enough(shape: Shape) -> bool {
    shape == Shape::Sqlite
}

/// The variables that lead somewhere in the lists of hosts. Each leads to a server of its own here.
const LEAD_SOMEWHERE: [&str; 14] = [
    "bheempay_url",
    "dynamics365_host",
    "dynamics365_login_host",
    "erp_url",
    "mail_url",
    "netsuite_host",
    "notify_url",
    "quickbooks_host",
    "sage_host",
    "sap_host",
    "shopify_url",
    "stripe_url",
    "woocommerce_host",
    "xero_host",
];

/// The component that may call anywhere.
const ANYWHERE: &str = "passport-keys";

/// What the manifest grants a component.
#[derive(Debug, Default)]
struct Grants {
    cache: bool,
    database: bool,
    hosts: BTreeSet<String>,
    variables: BTreeSet<String>,
}

/// The manifest with the probe in place of each component, at `/as/NAME`; what each is granted; and all variables.
fn manifest() -> (String, BTreeMap<String, Grants>, BTreeSet<String>) {
    let text = std::fs::read_to_string(repository().join("spin.toml")).unwrap();
    let probe = repository().join("target/wasm32-wasip2/component/probe.wasm");
    let (mut manifest, mut all, mut declared) = (String::new(), BTreeMap::<String, Grants>::new(), BTreeSet::new());
    for block in text.split("\n\n") {
        let head = block.lines().find(|line| line.starts_with('[')).unwrap_or_default();
        let name = head.strip_prefix("[component.").and_then(|name| name.strip_suffix(']'));
        let names = || block.lines().filter_map(|line| Some(line.split_once(" = ")?.0.to_owned()));
        if head == "[[trigger.http]]" || name.is_some_and(|name| name.ends_with(".build")) {
            continue;
        }
        if head == "[variables]" {
            declared.extend(names());
        }
        if let Some(name) = name.and_then(|name| name.strip_suffix(".variables")) {
            all.entry(name.to_owned()).or_default().variables.extend(names());
        } else if let Some(name) = name {
            let grants = all.entry(name.to_owned()).or_default();
            for line in block.lines() {
                let values = || line.split('"').skip(1).step_by(2).map(str::to_owned);
                match line.split_once(" = ").map(|(key, _)| key) {
                    Some("key_value_stores") => grants.cache = true,
                    Some("sqlite_databases") => grants.database = true,
                    Some("allowed_outbound_hosts") => grants.hosts.extend(values()),
                    Some("source") => {
                        manifest.push_str(&format!(
                            "[[trigger.http]]\nroute = \"/as/{name}/...\"\ncomponent = \"{name}\"\n\n"
                        ));
                    }
                    _ => {}
                }
            }
            let source = block.lines().find(|line| line.starts_with("source = ")).unwrap();
            manifest.push_str(&block.replace(source, &format!("source = \"{}\"", probe.display())));
            manifest.push_str("\n\n");
            continue;
        }
        manifest.push_str(block);
        manifest.push_str("\n\n");
    }
    (manifest, all, declared)
}

struct Probes {
    node: Node,
    servers: BTreeMap<&'static str, SocketAddr>,
    _upstreams: Vec<Arc<Upstreams>>,
}

impl Probes {
    async fn start(shape: Shape, manifest: &str) -> Self {
        let (mut servers, mut upstreams) = (BTreeMap::new(), Vec::new());
        for variable in LEAD_SOMEWHERE {
            let upstream = Arc::new(Upstreams::default());
            servers.insert(variable, upstream.start().await.unwrap());
            upstreams.push(upstream);
        }
        let file = new_folder("grants").join("spin.toml");
        std::fs::write(&file, manifest).unwrap();
        let variables: Vec<_> = servers.iter().map(|(name, address)| (*name, format!("http://{address}"))).collect();
        let redis = Stores::shared(shape).await.redis;
        let node = Node::start_from(file, &variables, redis.as_deref(), &[]).await;
        Self { node, servers, _upstreams: upstreams }
    }

    /// Whether `component` can do it, and what came of it.
    async fn tries(&self, component: &str, path: &str, body: &str) -> (bool, String) {
        let answer = self.node.call("POST", &format!("/as/{component}{path}")).body(body.to_owned()).send().await;
        assert!(matches!(answer.status, 200 | 502), "{component} {path}: {} {}", answer.status, answer.text());
        (answer.status == 200, answer.text())
    }

    /// Whether the host lets `component` ask for `url`: another failure than a refusal comes from there.
    async fn may_ask(&self, component: &str, url: &str) -> bool {
        let (done, said) = self.tries(component, "/fetch", url).await;
        done || !said.contains("Denied")
    }
}

async fn what_the_manifest_does_not_grant_is_refused(stage: Arc<Stage>) {
    let (manifest, all, declared) = manifest();
    assert!(all.len() > 15 && declared.len() > 80, "{} components, {} variables", all.len(), declared.len());
    let probes = Probes::start(stage.shape, &manifest).await;
    let names: BTreeSet<&str> = all.keys().map(String::as_str).collect();
    join_all(all.iter().map(|(name, grants)| check(&probes, name, grants, &declared, &names))).await;
}

async fn check(probes: &Probes, name: &str, grants: &Grants, declared: &BTreeSet<String>, names: &BTreeSet<&str>) {
    assert_eq!(probes.tries(name, "/key-value/set/default/a", "1").await.0, grants.cache, "{name}: the cache");
    let answered = probes.tries(name, "/sqlite/default", "SELECT 1").await.0;
    assert_eq!(answered, grants.database, "{name}: the database");
    for store in ["/key-value/get/other/a", "/key-value/get/admin/a", "/sqlite/other", "/sqlite/admin"] {
        assert!(!probes.tries(name, store, "SELECT 1").await.0, "{name}: {store}");
    }

    let all: Vec<&str> = declared.iter().map(String::as_str).collect();
    let (_, there) = probes.tries(name, "/variables", &all.join("\n")).await;
    let there: BTreeSet<String> = there.lines().map(str::to_owned).collect();
    assert_eq!(there, grants.variables, "{name}: variables");

    for (path, what) in [
        ("/read", "/etc/passwd"),
        ("/read", "/proc/self/environ"),
        ("/read", "/../../../etc/passwd"),
        ("/write", "/tmp/written-by-a-component"),
        ("/environment/PATH", ""),
        ("/environment/SPIN_VARIABLE_ERP_URL", ""),
    ] {
        let (done, said) = probes.tries(name, path, what).await;
        assert!(!done, "{name}: {path} {what}: {said}");
    }

    for (variable, address) in &probes.servers {
        let granted = name == ANYWHERE || grants.hosts.contains(&format!("{{{{ {variable} }}}}"));
        let may = probes.may_ask(name, &format!("http://{address}/nowhere")).await;
        assert_eq!(may, granted, "{name}: the host of {variable}");
    }
    for other in names {
        let granted = name == ANYWHERE || grants.hosts.contains(&format!("http://{other}.spin.internal"));
        let may = probes.may_ask(name, &format!("http://{other}.spin.internal/as/{other}/hello")).await;
        assert_eq!(may, granted, "{name}: the component {other}");
    }
    if name != ANYWHERE {
        for url in ["http://169.254.169.254/", "http://127.0.0.1:22/", "http://localhost:5432/", "https://example.com/"]
        {
            assert!(!probes.may_ask(name, url).await, "{name}: {url}");
        }
    }
}
