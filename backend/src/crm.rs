//! The way to the CRM.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use axum::http::HeaderValue;
use reqwest::{Client, RequestBuilder, Response, StatusCode, Url, header::CONTENT_TYPE, redirect};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tokio::{sync::Semaphore, time::timeout};

use crate::{
    Failure,
    config::CrmConfig,
    envelope::{Envelope, Verdict},
    fields::Fields,
    journal::Outcome,
    purchase::{Kind, TOKEN},
    secret::Secret,
};

/// The most bytes of a reply that are read.
const REPLY_LIMIT: usize = 1024 * 1024;

/// The most questions at once. The CRM is said to answer ten for an account.
const QUESTIONS: usize = 8;

/// What Import Lead gets of an order, beside the values for tracking.
const LEAD: [&str; 7] =
    ["campaignId", "firstName", "lastName", "emailAddress", "ipAddress", "sessionId", "affId"];

/// How long to wait for others.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For a connection.
    pub connect: Duration,
    /// For an import, from the start to the last byte of the answer. It waits for the payment
    /// processor, which may take a minute or two.
    pub total: Duration,
    /// After this time the CRM is no longer at an import: what it has not got then, it will not get.
    pub settled: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            total: Duration::from_secs(120),
            settled: Duration::from_secs(180),
        }
    }
}

impl Limits {
    /// For what waits for no payment processor.
    fn question(self) -> Duration {
        self.total.min(Duration::from_secs(20))
    }

    /// For one answer of Amazon's.
    #[must_use]
    pub fn amazon(self) -> Duration {
        self.total.min(Duration::from_secs(10))
    }

    /// How long an attempt may take until it is sent.
    #[must_use]
    pub fn prepare_lease(self) -> Duration {
        self.amazon() + 3 * self.question() + self.slack()
    }

    /// How long somebody may be at an import that was sent.
    #[must_use]
    pub fn send_lease(self) -> Duration {
        self.total + self.slack()
    }

    /// How long it may take to ask the CRM.
    #[must_use]
    pub fn ask_lease(self) -> Duration {
        self.question() + self.slack()
    }

    fn slack(self) -> Duration {
        self.total.min(Duration::from_secs(5))
    }
}

/// By what an import can be found at the CRM. Without anything that a stranger could use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Trace {
    /// An order that was opened for this import alone, and is complete or not.
    Order {
        /// The CRM's id of it.
        order_id: String,
        /// The buyer's e-mail address.
        email: String,
    },
    /// More products in an order.
    Upsale {
        /// The CRM's id of the order.
        order_id: String,
        /// The products of the upsale.
        products: Vec<String>,
        /// How many of which product were in the order before.
        before: BTreeMap<String, u64>,
    },
}

impl Trace {
    /// The CRM's id of the order that was opened for an import.
    #[must_use]
    pub fn reference(&self) -> Option<&str> {
        match self {
            Self::Order { order_id, .. } => Some(order_id),
            Self::Upsale { .. } => None,
        }
    }

