//! Projects come over, change and are closed.

use edge_capabilities::Database as _;
use serde_json::{Value, json};

use super::company::Company;

fn project(number: usize) -> Value {
    json!({"id": format!("prj-{number}"), "name": format!("Project {number}"), "description": null,
        "team": [{"employee_id": "emp-0001"}], "status": "active"})
}

#[tokio::test(start_paused = true)]
async fn projects_come_over_change_and_are_closed() {
    let company = Company::new(0).await;
    company.erp.lock().unwrap().projects = (10..35).map(project).collect();
    let status = company.sync("projects", Value::Null).await;
    assert_eq!(
        (&status["status"], &status["created"], &status["kind"]),
        (&json!("completed"), &json!(25), &json!("projects"))
    );
    assert_eq!((&status["rule_version"], &status["employees"]), (&Value::Null, &Value::Null));
    let instance = company.instance();
    let (_, page) = instance.ask("GET", "/api/v1/erp-sync/projects?limit=2", Value::Null).await.unwrap();
    let expected = json!({"id": "prj-10", "name": "Project 10", "description": null, "team": ["emp-0001"]});
    assert_eq!((&page["data"][0], page["data"].as_array().unwrap().len()), (&expected, 2));
    let next = format!("/api/v1/erp-sync/projects?limit=2&cursor={}", page["nextCursor"].as_str().unwrap());
    let (_, page) = instance.ask("GET", &next, Value::Null).await.unwrap();
    assert_eq!(page["data"][0]["id"], "prj-12");

    company.written.lock().unwrap().clear();
    company.sync("projects", Value::Null).await;
    assert_eq!(*company.written.lock().unwrap(), Vec::<String>::new());
    {
        let mut erp = company.erp.lock().unwrap();
        erp.projects.remove(0);
        erp.projects[0]["team"] = json!([]);
    }
    let status = company.sync("projects", Value::Null).await;
    assert_eq!((&status["updated"], &status["deactivated"]), (&json!(1), &json!(1)));
    let (_, page) = instance.ask("GET", "/api/v1/erp-sync/projects?limit=1", Value::Null).await.unwrap();
    assert_eq!((&page["data"][0]["id"], &page["data"][0]["team"]), (&json!("prj-11"), &json!([])));
    let deeds = "SELECT COUNT(*) FROM tenant_deeds WHERE action IN ('project.changed', 'project.closed')";
    assert_eq!(company.count(deeds).await, 2);
}

#[tokio::test(start_paused = true)]
async fn who_is_new_in_a_projects_team_is_told_once() {
    let company = Company::new(4).await;
    company.sync("employees", Value::Null).await;
    company.erp.lock().unwrap().projects = vec![project(1), project(2)];
    company.erp.lock().unwrap().projects[1]["team"] = json!([{"employee_id": "nobody"}]);
    let told = async || {
        let statement = "SELECT event_id, user_id, body FROM notifications
            WHERE event_type = 'WORKSPACE_PROJECT_SYNCED' AND channel = 'EMAIL' ORDER BY user_id, event_id";
        let rows = company.world.db.query(statement, &[]).await.unwrap();
        let told: Vec<String> =
            rows.iter().map(|row| format!("{} {}", row.text(0).unwrap(), row.text(1).unwrap())).collect();
        assert!(rows.iter().all(|row| row.text(2).unwrap().contains(r#""company_name":"#)));
        told
    };
    company.sync("projects", Value::Null).await;
    assert_eq!(told().await, ["erp-project.prj-1 emp-0001"]);
    company.sync("projects", Value::Null).await;
    {
        let mut erp = company.erp.lock().unwrap();
        erp.projects[0]["name"] = json!("Another name");
        erp.projects[0]["team"] = json!([{"employee_id": "emp-0001"}, {"employee_id": "emp-0002"}]);
    }
    // The messages of before are removed after some time: nobody is told anew because a project has another name.
    company.world.db.query("DELETE FROM notifications", &[]).await.unwrap();
    company.sync("projects", Value::Null).await;
    assert_eq!(told().await, ["erp-project.prj-1 emp-0002"]);
}
