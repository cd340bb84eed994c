//! Wherever an instance dies, whoever comes next ends where it would have.

use std::time::Duration;

use serde_json::{Value, json};

use super::company::{Company, person};

/// People to come, to go, to change, and some that something is wrong with.
async fn in_the_middle_of_things() -> Company {
    let company = Company::new(24).await;
    company.sync("employees", Value::Null).await;
    {
        let mut erp = company.erp.lock().unwrap();
        erp.people.drain(3..6);
        erp.people[8]["job_title"] = json!("Director");
        erp.people[9]["work_email"] = Value::Null;
        erp.people.extend((100..112).map(person));
        // Two swap addresses; one who is gone was taken on again; one wants an address that another keeps.
        let address = |number: usize| json!(format!("p{number}@bheem.cloud"));
        erp.people[1]["work_email"] = address(20);
        erp.people[17]["work_email"] = address(1);
        erp.people[21]["work_email"] = address(4);
        erp.people[22]["work_email"] = address(10);
        let twice = erp.people[20].clone();
        erp.people.push(twice);
    }
    company
}

fn told(status: &Value) -> Value {
    let mut told = status.clone();
    for field in
        ["job_id", "started_at", "updated_at", "finished_at", "last_good_run", "next_due", "employees", "projects"]
    {
        told.as_object_mut().unwrap().remove(field);
    }
    told
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_dies_at_any_call_leaves_what_another_ends_as_it_would_have() {
    let company = in_the_middle_of_things().await;
    let instance = company.instance();
    instance.ask("POST", "/api/v1/erp-sync/employees", Value::Null).await.unwrap();
    let expected = (told(&company.settled(&instance).await), company.state().await);
    let calls = instance.calls();
    assert!(calls > 40, "{calls}");
    let of = |field: &str| expected.0[field].clone();
    assert_eq!(
        (of("deactivated"), of("created"), of("updated"), of("duplicates"), of("failed")),
        (json!(3), json!(11), json!(3), json!(1), json!(2))
    );

    let mut died = 0;
    for (calls, makes_the_last) in (1..calls).flat_map(|calls| [(calls, false), (calls, true)]) {
        let company = in_the_middle_of_things().await;
        let mortal = company.mortal(calls, makes_the_last);
        let started = mortal.ask("POST", "/api/v1/erp-sync/employees", Value::Null).await;
        company.world.clock.advance(Duration::from_secs(5)).await;
        died += usize::from(mortal.is_dead());
        drop(mortal);
        // Its lease runs out, and somebody looks; or posts again, where nothing was heard.
        company.world.clock.advance(Duration::from_secs(60)).await;
        let next = company.instance();
        if started.is_none() {
            next.ask("POST", "/api/v1/erp-sync/employees", Value::Null).await.unwrap();
        }
        let status = told(&company.settled(&next).await);
        let found = (status, company.state().await);
        // Where the answer was lost and the run had come to its end, the second found nothing to do.
        if found.0["unchanged"] == expected.0["synced"] {
            assert_eq!(found.1, expected.1, "call {calls}, made: {makes_the_last}");
            continue;
        }
        assert_eq!(found, expected, "call {calls}, made: {makes_the_last}");
    }
    assert!(died > 60, "{died}");
}

#[tokio::test(start_paused = true)]
async fn many_instances_that_all_die_young_get_there_together() {
    let company = in_the_middle_of_things().await;
    let instance = company.instance();
    instance.ask("POST", "/api/v1/erp-sync/employees", Value::Null).await.unwrap();
    let expected = (told(&company.settled(&instance).await), company.state().await);
    for life in [26, 31, 40] {
        let company = in_the_middle_of_things().await;
        let mut instances = 0;
        let status = loop {
            let mortal = company.mortal(life, instances % 2 == 0);
            let path = if instances == 0 {
                ("POST", "/api/v1/erp-sync/employees")
            } else {
                ("GET", "/api/v1/erp-sync/status")
            };
            let answer = mortal.ask(path.0, path.1, Value::Null).await;
            instances += 1;
            assert!(instances < 60, "{life} calls get nowhere");
            company.world.clock.advance(Duration::from_secs(60)).await;
            match answer {
                Some((200, status)) if status["status"] == "completed" => break status,
                _ => {}
            }
        };
        assert!(instances > 2, "{instances}");
        assert_eq!((told(&status), company.state().await), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_outlives_a_record_and_an_hr_that_are_away_for_a_moment() {
    let company = Company::new(35).await;
    let instance = company.instance();
    company.erp.lock().unwrap().oddity =
        Some(std::sync::Arc::new(|asked: &str| asked.contains("at-20").then(|| (503, "{}".to_owned()))));
    let (code, _) = instance.ask("POST", "/api/v1/erp-sync/employees", Value::Null).await.unwrap();
    assert_eq!(code, 202);
    company.world.clock.advance(Duration::from_millis(700)).await;
    company.world.db.set_down(true);
    company.erp.lock().unwrap().oddity = None;
    company.world.clock.advance(Duration::from_millis(2_500)).await;
    company.world.db.set_down(false);
    company.world.clock.advance(Duration::from_secs(10)).await;
    let status = company.settled(&instance).await;
    assert_eq!((&status["status"], &status["created"]), (&json!("completed"), &json!(35)), "{status}");
}

#[tokio::test(start_paused = true)]
async fn dying_at_every_thousandth_of_many_ends_with_the_same() {
    let company = Company::new(5_000).await;
    company.erp.lock().unwrap().page = 1_000;
    let mut instances = 0;
    let (status, state) = loop {
        // A page of a thousand takes some thirty calls.
        let mortal = company.mortal(if instances == 0 { 45 } else { 34 }, true);
        let path =
            if instances == 0 { ("POST", "/api/v1/erp-sync/employees") } else { ("GET", "/api/v1/erp-sync/status") };
        let answer = mortal.ask(path.0, path.1, Value::Null).await;
        instances += 1;
        assert!(instances < 40, "they get nowhere");
        company.world.clock.advance(Duration::from_secs(60)).await;
        match answer {
            Some((200, status)) if status["status"] == "completed" => break (status, company.state().await),
            _ => {}
        }
    };
    assert!(instances > 4, "{instances}");
    assert_eq!((&status["created"], &status["synced"]), (&json!(5_000), &json!(5_000)));
    let whole = Company::new(5_000).await;
    whole.erp.lock().unwrap().page = 1_000;
    whole.sync("employees", Value::Null).await;
    assert_eq!(state.len(), whole.state().await.len());
    assert!(state == whole.state().await, "the states differ");
}
