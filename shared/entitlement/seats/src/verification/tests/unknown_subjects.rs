//! What made-up users leave behind.

use super::*;

#[tokio::test(start_paused = true)]
async fn ten_thousand_made_up_users_leave_a_bounded_number_of_rows() {
    for (status, body) in [(404, r#"{"code":"SEAT_NOT_FOUND"}"#), (500, "")] {
        let erp = Erp::new();
        let (verification, _tasks) = erp.instance();
        erp.takes_millis.store(0, Ordering::SeqCst);
        ask(&verification).await;
        erp.says(status, body);
        for user in 0..10_000 {
            let _ = verification.verify(&subject(&format!("made up {user}")), None).await;
        }
        erp.pass(A_MOMENT).await;
        let rows = erp.world.cache.keys().len();
        assert!(rows < 4_100, "{rows} rows");
        // Whoever has a seat is still known.
        assert!(ask(&verification).await.is_some_and(|(has_access, ..)| has_access));
    }
}

#[tokio::test(start_paused = true)]
async fn a_stranger_who_gets_a_seat_is_not_forgotten_when_others_come() {
    let erp = Erp::new();
    let (verification, _tasks) = erp.instance();
    erp.takes_millis.store(0, Ordering::SeqCst);
    erp.says(404, r#"{"code":"SEAT_NOT_FOUND"}"#);
    ask(&verification).await;
    erp.says_seat(&json!({}));
    erp.pass(NEGATIVE + A_MOMENT).await;
    assert_eq!(ask(&verification).await, granted(Source::Erp));
    erp.says(404, r#"{"code":"SEAT_NOT_FOUND"}"#);
    for user in 0..1_500 {
        let _ = verification.verify(&subject(&format!("made up {user}")), None).await;
    }
    erp.pass(A_MOMENT).await;
    assert_eq!(ask(&verification).await, granted(Source::Cache));
}
