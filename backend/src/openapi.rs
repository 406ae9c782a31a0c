//! `GET /amazon-pay/openapi.json`: the contract with the pages, as this build keeps it.

use axum::{
    http::header,
    response::{IntoResponse, Response},
};

const CONTRACT: &str = include_str!("../openapi.json");

/// Answers with the contract.
pub async fn openapi() -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (headers, CONTRACT).into_response()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use std::collections::{BTreeMap, BTreeSet};

    use serde_json::Value;

    use super::{CONTRACT, openapi};
    use crate::{Failure, failure::tests::all};

    fn contract() -> Value {
        serde_json::from_str(CONTRACT).unwrap()
    }

    /// What a `$ref` points at.
    fn resolve<'a>(contract: &'a Value, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str() {
            Some(target) => contract.pointer(target.strip_prefix('#').unwrap()).expect(target),
            None => value,
        }
    }

    /// The answers of an operation, by its id. Those that belong to every other address and method: "".
    fn responses<'a>(contract: &'a Value, operation: &str) -> Vec<(u16, &'a Value)> {
        if operation.is_empty() {
            let common = &contract["components"]["responses"];
            return vec![(404, &common["NotFound"]), (405, &common["MethodNotAllowed"])];
        }
        let operations = contract["paths"].as_object().unwrap().values();
        operations
            .flat_map(|path| path.as_object().unwrap().values())
            .filter(|known| known["operationId"] == operation)
            .flat_map(|operation| operation["responses"].as_object().unwrap())
            .map(|(status, response)| (status.parse().unwrap(), resolve(contract, response)))
            .collect()
    }

    /// The codes of an operation with their statuses.
    fn codes(contract: &Value, operation: &str) -> BTreeSet<(u16, String)> {
        responses(contract, operation)
            .into_iter()
            .filter(|(status, _)| *status != 200)
            .flat_map(|(status, response)| {
                let json = &response["content"]["application/json"];
                let named = json["schema"]["allOf"][1]["properties"]["code"]["enum"].as_array();
                let named: Vec<_> = named.into_iter().flatten().filter_map(Value::as_str).collect();
                let shown = json["examples"].as_object().into_iter().flatten();
                let shown: Vec<_> = shown
                    .map(|(_, example)| {
                        resolve(contract, example)["value"]["code"].as_str().unwrap()
                    })
                    .collect();
                assert_eq!(named, shown, "{status}: each code has its example");
                named.into_iter().map(move |code| (status, code.to_owned()))
            })
            .collect()
    }

    #[test]
    fn it_is_of_this_version_and_every_reference_leads_somewhere() {
        let contract = contract();
        assert_eq!(contract["openapi"], "3.1.0");
        assert_eq!(contract["info"]["version"], env!("CARGO_PKG_VERSION"));
        let mut open = vec![&contract];
        let mut references = 0;
        while let Some(value) = open.pop() {
            match value {
                Value::Object(members) => {
                    references += usize::from(members.contains_key("$ref"));
                    resolve(&contract, value);
                    open.extend(members.values());
                }
                Value::Array(items) => open.extend(items),
                _ => {}
            }
        }
        assert!(references > 50, "{references}");
    }

    #[test]
    fn each_operation_has_its_failures_with_their_statuses_and_no_other() {
        let elsewhere = ["not_found", "method_not_allowed"];
        let about_keys = ["attempt_unknown", "import_under_way"];
        let status = [
            "attempt_unknown",
            "crm_answer_lost",
            "idempotency_key_invalid",
            "import_under_way",
            "journal_unavailable",
            "order_outcome_unknown",
        ];
        let import = |code: &str| !elsewhere.contains(&code) && !about_keys.contains(&code);
        let contract = contract();
        for (operation, may_come) in [
            ("importOrder", &import as &dyn Fn(&str) -> bool),
            ("importUpsale", &import),
            ("orderStatus", &|code| status.contains(&code)),
            ("openapi", &|_| false),
            ("health", &|_| false),
            ("ready", &|_| false),
            ("", &|code| elsewhere.contains(&code)),
        ] {
            let failures: BTreeSet<_> = all()
                .iter()
                .filter(|failure| may_come(failure.code()))
                .map(|failure| (failure.status().as_u16(), failure.code().to_owned()))
                .collect();
            assert!(!responses(&contract, operation).is_empty(), "{operation}");
            assert_eq!(codes(&contract, operation), failures, "{operation}");
        }
    }

    #[tokio::test]
    async fn it_is_not_kept_as_it_says_of_every_answer() {
        assert_eq!(openapi().await.headers()["cache-control"], "no-store");
    }

    #[test]
    fn its_examples_are_what_the_failures_say() {
        let contract = contract();
        for failure in all() {
            let example = &contract["components"]["examples"][failure.code()];
            // Those with words of their own are told by the code alone.
            if !matches!(failure, Failure::BodyUnreadable(_) | Failure::FieldsInvalid(_)) {
                assert_eq!(example["value"]["message"], failure.message(), "{failure:?}");
            }
            let result = if failure == Failure::ImportUnderWay { "PENDING" } else { "ERROR" };
            assert_eq!(example["value"]["result"], result, "{failure:?}");
            assert_eq!(example["x-order-may-exist"], !failure.nothing_was_sent(), "{failure:?}");
        }
    }

    #[test]
    fn it_has_the_routes_of_the_server_and_no_other() {
        let contract = contract();
        let written: BTreeMap<_, BTreeSet<_>> = contract["paths"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(path, item)| {
                (path.as_str(), item.as_object().unwrap().keys().map(String::as_str).collect())
            })
            .collect();
        let served: BTreeMap<_, _> = include_str!("server.rs")
            .split(".route(\"")
            .skip(1)
            .map(|route| {
                let (path, rest) = route.split_once("\", ").expect("a path and a handler");
                let (method, _) = rest.split_once('(').expect("a method");
                (path, BTreeSet::from([method]))
            })
            .collect();
        assert_eq!(written, served);
    }
}
