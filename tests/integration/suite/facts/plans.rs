//! What is sold: listed and shown to anybody, kept, and served while the ERP is down.

use std::collections::HashSet;
use std::sync::Arc;

use futures::future::join_all;
use serde_json::json;
use upstreams::Ordered;

use crate::edge::{Settings, eventually};
use crate::facts::facts;
use crate::shape::Stage;

facts! {
    plans_are_shown_to_anybody_by_id_and_by_code_with_every_digit,
    who_knows_the_plans_is_told_so,
    plans_are_asked_for_once_by_a_crowd_and_not_again_while_they_are_news,
    news_of_a_plan_comes_and_an_outage_is_bridged_up_to_a_bound,
    an_answer_that_is_no_plan_is_a_failure_whose_field_the_log_names,
    one_bad_plan_takes_no_other_off_the_shelf,
    made_up_names_cost_the_erp_nothing,
}

const PLANS: &str = "/api/v1/billing/plans";

async fn plans_are_shown_to_anybody_by_id_and_by_code_with_every_digit(stage: Arc<Stage>) {
    let edge = stage.steady().await;
    let list = edge.call("GET", PLANS).send().await;
    let plans = list.expect(200)["plans"].clone();
    assert_eq!(plans.as_array().unwrap().len(), 3);
    assert!(list.text().contains(r#""base_price":2499.00,"offer_price":2499.00,"setup_fee":0.00"#), "{}", list.text());
    for name in ["sku_professional", "WORKSPACE-PRO"] {
        let plan = edge.call("GET", &format!("{PLANS}/{name}")).send().await.expect(200);
        assert!(plans.as_array().unwrap().contains(&plan), "{name}: {plan}");
        assert_eq!((&plan["sku_id"], &plan["sku_code"]), (&json!("sku_professional"), &json!("WORKSPACE-PRO")));
        assert_eq!(plan["tiers"][0]["features_included"], json!({"credits": 100}));
    }
    for unknown in ["nothing", "a%2Fb", "%E2%82%B9", &"x".repeat(300)] {
        edge.call("GET", &format!("{PLANS}/{unknown}")).send().await.refused(404, "PLAN_NOT_FOUND");
    }
}

async fn who_knows_the_plans_is_told_so(stage: Arc<Stage>) {
    let edge = stage.steady().await;
    for path in [PLANS.to_owned(), format!("{PLANS}/sku_starter")] {
        let first = edge.call("GET", &path).send().await;
        assert_eq!(first.status, 200);
        let etag = first.header("etag");
        for known in [etag.to_owned(), format!("\"x\", W/{etag}")] {
            let again = edge.call("GET", &path).header("if-none-match", &known).send().await;
            assert_eq!((again.status, again.text().as_str(), again.header("etag")), (304, "", etag));
        }
        let directives = "public, max-age=60, stale-while-revalidate=540, stale-if-error=86340";
        assert_eq!(first.header("cache-control"), directives);
        assert!(first.header("age").parse::<u64>().unwrap() < 60);
        assert!(!first.header("x-request-id").is_empty() && !first.header("server-timing").is_empty());
    }
}

async fn plans_are_asked_for_once_by_a_crowd_and_not_again_while_they_are_news(stage: Arc<Stage>) {
    let edge = stage.own(Settings::steady()).await;
    let asked = || edge.erp.calls.under("/api/v1/shared/sku-subscription");
    edge.erp.faults.order_for_route("GET /api/v1/shared/", Ordered { delay_ms: 300, ..Ordered::default() });
    let mut instances = HashSet::new();
    for answer in join_all((0..40).map(|_| edge.call("GET", PLANS).send())).await {
        answer.expect(200);
        // An instance begins the ids that it gives with its own, and ends them with eight digits that count.
        let id = answer.header("x-request-id");
        instances.insert(id[..id.len() - 8].to_owned());
    }
    // One for each instance that the crowd was spread over, at most.
    let questions = asked();
    let most = u64::try_from(instances.len()).unwrap();
    assert!((1..=most).contains(&questions), "{questions} questions of {most} instances");
    edge.erp.faults.clear();
    for _ in 0..20 {
        edge.call("GET", PLANS).send().await.expect(200);
    }
    assert_eq!(asked(), questions);
}

async fn news_of_a_plan_comes_and_an_outage_is_bridged_up_to_a_bound(stage: Arc<Stage>) {
    let settings = Settings::steady().with("plans_fresh_ms", 200).with("plans_stale_ms", 8_000);
    let edge = stage.own(settings.with("upstream_timeout_ms", 2_000)).await;
    let path = format!("{PLANS}/sku_starter");
    let price = async || edge.call("GET", &path).send().await;
    assert_eq!(price().await.expect(200)["base_price"], 499.00);
    let mut dearer = edge.erp.plans.find("sku_starter").unwrap();
    dearer["base_price"] = json!("599.90");
    edge.erp.plans.put("sku_starter", dearer);
    eventually("the new price", async || (price().await.expect(200)["base_price"] == 599.90).then_some(())).await;

    for fault in [
        Ordered { status: Some(500), ..Ordered::default() },
        Ordered { hang: true, ..Ordered::default() },
        Ordered { bad_json: true, ..Ordered::default() },
    ] {
        edge.erp.faults.order_for_route("GET /api/v1/shared/", fault);
        let mut served = 0;
        eventually("the bound", async || {
            let answer = price().await;
            if answer.status == 200 {
                served += 1;
                assert!(answer.header("age").parse::<u64>().unwrap() < 8);
                return None;
            }
            answer.refused(503, "UPSTREAM_UNAVAILABLE");
            assert!(!answer.header("retry-after").is_empty());
            Some(())
        })
        .await;
        // Where the ERP hangs, some of them wait for its time-out first.
        assert!(served > 1, "{served}");
        edge.erp.faults.clear();
        eventually("plans again", async || (price().await.status == 200).then_some(())).await;
    }
}

async fn an_answer_that_is_no_plan_is_a_failure_whose_field_the_log_names(stage: Arc<Stage>) {
    let edge = stage.own(Settings::steady()).await;
    let odd =
        [("base_price", json!("much")), ("currency", json!("XYZ")), ("tiers", json!({})), ("setup_fee", json!(0.001))];
    for (field, value) in &odd {
        let mut plan = edge.erp.plans.find("sku_starter").unwrap();
        plan[*field] = value.clone();
        plan["sku_id"] = json!(format!("odd_{field}"));
        plan["sku_code"] = json!(format!("WORKSPACE-ODD-{field}"));
        edge.erp.plans.put(&format!("odd_{field}"), plan);
    }
    for (field, _) in odd {
        let answer = edge.call("GET", &format!("{PLANS}/odd_{field}")).send().await;
        answer.refused(503, "UPSTREAM_UNAVAILABLE");
        assert!(!answer.text().contains("cannot be read"), "{}", answer.text());
        let named = format!("the plan's {field} cannot be read");
        eventually("a line in the log", async || edge.log().contains(&named).then_some(())).await;
    }
}

async fn one_bad_plan_takes_no_other_off_the_shelf(stage: Arc<Stage>) {
    let edge = stage.own(Settings::steady()).await;
    let good = edge.erp.plans.find("sku_starter").unwrap();
    for (id, field, value) in [
        ("odd_price", "base_price", json!("much")),
        ("odd_tiers", "tiers", json!({})),
        ("odd_text", "description", json!(false)),
    ] {
        let mut plan = good.clone();
        (plan["sku_id"], plan["sku_code"], plan[field]) = (json!(id), json!(format!("WORKSPACE-{id}")), value);
        edge.erp.plans.put(id, plan);
    }
    let listed = edge.call("GET", PLANS).send().await.expect(200);
    let ids: HashSet<&str> =
        listed["plans"].as_array().unwrap().iter().map(|plan| plan["sku_id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 4, "{ids:?}");
    assert!(ids.contains("odd_text") && ids.contains("sku_starter"), "{ids:?}");
    edge.call("GET", &format!("{PLANS}/WORKSPACE-PRO")).send().await.expect(200);
    edge.call("GET", &format!("{PLANS}/odd_price")).send().await.refused(503, "UPSTREAM_UNAVAILABLE");
    eventually("its name in the log", async || edge.log().contains("\"sku_id\":\"odd_tiers\"").then_some(())).await;
    eventually("its count", async || {
        let text = edge.call("GET", "/metrics").send().await.text();
        let line = text.lines().find(|line| line.starts_with("bheem_edge_plans_left_out_total "))?;
        line.rsplit(' ').next()?.parse::<u32>().is_ok_and(|count| count >= 2).then_some(())
    })
    .await;
}

async fn made_up_names_cost_the_erp_nothing(stage: Arc<Stage>) {
    let edge = stage.own(Settings::steady()).await;
    let asked = || edge.erp.calls.under("/api/v1/shared/sku-subscription");
    let made_up = |number: usize| {
        let edge = &edge;
        async move { edge.call("GET", &format!("{PLANS}/made-up-{number}")).send().await.status }
    };
    assert_eq!(made_up(0).await, 404);
    for round in 1..20 {
        let answers = join_all((0..10).map(|number| made_up(10 * round + number))).await;
        assert!(answers.iter().all(|status| *status == 404), "{answers:?}");
    }
    // One for each instance that they were spread over and did not find it in the cache.
    assert!(asked() <= 16, "{} questions", asked());
}
