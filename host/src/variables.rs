//! Application variables: `SPIN_VARIABLE_<NAME>` in the environment, then `.env` beside the manifest, then the
//! manifest's default. Templates (`{{ name }}`) in component variables and allowed hosts are filled in from them.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use anyhow::{Context as _, bail};

use crate::manifest::Manifest;

/// Every application variable with its value, resolved once at start.
pub struct Variables {
    values: HashMap<String, String>,
}

impl Variables {
    /// Resolves all variables of `manifest`. `given` (the command line's) wins over `environment`, that over
    /// `.env`, that over the default. A required variable without a value is an error that says how to set it.
    pub fn resolve(
        manifest: &Manifest,
        given: &BTreeMap<String, String>,
        environment: impl Fn(&str) -> Option<String>,
    ) -> anyhow::Result<Self> {
        let dotenv = read_dotenv(&manifest.folder.join(".env"))?;
        for name in given.keys() {
            if !manifest.variables.contains_key(name) {
                bail!("--variable {name}: the manifest has no such variable");
            }
        }
        let mut values = HashMap::new();
        for (name, variable) in &manifest.variables {
            let key = format!("SPIN_VARIABLE_{}", name.to_ascii_uppercase());
            let value = given
                .get(name)
                .cloned()
                .or_else(|| environment(&key))
                .or_else(|| dotenv.get(&key).cloned())
                .or_else(|| variable.default.clone())
                .with_context(|| format!("variable {name} is required: set {key} in the environment or in .env"))?;
            values.insert(name.clone(), value);
        }
        Ok(Self { values })
    }

    /// The value of `name`, and where that is empty one that `make` makes and that counts from now on; None: there is no such
    /// variable.
    pub fn get_or_make(&mut self, name: &str, make: impl FnOnce() -> String) -> Option<String> {
        let value = self.values.get_mut(name)?;
        if value.is_empty() {
            *value = make();
        }
        Some(value.clone())
    }

    /// Fills in a template: `{{ name }}` becomes the variable's value. An unknown name is an error.
    pub fn fill(&self, template: &str) -> anyhow::Result<String> {
        let mut filled = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once("{{") {
            let (name, after) =
                after.split_once("}}").with_context(|| format!("{template:?} has a {{{{ without its }}}}"))?;
            filled.push_str(before);
            let name = name.trim();
            let value = self.values.get(name).with_context(|| {
                format!("{template:?} names the variable {name:?}, which [variables] does not have")
            })?;
            filled.push_str(value);
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled)
    }
}

fn read_dotenv(path: &Path) -> anyhow::Result<HashMap<String, String>> {
    if !path.exists() {
        return Ok(HashMap::new());
    }
    dotenvy::from_path_iter(path).and_then(Iterator::collect).with_context(|| format!("cannot read {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(variables: &str, folder: &Path) -> Manifest {
        let text =
            format!("spin_manifest_version = 2\n[application]\nname = \"a\"\n[trigger]\n[variables]\n{variables}");
        Manifest::parse(&text, folder.to_owned()).unwrap()
    }

    #[test]
    fn the_nearest_source_wins() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            folder.path().join(".env"),
            "SPIN_VARIABLE_B=dotenv\nSPIN_VARIABLE_C=dotenv\nSPIN_VARIABLE_D=dotenv",
        )
        .unwrap();
        let keys: Vec<_> = ["a", "b", "c", "d"].iter().map(|k| format!("{k} = {{ default = \"default\" }}")).collect();
        let manifest = manifest(&keys.join("\n"), folder.path());
        let environment = |key: &str| matches!(key, "SPIN_VARIABLE_C" | "SPIN_VARIABLE_D").then(|| "env".to_owned());
        let given = BTreeMap::from([("d".to_owned(), "given".to_owned())]);
        let variables = Variables::resolve(&manifest, &given, environment).unwrap();
        assert_eq!(variables.fill("{{a}}-{{ b }}-{{ c }}-{{d}}").unwrap(), "default-dotenv-env-given");
    }

    #[test]
    fn an_empty_value_is_made_up_and_one_that_was_given_stays() {
        let manifest = manifest("a = { default = \"\" }\nb = { default = \"given\" }", Path::new("/nowhere"));
        let mut variables = Variables::resolve(&manifest, &BTreeMap::new(), |_| None).unwrap();
        for (name, value) in [("a", Some("made")), ("b", Some("given")), ("c", None)] {
            assert_eq!(variables.get_or_make(name, || "made".into()).as_deref(), value, "{name}");
        }
        assert_eq!(variables.fill("{{a}}{{b}}").unwrap(), "madegiven");
    }

    #[test]
    fn what_cannot_be_filled_in_is_said() {
        let manifest = manifest("key = { required = true }", Path::new("/nowhere"));
        let missing = Variables::resolve(&manifest, &BTreeMap::new(), |_| None).err().unwrap();
        assert!(missing.to_string().contains("SPIN_VARIABLE_KEY"), "{missing}");
        let variables = Variables::resolve(&manifest, &BTreeMap::new(), |_| Some("k".into())).unwrap();
        assert!(variables.fill("{{ other }}").unwrap_err().to_string().contains("other"));
        assert!(variables.fill("{{ key").unwrap_err().to_string().contains("}}"));
        let unknown = BTreeMap::from([("other".to_owned(), String::new())]);
        assert!(Variables::resolve(&manifest, &unknown, |_| None).is_err());
    }
}
