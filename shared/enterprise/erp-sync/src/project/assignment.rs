//! The message to people who are new in a project's team. It is queued before the project's record is written, with an id
//! derived from the project's, so that it is sent once.

use std::collections::HashMap;

use edge_capabilities::Timestamp;
use edge_capabilities::database::DatabaseError;
use edge_database::MAX_ROWS;
use edge_notifications::event_types::WORKSPACE_PROJECT_SYNCED;
use edge_notifications::{NewEvent, Recipient};
use edge_tenants::Tenant;
use serde_json::json;

use crate::project::Project;
use crate::record::ErpSnapshot;
use crate::run::Kind;

/// Queues a message to each person in the teams of `projects`, but for who was in the team as it is stored. Who is not an
/// employee that the edge knows cannot be told.
pub(crate) async fn queue(
    records: &ErpSnapshot,
    tenant: &Tenant,
    projects: &[&Project],
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let ids: Vec<&str> = projects.iter().map(|project| project.id.as_str()).collect();
    let before = records.project_teams(&tenant.id, &ids).await?;
    let is_new =
        |project: &Project, employee: &String| before.get(&project.id).is_none_or(|team| !team.contains(employee));
    let new: Vec<(&Project, &String)> = projects
        .iter()
        .flat_map(|project| project.team.iter().map(move |employee| (*project, employee)))
        .filter(|(project, employee)| is_new(project, employee))
        .collect();
    let mut users = HashMap::new();
    for some in new.chunks(MAX_ROWS) {
        let employees: Vec<&str> = some.iter().map(|(_, employee)| employee.as_str()).collect();
        let known = records.find_all(&tenant.id, Kind::Employees, &employees).await?;
        let active = known.into_iter().filter(|(_, record)| record.is_active);
        users.extend(active.map(|(id, record)| (id.clone(), record.user.unwrap_or(id))));
    }
    let event = |(project, employee): &(&Project, &String)| {
        let user = users.get(*employee)?;
        let event = NewEvent::new(&WORKSPACE_PROJECT_SYNCED, &tenant.id, format!("erp-project.{}", project.id));
        Some(event.to(Recipient::by_user(user)).with(json!({
            "project_name": project.name, "company_name": tenant.name, "project_id": project.id,
            "description": project.description,
        })))
    };
    let events: Vec<NewEvent> = new.iter().filter_map(event).collect();
    records.notifications().raise_all(&events, now).await
}
