//! Costs by department and other dimensions, and budgets.

use edge_access::Scope;
use edge_http::testing::ask;
use edge_tenants::testing::{ACME, PLATFORM};
use serde_json::{Value, json};

use super::fixture::{BILLING, in_currency, test};

#[tokio::test(start_paused = true)]
async fn costs_add_up_to_the_total_with_what_nobody_shares() {
    let test = test().await;
    test.turn_to("2026-02-20T00:00:00Z");
    let entity = test.entity(json!({"name": "Group", "currency": "EUR"})).await;
    let department = async |name: &str, center: &str| {
        let new = json!({"entity_id": entity, "name": name, "code": center, "cost_center": center});
        let made = test.call(&test.allocations, "POST", &format!("{BILLING}/departments"), new).await;
        made["id"].as_str().unwrap().to_owned()
    };
    let (research, sales) = (department("Research", "CC-R").await, department("@Sales", "CC-S").await);
    let gl = json!({"kind": "revenue", "gl_code": "4000"});
    test.call(&test.allocations, "POST", &format!("{BILLING}/gl-mappings"), gl).await;
    let january = test.charge(&entity, 10.0, "EUR", "2026-01-15").await;
    let february = test.charge(&entity, 100.01, "EUR", "2026-02-15").await;
    test.charge(&entity, 7.0, "EUR", "2026-02-16").await;
    for charge in [&january, &february] {
        let share = |department: &str, points: u32| json!({"department_id": department, "method": "percentage", "basis_points": points});
        let path = format!("{BILLING}/allocations?source=amount:{charge}");
        let shares = json!({"from": "2026-01-01", "shares": [share(&research, 5000), share(&sales, 5000)]});
        test.call(&test.allocations, "PUT", &path, shares).await;
    }
    test.run_jobs().await;
    let report = test.report("cost-analysis").await;
    let eur = in_currency(&report, "EUR");
    assert_eq!(eur["total"], json!({"current": 107.01, "previous": 10.0}));
    for table in eur["tables"].as_array().unwrap() {
        let sum: f64 = table["costs"].as_array().unwrap().iter().map(|cost| cost["amount"].as_f64().unwrap()).sum();
        let all = sum + table["unallocated"]["current"].as_f64().unwrap();
        assert!((all - 107.01).abs() < 1e-9, "{table}");
    }
    let by = |name: &str| eur["tables"].as_array().unwrap().iter().find(|table| table["by"] == name).unwrap();
    assert_eq!(by("department")["unallocated"], json!({"current": 7.0, "previous": 0.0}));
    let amounts = |table: &Value| -> Vec<f64> {
        table["costs"].as_array().unwrap().iter().map(|cost| cost["amount"].as_f64().unwrap()).collect()
    };
    let mut halves = amounts(by("cost_center"));
    halves.sort_by(f64::total_cmp);
    assert_eq!(halves, [50.0, 50.01]);
    assert_eq!(by("month")["costs"][0]["value"], "2026-02");
    assert_eq!(amounts(by("gl_code")), [107.01]);
    // Nothing was collected by a gateway.
    assert_eq!(test.report("cost-analysis?basis=paid").await["currencies"], json!([]));
    assert_eq!(test.answer("cost-analysis?basis=both").await.code(), (400, "VALIDATION_ERROR"));
    let lines = test.csv("cost-analysis").await;
    let departments: Vec<&Vec<String>> = lines.iter().filter(|line| line[1] == "department").collect();
    assert!(departments.iter().any(|line| line[3] == "'@Sales"), "{departments:?}");
    let cents = |text: &str| text.replace('.', "").parse::<i64>().unwrap();
    assert_eq!(departments.iter().map(|line| cents(&line[4])).sum::<i64>(), 10_701);
    let dashboard = test.report("cfo-dashboard").await;
    let spend = &in_currency(&dashboard, "EUR")["spend"];
    assert_eq!(spend["total"], json!({"current": 107.01, "previous": 10.0}));
    assert_eq!(spend["departments"].as_array().unwrap().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn budgets_are_compared_with_what_was_spent_until_the_day() {
    let test = test().await;
    let budgets = edge_budgets::router(test.platform.world.instance().0);
    let path = format!("{BILLING}/budgets");
    let call = async |path: &str, body: Value| test.call(&budgets, "POST", path, body).await;
    let new = json!({"name": "-All", "limit": 1000, "currency": "EUR", "period": "monthly", "time_zone": "UTC"});
    let budget = call(&path, new).await["id"].as_str().unwrap().to_owned();
    let reserve = async |reference: &str, amount: i64| {
        call(&format!("{path}/{budget}/reservations"), json!({"reference": reference, "amount": amount})).await
    };
    reserve("r1", 300).await;
    test.turn_to("2026-01-20T00:00:00Z");
    call(&format!("{path}/{budget}/reservations/r1/commit"), json!({"amount": 250})).await;
    reserve("r2", 700).await;
    let january = test.report("budget-performance").await;
    let row = &january["rows"][0];
    assert_eq!(
        (&row["period"], &row["period_from"], &row["period_to"]),
        (&json!("2026-01"), &json!("2026-01-01"), &json!("2026-02-01"))
    );
    for (field, value) in [
        ("limit", 1000.0),
        ("carried", 0.0),
        ("budget", 1000.0),
        ("reserved", 700.0),
        ("actual", 250.0),
        ("variance", -750.0),
        ("variance_percent", -75.0),
    ] {
        assert_eq!(row[field], json!(value), "{field}");
    }
    assert_eq!(january["totals"][0]["variance"], -750.0);
    // Ten days before only the first was reserved.
    let before = test.report("budget-performance?as_of=2026-01-10").await;
    assert_eq!((&before["rows"][0]["reserved"], &before["rows"][0]["actual"]), (&json!(300.0), &json!(0.0)));
    test.turn_to("2026-02-03T00:00:00Z");
    let both = test.report("budget-performance?from=2026-01-01&to=2026-03-01").await;
    assert_eq!(both["rows"].as_array().unwrap().len(), 2);
    assert_eq!((&both["totals"][0]["budget"], &both["totals"][0]["actual"]), (&json!(2000.0), &json!(250.0)));
    let dashboard = test.report("cfo-dashboard").await;
    let budgets = &in_currency(&dashboard, "EUR")["budgets"];
    assert_eq!((&budgets["current"]["actual"], &budgets["previous"]["actual"]), (&json!(0.0), &json!(250.0)));
    let lines = test.csv("budget-performance?from=2026-01-01&to=2026-03-01").await;
    assert_eq!((lines.len(), lines[1][1].as_str(), lines[1][14].as_str()), (3, "'-All", "-750.00"));
}

#[tokio::test(start_paused = true)]
async fn reports_take_their_scope_and_another_tenants_are_not_there() {
    let test = test().await;
    for (scope, status) in [("reports:read", 200), ("enterprise:read", 403)] {
        assert!(Scope::parse(scope).is_some());
        let key = json!({"name": scope, "scopes": [scope], "tenant_id": ACME});
        let made = ask(&test.platform.access, PLATFORM, None, "POST", "/api/v1/api-keys", &key).await.1;
        let key = made["key"].as_str().unwrap();
        for report in ["cfo-dashboard", "cost-analysis", "budget-performance", "contracts"] {
            let path = format!("{BILLING}/reports/{report}");
            let (found, _) = ask(&test.platform.router, key, None, "GET", &path, &Value::Null).await;
            assert_eq!(found, status, "{report} {scope}");
            let (found, _) =
                ask(&test.platform.router, key, Some(edge_tenants::testing::OTHER), "GET", &path, &Value::Null).await;
            assert!([403, 404].contains(&found), "{report} {scope}: {found}");
        }
    }
}
