//! `GET /amazon-pay/openapi.json`: the contract with the pages, as this build keeps it.

use axum::{
    http::header,
    response::{IntoResponse, Response},
};

const CONTRACT: &str = include_str!("../openapi.json");

/// Answers with the contract.
pub async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], CONTRACT).into_response()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use std::collections::{BTreeMap, BTreeSet};

    use serde_json::Value;

    use super::CONTRACT;
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

    /// The codes with their statuses, by where they may come: in answers of operations.
    fn codes(contract: &Value) -> BTreeSet<(u16, String)> {
        let operations = contract["paths"].as_object().unwrap().values();
        let mut responses: Vec<(u16, &Value)> = operations
            .flat_map(|path| path.as_object().unwrap().values())
            .flat_map(|operation| operation["responses"].as_object().unwrap())
            .map(|(status, response)| (status.parse().unwrap(), resolve(contract, response)))
            .collect();
        // They belong to every other address and method.
        let common = &contract["components"]["responses"];
        responses.push((404, &common["NotFound"]));
        responses.push((405, &common["MethodNotAllowed"]));
        responses
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
    fn it_has_every_failure_with_its_status_and_no_other() {
        let failures: BTreeSet<_> = all()
            .iter()
            .map(|failure| (failure.status().as_u16(), failure.code().to_owned()))
            .collect();
        assert_eq!(codes(&contract()), failures);
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
