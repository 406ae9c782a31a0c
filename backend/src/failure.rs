//! Everything that can go wrong with a request, each with its HTTP status and its stable code.

use std::collections::{BTreeMap, BTreeSet};

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

/// Why a request has no answer from the CRM.
///
/// It reaches the browser as `{"result":"ERROR","message":…,"code":…}`: the message is for people
/// and may be reworded, the code is for programs and stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The body is neither JSON nor a form, by its content type.
    ContentTypeUnsupported,
    /// The body has more than [`crate::import::BODY_LIMIT`] bytes.
    BodyTooLarge,
    /// The body did not arrive in time.
    BodyTimeout,
    /// The body is not what its content type says. Carries the sentence.
    BodyUnreadable(String),
    /// Some fields are missing or wrong: field name → sentence.
    FieldsInvalid(BTreeMap<String, String>),
    /// The `Idempotency-Key` header is not 16 to 128 visible ASCII characters.
    IdempotencyKeyInvalid,
    /// The key was used before, for another order.
    IdempotencyConflict,
    /// An earlier attempt at this purchase has no known outcome; it must not be repeated blindly.
    OrderOutcomeUnknown,
    /// Some products of an upsale, by their ids, were added to the order before, or are on their way.
    /// Nothing of the upsale was sent.
    ProductTaken(BTreeSet<String>),
    /// The request comes from a page of another site.
    ForeignOrigin,
    /// One client has sent too many requests. Nothing of this one was looked at.
    RateLimited,
    /// Amazon does not know the access token, it is over, or it was issued to another client id.
    TokenRefused,
    /// Amazon could not be asked about the token: nothing was sent to the CRM.
    AmazonUnreachable,
    /// The journal could not be read or written before anything was sent.
    JournalUnavailable,
    /// No attempt is known by this key.
    AttemptUnknown,
    /// The attempt that somebody asks about has no outcome yet.
    ImportUnderWay,
    /// No connection to the CRM: nothing was sent, so the order may be tried again.
    CrmUnreachable,
    /// The CRM answered with something that is not its envelope, or refused with an HTTP status of
    /// 500 or more. The order may exist.
    CrmReplyUnreadable,
    /// The order was sent and no answer came back. The order may exist.
    CrmAnswerLost,
    /// No such page.
    NotFound,
    /// The page exists, for another HTTP method.
    MethodNotAllowed,
}

impl Failure {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::ContentTypeUnsupported => "content_type_unsupported",
            Self::BodyTooLarge => "body_too_large",
            Self::BodyTimeout => "body_timeout",
            Self::BodyUnreadable(_) => "body_unreadable",
            Self::FieldsInvalid(_) => "fields_invalid",
            Self::IdempotencyKeyInvalid => "idempotency_key_invalid",
            Self::IdempotencyConflict => "idempotency_conflict",
            Self::OrderOutcomeUnknown => "order_outcome_unknown",
            Self::ProductTaken(_) => "product_taken",
            Self::ForeignOrigin => "foreign_origin",
            Self::RateLimited => "rate_limited",
            Self::TokenRefused => "token_refused",
            Self::AmazonUnreachable => "amazon_unreachable",
            Self::JournalUnavailable => "journal_unavailable",
            Self::AttemptUnknown => "attempt_unknown",
            Self::ImportUnderWay => "import_under_way",
            Self::CrmUnreachable => "crm_unreachable",
            Self::CrmReplyUnreadable => "crm_reply_unreadable",
            Self::CrmAnswerLost => "crm_answer_lost",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
        }
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::ContentTypeUnsupported => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BodyTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::BodyUnreadable(_) | Self::IdempotencyKeyInvalid => StatusCode::BAD_REQUEST,
            Self::FieldsInvalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::ImportUnderWay => StatusCode::ACCEPTED,
            Self::IdempotencyConflict | Self::OrderOutcomeUnknown | Self::ProductTaken(_) => {
                StatusCode::CONFLICT
            }
            Self::ForeignOrigin => StatusCode::FORBIDDEN,
            Self::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Self::TokenRefused => StatusCode::UNAUTHORIZED,
            Self::AmazonUnreachable | Self::JournalUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::CrmUnreachable | Self::CrmReplyUnreadable => StatusCode::BAD_GATEWAY,
            Self::CrmAnswerLost => StatusCode::GATEWAY_TIMEOUT,
            Self::NotFound | Self::AttemptUnknown => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        }
    }

    /// What the buyer or the developer is told: a sentence, or an object of field → sentence.
    #[must_use]
    pub fn message(&self) -> Value {
        let sentence = match self {
            Self::ContentTypeUnsupported => {
                "Send the order as application/json or application/x-www-form-urlencoded."
            }
            Self::BodyTooLarge => "The order is larger than 64 KiB.",
            Self::BodyTimeout => "The order did not arrive in time. Please try again.",
            Self::BodyUnreadable(sentence) => sentence,
            Self::FieldsInvalid(fields) => return json!(fields),
            Self::IdempotencyKeyInvalid => {
                "The Idempotency-Key header must be 16 to 128 visible ASCII characters."
            }
            Self::IdempotencyConflict => "This Idempotency-Key was already used for another order.",
            Self::OrderOutcomeUnknown => {
                "An earlier attempt at this order may have gone through. Do not pay again: ask the shop first."
            }
            Self::ProductTaken(products) => return json!(taken(products)),
            Self::ForeignOrigin => "Orders are only taken from pages of this site.",
            Self::RateLimited => "Too many requests. Wait a minute, then try again.",
            Self::TokenRefused => {
                "Amazon does not accept this sign-in any more. Please sign in again."
            }
            Self::AmazonUnreachable => {
                "Amazon cannot be reached. Nothing was ordered; please try again."
            }
            Self::JournalUnavailable => {
                "The shop cannot take orders at the moment. Nothing new was ordered; please try again."
            }
            Self::AttemptUnknown => "No attempt is known by this Idempotency-Key.",
            Self::ImportUnderWay => "The purchase is on its way. Ask again in a few seconds.",
            Self::CrmUnreachable => {
                "The order system cannot be reached. Nothing was ordered; please try again."
            }
            Self::CrmReplyUnreadable => {
                "The order system gave an answer that makes no sense. The order may have gone through."
            }
            Self::CrmAnswerLost => {
                "The order system did not answer in time. The order may have gone through."
            }
            Self::NotFound => "There is nothing at this address.",
            Self::MethodNotAllowed => "This address takes another HTTP method.",
        };
        json!(sentence)
    }

    /// Whether it is certain that the CRM never saw the order.
    #[must_use]
    pub fn nothing_was_sent(&self) -> bool {
        match self {
            Self::CrmReplyUnreadable
            | Self::CrmAnswerLost
            | Self::OrderOutcomeUnknown
            | Self::ImportUnderWay => false,
            Self::ContentTypeUnsupported
            | Self::BodyTooLarge
            | Self::BodyTimeout
            | Self::BodyUnreadable(_)
            | Self::FieldsInvalid(_)
            | Self::IdempotencyKeyInvalid
            | Self::IdempotencyConflict
            | Self::ProductTaken(_)
            | Self::ForeignOrigin
            | Self::RateLimited
            | Self::TokenRefused
            | Self::AmazonUnreachable
            | Self::JournalUnavailable
            | Self::AttemptUnknown
            | Self::CrmUnreachable
            | Self::NotFound
            | Self::MethodNotAllowed => true,
        }
    }
}

