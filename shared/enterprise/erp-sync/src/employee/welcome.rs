//! The welcome message for new users. It is queued before the user is stored, with an id derived from the employee's,
//! so that it is sent once.

use edge_capabilities::Timestamp;
use edge_capabilities::database::DatabaseError;
use edge_database::Db;
use edge_notifications::{Channel, Message, Notifications};
use edge_tenants::Tenant;
use serde_json::json;

use crate::employee::Employee;
use crate::settings::Settings;

const TEMPLATE: &str = "employee_workspace_welcome";

/// Queues a welcome message for each of `employees`, unless it is queued already.
pub(crate) async fn queue(
    db: &Db,
    settings: &Settings,
    tenant: &Tenant,
    run: &str,
    employees: &[&Employee],
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let message = |employee: &&Employee| {
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
        Message {
            id: format!("erp-welcome.{}.{}", tenant.id, employee.id),
            tenant_id: tenant.id.clone(),
            event_id: run.to_owned(),
            channel: Channel::Email,
            body,
        }
    };
    let messages = employees.iter().map(message).collect();
    Notifications::new(db.clone()).queue(messages, settings.notifies, now).await
}
