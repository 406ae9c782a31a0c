//! The same request to all instances at the same moment.

use futures_util::future::join_all;
use serde_json::json;

use crate::{
    buyer::Market,
    common::{amazon, folder, order, postgres, stand_in},
    world::World,
};

const ROUNDS: usize = 40;

#[tokio::test(flavor = "multi_thread")]
async fn three_instances_import_a_purchase_once() {
    let log = folder("kill/rounds").join("log");
    let world = World::new(stand_in(), amazon(), postgres::database(), log).await;
    let instances = [world.start().await, world.start().await, world.start().await];
    let market = Market::new(instances.iter().map(|instance| instance.url()).collect());
    let mut bought = Vec::new();
    for round in 0..ROUNDS {
        let key = format!("key-of-round-{round:04}");
        let address = format!("10.1.0.{round}");
        let body = order(json!({
            "amazonOrderId": format!("C01-0000000-{round:07}"),
            "custom5": if round % 2 == 0 { "slow:50" } else { "" },
        }));
        let send = |url| market.send(url, "import-order", &address, &key, &body);
        let replies = join_all(market.urls.iter().map(|url| send(url))).await;
        let texts = replies.into_iter().map(|reply| reply.unwrap().text);
        let [one, two, three] = texts.collect::<Vec<_>>().try_into().unwrap();
        assert!(one.contains(r#""result":"SUCCESS""#), "{one}");
        assert_eq!([&two, &three], [&one, &one], "{round}");
        bought.push(
            serde_json::from_str::<serde_json::Value>(&one).unwrap()["message"]["orderId"].clone(),
        );
    }
    let accepted = world.accepted().await;
    let booked: Vec<_> = accepted.iter().map(|entry| entry["orderId"].clone()).collect();
    assert_eq!(booked, bought);
}
