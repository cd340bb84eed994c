//! What new people are told: through the queue of notifications that webhooks send from. It is in the database before the person
//! is, under an id of their own, so that it is sent once.

use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Value};
use edge_database::Db;
use edge_tenants::Tenant;
use serde_json::json;

use crate::employee::Employee;
use crate::records::add;
use crate::settings::Settings;

const EMAIL: &str = "/api/v1/email/send/template";
const TEMPLATE: &str = "employee_workspace_welcome";

/// Queues a welcome for each of `employees`, unless there is one.
pub(crate) async fn queue(
    db: &Db,
    settings: &Settings,
    tenant: &Tenant,
    run: &str,
    employees: &[&Employee],
    now: Timestamp,
) -> Result<(), DatabaseError> {
    // Without an address to send it to it is written down all the same.
    let (status, due) = if settings.notifies { ("queued", Some(now)) } else { ("recorded", None) };
    let row = |employee: &&Employee| -> Vec<Value> {
        let body = json!({
            "to": employee.email,
            "template_name": TEMPLATE,
            "template_vars": {
                "employee_name": employee.name.as_deref().unwrap_or(&employee.email),
                "company_name": tenant.name,
                "department": employee.department.as_deref().unwrap_or_default(),
                "manager_name": employee.manager.as_deref().unwrap_or_default(),
                "login_url": format!("{}/login", settings.workspace_url),
                "help_url": format!("{}/help", settings.workspace_url),
            },
        });
        vec![
            format!("erp-welcome.{}.{}", tenant.id, employee.id).into(),
            tenant.id.as_str().into(),
            run.into(),
            EMAIL.into(),
            body.to_string().into(),
            status.into(),
            due.into(),
            now.into(),
            Value::Integer(0),
        ]
    };
    let head = "INSERT INTO notifications (id, tenant_id, event_id, path, body, status, due_at, created_at, attempts)";
    add(db, head, employees.iter().map(row).collect(), "ON CONFLICT (id) DO NOTHING").await.map(drop)
}
