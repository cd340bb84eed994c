use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures::future::join;
use serde_json::json;

use super::{RULES, baker, role, tell};
use crate::client::Answer;
use crate::edge::{BOOTSTRAP, Edge, Node, Settings};
use crate::shape::Stage;

/// Far more than any of it takes, on a machine that is slow and busy.
const SOON: Duration = Duration::from_secs(20);

/// How a script has to end.
#[derive(Clone, Copy, Debug)]
enum Ends {
    /// When it is made a version.
    Invalid,
    /// When it decides.
    Failed,
    /// Before it is read whole.
    TooLarge,
}

fn scripts() -> Vec<(&'static str, String, Ends)> {
    use Ends::{Failed, Invalid, TooLarge};
    let decide = |body: &str| format!("fn decide(input) {{ {body}; #{{ role: \"admin\" }} }}");
    let nested = |depth: usize| format!("{}1{}", "(".repeat(depth), ")".repeat(depth));
    vec![
        ("a loop", decide("loop { }"), Failed),
        ("a loop in a callback", decide("[1].map(|x| { loop { } })"), Failed),
        ("recursion", "fn decide(input) { decide(input) }".to_owned(), Failed),
        ("a text that doubles", decide("let s = \"x\"; loop { s += s; }"), Failed),
        ("a list that doubles", decide("let a = [1]; loop { a = a + a; }"), Failed),
        ("a map that grows", decide("let m = #{}; let i = 0; loop { m[`k${i}`] = i; i += 1; }"), Failed),
        (
            "big lists compared",
            decide("let a = []; for i in 0..1000 { a.push(i) } let b = a; loop { if a == b { a = b; } }"),
            Failed,
        ),
        ("100,000 nested parentheses", decide(&nested(100_000)), Invalid),
        ("100,000 nested lists", decide(&format!("{}{}", "[".repeat(100_000), "]".repeat(100_000))), Invalid),
        ("more source than is allowed", decide(&"1;".repeat(100_000)), Invalid),
        ("2 MB of source", decide(&"1;".repeat(1_000_000)), TooLarge),
        ("sleep", decide("sleep(10)"), Invalid),
        ("a loop in try", decide("try { loop { } } catch { return #{ role: \"admin\" } }"), Invalid),
        ("eval", decide("eval(\"loop { }\")"), Invalid),
        ("a module", format!("import \"x\" as y; {}", decide("1")), Invalid),
    ]
}

/// Does what an author would with a script; gives each answer.
async fn worked_with(edge: &Edge, script: &str) -> Vec<Answer> {
    let body = json!({"script": script});
    let mut answers =
        vec![tell(edge, "/role_mapping/check", &body).await, tell(edge, "/role_mapping/versions", &body).await];
    let made = answers[1].clone();
    if made.status == 201 {
        let mut question = baker();
        question["version"] = made.json()["version"].clone();
        // Several at once, in the instances that answer others too.
        let many = (0..4).map(|_| tell(edge, "/role_mapping/evaluate", &question));
        answers.extend(futures::future::join_all(many).await);
        answers.push(tell(edge, "/role_mapping/backtest", &json!({"script": script})).await);
    }
    answers
}

fn has_to_end(what: &str, ends: Ends, answers: &[Answer]) {
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    match ends {
        Ends::TooLarge => {
            for answer in answers {
                answer.refused(413, "PAYLOAD_TOO_LARGE");
            }
        }
        Ends::Invalid => {
            assert_eq!(answers[0].expect(200)["ok"], false, "{what}");
            assert_eq!(answers.len(), 2, "{what}: {statuses:?}");
            answers[1].refused(422, "RULE_INVALID");
        }
        Ends::Failed => {
            assert_eq!(statuses, [200, 201, 500, 500, 500, 500, 200], "{what}");
            for answer in &answers[2..6] {
                answer.refused(500, "RULE_FAILED");
            }
            let found = answers[6].json();
            assert_eq!(found["errors"], found["compared"], "{what}: {found}");
        }
    }
}

pub(super) async fn a_hostile_script_ends_in_an_error_and_holds_up_nobody_else(stage: Arc<Stage>) {
    let edge = stage.own(Settings::steady()).await;
    let product = edge.product().await;
    let org = edge.organization();
    org.seat("ana", &json!({}));
    org.make_acquainted("ana").await;
    for node in &edge.nodes {
        assert_eq!(role(node).await, (1, "member".to_owned()));
    }
    let (over, served) = (AtomicBool::new(false), AtomicUsize::new(0));
    let hostile = async {
        for (what, script, ends) in scripts() {
            let before = (served.load(Ordering::SeqCst), Instant::now());
            let answers = worked_with(&edge, &script).await;
            let took = before.1.elapsed();
            assert!(took < SOON, "{what} took {took:?}");
            has_to_end(what, ends, &answers);
        }
        over.store(true, Ordering::SeqCst);
    };
    // Everybody else, on every node: no instance traps, and none waits for a script of another's.
    let check = org.check("ana");
    let others = async {
        while !over.load(Ordering::SeqCst) {
            for node in &edge.nodes {
                others_are_served(node, product, &check).await;
                served.fetch_add(1, Ordering::SeqCst);
            }
        }
    };
    join(hostile, others).await;
    let served = served.load(Ordering::SeqCst);
    assert!(served >= 2 * edge.nodes.len(), "others were served {served} times");
}

async fn others_are_served(node: &Node, product: &str, check: &serde_json::Value) {
    let started = Instant::now();
    let verdict = node.call("POST", "/verify-seat").key(product).json(check).send();
    let evaluate = node.call("POST", &format!("{RULES}/role_mapping/evaluate")).key(BOOTSTRAP).json(&baker()).send();
    let (verdict, decided) = join(verdict, evaluate).await;
    assert_eq!(verdict.expect(200)["hasAccess"], true);
    assert_eq!(decided.expect(200)["outcome"]["role"], "member");
    assert!(started.elapsed() < SOON, "others waited {:?}", started.elapsed());
}

pub(super) async fn a_script_that_loops_in_its_tests_is_told_so(stage: Arc<Stage>) {
    let edge = stage.steady().await;
    let input = &baker()["input"];
    let test = |name: usize| json!({"name": format!("test {name}"), "input": input, "expected": {"role": "admin"}});
    let tests = json!({"tests": (0..50).map(test).collect::<Vec<_>>()});
    let script = "fn decide(input) {\n    let n = 0;\n    loop { n += 1; }\n    #{ role: \"admin\" }\n}";
    let started = Instant::now();
    let body = json!({"script": script, "tests": tests});
    let found = tell(&edge, "/role_mapping/check", &body).await.expect(200);
    assert!(started.elapsed() < SOON, "{:?}", started.elapsed());
    assert_eq!(found["ok"], false);
    assert!(found["tests"].as_array().unwrap().iter().all(|test| test["passed"] == false), "{found}");
    tell(&edge, "/role_mapping/versions", &body).await.refused(422, "RULE_INVALID");
}
