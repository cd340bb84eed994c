//! What the edge is made of: where others' code comes from, and under which licences. `make audit` checks more, with
//! tools and a database of advisories that must be fetched.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;
use toml::Table;

use crate::root;

const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// `deny.toml`: the licences that are allowed everywhere, and those that are allowed for one crate.
struct Allowed {
    everywhere: BTreeSet<String>,
    exceptions: BTreeMap<String, BTreeSet<String>>,
    targets: Vec<String>,
}

fn texts(list: &toml::Value) -> impl Iterator<Item = String> {
    list.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned())
}

impl Allowed {
    fn read() -> Self {
        let deny: Table = fs::read_to_string(root().join("deny.toml")).unwrap().parse().unwrap();
        let exceptions = deny["licenses"]["exceptions"].as_array().unwrap().iter();
        Self {
            everywhere: texts(&deny["licenses"]["allow"]).collect(),
            exceptions: exceptions
                .map(|it| (it["crate"].as_str().unwrap().to_owned(), texts(&it["allow"]).collect()))
                .collect(),
            targets: texts(&deny["graph"]["targets"]).collect(),
        }
    }

    fn licence(&self, package: &str, licence: &str) -> bool {
        let named = |licences: &BTreeSet<String>| licences.contains(licence.trim_end_matches('+'));
        named(&self.everywhere) || self.exceptions.get(package).is_some_and(named)
    }
}

/// Whether an SPDX expression is allowed: `any` of its parts for OR, `all` for AND. AND binds more closely.
fn holds(expression: &str, allowed: &dyn Fn(&str) -> bool) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let mut words = spaced.split_whitespace().peekable();
    let holds = any_of(&mut words, allowed);
    assert_eq!(words.next(), None, "{expression} cannot be read");
    holds
}

type Words<'w> = std::iter::Peekable<std::str::SplitWhitespace<'w>>;

fn any_of(words: &mut Words<'_>, allowed: &dyn Fn(&str) -> bool) -> bool {
    let mut any = all_of(words, allowed);
    while words.next_if_eq(&"OR").is_some() {
        any |= all_of(words, allowed);
    }
    any
}

fn all_of(words: &mut Words<'_>, allowed: &dyn Fn(&str) -> bool) -> bool {
    let mut all = one(words, allowed);
    while words.next_if_eq(&"AND").is_some() {
        all &= one(words, allowed);
    }
    all
}

fn one(words: &mut Words<'_>, allowed: &dyn Fn(&str) -> bool) -> bool {
    let word = words.next().expect("a licence");
    if word == "(" {
        let inner = any_of(words, allowed);
        assert_eq!(words.next(), Some(")"));
        return inner;
    }
    match words.next_if_eq(&"WITH") {
        Some(_) => allowed(&format!("{word} WITH {}", words.next().expect("an exception"))),
        None => allowed(word),
    }
}

/// All crates that the workspace is built of for the targets of `deny.toml`, others' crates among them.
static CRATES: LazyLock<Vec<Value>> =
    LazyLock::new(|| Allowed::read().targets.iter().flat_map(|target| crates(target)).collect());

fn crates(target: &str) -> Vec<Value> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let ask = |more: &[&str]| {
        let arguments = ["metadata", "--format-version", "1", "--locked", "--filter-platform", target];
        Command::new(&cargo).args(arguments).args(more).current_dir(root()).output().unwrap()
    };
    let mut output = ask(&["--offline"]);
    if !output.status.success() {
        // Nothing was built for this target yet, so some of its crates are not here.
        output = ask(&[]);
    }
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

