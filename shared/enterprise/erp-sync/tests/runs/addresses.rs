//! Addresses that go from one employee to another: decided by what a run leaves, not by what it found.

use serde_json::{Value, json};

use super::company::{Company, USERS, person};

fn with_address(mut employee: Value, of: usize) -> Value {
    employee["work_email"] = json!(format!("p{of}@bheem.cloud"));
    employee
}

/// The addresses of these users.
async fn addresses<const N: usize>(company: &Company, users: [&str; N]) -> [String; N] {
    let (_, listed) = company.tenants("GET", &format!("{USERS}?limit=200"), Value::Null).await;
    let of = |user: &str| {
        let found = listed["data"].as_array().unwrap().iter().find(|one| one["user_id"] == user);
        found.and_then(|one| one["email"].as_str()).unwrap_or("-").to_owned()
    };
    users.map(of)
}

fn counts(status: &Value) -> [i64; 5] {
    ["created", "updated", "unchanged", "deactivated", "failed"].map(|field| status[field].as_i64().unwrap())
}

#[tokio::test(start_paused = true)]
async fn who_is_taken_on_again_under_another_id_stays_who_they_are() {
    // The old record is gone, on any page; or it is still listed, as one who left.
    for (number, other_case, still_listed) in
        [(3, false, false), (3, true, false), (25, false, false), (12, true, true)]
    {
        let company = Company::new(30).await;
        company.sync("employees", Value::Null).await;
        let user = format!("emp-{number:04}");
        let role = company.role(&user).await;
        {
            let mut erp = company.erp.lock().unwrap();
            let mut again = erp.people[number].clone();
            if still_listed {
                erp.people[number]["status"] = json!("TERMINATED");
            } else {
                erp.people.remove(number);
            }
            again["id"] = json!("emp-9999");
            if other_case {
                again["work_email"] = json!(format!("P{number}@Bheem.Cloud"));
            }
            erp.people.insert(5, again);
        }
        let status = company.sync("employees", Value::Null).await;
        assert_eq!((&status["status"], counts(&status)), (&json!("completed"), [1, 0, 29, 1, 0]), "{status}");
        assert_eq!(company.role(&user).await, role);
        assert_eq!((company.roles().await.len(), company.role("emp-9999").await), (30, None));
        assert_eq!(company.count("SELECT COUNT(*) FROM notifications").await, 30, "nobody is welcomed twice");
        // And so it stays.
        let status = company.sync("employees", Value::Null).await;
        assert_eq!(counts(&status), [0, 0, 30, 0, 0], "{status}");
        assert_eq!(company.role(&user).await, role);
        // Until they leave.
        company.erp.lock().unwrap().people.remove(5);
        let status = company.sync("employees", Value::Null).await;
        assert_eq!(counts(&status)[3], 1, "{status}");
        assert_eq!(company.role(&user).await, None);
    }
}

