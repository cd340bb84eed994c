//! Asks three times whether a user has a seat: the edge gives the first answer, and memory the others.
//! `cargo run -p bheem-edge-client --example check USER APPLICATION ORGANIZATION`, with `EDGE` and `KEY` set.

use std::error::Error;
use std::time::Duration;

use bheem_edge_client::{EdgeClient, SeatCheck};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(user), Some(application), Some(organization)) = (arguments.next(), arguments.next(), arguments.next())
    else {
        return Err("name a user, an application and an organization".into());
    };
    let client = EdgeClient::new(std::env::var("EDGE")?, std::env::var("KEY")?)?;
    client.start();
    // What is asked before the feed is connected is not remembered.
    tokio::time::sleep(Duration::from_millis(300)).await;
    for _ in 0..3 {
        let answer = client.verify_seat(&SeatCheck::new(&user, &application, &organization)).await?;
        println!("{}, from {:?}", answer.reason, answer.origin);
    }
    Ok(())
}
