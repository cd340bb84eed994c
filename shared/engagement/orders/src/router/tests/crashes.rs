//! Instances that die at any call.

use super::*;

/// Whatever an instance had done of a step when it died: the step is made again, and people are told once.
#[tokio::test(start_paused = true)]
async fn an_instance_that_dies_at_any_call_leaves_no_message_out_and_sends_none_twice() {
    let mut deaths = 0;
    for makes_the_last in [false, true] {
        for calls in 1..60 {
            let test = test().await;
            let path = test.make(new()).await;
            let (capabilities, life) = test.world.mortal(calls, makes_the_last);
            let mortal = router(capabilities);
            let body = json!({"status": "shipped"});
            let full = format!("{ORDERS}{path}");
            let asked = edge_http::testing::ask(&mortal, PLATFORM, Some(ACME), "PUT", &full, &body);
            let is_alive = tokio::select! {
                (status, _) = asked => status == 200,
                () = life.death() => false,
            };
            deaths += u32::from(!is_alive);
            // Nothing of the step was made, or all of it.
            if test.get(&path).await["status"] == "pending" {
                test.step(&path, "shipped").await;
            }
            test.step(&path, "delivered").await;
            test.world.clock.advance(Duration::from_mins(2)).await;
            run_jobs(&test.world).await;
            let mut sent = test.outbox().await;
            sent.retain(|line| !line.starts_with("packing"));
            let expected = [
                "delivery_confirmation EMAIL z@soehne.example queued",
                "shipping_notification EMAIL z@soehne.example queued",
            ];
            assert_eq!(sent, expected, "{calls} {makes_the_last}");
        }
    }
    assert!(deaths > 10, "{deaths}");
}
