//! What happened, in numbers, as Prometheus reads them.

use std::{fmt, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
    routing::get,
};
use prometheus_client::{
    encoding::{EncodeLabelSet, text},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};

use crate::{Backend, envelope::Verdict, journal::Outcome, purchase::Kind};

/// In seconds: from a refusal at once to an import that the payment processor holds up.
const BUCKETS: [f64; 11] = [0.005, 0.025, 0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0];

type Durations<Labels> = Family<Labels, Histogram, fn() -> Histogram>;

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RequestLabels {
    route: String,
    status: u32,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ImportLabels {
    kind: &'static str,
    outcome: &'static str,
}

/// The numbers of one process.
pub struct Metrics {
    registry: Registry,
    requests: Durations<RequestLabels>,
    imports: Durations<ImportLabels>,
    imports_under_way: Gauge,
    outcome_unknown: Counter,
    dropped_fields: Counter,
    rate_limited: Counter,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let durations = || Histogram::new(BUCKETS);
        let requests = Durations::new_with_constructor(durations);
        let imports = Durations::new_with_constructor(durations);
        let imports_under_way = Gauge::default();
        let outcome_unknown = Counter::default();
        let dropped_fields = Counter::default();
        let rate_limited = Counter::default();

        let mut registry = Registry::with_prefix("landerpay");
        registry.register_with_unit(
            "request_duration",
            "Requests that were answered, by route and status",
            Unit::Seconds,
            requests.clone(),
        );
        registry.register_with_unit(
            "import_duration",
            "Purchases that were handed to the CRM, by kind and by what became of them",
            Unit::Seconds,
            imports.clone(),
        );
        registry.register(
            "imports_under_way",
            "Purchases that are being imported",
            imports_under_way.clone(),
        );
        registry.register(
            "outcome_unknown",
            "Buyers who were told that nobody knows what became of their order",
            outcome_unknown.clone(),
        );
        registry.register(
            "dropped_fields",
            "Fields that a page must not set, and that were dropped",
            dropped_fields.clone(),
        );
        registry.register(
            "rate_limited",
            "Requests that were one of too many",
            rate_limited.clone(),
        );
        Self {
            registry,
            requests,
            imports,
            imports_under_way,
            outcome_unknown,
            dropped_fields,
            rate_limited,
        }
    }
}

impl Metrics {
    /// A request was answered. `route` is one of ours, never what was asked for.
    pub fn request(&self, route: &str, status: StatusCode, took: Duration) {
        let labels = RequestLabels { route: route.to_owned(), status: status.as_u16().into() };
        self.requests.get_or_create(&labels).observe(took.as_secs_f64());
    }

    /// A purchase has an outcome. Its label is a code of ours: the CRM's own word may be anything.
    pub fn import(&self, kind: Kind, outcome: &Outcome, took: Duration) {
        let outcome = match outcome {
            Ok(envelope) => match envelope.verdict() {
                Verdict::Taken => "taken",
                Verdict::Refused => "refused",
                Verdict::Unclear => "unclear",
            },
            Err(failure) => failure.code(),
        };
        self.imports
            .get_or_create(&ImportLabels { kind: kind.word(), outcome })
            .observe(took.as_secs_f64());
    }

    /// A buyer was told that nobody knows what became of an order.
    pub fn outcome_unknown(&self) {
        self.outcome_unknown.inc();
    }

    /// Fields were dropped from a purchase.
    pub fn dropped_fields(&self, count: usize) {
        self.dropped_fields.inc_by(u64::try_from(count).unwrap_or(u64::MAX));
    }

    /// A request was one of too many.
    pub fn rate_limited(&self) {
        self.rate_limited.inc();
    }

    fn text(&self, imports_under_way: usize) -> Result<String, fmt::Error> {
        self.imports_under_way.set(i64::try_from(imports_under_way).unwrap_or(i64::MAX));
        let mut text = String::new();
        text::encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// `GET /metrics`, for a listener that shoppers do not reach.
pub fn routes(backend: Arc<Backend>) -> Router {
    Router::new().route("/metrics", get(show)).with_state(backend)
}

async fn show(State(backend): State<Arc<Backend>>) -> impl IntoResponse {
    let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    backend
        .metrics
        .text(backend.imports.len())
        .map(|text| ([(header::CONTENT_TYPE, content_type)], text))
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}
