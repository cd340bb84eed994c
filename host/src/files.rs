//! The manifest's `files`: what of the host's files a component sees, read-only; and what is compiled elsewhere.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use glob::Pattern;

use crate::manifest::{Component, FileMount};

/// A host folder and where the component sees it.
pub struct Mount {
    /// On the host.
    pub host: PathBuf,
    /// In the component's file system.
    pub guest: String,
}

/// The mounts of `component`. Folders are mounted as they are; single files and whatever patterns match are copied
/// under `staging`, which must outlive the mounts.
pub fn mounts(component: &Component, manifest_folder: &Path, staging: &Path) -> anyhow::Result<Vec<Mount>> {
    let excluded: Vec<Pattern> =
        component.exclude_files.iter().map(|pattern| Pattern::new(pattern)).collect::<Result<_, _>>()?;
    let mut mounts = Vec::new();
    let mut staged = false;
    for file in &component.files {
        match file {
            FileMount::Placement(placement) => {
                let host = manifest_folder.join(&placement.source);
                ensure!(
                    placement.destination.starts_with('/'),
                    "files: destination {:?} must begin with /",
                    placement.destination
                );
                if host.is_dir() && excluded.is_empty() {
                    mounts.push(Mount { host, guest: placement.destination.clone() });
                    continue;
                }
                ensure!(host.exists(), "files: there is no {}", host.display());
                let target = staging.join(placement.destination.trim_start_matches('/'));
                copy(&host, &target, Path::new(&placement.source), &excluded)?;
                staged = true;
            }
            FileMount::Pattern(pattern) => {
                let full = manifest_folder.join(pattern);
                for found in glob::glob(&full.to_string_lossy()).with_context(|| format!("files: {pattern:?}"))? {
                    let found = found?;
                    let relative = found.strip_prefix(manifest_folder).unwrap_or(&found);
                    if found.is_file() {
                        copy(&found, &staging.join(relative), relative, &excluded)?;
                    }
                }
                staged = true;
            }
        }
    }
    if staged {
        std::fs::create_dir_all(staging)?;
        mounts.push(Mount { host: staging.to_owned(), guest: "/".to_owned() });
    }
    Ok(mounts)
}

fn copy(from: &Path, to: &Path, relative: &Path, excluded: &[Pattern]) -> anyhow::Result<()> {
    if excluded.iter().any(|pattern| pattern.matches_path(relative)) {
        return Ok(());
    }
    if from.is_dir() {
        for entry in std::fs::read_dir(from)? {
            let name = entry?.file_name();
            copy(&from.join(&name), &to.join(&name), &relative.join(&name), excluded)?;
        }
        return Ok(());
    }
    if let Some(parent) = to.parent() {
        std::fs::create_dir_all(parent)?;
    }
    std::fs::copy(from, to).with_context(|| format!("files: cannot read {}", from.display()))?;
    Ok(())
}

/// Copies what is in the folder `from` and not in `to`, folders and all. A file is there whole or not at all.
pub fn take_over(from: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            take_over(&entry.path(), &target)?;
        } else if !target.exists() {
            let mut half = tempfile::NamedTempFile::new_in(to)?;
            std::io::copy(&mut std::fs::File::open(entry.path())?, &mut half)?;
            half.persist(&target)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::Manifest;

    #[test]
    fn patterns_folders_and_files_appear_where_the_manifest_says() {
        let app = tempfile::tempdir().unwrap();
        for (path, text) in [("pages/a.html", "a"), ("pages/secret.html", "s"), ("assets/b.css", "b"), ("one.txt", "1")]
        {
            let path = app.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let manifest = Manifest::parse(
            "spin_manifest_version = 2\n[application]\nname = \"a\"\n[trigger]\n[component.c]\nsource = \"c.wasm\"\n\
             files = [\"pages/*\", { source = \"one.txt\", destination = \"/data/one.txt\" }]\n\
             exclude_files = [\"pages/secret.html\"]\n\
             [component.d]\nsource = \"d.wasm\"\nfiles = [{ source = \"assets\", destination = \"/static\" }]",
            app.path().to_owned(),
        )
        .unwrap();
        let staging = app.path().join("staging");
        let staged = mounts(&manifest.components["c"], app.path(), &staging).unwrap();
        assert_eq!(staged.len(), 1);
        assert_eq!(std::fs::read_to_string(staging.join("pages/a.html")).unwrap(), "a");
        assert_eq!(std::fs::read_to_string(staging.join("data/one.txt")).unwrap(), "1");
        assert!(!staging.join("pages/secret.html").exists());
        let direct = mounts(&manifest.components["d"], app.path(), &staging).unwrap();
        assert_eq!(
            (direct[0].guest.as_str(), direct[0].host.as_path()),
            ("/static", app.path().join("assets").as_path())
        );
    }

    #[test]
    fn what_is_there_already_is_not_taken_over_again() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("state/compiled"));
        std::fs::create_dir_all(from.join("modules/48")).unwrap();
        std::fs::create_dir_all(to.join("modules/48")).unwrap();
        std::fs::write(from.join("modules/48/a"), "theirs").unwrap();
        std::fs::write(from.join("modules/48/b"), "theirs").unwrap();
        std::fs::write(to.join("modules/48/a"), "ours").unwrap();
        take_over(&from, &to).unwrap();
        assert_eq!(std::fs::read_to_string(to.join("modules/48/a")).unwrap(), "ours");
        assert_eq!(std::fs::read_to_string(to.join("modules/48/b")).unwrap(), "theirs");
        assert_eq!(std::fs::read_dir(to.join("modules/48")).unwrap().count(), 2);
        assert!(take_over(&folder.path().join("nowhere"), &to).is_err());
    }
}
