//! Wherever an instance dies, the same request ends what it began.

use std::time::Duration;

use super::*;

/// Has instances die at each call while `body` is posted, and then asks again; gives each time what there is.
async fn at_each_call(
    prepare: impl AsyncFn() -> Test,
    path: &str,
    body: &Value,
    check: impl AsyncFn(Test, Answer),
) -> i64 {
    let test = prepare().await;
    let (capabilities, lifetime) = test.world.mortal(i64::MAX, false);
    test.ask_on(capabilities, PLATFORM, "POST", path, body).await.expect(201);
    let calls = lifetime.calls();
    for (left, makes_the_last) in (1..=calls).flat_map(|left| [(left, false), (left, true)]) {
        let test = prepare().await;
        let (capabilities, lifetime) = test.world.mortal(left, makes_the_last);
        let asked = tokio::select! {
            answer = test.ask_on(capabilities, PLATFORM, "POST", path, body) => Some(answer),
            () = lifetime.death() => None,
        };
        assert!(asked.is_none() || lifetime.is_dead() || left == calls, "{left}");
        drop(lifetime);
        // Mostly another caller comes much later.
        test.world.clock.advance(Duration::from_secs(5)).await;
        let answer = test.post(path, body).await;
        check(test, answer).await;
    }
    calls
}

#[tokio::test(start_paused = true)]
async fn an_organization_is_there_once_wherever_its_provisioning_was_cut_off() {
    let prepare = async || {
        let test = Test::new();
        test.register_plans().await;
        test
    };
    let calls = at_each_call(prepare, ORGANIZATION, &acme(), async |test, answer| {
        let body = answer.expect(201);
        let counts = ["tenants", "provisioned_organizations", "tenant_memberships", "tenant_people"];
        for table in counts {
            assert_eq!(test.count(table).await, 1, "{table}");
        }
        assert_eq!(test.outside.lock().unwrap().domains.len(), 1);
        let details = &body["provisioning_details"];
        for step in ["domain_created", "dns_records_generated", "initial_admin_created"] {
            assert_eq!(details[step], true, "{step}");
        }
        // And from now on that is the answer.
        let again = test.post(ORGANIZATION, &acme()).await;
        assert!(again.is_replay());
        assert_eq!(again.expect(201), body);
    })
    .await;
    assert!(calls > 15);
}

#[tokio::test(start_paused = true)]
async fn an_account_is_there_once_wherever_its_provisioning_was_cut_off() {
    let prepare = async || {
        let test = Test::new();
        test.register_plans().await;
        test.post(ORGANIZATION, &acme()).await.expect(201);
        test
    };
    let calls = at_each_call(prepare, ACCOUNT, &john(1, 1), async |test, answer| {
        // Where it died behind the last step, the account is there.
        if answer.status != 201 {
            assert_eq!(answer.code(), (400, "EMAIL_ACCOUNT_ALREADY_EXISTS"));
        }
        for (table, count) in [("email_accounts", 1), ("tenant_memberships", 2), ("tenant_people", 2)] {
            assert_eq!(test.count(table).await, count, "{table}");
        }
        assert_eq!(test.outside.lock().unwrap().mailboxes.len(), 1);
        assert_eq!(test.post(ACCOUNT, &john(1, 1)).await.code(), (400, "EMAIL_ACCOUNT_ALREADY_EXISTS"));
    })
    .await;
    assert!(calls > 8);
}