/// All files of this name in the source tree.
fn files(name: &str) -> Vec<PathBuf> {
    fn collect(folder: &Path, name: &str, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let own = path.file_name().unwrap().to_str().unwrap();
            if path.is_dir() {
                let built = ["target", "node_modules", "corpus"].contains(&own) || own.starts_with('.');
                if !built {
                    collect(&path, name, found);
                }
            } else if own == name {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    collect(&root(), name, &mut found);
    found
}

#[test]
fn an_expression_of_licences_is_read_as_spdx_says() {
    let allowed = |licence: &str| ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception"].contains(&licence);
    for (expression, expected) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("GPL-3.0 OR MIT", true),
        ("GPL-3.0/MIT", true),
        ("GPL-3.0 AND MIT", false),
        ("MIT AND Apache-2.0", true),
        ("MIT OR GPL-3.0 AND LGPL-3.0", true),
        ("(MIT OR GPL-3.0) AND LGPL-3.0", false),
        ("Apache-2.0 WITH LLVM-exception", true),
        ("MIT WITH LLVM-exception", false),
    ] {
        assert_eq!(holds(expression, &allowed), expected, "{expression}");
    }
}

#[test]
fn every_crate_has_a_licence_that_is_allowed() {
    let allowed = Allowed::read();
    let mut seen = 0;
    let mut excepted = BTreeSet::new();
    for package in &*CRATES {
        let name = package["name"].as_str().unwrap();
        let licence = package["license"].as_str().unwrap_or_else(|| panic!("{name} names no licence"));
        let fits = holds(licence, &|licence| allowed.licence(name, licence));
        assert!(fits, "{name} is under {licence}, which deny.toml does not allow");
        if !holds(licence, &|licence| allowed.licence("", licence)) {
            excepted.insert(name.to_owned());
        }
        seen += 1;
    }
    assert!(seen > 400, "only {seen} crates were found");
    assert_eq!(excepted, allowed.exceptions.keys().cloned().collect(), "each exception is for a crate that needs it");
}

#[test]
fn every_crate_comes_from_crates_io_with_its_checksum() {
    let locks = files("Cargo.lock");
    assert!(locks.len() >= 3, "{locks:?}");
    for lock in locks {
        let text: Table = fs::read_to_string(&lock).unwrap().parse().unwrap();
        for package in text["package"].as_array().unwrap() {
            let name = package["name"].as_str().unwrap();
            let Some(source) = package.get("source") else { continue };
            assert_eq!(source.as_str(), Some(CRATES_IO), "{}: {name}", lock.display());
            assert_eq!(package["checksum"].as_str().map(str::len), Some(64), "{}: {name}", lock.display());
        }
    }
}

/// Crates that draw random numbers while they are compiled would make other bytes of each build.
#[test]
fn what_draws_numbers_while_it_is_compiled_gets_them_from_the_repository() {
    let config: Table = fs::read_to_string(root().join(".cargo/config.toml")).unwrap().parse().unwrap();
    let lock: Table = fs::read_to_string(root().join("Cargo.lock")).unwrap().parse().unwrap();
    let packages = lock["package"].as_array().unwrap();
    let is_there = packages.iter().any(|package| package["name"].as_str() == Some("const-random"));
    let seed = config["env"].get("CONST_RANDOM_SEED").and_then(toml::Value::as_str);
    assert_eq!(is_there, seed.is_some_and(|seed| !seed.is_empty()));
}

/// What is no member of the workspace inherits nothing from it, and nothing else reads its manifest but who builds it.
#[test]
fn cargo_reads_every_workspace_of_its_own() {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    for lock in files("Cargo.lock") {
        let manifest = lock.with_file_name("Cargo.toml");
        let mut command = Command::new(&cargo);
        command.args(["metadata", "--format-version", "1", "--no-deps", "--offline", "--manifest-path"]).arg(&manifest);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}: {}", manifest.display(), String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn every_package_of_npm_has_its_checksum_and_what_is_shipped_an_allowed_licence() {
    let allowed = Allowed::read();
    let locks = files("package-lock.json");
    assert!(locks.len() >= 4, "{locks:?}");
    for lock in locks {
        let text: Value = serde_json::from_str(&fs::read_to_string(&lock).unwrap()).unwrap();
        for (name, package) in text["packages"].as_object().unwrap() {
            // The package itself, and links to others of the source tree.
            if !name.contains("node_modules/") || package["link"] == true {
                continue;
            }
            let at = format!("{}: {name}", lock.display());
            let integrity = package["integrity"].as_str().unwrap_or_default();
            assert!(integrity.starts_with("sha512-"), "{at} has no checksum");
            let resolved = package["resolved"].as_str().unwrap_or("https://registry.npmjs.org/");
            assert!(resolved.starts_with("https://registry.npmjs.org/"), "{at} comes from {resolved}");
            let shipped = ["console", "clients"].iter().any(|folder| lock.starts_with(root().join(folder)));
            if shipped && package["dev"] != true {
                let licence = package["license"].as_str().unwrap_or_else(|| panic!("{at} names no licence"));
                assert!(holds(licence, &|licence| allowed.licence("", licence)), "{at} is under {licence}");
            }
        }
    }
}

#[test]
fn no_crate_is_wanted_in_whatever_version() {
    for package in CRATES.iter().filter(|package| package["source"].is_null()) {
        for used in package["dependencies"].as_array().unwrap() {
            let wild = used["req"] == "*" && used["path"].is_null();
            assert!(!wild, "{} wants any version of {}", package["name"], used["name"]);
        }
    }
}

#[test]
fn everything_that_is_shipped_has_a_bill_of_materials() {
    let has_toml = Command::new("python3").args(["-c", "import tomllib"]).status();
    if !has_toml.is_ok_and(|status| status.success()) {
        eprintln!("left out: python3 is missing, or older than 3.11");
        return;
    }
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sbom");
    let _ = fs::remove_dir_all(&out);
    let mut command = Command::new("python3");
    let made = command.arg("-B").arg(root().join("deploy/sbom.py")).arg("--out").arg(&out).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));

    let read = |name: &str| -> Value {
        let text = fs::read_to_string(out.join(format!("{name}.cdx.json")));
        serde_json::from_str(&text.unwrap_or_else(|error| panic!("{name}: {error}"))).unwrap()
    };
    let manifest: Table = fs::read_to_string(root().join("spin.toml")).unwrap().parse().unwrap();
    let components = manifest["component"].as_table().unwrap().keys().map(String::as_str);
    let mut all = BTreeSet::new();
    for name in components.chain(["bheem-edge", "bheem-edge-console"]) {
        let bill = read(name);
        let parts = bill["components"].as_array().unwrap();
        let refs: BTreeSet<&str> = parts.iter().map(|part| part["bom-ref"].as_str().unwrap()).collect();
        assert!(refs.len() == parts.len() && parts.len() > 50, "{name} has {} parts", parts.len());
        for part in parts {
            let purl = part["purl"].as_str().unwrap();
            assert!(part["licenses"][0]["expression"].is_string(), "{name}: {purl}");
            let ours = purl.contains("?vcs_url=");
            assert_eq!(part["hashes"][0]["content"].is_string(), !ours, "{name}: {purl}");
            all.insert(part["name"].as_str().unwrap().to_owned());
        }
        for node in bill["dependencies"].as_array().unwrap() {
            for used in node["dependsOn"].as_array().unwrap() {
                assert!(refs.contains(used.as_str().unwrap()), "{name}: {used} is in no list of parts");
            }
        }
    }
    for part in ["wasmtime", "spin-sdk", "rhai", "svelte", "edge-seats"] {
        assert!(all.contains(part), "{part}");
    }
}
