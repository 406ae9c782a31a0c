//! What the stand-in sends back, well or badly.

use std::{collections::BTreeMap, io, time::Duration};

use axum::{
    body::{Body, Bytes},
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use serde::Serialize;
use serde_json::json;
use tokio::time;

use super::faults::Silence;

/// What goes over the wire.
#[derive(Debug)]
pub enum Reply {
    /// A body of JSON, or what passes for it.
    Json(StatusCode, String),
    /// JSON after a while.
    Late(Duration, String),
    /// A page for people.
    Html(StatusCode),
    /// Nothing, and the connection stays open.
    Never,
    /// Nothing, and the connection is cut.
    Cut,
}

impl Reply {
    /// The CRM's envelope.
    pub fn envelope(result: &str, message: &impl Serialize) -> Self {
        Self::envelope_with(StatusCode::OK, result, message)
    }

    /// The CRM's envelope with a status of its own.
    pub fn envelope_with(status: StatusCode, result: &str, message: &impl Serialize) -> Self {
        Self::Json(status, text(result, message))
    }

    /// A success that takes its time.
    pub fn late(wait: Duration, message: &impl Serialize) -> Self {
        Self::Late(wait, text("SUCCESS", message))
    }

    /// A refusal in one text.
    pub fn error(message: &str) -> Self {
        Self::envelope("ERROR", &json!(message))
    }

    /// A refusal: one problem is told as a text, several as an object.
    pub fn problems(problems: &BTreeMap<String, &'static str>) -> Self {
        match problems.first_key_value() {
            Some((name, text)) if problems.len() == 1 => Self::error(&format!("{name} {text}")),
            _ => Self::envelope("ERROR", problems),
        }
    }
}

impl From<Silence> for Reply {
    fn from(silence: Silence) -> Self {
        match silence {
            Silence::Html => Self::Html(StatusCode::OK),
            Silence::Lost => Self::Cut,
            Silence::Hang => Self::Never,
        }
    }
}

impl Reply {
    /// Sends it, when the time for it has come.
    pub async fn into_response(self) -> Response {
        match self {
            Self::Json(status, text) => {
                (status, [(header::CONTENT_TYPE, "application/json")], text).into_response()
            }
            Self::Late(wait, text) => {
                time::sleep(wait).await;
                ([(header::CONTENT_TYPE, "application/json")], text).into_response()
            }
            Self::Html(status) => {
                (status, Html("<!doctype html><title>Maintenance</title><h1>Back soon</h1>"))
                    .into_response()
            }
            Self::Never => std::future::pending().await,
            // A body that breaks off makes the server close the connection in the middle of the answer.
            Self::Cut => {
                let broken = futures_util::stream::iter([Err::<Bytes, _>(io::Error::other("cut"))]);
                Body::from_stream(broken).into_response()
            }
        }
    }
}

fn text(result: &str, message: &impl Serialize) -> String {
    #[derive(Serialize)]
    struct Envelope<'a, M> {
        result: &'a str,
        message: &'a M,
    }
    // Fails for no type used here; an empty body would be noticed at once.
    serde_json::to_string(&Envelope { result, message }).unwrap_or_default()
}
