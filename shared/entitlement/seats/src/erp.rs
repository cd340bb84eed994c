//! The ERP's seat endpoint. A seat and the two kinds of 404 are answers. Everything else is a failure of the ERP, which
//! says nothing about a seat and must never be read as a denial.

use edge_capabilities::Timestamp;
use edge_upstreams::{Upstream, segment};
use http::StatusCode;
use serde::de::Visitor;
use serde::{Deserialize, Deserializer};

use crate::error::ErpError;
use crate::seat::{SeatLookup, SeatSnapshot, SeatStatus, SubscriptionStatus};
use crate::subject::{Id, Subject};

/// A seat in the ERP's JSON. Every field is required: a missing one shows that the answer is not a seat.
#[derive(Deserialize)]
struct SeatBody {
    organization_id: Scalar,
    seat_id: Scalar,
    seat_status: String,
    #[serde(rename = "subscription_id")]
    _subscription_id: Scalar,
    subscription_status: String,
    /// Null: the period has no end.
    #[serde(deserialize_with = "Option::deserialize")]
    current_period_end: Option<Scalar>,
    version: i64,
}

/// An id or a time: a string, or the digits of a number, as some ERPs number what others name.
struct Scalar(String);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl Visitor<'_> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a string or a number")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Scalar, E> {
        Ok(Scalar(text.to_owned()))
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Scalar, E> {
        Ok(Scalar(number.to_string()))
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Scalar, E> {
        Ok(Scalar(number.to_string()))
    }
}

#[derive(Deserialize)]
struct NotFoundBody {
    code: NotFoundCode,
}

#[derive(Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum NotFoundCode {
    OrganizationNotFound,
    SeatNotFound,
}

/// Asks the ERP for the seat of `subject`.
pub(crate) async fn get_seat(erp: &Upstream, subject: &Subject) -> Result<SeatLookup, ErpError> {
    let Subject { org, user } = subject;
    let [application, external_org, user] = [&org.application, &org.id, user].map(|id| segment(id.as_str()));
    let response = erp.get(&format!("/api/v1/seats/{application}/{external_org}/{user}")).await?;
    match response.status {
        StatusCode::OK => read_seat(&response.body).map(SeatLookup::Seat),
        StatusCode::NOT_FOUND => match edge_json::from_slice::<NotFoundBody>(&response.body).map(|body| body.code) {
            Ok(NotFoundCode::OrganizationNotFound) => Ok(SeatLookup::OrganizationNotFound),
            Ok(NotFoundCode::SeatNotFound) => Ok(SeatLookup::SeatNotFound),
            Err(_) => Err(ErpError::Status(404)),
        },
        other => Err(ErpError::Status(other.as_u16())),
    }
}

fn read_seat(body: &[u8]) -> Result<SeatSnapshot, ErpError> {
    let unreadable = |reason: &dyn ToString| ErpError::Unreadable(reason.to_string());
    let seat: SeatBody = edge_json::from_slice(body).map_err(|error| unreadable(&without_values(&error)))?;
    let wrong = |field: &str| unreadable(&format!("{field} has an unknown value"));
    for id in [&seat.organization_id, &seat.seat_id] {
        Id::parse(&id.0).map_err(|invalid| unreadable(&format!("an id {invalid}")))?;
    }
    let period_end = seat.current_period_end.map(|written| {
        Timestamp::parse_lenient(&written.0).ok_or_else(|| unreadable(&"current_period_end is not a date and time"))
    });
    Ok(SeatSnapshot {
        period_end: period_end.transpose()?,
        organization: seat.organization_id.0,
        seat_id: seat.seat_id.0,
        seat_status: SeatStatus::parse(&seat.seat_status).ok_or_else(|| wrong("seat_status"))?,
        subscription_status: SubscriptionStatus::parse(&seat.subscription_status)
            .ok_or_else(|| wrong("subscription_status"))?,
        version: seat.version,
        tenant_is_inactive: false,
    })
}

