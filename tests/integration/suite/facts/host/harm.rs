//! Components that do harm, and what becomes of the others.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use futures::future::{join, join_all};

use crate::facts::capabilities::Probe;
use crate::shape::Stage;

/// The other component goes on, and so does this one with the next request.
async fn both_serve(probe: &Probe) {
    for path in ["/neighbour/hello", "/hello"] {
        let answer = probe.does(path, "").await;
        assert_eq!((answer.status, answer.text().as_str()), (200, "hello"), "{path}");
    }
}

pub(super) async fn whatever_traps_is_answered_and_the_next_request_too(stage: Arc<Stage>) {
    let probe = Probe::start(stage.shape, &[]).await;
    for path in ["/harm/trap", "/harm/recursion", "/harm/memory/4000"] {
        for _ in 0..3 {
            let answer = probe.does(path, "").await;
            answer.refused(500, "INTERNAL");
            let id = answer.json()["requestId"].clone();
            assert_eq!(id, answer.header("x-request-id"), "{path}");
            assert!(id.as_str().is_some_and(|id| id.starts_with("req_")), "{path}: {id}");
            both_serve(&probe).await;
        }
    }
    let named = probe.node.call("POST", "/harm/trap").header("x-request-id", "mine-1").send().await;
    named.refused(500, "INTERNAL");
    assert_eq!(named.header("x-request-id"), "mine-1");
    // The neighbour's instances are others, whatever happens at the same moment.
    let harm = join_all((0..20).map(|_| probe.does("/harm/trap", "")));
    let good = join_all((0..100).map(|_| probe.does("/neighbour/hello", "")));
    let (harm, good) = join(harm, good).await;
    assert!(harm.iter().all(|answer| answer.status == 500));
    assert!(good.iter().all(|answer| answer.status == 200));
    both_serve(&probe).await;
    // What traps behind a call from within is that call's end alone.
    let called = probe.does("/fetch", "http://neighbour.spin.internal/harm/trap").await;
    assert!(called.status == 502 || called.text().starts_with("500"), "{} {}", called.status, called.text());
    both_serve(&probe).await;
}

pub(super) async fn an_instance_that_takes_too_much_memory_fails_alone(stage: Arc<Stage>) {
    let probe = Probe::start(stage.shape, &["--max-instance-memory-mib", "64"]).await;
    for _ in 0..3 {
        let little = probe.does("/harm/memory/16", "").await;
        assert_eq!((little.status, little.text()), (200, (16 << 20).to_string()));
        let much = join_all((0..4).map(|_| probe.does("/harm/memory/100", "")));
        let good = join_all((0..20).map(|_| probe.does("/neighbour/memory-is-mine", "")));
        let (much, good) = join(much, good).await;
        for answer in much {
            answer.refused(500, "INTERNAL");
        }
        assert!(good.iter().all(|answer| answer.status == 502), "it answers, though there is nothing to do");
        both_serve(&probe).await;
    }
}

pub(super) async fn an_endless_loop_is_cut_off_and_holds_up_nobody_else(stage: Arc<Stage>) {
    let probe = Probe::start(stage.shape, &["--request-timeout-secs", "3"]).await;
    let (over, served) = (AtomicBool::new(false), AtomicUsize::new(0));
    // More than most machines that run this have cores.
    let loops = async {
        let answers = join_all((0..8).map(|_| probe.does("/harm/loop", ""))).await;
        over.store(true, Ordering::SeqCst);
        answers
    };
    let others = async {
        while !over.load(Ordering::SeqCst) {
            // On a busy machine one of them may be late; that all are is what must not be.
            let answer = probe.does("/neighbour/hello", "").await;
            assert!(matches!(answer.status, 200 | 504), "{}", answer.text());
            if answer.status == 200 && !over.load(Ordering::SeqCst) {
                served.fetch_add(1, Ordering::SeqCst);
            }
        }
    };
    let (loops, ()) = join(loops, others).await;
    for answer in loops {
        answer.refused(504, "TIMEOUT");
        assert!(!answer.header("x-request-id").is_empty());
    }
    let served = served.load(Ordering::SeqCst);
    assert!(served >= 5, "{served} requests were answered while components looped");
    crate::edge::eventually("an answer of the component that looped", async || {
        (probe.does("/hello", "").await.status == 200).then_some(())
    })
    .await;
}
