//! Login with Amazon: whose access token a page shows.

use reqwest::{Client, RequestBuilder, StatusCode, Url, redirect};
use serde::{Deserialize, de::DeserializeOwned};

use crate::{Failure, config::AmazonConfig, crm::Limits};

/// Who is signed in, as far as Amazon tells. The scopes of the sign-in decide what it tells.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Profile {
    /// The whole name.
    pub name: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
}

#[derive(Deserialize)]
struct TokenInfo {
    /// The client id that the token was issued to.
    aud: String,
}

/// Asks Amazon about tokens.
#[derive(Clone, Debug)]
pub struct Amazon {
    http: Client,
    base: Url,
    client_id: String,
}

impl Amazon {
    /// A client for the configured Amazon. Connects to nothing yet.
    ///
    /// # Errors
    /// When the TLS set-up of this machine does not work.
    pub fn new(config: &AmazonConfig, limits: Limits) -> Result<Self, reqwest::Error> {
        let http = Client::builder()
            .connect_timeout(limits.connect)
            .timeout(limits.amazon())
            // A redirect would carry the token to somebody else.
            .redirect(redirect::Policy::none())
            .no_proxy()
            .build()?;
        Ok(Self { http, base: config.url.clone(), client_id: config.client_id.clone() })
    }

    /// Checks that a token is valid and was issued to this merchant's client id. Any site may have
    /// tokens of its own visitors, so the shape alone says nothing.
    ///
    /// # Errors
    /// [`Failure::TokenRefused`] and [`Failure::AmazonUnreachable`].
    pub async fn check(&self, token: &str) -> Result<(), Failure> {
        let mut url = self.url("auth/o2/tokeninfo");
        // Amazon takes it nowhere else.
        url.query_pairs_mut().append_pair("access_token", token);
        let info: TokenInfo = answer(self.http.get(url)).await?;
        if info.aud == self.client_id {
            return Ok(());
        }
        tracing::warn!("refused an access token that was issued to another client id");
        Err(Failure::TokenRefused)
    }

    /// Who is signed in with a token that [`Amazon::check`] has found good.
    ///
    /// # Errors
    /// As for [`Amazon::check`].
    pub async fn profile(&self, token: &str) -> Result<Profile, Failure> {
        answer(self.http.get(self.url("user/profile")).bearer_auth(token)).await
    }

    fn url(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}/{path}", self.base.path().trim_end_matches('/')));
        url
    }
}

async fn answer<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, Failure> {
    let unreachable = |error: reqwest::Error| {
        // The address has the token in it.
        tracing::warn!(error = %error.without_url(), "Amazon cannot be asked about a token");
        Failure::AmazonUnreachable
    };
    let response = request.send().await.map_err(unreachable)?;
    match response.status() {
        StatusCode::OK => {}
        StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            tracing::warn!(status = response.status().as_u16(), "Amazon refuses an access token");
            return Err(Failure::TokenRefused);
        }
        status => {
            tracing::warn!(status = status.as_u16(), "Amazon cannot be asked about a token");
            return Err(Failure::AmazonUnreachable);
        }
    }
    let body = response.bytes().await.map_err(unreachable)?;
    serde_json::from_slice(&body).map_err(|_| {
        tracing::warn!(bytes = body.len(), "Amazon's answer about a token makes no sense");
        Failure::AmazonUnreachable
    })
}
