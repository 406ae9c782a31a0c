//! The stand-in for Login with Amazon, for tests of the backend: what a token is, and whose.
//!
//! `GET /auth/o2/tokeninfo?access_token=…` and `GET /user/profile` answer as `www/simulator` does, which
//! has a whole buyer behind each token. Here the token itself says what it is worth:
//!
//! | token | what it is |
//! |---|---|
//! | `Atza\|user=Maria+Bennett=maria@example.com` | a token of this buyer; `+` is a blank; without the last part, of one without e-mail address |
//! | `Atza\|noname…` | a token that does not cover name and e-mail address |
//! | `Atza\|foreign…` | a token of another client |
//! | `Atza\|expired…` | a token that is over, as any text without `Atza\|` |
//! | `Atza\|down…` | HTTP 500 |
//! | `Atza\|html…` | HTML with status 200 |
//! | `Atza\|hang…` | no answer; the connection stays open |
//! | `Atza\|` and any other text | a token of Ada Lovelace, ada@example.com |
//!
//! `profile-` in front of `expired`, `down`, `html` or `hang` makes it so for the profile only.
//! `GET /stand-in/calls` counts both calls.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Router,
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use serde_json::{Value, json};

/// The client of the demo's pages.
pub const CLIENT_ID: &str = "amzn1.application-oa2-client.0a1b2c3d4e5f";

/// The stand-in.
#[derive(Debug)]
pub struct Amazon {
    client_id: String,
    token_infos: AtomicUsize,
    profiles: AtomicUsize,
}

impl Amazon {
    /// A stand-in whose tokens are for this client.
    #[must_use]
    pub fn new(client_id: &str) -> Self {
        Self {
            client_id: client_id.to_owned(),
            token_infos: AtomicUsize::new(0),
            profiles: AtomicUsize::new(0),
        }
    }

    /// Its addresses.
    pub fn routes(self: Arc<Self>) -> Router {
        Router::new()
            .route("/auth/o2/tokeninfo", get(token_info))
            .route("/user/profile", get(profile))
            .route("/stand-in/calls", get(calls))
            .with_state(self)
    }

    fn token_info(&self, token: &str) -> Answer {
        let aud = match Token::read(token) {
            Token::Bad(Badness { profile_only: false, kind }) => return kind.into(),
            Token::Foreign => "amzn1.application-oa2-client.of-another-shop",
            Token::Bad(_) | Token::Good(_) => &self.client_id,
        };
        Answer::Json(
            StatusCode::OK,
            json!({
                "iss": "https://www.amazon.com",
                "user_id": USER_ID,
                "aud": aud,
                "app_id": "amzn1.application.simulated",
                "exp": 3597,
                "iat": 1_700_000_000,
            }),
        )
    }
}

const USER_ID: &str = "amzn1.account.STANDIN";

/// What a token is worth.
#[derive(Debug)]
enum Token<'a> {
    Good(Buyer<'a>),
    Foreign,
    Bad(Badness),
}

/// What the profile holds of a buyer.
#[derive(Debug)]
struct Buyer<'a> {
    name: Option<&'a str>,
    email: Option<&'a str>,
}

#[derive(Debug)]
struct Badness {
    profile_only: bool,
    kind: Bad,
}

#[derive(Clone, Copy, Debug)]
enum Bad {
    Expired,
    Down,
    Html,
    Hang,
}

impl<'a> Token<'a> {
    fn read(token: &'a str) -> Self {
        let Some(text) = token.strip_prefix("Atza|") else {
            return Self::Bad(Badness { profile_only: false, kind: Bad::Expired });
        };
        let (profile_only, word) = match text.strip_prefix("profile-") {
            Some(word) => (true, word),
            None => (false, text),
        };
        for (prefix, kind) in [
            ("expired", Bad::Expired),
            ("down", Bad::Down),
            ("html", Bad::Html),
            ("hang", Bad::Hang),
        ] {
            if word.starts_with(prefix) {
                return Self::Bad(Badness { profile_only, kind });
            }
        }
        if text.starts_with("foreign") {
            return Self::Foreign;
        }
        Self::Good(Buyer::read(text))
    }
}

impl<'a> Buyer<'a> {
    fn read(text: &'a str) -> Self {
        if text.starts_with("noname") {
            return Self { name: None, email: None };
        }
        let Some(user) = text.strip_prefix("user=") else {
            return Self { name: Some("Ada Lovelace"), email: Some("ada@example.com") };
        };
        let mut parts = user.split('=').map(|part| Some(part).filter(|part| !part.is_empty()));
        Self { name: parts.next().flatten(), email: parts.next().flatten() }
    }
}

/// What goes over the wire.
#[derive(Debug)]
enum Answer {
    Json(StatusCode, Value),
    Html,
    Never,
}

impl From<Bad> for Answer {
    fn from(bad: Bad) -> Self {
        match bad {
            Bad::Expired => Self::Json(
                StatusCode::BAD_REQUEST,
                json!({
                    "error": "invalid_token",
                    "error_description":
                        "The request has an invalid parameter : access_token",
                }),
            ),
            Bad::Down => Self::Json(
                StatusCode::INTERNAL_SERVER_ERROR,
                json!({"error": "ServerError", "error_description": "The stand-in was told to fail"}),
            ),
            Bad::Html => Self::Html,
            Bad::Hang => Self::Never,
        }
    }
}

