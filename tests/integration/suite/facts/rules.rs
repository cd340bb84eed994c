//! Rules: looked at, checked, published, put in force, put to use.

mod decided;
mod hostile;
mod in_force;
mod outages;
mod published;
mod rights;
mod seats;

use serde_json::{Value, json};

use crate::client::{Answer, Call};
use crate::edge::{BOOTSTRAP, Edge, Node};
use crate::facts::facts;
use crate::shape::Shape;

use decided::{
    a_backtest_shows_what_a_draft_would_change, a_decision_is_listed_with_the_version_that_made_it,
    a_rule_that_fails_says_so_and_its_recorded_decision_says_why, money_keeps_its_digits_from_text_to_text,
    the_audit_tells_who_did_what,
};
use hostile::{
    a_hostile_script_ends_in_an_error_and_holds_up_nobody_else, a_script_that_loops_in_its_tests_is_told_so,
};
use in_force::{
    a_rollback_leads_back_a_step_and_is_in_force_at_once, of_publishers_from_one_base_exactly_one_wins,
    once_an_activation_is_answered_every_instance_decides_by_it,
    while_versions_change_each_decision_is_by_the_one_it_names,
};
use outages::{
    what_was_put_in_force_outlives_a_kill, without_the_cache_decisions_go_on_and_nothing_is_put_in_force,
    without_the_record_decisions_go_on_and_nothing_is_put_in_force,
};
use published::{
    a_check_has_switch_go_by_equality_and_arithmetic_be_exact, a_check_names_line_and_column_and_stores_nothing,
    a_version_is_numbered_and_named_by_what_is_in_it, a_version_that_does_not_pass_is_refused_with_what_a_check_says,
    rules_are_listed_as_shipped_and_shown_one_by_one, to_put_a_version_in_force_one_says_what_it_replaces,
};
use rights::{a_tenants_key_looks_and_evaluates_and_changes_nothing, each_call_wants_its_scope};
use seats::{
    a_seat_access_that_denies_everybody_denies_the_very_next_check,
    a_seat_access_that_fails_leaves_it_to_the_shipped_rule,
};

facts! {
    rules_are_listed_as_shipped_and_shown_one_by_one,
    a_check_names_line_and_column_and_stores_nothing,
    a_check_has_switch_go_by_equality_and_arithmetic_be_exact,
    a_version_that_does_not_pass_is_refused_with_what_a_check_says,
    a_version_is_numbered_and_named_by_what_is_in_it,
    to_put_a_version_in_force_one_says_what_it_replaces,
    of_publishers_from_one_base_exactly_one_wins,
    once_an_activation_is_answered_every_instance_decides_by_it,
    a_rollback_leads_back_a_step_and_is_in_force_at_once,
    while_versions_change_each_decision_is_by_the_one_it_names,
    a_decision_is_listed_with_the_version_that_made_it,
    a_rule_that_fails_says_so_and_its_recorded_decision_says_why,
    money_keeps_its_digits_from_text_to_text,
    a_backtest_shows_what_a_draft_would_change,
    the_audit_tells_who_did_what,
    each_call_wants_its_scope,
    a_tenants_key_looks_and_evaluates_and_changes_nothing,
    a_seat_access_that_denies_everybody_denies_the_very_next_check,
    a_seat_access_that_fails_leaves_it_to_the_shipped_rule,
    a_hostile_script_ends_in_an_error_and_holds_up_nobody_else,
    a_script_that_loops_in_its_tests_is_told_so,
    what_was_put_in_force_outlives_a_kill,
    without_the_record_decisions_go_on_and_nothing_is_put_in_force: Shape::on_postgres,
    without_the_cache_decisions_go_on_and_nothing_is_put_in_force: Shape::on_redis,
}

const RULES: &str = "/api/v1/rules";

/// Looks at something, as an admin.
async fn look(edge: &Edge, path: &str) -> Answer {
    edge.call("GET", &format!("{RULES}{path}")).key(BOOTSTRAP).send().await
}

/// Does something, as an admin.
async fn tell(edge: &Edge, path: &str, body: &Value) -> Answer {
    edge.post(&format!("{RULES}{path}"), BOOTSTRAP, body).await
}

/// Makes a version, not in force.
async fn push(edge: &Edge, rule: &str, script: &str) -> i64 {
    let made = tell(edge, &format!("/{rule}/versions"), &json!({"script": script})).await.expect(201);
    made["version"].as_i64().unwrap()
}

/// What names the version in force.
async fn etag(edge: &Edge, rule: &str) -> String {
    let shown = look(edge, &format!("/{rule}")).await;
    assert_eq!(shown.status, 200, "{}", shown.text());
    shown.header("etag").to_owned()
}

fn activation(edge: &Edge, rule: &str, version: i64, instead_of: &str) -> Call {
    let call = edge.call("POST", &format!("{RULES}/{rule}/activate")).key(BOOTSTRAP);
    call.header("if-match", instead_of).json(&json!({"version": version}))
}

/// Puts a version in force.
async fn activate(edge: &Edge, rule: &str, version: i64) {
    let answer = activation(edge, rule, version, &etag(edge, rule).await).send().await;
    assert_eq!(answer.expect(200)["version"], version);
}

/// Makes a version and puts it in force.
async fn publish(edge: &Edge, rule: &str, script: &str) -> i64 {
    let version = push(edge, rule, script).await;
    activate(edge, rule, version).await;
    version
}

/// A `role_mapping` that gives everybody one role.
fn everybody(role: &str) -> String {
    format!("fn decide(input) {{\n    #{{ role: \"{role}\" }}\n}}\n")
}

/// A question for `role_mapping` that the shipped rule answers with `member`.
fn baker() -> Value {
    json!({"input": {"jobTitle": "Baker", "department": "Bakery"}})
}

/// What `role_mapping` decides on a node about the baker: version and role.
async fn role(node: &Node) -> (i64, String) {
    let path = format!("{RULES}/role_mapping/evaluate");
    let decided = node.call("POST", &path).key(BOOTSTRAP).json(&baker()).send().await.expect(200);
    (decided["version"].as_i64().unwrap(), decided["outcome"]["role"].as_str().unwrap().to_owned())
}
