//! Who comes over, as what, and what stays.

use edge_database::Db;
use edge_rulebook::{Actor, Draft, Precondition, Rule, Rulebook};
use serde_json::{Value, json};

use super::company::{Company, USERS, person};

#[tokio::test(start_paused = true)]
async fn people_come_over_with_their_roles_and_are_welcomed_once() {
    let company = Company::new(35).await;
    let status = company.sync("employees", Value::Null).await;
    let expected = json!({"status": "completed", "total": 35, "synced": 35, "created": 35, "pages": 4, "failed": 0, "rule_version": 1});
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(&status[field], value, "{field} of {status}");
    }
    assert_eq!(status["last_good_run"]["job_id"], status["job_id"]);
    assert!(status["next_due"].as_str().unwrap() > status["finished_at"].as_str().unwrap());
    let roles = company.roles().await;
    assert_eq!(roles.len(), 35);
    for (number, role) in [(0, "MANAGER"), (1, "MEMBER"), (2, "ADMIN"), (3, "MEMBER")] {
        assert_eq!(roles[number], (format!("emp-{number:04}"), role.to_owned()));
    }
    let (_, users) = company.tenants("GET", &format!("{USERS}?limit=1"), Value::Null).await;
    let user = &users["data"][0];
    for (field, value) in [
        ("name", "P 0"),
        ("email", "p0@bheem.cloud"),
        ("provisioned_by", "erp_hr"),
        ("erp_employee_id", "emp-0000"),
        ("department", "Sales"),
        ("job_title", "Senior Engineer"),
    ] {
        assert_eq!(user[field], value, "{user}");
    }
    assert_eq!(company.count("SELECT COUNT(*) FROM notifications WHERE status = 'queued'").await, 35);
    let body = company.count("SELECT COUNT(*) FROM notifications WHERE event_type = 'WORKSPACE_EMPLOYEE_SYNCED' AND body LIKE '%http://w/login%'");
    assert_eq!(body.await, 35);
    // Each change names the version that decided.
    let by_rule = "SELECT COUNT(*) FROM tenant_memberships WHERE actor LIKE 'erp-sync:job_%:role_mapping@1'";
    assert_eq!(company.count(by_rule).await, 35);
}

#[tokio::test(start_paused = true)]
async fn a_second_run_without_changes_writes_nothing() {
    let company = Company::new(35).await;
    company.sync("employees", Value::Null).await;
    assert!(company.written.lock().unwrap().len() > 4);
    company.written.lock().unwrap().clear();
    let before = company.state().await;
    let status = company.sync("employees", Value::Null).await;
    assert_eq!((&status["unchanged"], &status["synced"], &status["created"]), (&json!(35), &json!(35), &json!(0)));
    assert_eq!(*company.written.lock().unwrap(), Vec::<String>::new());
    assert_eq!(company.state().await, before);
}

#[tokio::test(start_paused = true)]
async fn only_what_changed_is_written() {
    let company = Company::new(35).await;
    company.sync("employees", Value::Null).await;
    {
        let mut erp = company.erp.lock().unwrap();
        erp.people[1]["job_title"] = json!("Head of Bakery");
        erp.people[5]["last_name"] = json!("Married");
        erp.people[6]["manager"] = json!({"name": "Somebody else"});
        erp.people.push(person(90));
    }
    let status = company.sync("employees", Value::Null).await;
    assert_eq!((&status["created"], &status["updated"], &status["unchanged"]), (&json!(1), &json!(2), &json!(33)));
    assert_eq!(company.role("emp-0001").await.as_deref(), Some("ADMIN"));
    assert_eq!(company.count("SELECT COUNT(*) FROM tenant_memberships").await, 37);
    assert_eq!(company.count("SELECT COUNT(*) FROM notifications").await, 36);
    assert_eq!(company.count("SELECT COUNT(*) FROM tenant_deeds WHERE action = 'user.changed'").await, 2);
}