impl Answer {
    async fn into_response(self) -> Response {
        match self {
            Self::Json(status, value) => {
                (status, [(header::CONTENT_TYPE, "application/json")], value.to_string())
                    .into_response()
            }
            Self::Html => {
                Html("<!doctype html><title>Sorry</title><p>Please wait.").into_response()
            }
            Self::Never => std::future::pending().await,
        }
    }
}

/// The profile of a token, which may be another client's: only the token's information tells.
fn profile_of(token: &str) -> Answer {
    let buyer = match Token::read(token) {
        Token::Bad(Badness { kind, .. }) => return kind.into(),
        Token::Good(buyer) => buyer,
        Token::Foreign => Buyer::read(""),
    };
    let mut profile = json!({"user_id": USER_ID});
    let covered = [
        ("name", buyer.name.map(|name| name.replace('+', " "))),
        ("email", buyer.email.map(str::to_owned)),
        ("postal_code", buyer.name.map(|_| "97205".to_owned())),
    ];
    if let Some(profile) = profile.as_object_mut() {
        profile.extend(
            covered.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into()))),
        );
    }
    Answer::Json(StatusCode::OK, profile)
}

async fn token_info(State(amazon): State<Arc<Amazon>>, RawQuery(query): RawQuery) -> Response {
    amazon.token_infos.fetch_add(1, Ordering::SeqCst);
    let query = query.unwrap_or_default();
    let token = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "access_token");
    amazon.token_info(token.as_ref().map_or("", |(_, value)| value)).into_response().await
}

async fn profile(State(amazon): State<Arc<Amazon>>, headers: HeaderMap) -> Response {
    amazon.profiles.fetch_add(1, Ordering::SeqCst);
    let token = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map_or("", |(_, token)| token);
    profile_of(token).into_response().await
}

async fn calls(State(amazon): State<Arc<Amazon>>) -> Response {
    let count = |calls: &AtomicUsize| calls.load(Ordering::SeqCst);
    let counts =
        json!({"tokenInfos": count(&amazon.token_infos), "profiles": count(&amazon.profiles)});
    Answer::Json(StatusCode::OK, counts).into_response().await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use super::{Amazon, Answer, CLIENT_ID, profile_of};
    use serde_json::{Value, json};

    fn told(answer: Answer) -> (u16, Value) {
        match answer {
            Answer::Json(status, value) => (status.as_u16(), value),
            other => panic!("{other:?}"),
        }
    }

    fn token_info(token: &str) -> Answer {
        Amazon::new(CLIENT_ID).token_info(token)
    }

    #[test]
    fn any_token_is_of_this_client_and_of_ada() {
        for token in ["Atza|secret+token/with=marks", "Atza|renewed", "Atza|profile-me"] {
            let (status, info) = told(token_info(token));
            assert_eq!((status, &info["aud"]), (200, &json!(CLIENT_ID)), "{token}");
            assert_eq!(
                (&info["exp"], &info["iss"]),
                (&json!(3597), &json!("https://www.amazon.com"))
            );
            let (status, profile) = told(profile_of(token));
            assert_eq!((status, &profile["user_id"]), (200, &info["user_id"]));
            assert_eq!(
                (&profile["name"], &profile["email"]),
                (&json!("Ada Lovelace"), &json!("ada@example.com"))
            );
        }
    }

    #[test]
    fn a_token_may_say_whose_it_is() {
        for (token, name, email) in [
            (
                "Atza|user=Maria+Bennett=maria@example.com",
                json!("Maria Bennett"),
                json!("maria@example.com"),
            ),
            (
                "Atza|user=Maria+Bennett=maria@example.com=2",
                json!("Maria Bennett"),
                json!("maria@example.com"),
            ),
            ("Atza|user=Maria", json!("Maria"), Value::Null),
            ("Atza|user==maria@example.com", Value::Null, json!("maria@example.com")),
            ("Atza|noname-1", Value::Null, Value::Null),
        ] {
            let (_, profile) = told(profile_of(token));
            assert_eq!((&profile["name"], &profile["email"]), (&name, &email), "{token}");
            assert_eq!(told(token_info(token)).1["aud"], CLIENT_ID, "{token}");
        }
    }

    #[test]
    fn a_foreign_token_is_told_by_its_client_only() {
        assert_ne!(told(token_info("Atza|foreign")).1["aud"], CLIENT_ID);
        assert_eq!(told(profile_of("Atza|foreign")).0, 200);
    }

    #[test]
    fn a_bad_token_is_bad_at_both_or_at_the_profile() {
        for (word, status) in [("expired", 400), ("down", 500)] {
            let token = format!("Atza|{word}-1");
            assert_eq!(told(token_info(&token)).0, status);
            assert_eq!(told(profile_of(&token)).0, status);
            let token = format!("Atza|profile-{word}");
            assert_eq!(told(token_info(&token)).0, 200);
            assert_eq!(told(profile_of(&token)).0, status);
        }
        assert_eq!(told(token_info("")).1["error"], "invalid_token");
        assert_eq!(told(profile_of("x")).1["error"], "invalid_token");
        assert!(matches!(token_info("Atza|html"), Answer::Html));
        assert!(matches!(token_info("Atza|hang"), Answer::Never));
        assert!(matches!(profile_of("Atza|profile-hang"), Answer::Never));
    }

    #[test]
    fn the_demo_s_pages_have_this_client() {
        let page = include_str!("../../../www/one-time.html");
        assert!(page.contains(&format!("data-client-id=\"{CLIENT_ID}\"")));
    }
}
