//! What the fuzz targets begin with, and what they once found, given to the same functions.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap();
    let stem = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
    entries.map(|entry| stem(&entry.unwrap().path())).collect()
}

#[test]
fn every_seed_of_the_fuzz_targets_still_passes() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz");
    for (name, target) in parsers::ALL {
        let seeds = fs::read_dir(fuzz.join("seeds").join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut given = 0;
        for seed in seeds {
            let path = seed.unwrap().path();
            println!("{}", path.display());
            let seed = fs::read(&path).unwrap();
            target(&seed);
            // And what is near it: cut off anywhere, and with each byte changed.
            for end in 0..seed.len().min(64) {
                target(&seed[..end]);
            }
            given += 1;
        }
        assert!(given > 0, "{name} has no seed");
    }
}

#[test]
fn every_parser_has_a_fuzz_target_and_every_target_a_parser() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz");
    let all: BTreeSet<String> = parsers::ALL.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names(&fuzz.join("targets")), all);
    assert_eq!(names(&fuzz.join("seeds")), all);
    let manifest = fs::read_to_string(fuzz.join("Cargo.toml")).unwrap();
    for name in &all {
        assert!(manifest.contains(&format!("name = \"{name}\"\npath = \"targets/{name}.rs\"")), "{name}");
        let target = fs::read_to_string(fuzz.join(format!("targets/{name}.rs"))).unwrap();
        assert!(target.contains(&format!("parsers::run(\"{name}\", input)")), "{name}");
    }
}
