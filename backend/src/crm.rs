//! The client of the CRM.

use std::time::Duration;

use axum::http::HeaderValue;
use reqwest::{Client, Response, Url, header::CONTENT_TYPE, redirect};

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

/// How long to wait for the CRM.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For the connection.
    pub connect: Duration,
    /// From the start to the last byte of the answer. An import waits for the payment processor,
    /// which may take a minute or two.
    pub total: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), total: Duration::from_secs(120) }
    }
}

/// Sends orders and upsales to the CRM.
#[derive(Clone, Debug)]
pub struct Crm {
    http: Client,
    base: Url,
    login_id: Secret,
    password: Secret,
}

impl Crm {
    /// A client for the configured CRM. Connects to nothing yet.
    ///
    /// # Errors
    /// When the TLS set-up of this machine does not work.
    pub fn new(config: &CrmConfig) -> Result<Self, reqwest::Error> {
        let http = Client::builder()
            .connect_timeout(config.limits.connect)
            .timeout(config.limits.total)
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
        })
    }

    fn url(&self, kind: Kind) -> Url {
        // With the trailing slash, which some of the CRM's addresses need. "upsale" is its spelling.
        let address = match kind {
            Kind::Order => "order/import/",
            Kind::Upsale => "upsale/import/",
        };
        let mut url = self.base.clone();
        url.set_path(&format!("{}/{address}", self.base.path().trim_end_matches('/')));
        url
    }

    /// Posts one Import Order or Import Upsale, once.
    ///
    /// # Errors
    /// [`Failure::CrmUnreachable`] when nothing was sent; [`Failure::CrmAnswerLost`] and
    /// [`Failure::CrmReplyUnreadable`] when the order may exist.
    pub async fn import(&self, kind: Kind, fields: &Fields) -> Outcome {
        let mut form = fields.clone();
        // Last, so that no field of a page can stand in for them.
        form.set("loginId", self.login_id.expose());
        form.set("password", self.password.expose());
        let response = self
            .http
            .post(self.url(kind))
            .header(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"))
            .body(form.to_form())
            .send()
            .await
            .map_err(|error| failure(&error))?;
        let status = response.status();
        let body = read(response).await?;
        let token = fields.get(TOKEN).unwrap_or("");
        let secrets = [token, self.password.expose(), self.login_id.expose()];
        // The CRM says everything in its envelope, with one exception: a server that broke, or a
        // gateway in front of it, cannot know that there is no order.
        let believed =
            |envelope: &Envelope| status.as_u16() < 500 || envelope.verdict() != Verdict::Refused;
        Envelope::read(&body, &secrets).filter(believed).ok_or_else(|| {
            tracing::error!(
                status = status.as_u16(),
                bytes = body.len(),
                "unreadable answer from the CRM"
            );
            Failure::CrmReplyUnreadable
        })
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
