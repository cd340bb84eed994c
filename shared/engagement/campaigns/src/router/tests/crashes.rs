//! Workers die at any call, Notify fails in any way, people unsubscribe and reply at any time, for two months in which clocks
//! go forward in New York and Berlin, and back on Lord Howe. Each step is sent once at most; none is lost but where nobody
//! knows whether Notify took it; none goes out in quiet hours, nor to whoever has unsubscribed.

use std::collections::HashMap;

use edge_capabilities::testing::SeededRandom;
use edge_notifications::QuietHours;

use super::*;

const ZONES: [&str; 4] = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"];

/// The number in the environment variable `name`.
fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Runs what is due on an instance that dies at its call number `calls`; gives whether it did.
async fn drain_mortal(test: &Test, calls: i64, makes_the_last: bool) -> bool {
    let (capabilities, life) = test.world.mortal(calls, makes_the_last);
    let runner = runner(&capabilities);
    tokio::select! {
        result = async { runner.drain_all().await } => { result.unwrap(); false }
        () = life.death() => true,
    }
}

/// Whichever call a worker dies at, the campaign goes on to its end, and Notify gets each message once.
#[tokio::test(start_paused = true)]
async fn a_worker_that_dies_at_any_call_sends_each_step_once() {
    let mut unknown = 0;
    for calls in 1.. {
        for makes_the_last in [false, true] {
            let test = test().await;
            let campaign = test.campaign(json!({"name": "C"}), &[sms(0, "hours", "A"), sms(1, "hours", "B")]).await;
            test.activate(&campaign).await;
            let mut contacts = Vec::new();
            for phone in ["+911111111111", "+912222222222"] {
                contacts.push(test.contact(json!({"phone": phone})).await);
                test.enroll(contacts.last().unwrap(), &campaign).await;
            }
            let mut died = false;
            for start in 0..24 {
                let calls = if start % 12 < 4 { calls } else { i64::MAX };
                died |= drain_mortal(&test, calls, makes_the_last).await;
                test.world.clock.advance(Duration::from_mins(15)).await;
            }
            let mut keys: Vec<String> = test.taken().into_iter().map(|taken| taken.key).collect();
            let count = keys.len();
            keys.sort_unstable();
            keys.dedup();
            assert_eq!(keys.len(), count, "after {calls} calls a message was sent twice");
            for contact in &contacts {
                let progress = test.progress(contact, &campaign).await;
                assert_eq!(progress["status"], "completed", "after {calls} calls: {progress}");
                for step in progress["steps"].as_array().unwrap() {
                    let was_taken = keys.iter().any(|key| step["message_id"] == *key);
                    let is_unknown = step["reason"] == "OUTCOME_UNKNOWN";
                    unknown += u32::from(is_unknown);
                    assert!(is_unknown || (was_taken && step["state"] == "sent"), "after {calls} calls: {step}");
                }
            }
            if !died {
                assert!(calls > 20 && unknown > 0, "{calls} {unknown}");
                return;
            }
        }
    }
}

struct Person {
    contact: String,
    phone: String,
    zone: &'static str,
    ended: Option<Timestamp>,
}

