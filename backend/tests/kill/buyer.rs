//! People who buy, as a page of theirs does it.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use futures_util::future::join_all;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tokio::time::{self, Instant};
use uuid::Uuid;

use crate::{
    chance::Chance,
    common::{ADDRESS_HEADER, JSON, Reply},
    world::{PATIENCE, client},
};

/// What goes wrong at the CRM. With the time limit of these tests, the longest of them come too late.
const FAULTS: [&str; 28] = [
    "",
    "",
    "",
    "",
    "",
    "",
    "slow:50",
    "slow:200",
    "slow:500",
    "slow:900",
    "slow:1500",
    "once:lost",
    "once:lost",
    "once:lost",
    "once:lost once:query-lost",
    "once:lost once:query-html",
    "once:lost once:query-hang",
    "once:lost-before",
    "once:html",
    "once:http-500",
    "once:http-500:ERROR",
    "once:empty",
    "once:hang",
    "once:lead-html",
    "once:lead-lost",
    "once:query-lost",
    "once:decline:InvalidPaymentMethod",
    "once:decline:InvalidPaymentMethod once:query-lost",
];

/// A product, and what the CRM takes for one piece of it, in cents.
type Product = (u32, u64);

const PRODUCTS: [Product; 3] = [(345, 64_90), (346, 19_90), (347, 9_00)];
const EXTRAS: [Product; 2] = [(348, 27_50), (349, 20_00)];

/// Where people buy.
pub struct Market {
    client: Client,
    /// The instances of the backend.
    pub urls: Vec<String>,
    /// How many purchases have an answer.
    pub answered: AtomicUsize,
}

/// One purchase as it should have become.
#[derive(Debug)]
pub struct Bought {
    pub order_id: String,
    pub total: String,
    /// Under which it was asked for; the last of them has its answer.
    pub keys: Vec<String>,
    pub body: Value,
}

/// What somebody has bought in the end.
#[derive(Debug)]
pub struct Basket {
    pub email: String,
    pub order: Bought,
    pub upsale: Option<Bought>,
}

impl Market {
    pub fn new(urls: Vec<String>) -> Self {
        Self { client: client(), urls, answered: AtomicUsize::new(0) }
    }

    /// `Err` when the connection is refused or cut.
    pub async fn send(
        &self,
        url: &str,
        path: &str,
        address: &str,
        key: &str,
        body: &Value,
    ) -> Result<Reply, reqwest::Error> {
        let request = self
            .client
            .post(format!("{url}/amazon-pay/{path}"))
            .header(JSON.0, JSON.1)
            .header(ADDRESS_HEADER, address)
            .header("idempotency-key", key)
            .body(body.to_string());
        reply(request.send().await?).await
    }

    pub async fn status(&self, url: &str, key: &str) -> Result<Reply, reqwest::Error> {
        let request = self.client.get(format!("{url}/amazon-pay/order-status"));
        reply(request.header("idempotency-key", key).send().await?).await
    }
}

async fn reply(response: reqwest::Response) -> Result<Reply, reqwest::Error> {
    let (status, headers) = (response.status(), response.headers().clone());
    Ok(Reply { status, headers, text: response.text().await? })
}

/// What a page reads from an answer.
enum Read {
    Success(Value),
    Declined,
    /// Ask again, under the same key.
    Open,
}

pub struct Buyer<'a> {
    market: &'a Market,
    number: u64,
    address: String,
    chance: Chance,
}

impl<'a> Buyer<'a> {
    pub fn new(market: &'a Market, number: u64, chance: Chance) -> Self {
        let address = format!("10.0.{}.{}", number / 256, number % 256);
        Self { market, number, address, chance }
    }

    /// Buys an order, and every third one an upsale to it.
    pub async fn buy(mut self) -> Basket {
        let number = self.number;
        let email = format!("buyer-{number}@example.com");
        let token = format!("Atza|user=Buyer+{number}={email}");
        let (product, quantity, total) = self.choose(&PRODUCTS);
        let order = json!({
            "amazonOrderId": amazon_order_id(number, 0),
            "amazonAddressConsent": token,
            // Whatever the page says, Amazon knows better.
            "emailAddress": "typed@example.com",
            "firstName": "Typed",
            "lastName": "Typed",
            "product1_id": product,
            "product1_qty": quantity,
            "custom5": self.chance.pick(&FAULTS),
        });
        let order = self.purchase("import-order", order, total).await;
        let mut upsale = None;
        if number.is_multiple_of(3) {
            let (product, quantity, total) = self.choose(&EXTRAS);
            let body = json!({
                "orderId": order.order_id,
                "productId": product,
                "productQty": quantity,
                "amazonOrderId": amazon_order_id(number, 1),
                "amazonAddressConsent": token,
                "custom5": self.chance.pick(&FAULTS),
            });
            upsale = Some(self.purchase("import-upsale", body, total).await);
        }
        Basket { email, order, upsale }
    }