#[tokio::test(start_paused = true)]
async fn a_small_company_need_not_confirm_that_somebody_was_taken_on_again() {
    let company = Company::new(2).await;
    company.sync("employees", Value::Null).await;
    company.erp.lock().unwrap().people[0]["id"] = json!("emp-9999");
    let status = company.sync("employees", Value::Null).await;
    assert_eq!((&status["status"], counts(&status)), (&json!("completed"), [1, 0, 1, 1, 0]), "{status}");
    assert_eq!(company.roles().await.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_hr_that_numbers_everybody_anew_shuts_nobody_out() {
    let company = Company::new(600).await;
    company.sync("employees", Value::Null).await;
    for person in &mut company.erp.lock().unwrap().people {
        person["id"] = json!(format!("new-{}", person["id"].as_str().unwrap()));
    }
    let before = company.roles().await;
    let status = company.sync("employees", Value::Null).await;
    assert_eq!((&status["status"], counts(&status)), (&json!("completed"), [600, 0, 0, 600, 0]), "{status}");
    assert_eq!(company.roles().await, before);
}

#[tokio::test(start_paused = true)]
async fn those_who_swap_addresses_have_each_others() {
    // On one page, on two, and three in a circle.
    for (circle, page) in [(vec![1, 2], 10), (vec![1, 25], 10), (vec![2, 12, 22], 10), (vec![3, 4, 5], 100)] {
        let company = Company::new(30).await;
        company.erp.lock().unwrap().page = page;
        company.sync("employees", Value::Null).await;
        for (place, number) in circle.iter().enumerate() {
            let next = circle[(place + 1) % circle.len()];
            let person = with_address(person(*number), next);
            company.erp.lock().unwrap().people[*number] = person;
        }
        let status = company.sync("employees", Value::Null).await;
        let moved = i64::try_from(circle.len()).unwrap();
        assert_eq!(
            (&status["status"], counts(&status)),
            (&json!("completed"), [0, moved, 30 - moved, 0, 0]),
            "{status}"
        );
        for (place, number) in circle.iter().enumerate() {
            let next = circle[(place + 1) % circle.len()];
            let [address] = addresses(&company, [&format!("emp-{number:04}")]).await;
            assert_eq!(address, format!("p{next}@bheem.cloud"));
        }
        let status = company.sync("employees", Value::Null).await;
        assert_eq!(counts(&status), [0, 0, 30, 0, 0], "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_chain_of_addresses_is_followed_to_its_end_and_breaks_where_somebody_stays() {
    let company = Company::new(30).await;
    company.sync("employees", Value::Null).await;
    {
        let mut erp = company.erp.lock().unwrap();
        // 1 is gone, 2 gets their address, 13 that of 2, a new one that of 13.
        erp.people[2] = with_address(person(2), 1);
        erp.people[13] = with_address(person(13), 2);
        erp.people.push(with_address(person(70), 13));
        // 21 stays, so that 22 stays, so that a new one has to wait.
        erp.people[22] = with_address(person(22), 21);
        erp.people.push(with_address(person(71), 22));
        erp.people.remove(1);
    }
    let status = company.sync("employees", Value::Null).await;
    assert_eq!((&status["status"], counts(&status)), (&json!("completed"), [1, 2, 26, 1, 2]), "{status}");
    let users = ["emp-0002", "emp-0013", "emp-0070", "emp-0021", "emp-0022", "emp-0071", "emp-0001"];
    let expected = ["p1", "p2", "p13", "p21", "p22"].map(|name| format!("{name}@bheem.cloud"));
    let found = addresses(&company, users).await;
    assert_eq!((&found[..5], &found[5..]), (&expected[..], &["-".to_owned(), "-".to_owned()][..]));
    let errors: Vec<&str> =
        status["errors"].as_array().unwrap().iter().map(|error| error["employee_id"].as_str().unwrap()).collect();
    assert_eq!(errors, ["emp-0022", "emp-0071"]);
    assert_eq!(company.count("SELECT COUNT(*) FROM erp_sync_deferred").await, 0);
}

#[tokio::test(start_paused = true)]
async fn odd_records_keep_nobody_good_away_and_make_nobody_leave() {
    let company = Company::new(20).await;
    company.sync("employees", Value::Null).await;
    {
        let mut erp = company.erp.lock().unwrap();
        let mut odoo = person(60);
        for field in ["first_name", "department", "job_title", "manager", "employment_type"] {
            odoo[field] = json!(false);
        }
        erp.people[4]["work_email"] = json!(["p4@bheem.cloud"]);
        erp.people[5]["id"] = json!(null);
        erp.people.extend([odoo, json!(null), json!([]), json!([["emp-0061", "x@y"]]), json!({}), person(62)]);
    }
    let status = company.sync("employees", Value::Null).await;
    assert_eq!((&status["created"], &status["failed"]), (&json!(2), &json!(6)), "{status}");
    // Somebody without an id may be the one who seems to be gone.
    assert_eq!((&status["status"], &status["deactivations"]["gone"]), (&json!("needs_confirmation"), &json!(1)));
    assert_eq!(company.roles().await.len(), 22);
}
