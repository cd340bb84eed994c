//! The ERP's people and projects, a page at a time. A page begins behind an id, so that whoever comes or goes meanwhile moves
//! nobody else to another page.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{Path, Query, State};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::Upstreams;

/// How many are on a page, unless told; and at most.
const DEFAULT: usize = 500;
const MAX_COUNT: usize = 1_000;

/// The most that are made at once.
const LARGEST_CROWD: u32 = 200_000;

/// Job titles of those who are made at once, in turn.
const TITLES: [&str; 8] = [
    "Engineer",
    "Senior Engineer",
    "Contractor",
    "Accountant",
    "Director of Engineering",
    "Product Manager",
    "Doctor",
    "Analyst",
];

type Records = BTreeMap<String, Value>;

/// People and projects, by company.
#[derive(Default)]
pub struct Hr(Mutex<Files>);

#[derive(Default)]
struct Files {
    people: HashMap<String, Records>,
    projects: HashMap<String, Records>,
}

impl Files {
    fn of(&mut self, kind: &str) -> Option<&mut HashMap<String, Records>> {
        match kind {
            "employees" => Some(&mut self.people),
            "projects" => Some(&mut self.projects),
            _ => None,
        }
    }
}

/// Somebody who works for `company`, unless `changes` say otherwise.
fn employee(company: &str, id: &str, number: u32) -> Value {
    let title = usize::try_from(number).ok().and_then(|number| TITLES.get(number % TITLES.len())).copied();
    json!({
        "id": id, "company_id": company, "employee_code": format!("E{number:06}"), "status": "ACTIVE",
        "first_name": "Employee", "last_name": id, "work_email": format!("{id}@bheem.example"),
        "job_title": title, "department": {"id": "d1", "name": "Engineering"}, "manager": {"name": "Asha Rao"},
        "employment_type": "FULL_TIME",
    })
}

fn project(company: &str, id: &str) -> Value {
    json!({
        "id": id, "company_id": company, "name": id, "description": null, "status": "active", "team": [],
    })
}

impl Hr {
    fn files(&self) -> MutexGuard<'_, Files> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes or changes an employee: any fields of the ERP's answer.
    pub fn put_employee(&self, company: &str, id: &str, changes: &Map<String, Value>) {
        self.put("employees", company, id, changes);
    }

    fn put(&self, kind: &str, company: &str, id: &str, changes: &Map<String, Value>) -> Option<Value> {
        let mut files = self.files();
        let records = files.of(kind)?.entry(company.to_owned()).or_default();
        let made = || if kind == "employees" { employee(company, id, 0) } else { project(company, id) };
        let record = records.entry(id.to_owned()).or_insert_with(made);
        if let Some(fields) = record.as_object_mut() {
            fields.extend(changes.clone());
        }
        Some(record.clone())
    }

    /// Makes `count` employees at once: `emp-000000` and so on, each with an address of their own.
    pub fn hire(&self, company: &str, count: u32) {
        let mut files = self.files();
        let people = files.people.entry(company.to_owned()).or_default();
        for number in 0..count {
            let id = format!("emp-{number:06}");
            people.insert(id.clone(), employee(company, &id, number));
        }
    }

    /// Takes an employee away.
    pub fn dismiss(&self, company: &str, id: &str) {
        if let Some(people) = self.files().people.get_mut(company) {
            people.remove(id);
        }
    }

    fn page(&self, kind: &str, wanted: &Wanted) -> Value {
        let mut files = self.files();
        let none = Records::new();
        let records = files.of(kind).and_then(|all| all.get(&wanted.company_id)).unwrap_or(&none);
        let behind = wanted.cursor.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
        let limit = wanted.limit.unwrap_or(DEFAULT).clamp(1, MAX_COUNT);
        let listed = |record: &&Value| {
            let status = record.get("status").and_then(Value::as_str).unwrap_or_default();
            wanted.status.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(status))
        };
        let mut rest = records.range::<str, _>((behind, Bound::Unbounded)).filter(|(_, record)| listed(record));
        let page: Vec<(&String, &Value)> = rest.by_ref().take(limit).collect();
        let next = rest.next().and_then(|_| page.last().map(|(id, _)| (*id).clone()));
        let items: Vec<&Value> = page.iter().map(|(_, record)| *record).collect();
        json!({"items": items, "next_cursor": next})
    }
}

type Shared = State<Arc<Upstreams>>;

pub(crate) fn router() -> Router<Arc<Upstreams>> {
    Router::new()
        .route("/api/v1/hr/employees", get(employees))
        .route("/api/v1/projects", get(projects))
        .route("/_control/hr/{company}/employees", post(hire).delete(dismiss_all))
        .route("/_control/hr/{company}/{kind}/{id}", put(change).delete(dismiss))
}

#[derive(Deserialize)]
struct Wanted {
    company_id: String,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    cursor: Option<String>,
    #[serde(default)]
    limit: Option<usize>,
}

async fn employees(State(upstreams): Shared, Query(wanted): Query<Wanted>) -> Json<Value> {
    Json(upstreams.hr.page("employees", &wanted))
}

async fn projects(State(upstreams): Shared, Query(wanted): Query<Wanted>) -> Json<Value> {
    Json(upstreams.hr.page("projects", &wanted))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Crowd {
    count: u32,
}

async fn hire(State(upstreams): Shared, Path(company): Path<String>, Json(crowd): Json<Crowd>) -> StatusCode {
    if crowd.count > LARGEST_CROWD {
        return StatusCode::BAD_REQUEST;
    }
    upstreams.hr.hire(&company, crowd.count);
    StatusCode::NO_CONTENT
}

async fn change(
    State(upstreams): Shared,
    Path((company, kind, id)): Path<(String, String, String)>,
    Json(changes): Json<Map<String, Value>>,
) -> Result<Json<Value>, StatusCode> {
    upstreams.hr.put(&kind, &company, &id, &changes).map(Json).ok_or(StatusCode::NOT_FOUND)
}

async fn dismiss(State(upstreams): Shared, Path((company, kind, id)): Path<(String, String, String)>) -> StatusCode {
    if let Some(records) = upstreams.hr.files().of(&kind).and_then(|all| all.get_mut(&company)) {
        records.remove(&id);
    }
    StatusCode::NO_CONTENT
}

async fn dismiss_all(State(upstreams): Shared, Path(company): Path<String>) -> StatusCode {
    upstreams.hr.files().people.remove(&company);
    StatusCode::NO_CONTENT
}
