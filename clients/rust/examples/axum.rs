//! An application whose page only users with a seat see. `README.md` says how to try it.

use std::error::Error;

use axum::Router;
use axum::routing::get;
use bheem_edge_client::{EdgeClient, SeatAnswer, SeatLayer, SeatUser};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = EdgeClient::new(std::env::var("EDGE")?, std::env::var("KEY")?)?;
    client.start();

    // Here the user comes from a header. An application takes it from its own sign-in: a session or a verified token.
    let seats = SeatLayer::new(client, "healos", |request| {
        let user = request.headers.get("x-user")?.to_str().ok()?;
        Some(SeatUser::new(user, "hospital_456"))
    });
    let routes = Router::new().route("/", get(home)).layer(seats);

    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
    axum::serve(listener, routes).await?;
    Ok(())
}

async fn home(seat: SeatAnswer) -> String {
    format!("Welcome: {}, from {:?}\n", seat.reason, seat.origin)
}