/// What is wrong with the JSON. It quotes nothing of it, for it is written to the log.
fn without_values(error: &serde_json::Error) -> String {
    use serde_json::error::Category;
    let (line, column) = (error.line(), error.column());
    match error.classify() {
        Category::Data => format!("a field is missing, of another type or unknown at line {line}, column {column}"),
        Category::Syntax | Category::Eof | Category::Io => format!("not JSON at line {line}, column {column}"),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use bytes::Bytes;
    use edge_capabilities::http::HttpError;
    use edge_capabilities::testing::World;
    use edge_upstreams::UpstreamError;
    use http::Response;
    use serde_json::{Value, json};

    use super::*;
    use crate::subject::ExternalOrg;

    async fn get(world: &World, user: &str) -> Result<SeatLookup, ErpError> {
        world.config.set("erp_url", "http://erp:8000/base");
        world.config.set("erp_api_key", "erp-key");
        let (capabilities, _) = world.instance();
        let erp = Upstream::erp(&capabilities).await.unwrap();
        get_seat(&erp, &subject(user)).await
    }

    fn subject(user: &str) -> Subject {
        let id = |text| Id::parse(text).unwrap();
        Subject { org: ExternalOrg { application: id("healos"), id: id("hospital/4 5") }, user: id(user) }
    }

    fn seat() -> Value {
        json!({
            "organization_id": "org_1", "seat_id": "seat_789", "seat_status": "ACTIVE", "subscription_id": "sub_1",
            "subscription_status": "ACTIVE", "current_period_end": "2024-02-01T00:00:00Z", "version": 12,
        })
    }

    async fn answered(status: u16, body: &str) -> Result<SeatLookup, ErpError> {
        let world = World::new(1);
        let body = Bytes::from(body.to_owned());
        world.http.on_request(move |_| {
            let body = body.clone();
            async move { Ok(Response::builder().status(status).body(body).unwrap()) }
        });
        get(&world, "u").await
    }

    #[tokio::test(start_paused = true)]
    async fn the_request_is_as_the_erp_wants_it() {
        let world = World::new(1);
        let seen = Arc::new(Mutex::new(Vec::new()));
        let sink = seen.clone();
        world.http.on_request(move |request| {
            sink.lock().unwrap().push(request);
            async { Ok(Response::new(Bytes::from(seat().to_string()))) }
        });
        for user in ["user_1", "..", "j.doe", "a/b?c#d%2F", "é"] {
            get(&world, user).await.unwrap();
        }
        let seen = seen.lock().unwrap();
        let paths: Vec<String> = seen.iter().map(|request| request.uri().to_string()).collect();
        let base = "http://erp:8000/base/api/v1/seats/healos/hospital%2F4%205";
        let users = ["user_1", "%2E%2E", "j.doe", "a%2Fb%3Fc%23d%252F", "%C3%A9"];
        assert_eq!(paths, users.map(|user| format!("{base}/{user}")));
        assert_eq!(seen[0].headers()["authorization"], "Bearer erp-key");
        assert_eq!(seen[0].headers()["x-source"], "bheem-edge");
    }

    #[tokio::test(start_paused = true)]
    async fn seats_and_not_founds_are_answers() {
        let Ok(SeatLookup::Seat(seat)) = answered(200, &seat().to_string()).await else { panic!("no seat") };
        assert_eq!((seat.organization.as_str(), seat.version), ("org_1", 12));
        assert_eq!(seat.period_end.unwrap().to_string(), "2024-02-01T00:00:00Z");
        for (code, answer) in
            [("ORGANIZATION_NOT_FOUND", SeatLookup::OrganizationNotFound), ("SEAT_NOT_FOUND", SeatLookup::SeatNotFound)]
        {
            assert_eq!(answered(404, &json!({"code": code, "more": 1}).to_string()).await, Ok(answer));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn everything_else_is_a_failure_and_not_a_denial() {
        for status in [201, 204, 301, 302, 400, 401, 403, 405, 410, 429, 500, 502, 503] {
            let failure = answered(status, &seat().to_string()).await.unwrap_err();
            assert_eq!(failure, ErpError::Status(status));
        }
        for body in ["", "{}", "[]", "null", "not json", r#"{"code":"NOT_FOUND"}"#, r#"{"detail":"Not Found"}"#] {
            assert!(answered(404, body).await.is_err(), "{body}");
            assert!(answered(200, body).await.is_err(), "{body}");
        }
        for field in seat().as_object().unwrap().keys() {
            let mut without = seat();
            without.as_object_mut().unwrap().remove(field);
            assert!(answered(200, &without.to_string()).await.is_err(), "without {field}");
            let mut of_another_type = seat();
            of_another_type[field] = json!([]);
            assert!(answered(200, &of_another_type.to_string()).await.is_err(), "{field} of another type");
        }
        for (field, unknown) in [
            ("seat_status", "LOST"),
            ("subscription_status", "ACTIVE?"),
            ("seat_status", ""),
            ("version", "new"),
            ("current_period_end", "soon"),
            ("organization_id", "org\0"),
            ("seat_id", ""),
        ] {
            let mut body = seat();
            body[field] = json!(unknown);
            let failure = answered(200, &body.to_string()).await.unwrap_err();
            assert!(unknown.is_empty() || !failure.to_string().contains(unknown), "{failure} quotes the answer");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_list_says_nothing_of_a_seat() {
        let list = json!(["org_1", "seat_1", "ACTIVE", "sub_1", "ACTIVE", "2027-01-01T00:00:00Z", 12]);
        for (status, body) in [(200, list), (200, json!([seat()])), (404, json!(["SEAT_NOT_FOUND"]))] {
            assert!(answered(status, &body.to_string()).await.is_err(), "{body}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_seat_is_read_however_the_erp_writes_it() {
        let read = async |field: &str, value: Value| {
            let mut body = seat();
            body[field] = value;
            match answered(200, &body.to_string()).await {
                Ok(SeatLookup::Seat(seat)) => seat,
                other => panic!("{body}: {other:?}"),
            }
        };
        let expected = read("seat_id", json!("seat_789")).await;
        for (field, value) in [
            ("seat_status", json!("active")),
            ("subscription_status", json!("Active")),
            ("subscription_id", json!(17)),
            ("current_period_end", json!("2024-02-01T00:00:00")),
            ("current_period_end", json!("2024-02-01 00:00:00.000000")),
            ("current_period_end", json!("2024-02-01T05:30:00+0530")),
            ("current_period_end", json!("2024-02-01")),
            ("current_period_end", json!(1_706_745_600)),
        ] {
            assert_eq!(read(field, value.clone()).await, expected, "{field}: {value}");
        }
        for (written, status) in [
            ("canceled", SubscriptionStatus::Cancelled),
            ("CANCELED", SubscriptionStatus::Cancelled),
            ("Cancelled", SubscriptionStatus::Cancelled),
            ("past_due", SubscriptionStatus::PastDue),
            ("Past Due", SubscriptionStatus::PastDue),
            ("pastDue", SubscriptionStatus::PastDue),
            ("past-due", SubscriptionStatus::PastDue),
            ("trialing", SubscriptionStatus::Trialing),
        ] {
            assert_eq!(read("subscription_status", json!(written)).await.subscription_status, status, "{written}");
        }
        assert_eq!(read("current_period_end", Value::Null).await.period_end, None);
        let numbered = read("organization_id", json!(41)).await;
        assert_eq!(numbered.organization, "41");
        assert_eq!(read("seat_id", json!(9_007_199_254_740_993_u64)).await.seat_id, "9007199254740993");
    }

    #[tokio::test(start_paused = true)]
    async fn what_cannot_be_read_stays_a_failure() {
        for (field, value) in [
            ("organization_id", json!(null)),
            ("organization_id", json!(true)),
            ("organization_id", json!(1.5)),
            ("seat_id", json!({"id": 1})),
            ("seat_status", json!(null)),
            ("seat_status", json!(1)),
            ("subscription_status", json!("CANCEL")),
            ("subscription_id", json!(null)),
            ("current_period_end", json!("")),
            ("current_period_end", json!("never")),
            ("current_period_end", json!(false)),
            ("version", json!(null)),
            ("version", json!(1.5)),
            ("version", json!("12")),
        ] {
            let mut body = seat();
            body[field] = value;
            assert!(matches!(answered(200, &body.to_string()).await, Err(ErpError::Unreadable(_))), "{body}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_erp_that_hangs_is_given_up_on() {
        let world = World::new(1);
        world.http.on_request(|_| std::future::pending());
        let failure = get(&world, "u").await.unwrap_err();
        assert_eq!(
            failure,
            ErpError::Upstream(UpstreamError::NoResponse("the ERP", HttpError::TimedOut(Duration::from_secs(2))))
        );
    }
}
