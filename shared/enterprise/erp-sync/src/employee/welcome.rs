//! The welcome message for new users. It is queued before the user is stored, with an id derived from the employee's,
//! so that it is sent once.

use edge_capabilities::Timestamp;
use edge_capabilities::database::DatabaseError;
use edge_database::Db;
use edge_notifications::event_types::WORKSPACE_EMPLOYEE_SYNCED;
use edge_notifications::{NewEvent, Notifications, Recipient};
use edge_tenants::Tenant;
use serde_json::json;

use crate::employee::Employee;
use crate::settings::Settings;

/// Queues a welcome message for each of `employees`, unless it is queued already.
pub(crate) async fn queue(
    db: &Db,
    settings: &Settings,
    tenant: &Tenant,
    employees: &[&Employee],
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let event = |employee: &&Employee| {
        let name = employee.name.as_deref().unwrap_or(&employee.email);
        NewEvent::new(&WORKSPACE_EMPLOYEE_SYNCED, &tenant.id, format!("erp-welcome.{}", employee.id))
            .to(Recipient::by_email(&employee.email).named(name))
            .with(json!({
                "employee_name": name, "company_name": tenant.name, "department": employee.department,
                "manager_name": employee.manager, "login_url": format!("{}/login", settings.workspace_url),
                "help_url": format!("{}/help", settings.workspace_url),
            }))
    };
    let events: Vec<NewEvent> = employees.iter().map(event).collect();
    Notifications::new(db.clone()).raise_all(&events, now).await
}