    fn choose(&mut self, products: &[Product]) -> (u32, u64, String) {
        let &(product, price) = self.chance.pick(products);
        let quantity = self.chance.within(1..4);
        let cents = price * quantity;
        (product, quantity, format!("{}.{:02}", cents / 100, cents % 100))
    }

    /// Asks until the purchase is made.
    async fn purchase(&mut self, path: &str, body: Value, total: String) -> Bought {
        let begun = Instant::now();
        let mut keys = vec![new_key()];
        let mut last = String::new();
        let mut order_id = None;
        loop {
            let (mut is_declined, mut is_answered) = (false, false);
            for (key, reply) in self.ask(path, &mut keys, &body).await {
                let is_own = keys.last() == Some(&key);
                match self.read(path, &reply) {
                    Read::Success(message) => {
                        is_answered |= is_own;
                        let told = message["orderId"].as_str().unwrap().to_owned();
                        let known = order_id.get_or_insert_with(|| told.clone());
                        assert_eq!(*known, told, "buyer {} has two {path}", self.number);
                    }
                    Read::Declined => is_declined |= is_own,
                    Read::Open => {}
                }
                last = reply.text;
            }
            if let (true, Some(order_id)) = (is_answered, order_id.clone()) {
                self.market.answered.fetch_add(1, Ordering::SeqCst);
                return Bought { order_id, total, keys, body };
            }
            assert!(
                begun.elapsed() < PATIENCE,
                "buyer {} has no answer to {body} under {keys:?}, only {last}",
                self.number
            );
            if is_declined {
                keys.push(new_key());
            }
            self.chance.pause(200).await;
        }
    }

    /// Sends the purchase under the last key: mostly once, now and then twice at once, to all instances at
    /// once, from another tab too, or from a page that is closed at once.
    async fn ask(
        &mut self,
        path: &str,
        keys: &mut Vec<String>,
        body: &Value,
    ) -> Vec<(String, Reply)> {
        let market = self.market;
        let key = keys.last().unwrap().clone();
        let mut some = self.chance.split();
        let mut url = || some.pick(&market.urls).clone();
        let address = self.address.clone();
        let send = async |(url, key, body): &(String, String, Value)| {
            let reply = market.send(url, path, &address, key, body).await.ok()?;
            Some((key.clone(), reply))
        };
        let mut requests = vec![(url(), key.clone(), body.clone())];
        match self.chance.within(0..24) {
            0 | 1 => requests.push((url(), key, body.clone())),
            2 => {
                let all = market.urls.iter();
                requests = all.map(|url| (url.clone(), key.clone(), body.clone())).collect();
            }
            3 => {
                // Before the last one, which stays the page's.
                let other = new_key();
                keys.insert(0, other.clone());
                requests.push((url(), other, self.of_another_tab(body)));
            }
            4 => {
                let sent = send(&requests[0]);
                let patience = Duration::from_millis(self.chance.within(0..100));
                let reply = time::timeout(patience, sent).await;
                return reply.into_iter().flatten().collect();
            }
            _ => {}
        }
        join_all(requests.iter().map(send)).await.into_iter().flatten().collect()
    }

    /// Another tab has a fresh order reference for an upsale. With a fresh one for an order, it would
    /// rightly be another order.
    fn of_another_tab(&self, body: &Value) -> Value {
        let mut body = body.clone();
        if body["orderId"].is_string() {
            body["amazonOrderId"] = json!(amazon_order_id(self.number, 2));
        }
        body
    }

    fn read(&self, path: &str, reply: &Reply) -> Read {
        let answer = reply.json();
        let code = reply.code();
        if reply.status == StatusCode::OK && answer["result"] == "SUCCESS" {
            return Read::Success(answer["message"].clone());
        }
        let message = answer["message"].as_str().unwrap_or("");
        if reply.status == StatusCode::OK && message.starts_with("Transaction Declined") {
            return Read::Declined;
        }
        let is_open = matches!(
            &*code,
            "crm_answer_lost"
                | "crm_reply_unreadable"
                | "crm_unreachable"
                | "amazon_unreachable"
                | "journal_unavailable"
        );
        assert!(is_open, "buyer {} is told of {path}: {}", self.number, reply.text);
        Read::Open
    }
}

fn new_key() -> String {
    Uuid::new_v4().to_string()
}

/// A billing agreement: the stand-in, as Amazon, takes money on it as often as it is asked.
fn amazon_order_id(number: u64, which: u64) -> String {
    format!("C01-{which:07}-{number:07}")
}
