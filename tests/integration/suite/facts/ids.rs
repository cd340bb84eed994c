//! Ids are compared byte for byte: two that differ are two, and what is no id is refused.

use std::sync::Arc;

use futures::StreamExt as _;
use serde_json::{Value, json};
use upstreams::Seat;

use crate::edge::Organization;
use crate::facts::facts;
use crate::shape::Stage;

facts! {
    ids_that_differ_in_a_byte_are_never_taken_for_each_other,
    what_is_no_id_is_refused_by_name_and_nobody_is_asked,
}

/// Ids that something careless would take for each other, or for something else than an id.
fn look_alikes() -> Vec<String> {
    let mut ids: Vec<String> = [
        "a",
        "A",
        "aa",
        "a ",
        " a",
        "a/b",
        "a%2Fb",
        "a%2fb",
        "a%252Fb",
        "a:b",
        "a|b",
        "a\\b",
        "a,b",
        "a;b",
        "a&b",
        "a=b",
        "a?b",
        "a#b",
        "a+b",
        "a%20b",
        "a b",
        ".",
        "..",
        "%2E",
        "%2e%2e",
        "1:a",
        "1:a1:",
        "6:healos",
        "\"",
        "'",
        "{}",
        "null",
        "caf\u{e9}",
        "cafe\u{301}",
        "CAF\u{c9}",
        "a\u{200b}",
        "a\u{200d}",
        "\u{feff}a",
        "\u{ff41}",
        "\u{430}",
        "stra\u{df}e",
        "strasse",
        "\u{130}",
        "i",
        "I",
        "\u{131}",
        "\u{1f469}\u{200d}\u{1f4bb}",
        "0",
        "00",
        "-0",
        "a\u{2028}b",
        "\u{10ffff}",
    ]
    .map(ToOwned::to_owned)
    .into();
    ids.push("x".repeat(256));
    ids.push("x".repeat(255));
    ids.push("\u{e9}".repeat(128));
    ids
}

async fn ids_that_differ_in_a_byte_are_never_taken_for_each_other(stage: Arc<Stage>) {
    let edge = stage.steady().await;
    let home = edge.organization();
    let ids = look_alikes();
    let mut checks: Vec<(Value, String)> = Vec::new();
    let mut check = |application: &str, external: &str, user: &str| {
        let seat = format!("seat-{}", checks.len());
        edge.erp.directory.put_seat(application, external, user, Seat::good(&seat));
        let check = json!({"userId": user, "applicationSlug": application, "externalOrgId": external});
        checks.push((check, seat));
    };
    for id in &ids {
        check("healos", &home.external, id);
    }
    for id in ids.iter().filter(|id| id.len() < 200) {
        // Each fact keeps to organisations of its own: the id stands beside one, or is an application with one.
        check("healos", &format!("{}{id}", home.external), "ana");
        check(&format!("{}{id}", home.external), "hospital", "ana");
        check(id, &home.external, "bea");
    }
    // What is said while an organisation is met for the first time may not be kept; what is said after that is.
    for round in ["first", "again", "kept"] {
        let answers = futures::stream::iter(checks.iter().cloned()).map(|(check, seat)| {
            let edge = edge.clone();
            async move { (edge.verify(&check).await, check, seat) }
        });
        let mut answers = answers.buffer_unordered(8);
        while let Some((answer, check, seat)) = answers.next().await {
            let verdict = answer.expect(200);
            assert_eq!(verdict["seatId"], seat, "{check}");
            match round {
                "first" => assert_eq!(verdict["source"], "erp", "{check}"),
                "kept" => assert_eq!(verdict["source"], "cache", "{check}"),
                _ => {}
            }
        }
    }
}

async fn what_is_no_id_is_refused_by_name_and_nobody_is_asked(stage: Arc<Stage>) {
    let edge = stage.steady().await;
    let org = Organization::unknown(&edge);
    let (long, long_in_bytes, huge) = ("x".repeat(257), "\u{e9}".repeat(129), "x".repeat(10_000));
    let no_ids = [
        "",
        "\0",
        "a\0",
        "\n",
        "a\tb",
        "a\rb",
        "\u{1b}[2J",
        "a\u{7f}",
        "a\u{85}b",
        "\u{9f}",
        &long,
        &long_in_bytes,
        &huge,
    ];
    for field in ["userId", "applicationSlug", "externalOrgId"] {
        for no_id in no_ids {
            let mut check = org.check("ana");
            check[field] = no_id.into();
            let answer = edge.verify(&check).await;
            answer.refused(400, "VALIDATION_ERROR");
            let errors = json!([{"field": field, "message": "must be 1 to 256 bytes without control characters"}]);
            assert_eq!(answer.json()["errors"], errors, "{field} {no_id:?}");
        }
    }
    let all_wrong = json!({"userId": "", "applicationSlug": "\u{0}", "externalOrgId": huge});
    let answer = edge.verify(&all_wrong).await.expect(400);
    let fields: Vec<&str> =
        answer["errors"].as_array().unwrap().iter().map(|error| error["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["userId", "applicationSlug", "externalOrgId"]);
    assert_eq!(org.questions(), 0);
}
