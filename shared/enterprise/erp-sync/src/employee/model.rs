//! An employee in the ERP's HR.

use edge_rulebook::contract::RoleMappingInput;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::record::item::{Fields, Item};

/// An employee.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Employee {
    /// The employee's id in HR.
    pub(crate) id: String,
    /// The work e-mail address.
    pub(crate) email: String,
    pub(crate) name: Option<String>,
    pub(crate) department: Option<String>,
    pub(crate) job_title: Option<String>,
    pub(crate) employment_type: Option<String>,
    /// The manager's name, for the welcome message only.
    #[serde(skip)]
    pub(crate) manager: Option<String>,
}

impl Employee {
    /// Parses an employee of `company`.
    pub(crate) fn read(item: &Value, company: &str) -> Item<Self> {
        let bad = |id: Option<&String>, message: String| Item::Invalid { id: id.cloned(), message };
        let fields = match Fields::of(item) {
            Ok(fields) => fields,
            Err(message) => return bad(None, message),
        };
        let id = match fields.id() {
            Ok(id) => id,
            Err(message) => return bad(None, message),
        };
        if let Err(message) = fields.check_company(company) {
            return bad(Some(&id), message);
        }
        if fields.is_inactive() {
            return Item::Inactive;
        }
        match Self::of(&fields, &id) {
            Ok(employee) => Item::Valid(employee),
            Err(message) => bad(Some(&id), message),
        }
    }

    fn of(fields: &Fields<'_>, id: &str) -> Result<Self, String> {
        let email = fields.text("work_email")?.ok_or("has no work_email")?;
        let looks_right = email
            .split_once('@')
            .is_some_and(|(user, host)| !user.is_empty() && !host.is_empty() && !host.contains('@'));
        if !looks_right || email.contains(char::is_whitespace) {
            return Err("work_email is not an e-mail address".to_owned());
        }
        let names = [fields.text("first_name")?, fields.text("last_name")?];
        let name = names.into_iter().flatten().collect::<Vec<_>>().join(" ");
        Ok(Self {
            id: id.to_owned(),
            email,
            name: (!name.is_empty()).then_some(name),
            department: fields.name_of("department")?,
            job_title: fields.text("job_title")?,
            employment_type: fields.text("employment_type")?,
            // Only the welcome message uses it, so an invalid one is ignored.
            manager: fields.name_of("manager").unwrap_or_default(),
        })
    }

    /// The input of the rule `role_mapping`.
    pub(crate) fn rule_input(&self) -> RoleMappingInput {
        RoleMappingInput {
            job_title: self.job_title.clone().unwrap_or_default(),
            department: self.department.clone().unwrap_or_default(),
            employment_type: self.employment_type.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(item: Value) -> Item<Employee> {
        Employee::read(&item, "c1")
    }

    #[test]
    fn an_employee_of_hr_is_parsed() {
        let item = json!({
            "id": "e1", "first_name": " Asha ", "last_name": "Rao", "work_email": "asha@bheem.cloud", "status": "ACTIVE",
            "department": {"id": "d1", "name": "Platform"}, "job_title": "Senior Engineer", "company_id": "C1",
            "manager": {"name": "Ravi"}, "employment_type": "FULL_TIME", "salary": 1,
        });
        let Item::Valid(employee) = read(item) else { panic!("not read") };
        assert_eq!((employee.name.as_deref(), employee.department.as_deref()), (Some("Asha Rao"), Some("Platform")));
        assert_eq!(employee.manager.as_deref(), Some("Ravi"));
        let input = serde_json::to_string(&employee.rule_input()).unwrap();
        let expected = json!({"jobTitle": "Senior Engineer", "department": "Platform", "employmentType": "FULL_TIME"});
        assert_eq!(input, expected.to_string());
    }

    #[test]
    fn an_invalid_employee_is_reported_with_its_id_and_the_reason() {
        let long = "x".repeat(300);
        for (item, id, message) in [
            (json!("e1"), None, "is no object"),
            (json!({"work_email": "a@b"}), None, "has no id"),
            (json!({"id": "", "work_email": "a@b"}), None, "has no id"),
            (json!({"id": ["e1"]}), None, "id is not a text"),
            (json!({"id": "e1"}), Some("e1"), "has no work_email"),
            (json!({"id": 7, "work_email": null}), Some("7"), "has no work_email"),
            (json!({"id": "e1", "work_email": "nobody"}), Some("e1"), "work_email is not an e-mail address"),
            (json!({"id": "e1", "work_email": 5}), Some("e1"), "work_email is not a text"),
            (json!({"id": "e1", "work_email": "a@b", "job_title": 5}), Some("e1"), "job_title is not a text"),
            (
                json!({"id": "e1", "work_email": "a@b", "first_name": long}),
                Some("e1"),
                "first_name is longer than 256 bytes",
            ),
            (
                json!({"id": "e1", "work_email": "a@b", "department": {"name": 1}}),
                Some("e1"),
                "department.name is not a text",
            ),
            (json!({"id": "e1", "work_email": "a@b", "company_id": "c2"}), Some("e1"), "belongs to another company"),
        ] {
            assert_eq!(read(item), Item::Invalid { id: id.map(ToOwned::to_owned), message: message.to_owned() });
        }
        assert_eq!(read(json!({"id": "e1", "work_email": "a@b", "status": "TERMINATED"})), Item::Inactive);
        let bare = read(json!({"id": "e1", "work_email": "a@b", "department": null, "job_title": " "}));
        assert!(matches!(bare, Item::Valid(Employee { department: None, job_title: None, name: None, .. })));
    }
}
