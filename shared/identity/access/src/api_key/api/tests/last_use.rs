use super::*;

async fn last_used(instance: &Instance, id: &str) -> Value {
    let listed = ask(instance, Method::GET, "/api/v1/api-keys", BOOTSTRAP, None).await.body;
    let key = listed["data"].as_array().unwrap().iter().find(|key| key["id"] == id).unwrap().clone();
    key["last_used_at"].clone()
}

#[tokio::test(start_paused = true)]
async fn the_last_use_of_a_key_is_told_to_within_an_hour() {
    let world = world();
    let (here, _tasks) = instance(&world);
    let (there, _other_tasks) = instance(&world);
    let (id, key) = make(&here, BOOTSTRAP, json!({"name": "k", "scopes": ["seats:verify"]})).await;
    let later = async |wait| world.clock.advance(wait).await;
    assert_eq!(last_used(&here, &id).await, Value::Null);
    // Somebody who knows the id alone is not the key.
    assert_eq!(guarded(&here, &format!("bhk_{id}_{}", "0".repeat(64))).await, 401);
    later(Duration::from_secs(2)).await;
    assert_eq!(last_used(&here, &id).await, Value::Null);
    let first = world.clock.now();
    assert_eq!(guarded(&here, &key).await, 200);
    later(Duration::from_secs(2)).await;
    assert_eq!(last_used(&here, &id).await, first.to_rfc3339_millis());
    later(Duration::from_mins(59)).await;
    assert_eq!((guarded(&here, &key).await, guarded(&there, &key).await), (200, 200));
    later(Duration::from_secs(2)).await;
    assert_eq!(last_used(&here, &id).await, first.to_rfc3339_millis());
    later(Duration::from_mins(2)).await;
    let second = world.clock.now();
    assert_eq!((guarded(&here, &key).await, guarded(&there, &key).await), (200, 200));
    later(Duration::from_secs(2)).await;
    assert_eq!(last_used(&there, &id).await, second.to_rfc3339_millis());
}

#[tokio::test(start_paused = true)]
async fn a_use_that_cannot_be_noted_holds_nobody_up_and_is_noted_later() {
    let world = world();
    let (router, _tasks) = instance(&world);
    let (id, key) = make(&router, BOOTSTRAP, json!({"name": "k", "scopes": ["seats:verify"]})).await;
    assert_eq!(guarded(&router, &key).await, 200);
    world.clock.advance(Duration::from_mins(61)).await;
    assert_eq!(guarded(&router, &key).await, 200);
    world.db.set_down(true);
    world.clock.advance(Duration::from_secs(60)).await;
    assert_eq!(guarded(&router, &key).await, 200);
    world.db.set_down(false);
    world.clock.advance(Duration::from_secs(61)).await;
    let at = world.clock.now();
    assert_eq!(guarded(&router, &key).await, 200);
    world.clock.advance(Duration::from_secs(1)).await;
    let told = last_used(&router, &id).await;
    assert!(told.as_str().is_some_and(|told| told <= at.to_rfc3339_millis().as_str()), "{told}");
}