/// Two months of a campaign for `count` contacts.
async fn simulate(seed: u64, count: u64) {
    let test = test().await;
    let random = SeededRandom::new(seed);
    let quiet = QuietHours { from: "21:00".into(), to: "08:00".into() };
    test.until("2026-02-20T00:00:00Z").await;
    let steps = [
        sms(5, "hours", "1 {{ contact.phone }}"),
        sms(1, "weeks", "2 {{ contact.phone }}"),
        sms(9, "days", "3 {{ contact.phone }}"),
        sms(3, "weeks", "4 {{ contact.phone }}"),
        sms(30, "hours", "5 {{ contact.phone }}"),
    ];
    let body = json!({"name": "C", "stop_on_reply": true, "quiet_hours": {"from": quiet.from, "to": quiet.to}});
    let campaign = test.campaign(body, &steps).await;
    test.activate(&campaign).await;
    let mut people = Vec::new();
    for number in 0..count {
        let zone = ZONES[usize::try_from(number).unwrap() % ZONES.len()];
        let phone = format!("+9198{number:08}");
        let contact = test.contact(json!({"phone": phone, "timezone": zone})).await;
        test.enroll(&contact, &campaign).await;
        people.push(Person { contact, phone, zone, ended: None });
    }
    // Some requests fail in some way.
    let faults = SeededRandom::new(seed ^ 1);
    let (mut unknown, clock) = (0_u64, test.world.clock.clone());
    let lost = Arc::new(Mutex::new(0_u64));
    let lost_too = lost.clone();
    test.answer(move || match faults.below(20) {
        0 => Ok(503),
        1 => Err(HttpError::NotSent("nobody listens".into())),
        2 => Ok(429),
        3 => {
            *lost_too.lock().unwrap() += 1;
            if faults.below(2) == 0 { Ok(500) } else { Err(HttpError::Failed("cut".into())) }
        }
        _ => Ok(200),
    });
    let end = Timestamp::parse("2026-04-28T00:00:00Z").unwrap();
    let mut deaths = 0_u32;
    while test.now() < end {
        test.world.clock.advance(Duration::from_mins(40 + random.below(100))).await;
        if random.below(3) == 0 {
            let calls = i64::try_from(1 + random.below(60 + count)).unwrap();
            deaths += u32::from(drain_mortal(&test, calls, random.below(2) == 0).await);
        } else {
            // The outbox sends a tenant's thousand messages a minute.
            for _ in 0..=count / 500 {
                drain_mortal(&test, i64::MAX, false).await;
                test.world.clock.advance(Duration::from_mins(1)).await;
            }
        }
        if random.below(4 * 720 / count.min(2_000)) == 0 {
            let place = usize::try_from(random.below(count)).unwrap();
            let person = &mut people[place];
            if person.ended.is_none() {
                person.ended = Some(clock.now());
                if random.below(2) == 0 {
                    test.suppress(Channel::Sms, &person.phone, SuppressionReason::Unsubscribed).await;
                } else {
                    test.act(&person.contact, ActivityKind::Reply).await;
                }
            }
        }
    }
    for _ in 0..30 {
        test.world.clock.advance(HOUR).await;
        drain_mortal(&test, i64::MAX, false).await;
    }
    let zones: HashMap<&str, (&str, Option<Timestamp>)> =
        people.iter().map(|person| (person.phone.as_str(), (person.zone, person.ended))).collect();
    let mut keys = HashMap::new();
    for taken in test.taken() {
        assert!(keys.insert(taken.key.clone(), taken.at).is_none(), "{} was sent twice", taken.key);
        let (zone, ended) = zones[taken.body["to"].as_str().unwrap()];
        assert_eq!(quiet.end_in(taken.at, [Some(zone), None]), None, "in quiet hours of {zone}: {}", taken.at);
        assert!(ended.is_none_or(|ended| taken.at <= ended), "sent at {} after {ended:?}", taken.at);
    }
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for person in &people {
        let progress = test.progress(&person.contact, &campaign).await;
        let status = progress["status"].as_str().unwrap().to_owned();
        let steps = progress["steps"].as_array().unwrap();
        if person.ended.is_none() {
            assert_eq!((status.as_str(), steps.len()), ("completed", 5), "{progress}");
        }
        *counts.entry(status).or_default() += 1;
        for step in steps {
            let is_unknown = step["reason"].as_str().is_some_and(|reason| reason.starts_with("OUTCOME_UNKNOWN"));
            unknown += u64::from(is_unknown);
            if person.ended.is_none() {
                let was_taken = keys.contains_key(step["message_id"].as_str().unwrap());
                assert!(is_unknown || (was_taken && step["state"] == "sent"), "{progress}");
            }
        }
    }
    let lost = *lost.lock().unwrap();
    assert!(unknown <= lost + u64::from(deaths) * 8, "{unknown} unknown, {lost} failures, {deaths} deaths");
    eprintln!("seed {seed}: {} sent, {counts:?}, {unknown} unknown, {deaths} deaths", keys.len());
}

#[tokio::test(start_paused = true)]
async fn two_months_of_crashes_send_no_step_twice_and_lose_none_unnoticed() {
    let seed = number("CAMPAIGN_SEED", 20_260_308);
    simulate(seed, number("CAMPAIGN_CONTACTS", 24)).await;
}

/// With this seed a worker dies once the last enrolment has ended, before it notes what became of the message: nothing else is
/// on its way then.
#[tokio::test(start_paused = true)]
async fn the_last_message_of_a_campaign_is_followed_to_its_end_whoever_died() {
    simulate(6, 24).await;
}