fn taken(products: &BTreeSet<String>) -> String {
    let ids: Vec<_> = products.iter().map(String::as_str).collect();
    let (noun, verb) = if ids.len() == 1 { ("Product", "is") } else { ("Products", "are") };
    format!(
        "{noun} {} {verb} part of this order already, or on the way into it. Nothing was charged now.",
        ids.join(", ")
    )
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let result = if self == Self::ImportUnderWay { "PENDING" } else { "ERROR" };
        let body = json!({"result": result, "message": self.message(), "code": self.code()});
        (
            self.status(),
            [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")],
            body.to_string(),
        )
            .into_response()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use std::collections::BTreeSet;

    use super::Failure;

    fn all() -> Vec<Failure> {
        vec![
            Failure::ContentTypeUnsupported,
            Failure::BodyTooLarge,
            Failure::BodyTimeout,
            Failure::BodyUnreadable("The body is not JSON.".into()),
            Failure::FieldsInvalid([("a".to_owned(), "b".to_owned())].into()),
            Failure::IdempotencyKeyInvalid,
            Failure::IdempotencyConflict,
            Failure::OrderOutcomeUnknown,
            Failure::ProductTaken(["348".to_owned()].into()),
            Failure::ForeignOrigin,
            Failure::RateLimited,
            Failure::TokenRefused,
            Failure::AmazonUnreachable,
            Failure::JournalUnavailable,
            Failure::AttemptUnknown,
            Failure::ImportUnderWay,
            Failure::CrmUnreachable,
            Failure::CrmReplyUnreadable,
            Failure::CrmAnswerLost,
            Failure::NotFound,
            Failure::MethodNotAllowed,
        ]
    }

    #[test]
    fn codes_are_unique_and_snake_case() {
        let codes: BTreeSet<_> = all().iter().map(Failure::code).collect();
        assert_eq!(codes.len(), all().len());
        assert!(codes.iter().all(|code| code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')));
    }

    #[test]
    fn the_products_that_are_taken_are_named() {
        for (ids, sentence) in [
            (
                &["348"][..],
                "Product 348 is part of this order already, or on the way into it. Nothing was charged now.",
            ),
            (
                &["349", "348"],
                "Products 348, 349 are part of this order already, or on the way into it. Nothing was charged now.",
            ),
        ] {
            let products = ids.iter().map(|&id| id.to_owned()).collect();
            assert_eq!(Failure::ProductTaken(products).message(), sentence);
        }
    }

    #[test]
    fn every_failure_is_an_http_error() {
        for failure in all() {
            let status = failure.status();
            let waits = failure == Failure::ImportUnderWay;
            assert_eq!(status.is_client_error() || status.is_server_error(), !waits, "{failure:?}");
        }
    }
}