#[tokio::test(start_paused = true)]
async fn what_an_admin_did_by_hand_stays() {
    let company = Company::new(20).await;
    // Somebody who was there before HR knew them: found by their address.
    let by_hand = json!({"user_id": "asha", "role": "OWNER", "email": "P7@bheem.cloud", "name": "Asha"});
    assert_eq!(company.tenants("POST", USERS, by_hand).await.0, 201);
    let status = company.sync("employees", Value::Null).await;
    assert_eq!((&status["created"], &status["kept_by_hand"]), (&json!(19), &json!(1)));
    assert_eq!(company.role("asha").await.as_deref(), Some("OWNER"));
    assert_eq!(company.role("emp-0007").await, None);
    let welcomes = "SELECT COUNT(*) FROM notifications WHERE event_type = 'WORKSPACE_EMPLOYEE_SYNCED'";
    assert_eq!(company.count(welcomes).await, 19);

    let change = |user: &str| format!("{USERS}/{user}");
    assert_eq!(company.tenants("PUT", &change("emp-0001"), json!({"role": "BILLING_ADMIN"})).await.0, 200);
    assert_eq!(company.tenants("DELETE", &change("emp-0002"), Value::Null).await.0, 204);
    {
        let mut erp = company.erp.lock().unwrap();
        erp.people[1]["job_title"] = json!("CEO");
        erp.people[2]["job_title"] = json!("CEO");
        erp.people[7]["job_title"] = json!("Engineer II");
    }
    let status = company.sync("employees", Value::Null).await;
    assert_eq!((&status["kept_by_hand"], &status["unchanged"]), (&json!(3), &json!(17)), "{status}");
    assert_eq!(company.role("emp-0001").await.as_deref(), Some("BILLING_ADMIN"));
    assert_eq!(company.role("asha").await.as_deref(), Some("OWNER"));
    assert_eq!(company.role("emp-0002").await, None);
    assert_eq!(company.count("SELECT COUNT(*) FROM tenant_people WHERE user_id = 'emp-0002'").await, 0);
}

/// Everybody is `role` from now on.
async fn publish(company: &Company, role: &str) -> i64 {
    let capabilities = company.capabilities();
    let rulebook = Rulebook::new(&capabilities, &Db::new(capabilities.db.clone()));
    let author = Actor { id: "key:admin".into(), address: None };
    let draft = Draft { script: format!("fn decide(input) {{ #{{ role: \"{role}\" }} }}"), tests: None, note: None };
    let version = rulebook.publisher().push(Rule::RoleMapping, &draft, &author).await.unwrap().number;
    rulebook.publisher().activate(Rule::RoleMapping, version, &Precondition::Any, &author).await.unwrap();
    version
}

#[tokio::test(start_paused = true)]
async fn a_rule_that_is_swapped_half_way_decides_from_the_next_run_on() {
    let company = Company::new(40).await;
    let version = publish(&company, "manager").await;
    // Dies with some pages read and some not.
    let instance = company.mortal(40, true);
    let (code, _) = instance.ask("POST", "/api/v1/erp-sync/employees", Value::Null).await.unwrap();
    assert_eq!(code, 202);
    company.world.clock.advance(std::time::Duration::from_secs(5)).await;
    assert!(instance.is_dead());
    let so_far = company.roles().await.len();
    assert!((1..40).contains(&so_far), "{so_far}");
    let next = publish(&company, "admin").await;
    company.world.clock.advance(std::time::Duration::from_secs(60)).await;
    let status = company.settled(&company.instance()).await;
    assert_eq!((&status["status"], &status["rule_version"]), (&json!("completed"), &json!(version)));
    assert!(company.roles().await.iter().all(|(_, role)| role == "MANAGER"));
    let status = company.sync("employees", Value::Null).await;
    assert_eq!((&status["updated"], &status["rule_version"]), (&json!(40), &json!(next)));
    assert!(company.roles().await.iter().all(|(_, role)| role == "ADMIN"));
}

#[tokio::test(start_paused = true)]
async fn whom_the_rule_fails_for_gets_no_role_and_the_others_do() {
    let company = Company::new(12).await;
    company.sync("employees", Value::Null).await;
    let script = r#"fn decide(input) { if input.jobTitle == "CEO" { throw "no" } #{ role: "member" } }"#;
    let capabilities = company.capabilities();
    let rulebook = Rulebook::new(&capabilities, &Db::new(capabilities.db.clone()));
    let author = Actor { id: "key:admin".into(), address: None };
    let draft = Draft { script: script.into(), tests: None, note: None };
    let version = rulebook.publisher().push(Rule::RoleMapping, &draft, &author).await.unwrap().number;
    rulebook.publisher().activate(Rule::RoleMapping, version, &Precondition::Any, &author).await.unwrap();
    {
        let mut erp = company.erp.lock().unwrap();
        erp.people[2]["job_title"] = json!("CEO");
        let mut new = person(50);
        new["job_title"] = json!("CEO");
        erp.people.push(new);
    }
    let status = company.sync("employees", Value::Null).await;
    assert_eq!((&status["status"], &status["failed"]), (&json!("completed"), &json!(2)), "{status}");
    assert!(status["errors"][0]["error"].as_str().unwrap().contains("see decision dec_"), "{status}");
    assert_eq!(company.role("emp-0002").await.as_deref(), Some("ADMIN"));
    assert_eq!(company.role("emp-0000").await.as_deref(), Some("MEMBER"));
    assert_eq!(company.role("emp-0050").await, None);
}