    /// As it is written down.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Texts and numbers always become JSON.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// What [`Trace::to_json`] has written.
    #[must_use]
    pub fn from_json(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

/// What the CRM says of an import whose answer was lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// It has the order, or the products.
    Taken(Envelope),
    /// It has declined the order, this time or an earlier one.
    Declined(Envelope),
    /// It has not got it, so far.
    Absent,
    /// Its answer fits both.
    Undecided,
}

/// An order at the CRM, before something is added to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Before {
    /// How many of which product are in it.
    Items(BTreeMap<String, u64>),
    /// There is no such order, or none that is complete. Carries the sentence.
    Unfit(&'static str),
    /// The CRM does not say.
    Untold,
}

/// Sends orders and upsales to the CRM.
#[derive(Clone, Debug)]
pub struct Crm {
    http: Client,
    base: Url,
    login_id: Secret,
    password: Secret,
    limits: Limits,
    questions: Arc<Semaphore>,
}

impl Crm {
    /// A client for the configured CRM. Connects to nothing yet.
    ///
    /// # Errors
    /// When the TLS set-up of this machine does not work.
    pub fn new(config: &CrmConfig) -> Result<Self, reqwest::Error> {
        let http = Client::builder()
            .connect_timeout(config.limits.connect)
            // A redirect would carry the credentials to somebody else.
            .redirect(redirect::Policy::none())
            // A kept connection that the CRM closes meanwhile looks like a lost answer. A fresh one
            // fails while connecting, when it is certain that nothing was sent.
            .pool_max_idle_per_host(0)
            // The CRM lists the addresses that may call it, so the route is not left to the environment.
            .no_proxy()
            .build()?;
        Ok(Self {
            http,
            base: config.url.clone(),
            login_id: config.login_id.clone(),
            password: config.password.clone(),
            limits: config.limits,
            questions: Arc::new(Semaphore::new(QUESTIONS)),
        })
    }

