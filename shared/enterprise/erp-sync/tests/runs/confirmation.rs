//! An HR that cannot be believed: empty, broken, repeating itself, or without half of its people.

use std::sync::Arc;

use serde_json::{Value, json};

use super::company::{Company, person};

/// HR answers `body` to what holds `asked`.
fn oddly(company: &Company, asked: &'static str, status: u16, body: &'static str) {
    let oddity = move |path: &str| path.contains(asked).then(|| (status, body.to_owned()));
    company.erp.lock().unwrap().oddity = Some(Arc::new(oddity));
}

/// The first page of those whom the run would deactivate, and that each is somebody with a role.
async fn would_leave(company: &Company, query: &str) -> Vec<String> {
    let path = format!("/api/v1/erp-sync/deactivations{query}");
    let (status, page) = company.instance().ask("GET", &path, Value::Null).await.unwrap();
    assert_eq!(status, 200, "{page}");
    let read = |one: &Value| {
        assert_eq!(one["user_id"], one["erp_id"], "{one}");
        assert!(["role", "name"].iter().all(|field| one[field].is_string()), "{one}");
        one["erp_id"].as_str().unwrap().to_owned()
    };
    page["data"].as_array().unwrap().iter().map(read).collect()
}

#[tokio::test(start_paused = true)]
async fn those_who_are_gone_are_deactivated_and_come_back_unwelcomed() {
    let company = Company::new(20).await;
    company.sync("employees", Value::Null).await;
    let gone: Vec<Value> = company.erp.lock().unwrap().people.drain(4..8).collect();
    let status = company.sync("employees", Value::Null).await;
    assert_eq!((&status["status"], &status["deactivated"]), (&json!("completed"), &json!(4)), "{status}");
    assert_eq!((company.roles().await.len(), company.role("emp-0005").await), (16, None));
    company.erp.lock().unwrap().people.extend(gone);
    let status = company.sync("employees", Value::Null).await;
    assert_eq!((&status["reactivated"], &status["unchanged"]), (&json!(4), &json!(16)));
    assert_eq!(company.role("emp-0005").await.as_deref(), Some("MEMBER"));
    assert_eq!(company.count("SELECT COUNT(*) FROM notifications").await, 20);
    // Listed, but said to have left.
    company.erp.lock().unwrap().people[0]["status"] = json!("TERMINATED");
    let status = company.sync("employees", Value::Null).await;
    assert_eq!((&status["deactivated"], &status["inactive"]), (&json!(1), &json!(1)));
}

#[tokio::test(start_paused = true)]
async fn a_run_that_would_deactivate_many_asks_and_goes_on_when_told() {
    let company = Company::new(20).await;
    company.sync("employees", Value::Null).await;
    company.erp.lock().unwrap().people.drain(0..5);
    company.erp.lock().unwrap().people.push(person(70));
    let asked = company.sync("employees", Value::Null).await;
    assert_eq!(
        (&asked["status"], &asked["deactivated"], &asked["created"]),
        (&json!("needs_confirmation"), &json!(0), &json!(1))
    );
    let expected = json!({"gone": 5, "active": 21, "reason": "more than 20 % would be deactivated at once"});
    assert_eq!(asked["deactivations"], expected);
    assert_eq!(company.roles().await.len(), 21);
    assert_eq!(would_leave(&company, "").await, ["emp-0000", "emp-0001", "emp-0002", "emp-0003", "emp-0004"]);
    assert_eq!(would_leave(&company, "?limit=2").await, ["emp-0000", "emp-0001"]);
    assert_eq!(would_leave(&company, "?kind=projects").await, Vec::<String>::new());
    let told = company.sync("employees", json!({"confirm_deactivations": true})).await;
    assert_eq!(
        (&told["job_id"], &told["status"], &told["deactivated"]),
        (&asked["job_id"], &json!("completed"), &json!(5))
    );
    assert_eq!(would_leave(&company, "").await, Vec::<String>::new());
    assert_eq!(company.roles().await.len(), 16);
    let confirmed =
        "SELECT COUNT(*) FROM tenant_deeds WHERE action = 'erp_sync.deactivations_confirmed' AND actor = 'bootstrap'";
    assert_eq!(company.count(confirmed).await, 1);
}

#[tokio::test(start_paused = true)]
async fn whoever_does_not_confirm_looks_again() {
    let company = Company::new(20).await;
    company.sync("employees", Value::Null).await;
    let gone: Vec<Value> = company.erp.lock().unwrap().people.drain(0..10).collect();
    let asked = company.sync("employees", Value::Null).await;
    assert_eq!(asked["status"], "needs_confirmation");
    company.erp.lock().unwrap().people.extend(gone);
    let again = company.sync("employees", json!({"confirm_deactivations": false})).await;
    assert_ne!(again["job_id"], asked["job_id"]);
    assert_eq!((&again["status"], &again["deactivated"]), (&json!("completed"), &json!(0)));
    // Nobody asked: there is nothing to confirm beforehand.
    company.erp.lock().unwrap().people.drain(0..10);
    let asked = company.sync("employees", json!({"confirm_deactivations": true})).await;
    assert_eq!(asked["status"], "needs_confirmation");
}

