//! An ERP over the model: it reads the truth at some moment while it answers, and takes its time with it.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use edge_capabilities::Clock as _;
use edge_capabilities::http::HttpError;
use edge_capabilities::testing::{SeededRandom, World};
use http::Response;
use serde_json::json;

use super::model::{Kind, Model, Mood, State, SubjectId};

pub(crate) fn listen(world: &World, model: &Model, seed: u64) {
    let random = Arc::new(SeededRandom::new(seed ^ 0x5EA7));
    let (model, clock) = (model.clone(), world.clock.clone());
    world.http.on_request(move |request| {
        let (model, clock, random) = (model.clone(), clock.clone(), random.clone());
        async move {
            let subject = SubjectId::from_path(request.uri().path());
            let mood = model.mood();
            let longest = if mood == Mood::Slow { 2_500 } else { 60 };
            // What it read at first it may say much later.
            clock.sleep(Duration::from_millis(random.below(longest))).await;
            let state = model.state(subject);
            clock.sleep(Duration::from_millis(random.below(longest))).await;
            let failing = mood == Mood::Failing || (mood == Mood::Mixed && random.below(2) == 0);
            if failing { fail(&random).await } else { Ok(answer(&state, subject)) }
        }
    });
}

async fn fail(random: &SeededRandom) -> Result<Response<Bytes>, HttpError> {
    let said =
        |status: u16, body: &str| Ok(Response::builder().status(status).body(Bytes::from(body.to_owned())).unwrap());
    match random.below(7) {
        0 => said(500, ""),
        1 => said(401, r#"{"code":"SEAT_NOT_FOUND"}"#),
        2 => said(404, r#"{"detail":"Not Found"}"#),
        3 => said(200, "{\"seat"),
        4 => said(200, r#"{"organization_id":"org0","seat_status":"REVOKED"}"#),
        5 => Err(HttpError::Failed("cut".into())),
        _ => std::future::pending().await,
    }
}

fn answer(state: &State, subject: SubjectId) -> Response<Bytes> {
    let (status, body) = match &state.kind {
        Kind::NoOrganization => (404, json!({"code": "ORGANIZATION_NOT_FOUND"})),
        Kind::NoSeat => (404, json!({"code": "SEAT_NOT_FOUND"})),
        Kind::Seat { seat, subscription, period_end } => (
            200,
            json!({
                "organization_id": subject.organization(), "seat_id": "seat", "seat_status": seat,
                "subscription_id": "sub", "subscription_status": subscription,
                "current_period_end": period_end.to_rfc3339_millis(), "version": state.version,
            }),
        ),
    };
    Response::builder().status(status).body(Bytes::from(body.to_string())).unwrap()
}