    /// A call. With the trailing slash, which some of the CRM's addresses need.
    fn post(&self, path: &str, fields: &Fields) -> RequestBuilder {
        let mut url = self.base.clone();
        url.set_path(&format!("{}/{path}", self.base.path().trim_end_matches('/')));
        let mut form = fields.clone();
        // Last, so that no field of a page can stand in for them.
        form.set("loginId", self.login_id.expose());
        form.set("password", self.password.expose());
        self.http
            .post(url)
            .header(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"))
            .body(form.to_form())
    }

    /// Reads an answer; `None` when it is not the CRM's.
    fn envelope(&self, fields: &Fields, status: StatusCode, body: &[u8]) -> Option<Envelope> {
        let token = fields.get(TOKEN).unwrap_or("");
        let secrets = [token, self.password.expose()];
        // The CRM says everything in its envelope, with one exception: a server that broke, or a
        // gateway in front of it, cannot know that there is no order.
        let believed =
            |envelope: &Envelope| status.as_u16() < 500 || envelope.verdict() != Verdict::Refused;
        let envelope = Envelope::read(body, &secrets, self.login_id.expose()).filter(believed);
        if envelope.is_none() {
            let status = status.as_u16();
            tracing::error!(status, bytes = body.len(), "unreadable answer from the CRM");
        }
        envelope
    }

    /// Posts one Import Order or Import Upsale, once.
    ///
    /// # Errors
    /// [`Failure::CrmUnreachable`] when nothing was sent; [`Failure::CrmAnswerLost`] and
    /// [`Failure::CrmReplyUnreadable`] when the order may exist.
    pub async fn import(&self, kind: Kind, fields: &Fields) -> Outcome {
        // "upsale" is the CRM's spelling.
        let path = match kind {
            Kind::Order => "order/import/",
            Kind::Upsale => "upsale/import/",
        };
        let request = self.post(path, fields).timeout(self.limits.total);
        let response = request.send().await.map_err(|error| failure(&error))?;
        let status = response.status();
        let body = read(response).await?;
        self.envelope(fields, status, &body).ok_or(Failure::CrmReplyUnreadable)
    }

    /// Opens an order, by Import Lead, that Import Order then completes: so it has an id before anything
    /// is charged, and can be asked about. `None` when the CRM refuses; then Import Order says why.
    ///
    /// # Errors
    /// [`Failure::CrmUnreachable`]: nothing was ordered.
    pub async fn open_order(&self, fields: &Fields) -> Result<Option<String>, Failure> {
        let mut lead = fields.clone();
        // The CRM may open one order for two buyers, and mix what both say: so only what leads are for.
        lead.retain(|name| {
            let tracks = ["sourceValue", "custom"].iter().any(|start| name.starts_with(start));
            tracks || LEAD.contains(&name)
        });
        let opened = self.ask("leads/import/", &lead).await?;
        let id = opened.order_id().filter(|_| opened.result() == "SUCCESS");
        let is_unknown_user =
            opened.text().is_some_and(|text| text.to_ascii_lowercase().contains("authenticate"));
        if id.is_none() && is_unknown_user {
            tracing::error!("the CRM refuses the credentials, or this server's address");
        } else if id.is_none() {
            tracing::warn!(
                result = opened.result(),
                "the CRM opens no order: if the answer to its import is lost, it cannot be asked about. \
                 May the API user call Import Lead?"
            );
        }
        Ok(id)
    }

    /// Whether Import Order may complete an order that a page names: it is neither unknown nor bought.
    ///
    /// # Errors
    /// [`Failure::CrmUnreachable`]: nothing was ordered.
    pub async fn is_open(&self, order_id: &str) -> Result<bool, Failure> {
        Ok(match self.order(order_id).await? {
            Found::Order(order) => matches!(status(&order).as_str(), "PARTIAL" | "DECLINED"),
            Found::Nothing => false,
            // The page's word, then.
            Found::Untold => true,
        })
    }

    /// What is in an order, before something is added to it.
    ///
    /// # Errors
    /// [`Failure::CrmUnreachable`]: nothing was ordered.
    pub async fn before(&self, order_id: &str) -> Result<Before, Failure> {
        Ok(match self.order(order_id).await? {
            Found::Order(order) if status(&order) == "COMPLETE" => match items(&order) {
                // In a shape that is not known here; then nothing could be compared later.
                items if items.is_empty() => Before::Untold,
                items => Before::Items(items),
            },
            Found::Order(_) => {
                Before::Unfit("This order is not complete, so nothing can be added.")
            }
            Found::Nothing => Before::Unfit("The CRM has no such order."),
            Found::Untold => Before::Untold,
        })
    }

    /// Looks for an import whose answer was lost.
    ///
    /// # Errors
    /// [`Failure::CrmUnreachable`].
    pub async fn find(&self, trace: &Trace) -> Result<Finding, Failure> {
        let (Trace::Order { order_id, .. } | Trace::Upsale { order_id, .. }) = trace;
        let order = match self.order(order_id).await? {
            Found::Order(order) => order,
            Found::Nothing | Found::Untold => return Ok(Finding::Undecided),
        };
        Ok(match trace {
            Trace::Order { email, .. } => match status(&order).as_str() {
                "PARTIAL" => Finding::Absent,
                "DECLINED" => Finding::Declined(told("ERROR", json!("Transaction Declined"))),
                // Another buyer's: the CRM has given one order to two.
                _ if !is_of(&order, email) => Finding::Undecided,
                "COMPLETE" | "REFUNDED" | "CANCELLED" => Finding::Taken(taken(order)),
                _ => Finding::Undecided,
            },
            Trace::Upsale { products, before, .. } => {
                let now = items(&order);
                let count = |items: &BTreeMap<_, _>, id| items.get(id).copied().unwrap_or(0);
                if now.is_empty() {
                    Finding::Undecided
                } else if now == *before {
                    Finding::Absent
                } else if products.iter().all(|id| count(&now, id) > count(before, id)) {
                    Finding::Taken(taken(order))
                } else {
                    Finding::Undecided
                }
            }
        })
    }

    async fn order(&self, order_id: &str) -> Result<Found, Failure> {
        let Ok(_one_of_few) = timeout(self.limits.question(), self.questions.acquire()).await
        else {
            tracing::warn!("the CRM is too slow for all that it is asked");
            return Err(Failure::CrmUnreachable);
        };
        let query = [("orderId".to_owned(), order_id.to_owned())].into_iter().collect();
        let told = self.ask("order/query/", &query).await?;
        if told.result() != "SUCCESS" {
            // Recorded by several public integrations.
            let nothing = told.text().is_some_and(|text| text.starts_with("No orders matching"));
            if !nothing {
                tracing::warn!(
                    result = told.result(),
                    "the CRM does not tell of an order. May the API user call Order Query?"
                );
            }
            return Ok(if nothing { Found::Nothing } else { Found::Untold });
        }
        let asked_for = |order: &Map<String, Value>| text(order.get("orderId")) == order_id;
        Ok(told.orders().into_iter().find(asked_for).map_or(Found::Untold, Found::Order))
    }

    /// A call that orders nothing.
    async fn ask(&self, path: &'static str, fields: &Fields) -> Result<Envelope, Failure> {
        let asked = async {
            let request = self.post(path, fields).timeout(self.limits.question());
            let response = request.send().await.map_err(|error| failure(&error))?;
            let status = response.status();
            let body = read(response).await?;
            self.envelope(fields, status, &body).ok_or(Failure::CrmReplyUnreadable)
        };
        asked.await.map_err(|failure| {
            tracing::warn!(path, code = failure.code(), "the CRM does not answer");
            Failure::CrmUnreachable
        })
    }
}

/// What Order Query says.
enum Found {
    Order(Map<String, Value>),
    Nothing,
    /// An error, or an answer that makes no sense.
    Untold,
}

fn status(order: &Map<String, Value>) -> String {
    text(order.get("orderStatus")).to_ascii_uppercase()
}

fn is_of(order: &Map<String, Value>, email: &str) -> bool {
    text(order.get("emailAddress")).trim().eq_ignore_ascii_case(email.trim())
}

fn taken(order: Map<String, Value>) -> Envelope {
    told("SUCCESS", Value::Object(order))
}

fn told(result: &str, message: Value) -> Envelope {
    Envelope::new(result, message)
}

/// How many of which product, by the ids that an import has. The items are a list or an object.
fn items(order: &Map<String, Value>) -> BTreeMap<String, u64> {
    let items: Vec<_> = match order.get("items") {
        Some(Value::Array(items)) => items.iter().collect(),
        Some(Value::Object(items)) => items.values().collect(),
        _ => Vec::new(),
    };
    let mut counts = BTreeMap::new();
    for item in items {
        let id = ["campaignProductId", "productId"].map(|name| text(item.get(name)));
        let id = id.into_iter().find(|id| !id.is_empty()).unwrap_or_default();
        let quantity = text(item.get("qty")).parse().unwrap_or(1);
        let count = counts.entry(id).or_insert(0_u64);
        *count = count.saturating_add(quantity);
    }
    counts
}

/// The CRM writes a number now as a number, now as a text.
fn text(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

async fn read(mut response: Response) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| failure(&error))? {
        if body.len() + chunk.len() > REPLY_LIMIT {
            tracing::error!(limit = REPLY_LIMIT, "the CRM's answer is too large");
            return Err(Failure::CrmReplyUnreadable);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Whether the order can have left this machine when the transport failed.
fn failure(error: &reqwest::Error) -> Failure {
    if error.is_connect() || error.is_builder() {
        Failure::CrmUnreachable
    } else {
        Failure::CrmAnswerLost
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use serde_json::{Value, json};

    use super::items;

    #[test]
    fn items_are_counted_by_the_id_of_the_campaign() {
        let list = json!([
            {"productId": 14015, "campaignProductId": "348", "qty": "2"},
            {"productId": "349", "campaignProductId": null, "qty": 1},
            {"campaignProductId": 348},
        ]);
        let object = json!({"9": list[0], "8": list[1], "7": list[2]});
        for shape in [list, object] {
            let Value::Object(order) = json!({"items": shape}) else { panic!() };
            let counts: Vec<_> = items(&order).into_iter().collect();
            assert_eq!(counts, [("348".to_owned(), 3), ("349".to_owned(), 1)]);
        }
        for odd in [json!({}), json!({"items": "none"}), json!({"items": null})] {
            assert!(items(odd.as_object().unwrap()).is_empty(), "{odd}");
        }
    }
}