#[tokio::test(start_paused = true)]
async fn no_empty_answer_deactivates_anybody() {
    let company = Company::new(3).await;
    company.world.config.set("erp_sync_max_deactivations_percent", 100);
    company.sync("employees", Value::Null).await;
    company.erp.lock().unwrap().people.clear();
    let status = company.sync("employees", Value::Null).await;
    assert_eq!((&status["status"], &status["total"]), (&json!("needs_confirmation"), &json!(0)));
    assert_eq!(company.roles().await.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_broken_answer_ends_the_run_and_deactivates_nobody() {
    let company = Company::new(30).await;
    company.sync("employees", Value::Null).await;
    for (asked, status, body) in [
        ("at-10", 500, "{}"),
        ("at-10", 200, r#"{"items": [{"id"#),
        ("at-20", 200, r#"{"people": []}"#),
        ("employees?", 401, ""),
        ("at-10", 200, r#"{"items": [], "next_cursor": "at-10"}"#),
        ("at-10", 200, ""),
    ] {
        oddly(&company, asked, status, body);
        let status = company.sync("employees", Value::Null).await;
        assert_eq!((&status["status"], &status["deactivated"]), (&json!("failed"), &json!(0)), "{body}");
        assert!(status["error"].as_str().unwrap().starts_with("the ERP"), "{status}");
        assert_ne!(status["last_good_run"]["job_id"], status["job_id"]);
        assert_eq!(company.roles().await.len(), 30);
    }
    company.erp.lock().unwrap().oddity = None;
    let status = company.sync("employees", Value::Null).await;
    assert_eq!((&status["status"], &status["unchanged"]), (&json!("completed"), &json!(30)));
}

#[tokio::test(start_paused = true)]
async fn pages_that_go_round_in_a_circle_come_to_an_end() {
    let company = Company::new(30).await;
    let circle = |path: &str| {
        let next = if path.contains("cursor=b") { "a" } else { "b" };
        Some((200, json!({"items": [person(1), person(2)], "next_cursor": next}).to_string()))
    };
    company.erp.lock().unwrap().oddity = Some(Arc::new(circle));
    let status = company.sync("employees", Value::Null).await;
    assert_eq!((&status["status"], &status["created"]), (&json!("failed"), &json!(2)), "{status}");
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_with_one_keeps_no_other() {
    let company = Company::new(10).await;
    company.sync("employees", Value::Null).await;
    {
        let mut erp = company.erp.lock().unwrap();
        erp.people[0]["work_email"] = json!("");
        erp.people[1]["job_title"] = json!({"no": "text"});
        let mut same_address = person(60);
        same_address["work_email"] = json!("P2@BHEEM.cloud");
        let mut other_company = person(61);
        other_company["company_id"] = json!("79f70aef-17eb-48a8-b599-2879721e8796");
        let mut twins = [person(62), person(63)];
        twins[1]["work_email"] = twins[0]["work_email"].clone();
        erp.people.extend([same_address, other_company, person(64), person(64)]);
        erp.people.extend(twins);
    }
    let status = company.sync("employees", Value::Null).await;
    assert_eq!(status["status"], "completed", "{status}");
    let errors: Vec<(&str, &str)> = status["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| (error["employee_id"].as_str().unwrap(), error["error"].as_str().unwrap()))
        .collect();
    let expected = [
        ("emp-0000", "has no work_email"),
        ("emp-0001", "job_title is not a text"),
        ("emp-0060", "another employee has this work_email"),
        ("emp-0061", "belongs to another company"),
        ("emp-0063", "another employee has this work_email"),
    ];
    assert_eq!(errors, expected);
    let of = |field: &str| status[field].as_i64().unwrap();
    assert_eq!(
        (of("created"), of("duplicates"), of("failed"), of("deactivated"), of("total")),
        (2, 1, 5, 0, 16),
        "{status}"
    );
}

#[tokio::test(start_paused = true)]
async fn while_somebody_without_an_id_is_listed_nobody_is_deactivated() {
    let company = Company::new(20).await;
    company.sync("employees", Value::Null).await;
    company.erp.lock().unwrap().people[3].as_object_mut().unwrap().remove("id");
    let status = company.sync("employees", Value::Null).await;
    assert_eq!((&status["status"], &status["deactivations"]["gone"]), (&json!("needs_confirmation"), &json!(1)));
    assert_eq!(status["errors"][0], json!({"employee_id": null, "error": "has no id (page 1 item 3)"}));
    assert_eq!(company.roles().await.len(), 20);
}

#[tokio::test(start_paused = true)]
async fn a_tenant_keeps_its_last_owner_though_hr_has_lost_them() {
    let company = Company::new(20).await;
    company.sync("employees", Value::Null).await;
    let path = format!("{}/emp-0004", super::company::USERS);
    assert_eq!(company.tenants("PUT", &path, json!({"role": "OWNER"})).await.0, 200);
    company.erp.lock().unwrap().people.remove(4);
    let status = company.sync("employees", Value::Null).await;
    assert_eq!(
        (&status["status"], &status["deactivated"], &status["failed"]),
        (&json!("completed"), &json!(0), &json!(1))
    );
    assert_eq!(company.role("emp-0004").await.as_deref(), Some("OWNER"));
}
