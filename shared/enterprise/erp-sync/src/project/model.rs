//! A project in the ERP.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::record::item::{Fields, Item};

const MAX_DESCRIPTION_LEN: usize = 16 << 10;

/// A project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Project {
    /// The project's id in the ERP.
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    /// The ids of the employees who work on it, in the ERP.
    pub(crate) team: Vec<String>,
}

impl Project {
    /// Parses a project of `company`.
    pub(crate) fn read(item: &Value, company: &str) -> Item<Self> {
        let bad = |id: Option<&String>, message: String| Item::Invalid { id: id.cloned(), message };
        let read = Fields::of(item).and_then(|fields| Ok((fields.id()?, fields)));
        let (id, fields) = match read {
            Ok(read) => read,
            Err(message) => return bad(None, message),
        };
        if let Err(message) = fields.check_company(company) {
            return bad(Some(&id), message);
        }
        if fields.is_inactive() {
            return Item::Inactive;
        }
        let of = || {
            Ok(Self {
                id: id.clone(),
                name: fields.text("name")?.ok_or("has no name")?,
                description: fields.text_up_to("description", MAX_DESCRIPTION_LEN)?,
                team: fields.ids("team", "employee_id")?,
            })
        };
        of().map_or_else(|message: String| bad(Some(&id), message), Item::Valid)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_project_of_the_erp_is_parsed() {
        let item = json!({
            "id": "p1", "name": "Portal", "description": "New\nportal", "status": "active",
            "team": [{"employee_id": "e1"}, {"employee_id": 2}],
        });
        let Item::Valid(project) = Project::read(&item, "c1") else { panic!("not read") };
        assert_eq!((project.name.as_str(), project.team), ("Portal", vec!["e1".to_owned(), "2".to_owned()]));
        for (item, message) in [
            (json!({"id": "p1"}), "has no name"),
            (json!({"id": "p1", "name": "P", "team": 5}), "team is not a list"),
            (json!({"id": "p1", "name": "P", "team": [{}]}), "team holds one without employee_id"),
        ] {
            assert_eq!(Project::read(&item, "c1"), Item::Invalid { id: Some("p1".into()), message: message.into() });
        }
        assert_eq!(Project::read(&json!({"id": "p1", "name": "P", "status": "closed"}), "c1"), Item::Inactive);
    }
}
