//! The tables of `journal`, for whatever database `super::fresh` opens.

use landerpay_backend::{
    Failure,
    config::Merchant,
    crm::Trace,
    envelope::Envelope,
    fields::Fields,
    journal::{Attempt, Begin, Journal, Key, Outcome, Question, Waiter},
    purchase::{Kind, Purchase},
};
use tokio::time;

use super::{PATIENCE, fresh};

fn order_of(email: &str, product: &str, id: &str) -> Purchase {
    let form = format!(
        "amazonOrderId={id}&amazonAddressConsent=Atza%7Cx&emailAddress={email}\
         &firstName=A&lastName=B&campaignId=1&amazonBillerId=2&product1_id={product}"
    );
    check(Kind::Order, &form)
}

/// The first order with a token of its own, and an address or none.
fn order_with(token: &str, email: &str) -> Purchase {
    let email = if email.is_empty() { String::new() } else { format!("&emailAddress={email}") };
    let form = format!(
        "amazonOrderId=S01-0000000-0000001&amazonAddressConsent={token}{email}\
         &campaignId=1&amazonBillerId=2&product1_id=1"
    );
    check(Kind::Order, &form)
}

fn check(kind: Kind, form: &str) -> Purchase {
    let fields = Fields::from_form(form.as_bytes()).unwrap();
    Purchase::check(kind, fields, &Merchant::default()).unwrap()
}

fn order(product: &str) -> Purchase {
    order_of("a@b.example", product, "S01-0000000-0000001")
}

fn key(text: &str) -> Option<Key> {
    Some(Key::from_header(format!("key-{text:-<16}").as_bytes()).unwrap())
}

fn reply(result: &str) -> Outcome {
    Ok(Envelope::read(format!("{{\"result\":\"{result}\"}}").as_bytes(), &[], "").unwrap())
}

fn import(begin: Begin) -> Attempt {
    match begin {
        Begin::Import(attempt) => attempt,
        other => panic!("expected an import, got {other:?}"),
    }
}

fn wait(begin: Begin) -> Waiter {
    match begin {
        Begin::Wait(waiter) => waiter,
        other => panic!("expected to wait, got {other:?}"),
    }
}

fn done(begin: Begin) -> Outcome {
    match begin {
        Begin::Done(outcome) => outcome,
        other => panic!("expected an outcome, got {other:?}"),
    }
}

fn ask(begin: Begin) -> Question {
    match begin {
        Begin::Ask(question) => question,
        other => panic!("expected a question, got {other:?}"),
    }
}

async fn begin(journal: &Journal, key: Option<Key>, purchase: &Purchase) -> Begin {
    journal.begin(key.as_ref(), purchase).await.unwrap()
}

/// Ends an attempt; gives back what whoever made it may read.
async fn settle(journal: &Journal, attempt: Attempt, outcome: Outcome) -> Outcome {
    if !outcome.as_ref().is_err_and(Failure::nothing_was_sent) {
        journal.sending(&attempt, None).await.unwrap();
    }
    journal.settle(attempt, outcome).await
}

async fn waited(journal: &Journal, waiter: Waiter) -> Outcome {
    journal.wait(&waiter).await.unwrap().unwrap()
}

/// A journal in which the order was imported once, under the key `k`.
async fn settled(outcome: Outcome) -> Journal {
    let journal = fresh().await;
    let _ = settle(&journal, import(begin(&journal, key("k"), &order("1")).await), outcome).await;
    journal
}

#[tokio::test]
async fn followers_wait_for_the_first_and_share_its_answer() {
    for outcome in [reply("SUCCESS"), reply("ERROR"), reply("PENDING"), Err(Failure::CrmAnswerLost)]
    {
        let journal = fresh().await;
        let attempt = import(begin(&journal, key("k"), &order("1")).await);
        let followers = [
            wait(begin(&journal, key("k"), &order("1")).await),
            wait(begin(&journal, key("another"), &order("1")).await),
            wait(begin(&journal, key("third"), &order("2")).await),
            wait(begin(&journal, None, &order("1")).await),
        ];
        let _ = settle(&journal, attempt, outcome.clone()).await;
        for follower in followers {
            assert_eq!(waited(&journal, follower).await, outcome);
        }
    }
}

#[tokio::test]
async fn a_known_key_gives_the_stored_answer() {
    for result in ["SUCCESS", "MERC_REDIRECT", "ERROR", "DECLINED", "PENDING"] {
        let journal = fresh().await;
        let attempt = import(begin(&journal, key("k"), &order("1")).await);
        wait(begin(&journal, key("follower"), &order("1")).await);
        let _ = settle(&journal, attempt, reply(result)).await;
        for known in ["k", "follower"] {
            assert_eq!(done(begin(&journal, key(known), &order("1")).await), reply(result));
        }
    }
}

#[tokio::test]
async fn another_order_under_the_same_key_is_a_conflict_in_every_state() {
    for outcome in [reply("SUCCESS"), reply("ERROR"), Err(Failure::CrmAnswerLost)] {
        let journal = fresh().await;
        let attempt = import(begin(&journal, key("k"), &order("1")).await);
        let conflict = async || done(begin(&journal, key("k"), &order("2")).await);
        assert_eq!(conflict().await, Err(Failure::IdempotencyConflict));
        let _ = settle(&journal, attempt, outcome).await;
        assert_eq!(conflict().await, Err(Failure::IdempotencyConflict));
    }
}

#[tokio::test]
async fn an_order_that_was_taken_gives_its_answer_under_every_key() {
    for result in ["SUCCESS", "MERC_REDIRECT"] {
        let journal = settled(reply(result)).await;
        for (key, product) in [(key("another"), "1"), (key("third"), "2"), (None, "1")] {
            assert_eq!(done(begin(&journal, key, &order(product)).await), reply(result));
        }
    }
}

#[tokio::test]
async fn an_unclear_answer_closes_the_order_under_every_key() {
    for outcome in [reply("PENDING"), reply("success"), reply("")] {
        let journal = settled(outcome.clone()).await;
        for (key, product) in [(key("another"), "1"), (key("third"), "2"), (None, "1")] {
            let asked = done(begin(&journal, key, &order(product)).await);
            assert_eq!(asked, Err(Failure::OrderOutcomeUnknown));
        }
        assert_eq!(done(begin(&journal, key("k"), &order("1")).await), outcome);
    }
}

#[tokio::test]
async fn a_lost_answer_is_asked_about_by_one_at_a_time() {
    for failure in [Failure::CrmAnswerLost, Failure::CrmReplyUnreadable] {
        for (next, product) in
            [(key("k"), "1"), (key("another"), "1"), (key("third"), "2"), (None, "1")]
        {
            let journal = settled(Err(failure.clone())).await;
            let question = ask(begin(&journal, next.clone(), &order(product)).await);
            let waiting = wait(begin(&journal, key("fourth"), &order("1")).await);
            assert_eq!(journal.answer(question, taken_order()).await, Ok(taken_order()));
            assert_eq!(waited(&journal, waiting).await, Ok(taken_order()));
            assert_eq!(done(begin(&journal, next, &order(product)).await), Ok(taken_order()));
        }
    }
}

#[tokio::test]
async fn a_question_that_is_left_is_for_the_next() {
    let journal = settled(Err(Failure::CrmAnswerLost)).await;
    let question = ask(begin(&journal, key("k"), &order("1")).await);
    let waiting = wait(begin(&journal, key("k"), &order("1")).await);
    journal.leave(question).await;
    assert_eq!(waited(&journal, waiting).await, Err(Failure::CrmAnswerLost));
    ask(begin(&journal, key("k"), &order("1")).await);
}

#[tokio::test]
async fn what_the_crm_has_not_got_is_free_again() {
    for (next, product) in [(key("k"), "1"), (key("k"), "2"), (key("another"), "1"), (None, "1")] {
        let journal = settled(Err(Failure::CrmAnswerLost)).await;
        let question = ask(begin(&journal, key("k"), &order("1")).await);
        let waiting = wait(begin(&journal, None, &order("1")).await);
        journal.free(question).await;
        assert_eq!(journal.wait(&waiting).await, Ok(None));
        let attempt = import(begin(&journal, next, &order(product)).await);
        settle(&journal, attempt, reply("SUCCESS")).await.unwrap();
        assert_eq!(done(begin(&journal, None, &order("1")).await), reply("SUCCESS"));
    }
}

#[tokio::test]
async fn the_trace_is_there_when_the_crm_is_asked() {
    let trace = |id: &str| Trace::Order { order_id: id.into(), email: "a@b.example".into() };
    let another = order_of("a@b.example", "1", "S01-0000000-0000002");
    let journal = fresh().await;
    let first = import(begin(&journal, key("k"), &order("1")).await);
    assert!(journal.sending(&first, Some(&trace("P1"))).await.unwrap());
    // The CRM gives one open order to two buyers at one address: it would tell of the wrong one.
    let second = import(begin(&journal, key("l"), &another).await);
    assert!(!journal.sending(&second, Some(&trace("P1"))).await.unwrap());
    for attempt in [first, second] {
        journal.settle(attempt, Err(Failure::CrmAnswerLost)).await.unwrap_err();
    }
    let question = ask(begin(&journal, key("l"), &another).await);
    assert_eq!(question.trace, None);
    let question = ask(begin(&journal, key("k"), &order("1")).await);
    assert_eq!(question.trace, Some(trace("P1")));
    assert!(!question.is_over);
    journal.free(question).await;

    // The next attempt goes on with the order that the CRM has opened.
    let next = import(begin(&journal, key("k"), &order("1")).await);
    assert_eq!(next.earlier[0].trace, trace("P1"));
    assert_eq!(next.told_of(&next.earlier[0], taken_order()), whole());
    assert!(journal.sending(&next, Some(&trace("P1"))).await.unwrap());
}

#[tokio::test]
async fn what_is_found_late_is_told_to_its_buyer() {
    let stranger = order_of("x@y.example", "1", "S01-0000000-0000001");
    let renewed = order_with("Atza%7Crenewed", "a@b.example");
    let doubt = Err(Failure::OrderOutcomeUnknown);
    for (purchase, told) in [(&order("1"), whole()), (&renewed, receipt()), (&stranger, doubt)] {
        let journal = fresh().await;
        let trace = Trace::Order { order_id: "P1".into(), email: "a@b.example".into() };
        let first = import(begin(&journal, key("k"), &order("1")).await);
        journal.sending(&first, Some(&trace)).await.unwrap();
        journal.settle(first, Err(Failure::CrmAnswerLost)).await.unwrap_err();
        journal.free(ask(begin(&journal, key("k"), &order("1")).await)).await;
        let next = import(begin(&journal, None, purchase).await);
        assert_eq!(next.told_of(&next.earlier[0], taken_order()), told);
    }
}

#[tokio::test]
async fn who_says_no_address_is_nobody_s_buyer() {
    let journal = fresh().await;
    let mine = import(begin(&journal, None, &order_with("Atza%7Cx", "")).await);
    let redirect = answer(r#"{"result":"MERC_REDIRECT","message":{"url":"u"}}"#);
    let _ = settle(&journal, mine, redirect.clone()).await;
    let asked = async |token| done(begin(&journal, None, &order_with(token, "")).await);
    assert_eq!(asked("Atza%7Cstranger").await, Err(Failure::OrderOutcomeUnknown));
    assert_eq!(asked("Atza%7Cx").await, redirect);
}

#[tokio::test]
async fn an_attempt_whose_maker_has_died_is_over_when_its_lease_ends() {
    let journal = fresh().await;
    let unsent = import(begin(&journal, key("k"), &order("1")).await);
    let waiting = wait(begin(&journal, key("k"), &order("1")).await);
    assert_eq!(journal.wait(&waiting).await, Ok(None));
    let sent = import(begin(&journal, key("k"), &order("1")).await);
    // The first was only slow: it must not send any more.
    assert_eq!(journal.sending(&unsent, None).await, Err(Failure::JournalUnavailable));
    journal.sending(&sent, None).await.unwrap();
    let waiting = wait(begin(&journal, key("k"), &order("1")).await);
    assert_eq!(journal.wait(&waiting).await, Ok(None));
    time::sleep(4 * PATIENCE).await;
    let question = ask(begin(&journal, key("k"), &order("1")).await);
    assert!(question.is_over);
    // The answer is the truth, however late it comes.
    assert_eq!(journal.settle(sent, Ok(taken_order())).await, Ok(taken_order()));
    journal.free(question).await;
    assert_eq!(done(begin(&journal, key("k"), &order("1")).await), Ok(taken_order()));
}

#[tokio::test]
async fn an_order_that_was_opened_outlives_those_who_died_before_they_sent_it() {
    let trace = Trace::Order { order_id: "P1".into(), email: "a@b.example".into() };
    let journal = fresh().await;
    let lost = import(begin(&journal, key("k"), &order("1")).await);
    journal.sending(&lost, Some(&trace)).await.unwrap();
    journal.settle(lost, Err(Failure::CrmAnswerLost)).await.unwrap_err();
    journal.free(ask(begin(&journal, key("k"), &order("1")).await)).await;

    let died = import(begin(&journal, key("k"), &order("1")).await);
    assert_eq!(died.earlier[0].trace, trace);
    let waiting = wait(begin(&journal, key("k"), &order("1")).await);
    assert_eq!(journal.wait(&waiting).await, Ok(None));
    let next = import(begin(&journal, key("k"), &order("1")).await);
    assert_eq!(next.earlier.len(), 1);
    assert_eq!(next.earlier[0].trace, trace);
    assert_eq!(journal.sending(&next, Some(&trace)).await, Ok(true));
}

#[tokio::test]
async fn what_nobody_asks_about_is_found() {
    let trace = Trace::Order { order_id: "P1".into(), email: "a@b.example".into() };
    let journal = fresh().await;
    let attempt = import(begin(&journal, key("k"), &order("1")).await);
    journal.sending(&attempt, Some(&trace)).await.unwrap();
    assert!(journal.unknown().await.unwrap().is_empty());
    journal.settle(attempt, Err(Failure::CrmAnswerLost)).await.unwrap_err();
    time::sleep(3 * PATIENCE).await;
    let [first] = journal.unknown().await.unwrap().try_into().unwrap();
    let [second] = journal.unknown().await.unwrap().try_into().unwrap();
    let question = journal.question(first).await.unwrap().unwrap();
    assert!(journal.question(second).await.unwrap().is_none());
    journal.answer(question, taken_order()).await.unwrap();
    assert!(journal.unknown().await.unwrap().is_empty());
    assert_eq!(done(begin(&journal, key("k"), &order("1")).await), Ok(taken_order()));
}

#[tokio::test]
async fn a_status_tells_nothing_of_the_order() {
    let journal = fresh().await;
    let k = key("k").unwrap();
    assert_eq!(journal.status(&k).await.unwrap_err(), Failure::AttemptUnknown);
    let attempt = import(begin(&journal, key("k"), &order("1")).await);
    wait(journal.status(&k).await.unwrap());
    settle(&journal, attempt, whole()).await.unwrap();
    assert_eq!(done(journal.status(&k).await.unwrap()), receipt());

    let journal = settled(Err(Failure::CrmUnreachable)).await;
    assert_eq!(journal.status(&k).await.unwrap_err(), Failure::AttemptUnknown);
    let journal = settled(Err(Failure::CrmAnswerLost)).await;
    ask(journal.status(&k).await.unwrap());
    let redirect = answer(r#"{"result":"MERC_REDIRECT","message":{"url":"u"}}"#);
    let journal = settled(redirect).await;
    assert_eq!(done(journal.status(&k).await.unwrap()), Err(Failure::OrderOutcomeUnknown));
}

#[tokio::test]
async fn what_is_finished_is_forgotten_and_what_is_unknown_stays() {
    let another = order_of("a@b.example", "1", "S01-0000000-0000002");
    let journal = settled(reply("SUCCESS")).await;
    let lost = import(begin(&journal, key("l"), &another).await);
    settle(&journal, lost, Err(Failure::CrmAnswerLost)).await.unwrap_err();
    assert_eq!(journal.prune(PATIENCE * 100).await, Ok(0));
    assert_eq!(done(begin(&journal, key("k"), &order("1")).await), reply("SUCCESS"));
    // Times are counted in milliseconds.
    time::sleep(time::Duration::from_millis(2)).await;
    assert_eq!(journal.prune(time::Duration::ZERO).await, Ok(1));
    import(begin(&journal, key("k"), &order("2")).await);
    assert_eq!(journal.prune(time::Duration::ZERO).await, Ok(0));
    // Nobody has sent it, and nobody will.
    let waiting = wait(begin(&journal, key("k"), &order("2")).await);
    assert_eq!(journal.wait(&waiting).await, Ok(None));
    assert_eq!(journal.prune(time::Duration::ZERO).await, Ok(1));
    ask(begin(&journal, key("l"), &another).await);
}

#[tokio::test]
async fn of_many_at_once_one_imports() {
    let journal = std::sync::Arc::new(fresh().await);
    let asked = (0..40).map(|n| {
        let journal = journal.clone();
        // One key, many keys, and none.
        let key = match n % 4 {
            0 => key("k"),
            1 => None,
            _ => key(&n.to_string()),
        };
        tokio::spawn(async move { begin(&journal, key, &order("1")).await })
    });
    let mut imports = 0;
    for begin in futures_util::future::join_all(asked).await {
        match begin.unwrap() {
            Begin::Import(_) => imports += 1,
            other => drop(wait(other)),
        }
    }
    assert_eq!(imports, 1);
}

#[tokio::test]
async fn a_key_that_was_told_another_key_s_answer_stands_for_it() {
    let elsewhere = order_of("a@b.example", "1", "S01-0000000-0000002");
    for result in ["SUCCESS", "MERC_REDIRECT"] {
        let journal = settled(reply(result)).await;
        let asked = async |order: &Purchase| done(begin(&journal, key("another"), order).await);
        assert_eq!(asked(&order("1")).await, reply(result));
        for other in [&order("2"), &elsewhere] {
            assert_eq!(asked(other).await, Err(Failure::IdempotencyConflict));
        }
        assert_eq!(asked(&order("1")).await, reply(result));
    }
}

#[tokio::test]
async fn a_refusal_frees_the_order_for_a_new_attempt() {
    for result in ["ERROR", "DECLINE", "DECLINED"] {
        for next in [key("another"), None] {
            let journal = settled(reply(result)).await;
            let _ = settle(
                &journal,
                import(begin(&journal, next, &order("1")).await),
                reply("SUCCESS"),
            )
            .await;
            assert_eq!(done(begin(&journal, key("third"), &order("1")).await), reply("SUCCESS"));
            assert_eq!(done(begin(&journal, key("k"), &order("1")).await), reply(result));
        }
    }
}

#[tokio::test]
async fn an_answer_is_for_its_buyer_only() {
    let journal = fresh().await;
    let attempt = import(begin(&journal, key("k"), &order("1")).await);
    let stranger = order_of("x@y.example", "1", "S01-0000000-0000001");
    let asked = async |key| done(begin(&journal, key, &stranger).await);
    assert_eq!(asked(key("another")).await, Err(Failure::OrderOutcomeUnknown));
    let _ = settle(&journal, attempt, reply("SUCCESS")).await;
    for key in [key("another"), key("third"), key("third"), None] {
        assert_eq!(asked(key).await, Err(Failure::OrderOutcomeUnknown));
    }
}

#[tokio::test]
async fn nothing_sent_frees_key_and_order() {
    for (next, product) in [(key("k"), "1"), (key("k"), "2"), (key("another"), "1"), (None, "1")] {
        let journal = settled(Err(Failure::CrmUnreachable)).await;
        let _ = settle(
            &journal,
            import(begin(&journal, next, &order(product)).await),
            reply("SUCCESS"),
        )
        .await;
        assert_eq!(done(begin(&journal, None, &order("1")).await), reply("SUCCESS"));
    }
}

#[tokio::test]
async fn keys_are_16_to_128_visible_ascii_characters() {
    for (text, valid) in [
        ("0123456789abcde".to_owned(), false),
        ("0123456789abcdef".to_owned(), true),
        ("x".repeat(128), true),
        ("x".repeat(129), false),
        ("0123456789 abcdef".to_owned(), false),
        ("0123456789abcdeé".to_owned(), false),
    ] {
        assert_eq!(Key::from_header(text.as_bytes()).is_ok(), valid, "{text}");
    }
}

/// An upsale to the CRM's order `A1`, by the buyer who ordered it.
fn upsale(product: &str, id: &str) -> Purchase {
    upsale_of("A1", product, id, "x")
}

fn upsale_of(order_id: &str, product: &str, id: &str, token: &str) -> Purchase {
    let form = format!(
        "orderId={order_id}&productId={product}&amazonOrderId={id}\
         &amazonAddressConsent=Atza%7C{token}&amazonBillerId=2"
    );
    check(Kind::Upsale, &form)
}

const FIRST: &str = "S01-0000000-0000011";
const SECOND: &str = "S01-0000000-0000012";
const THIRD: &str = "S01-0000000-0000013";

fn answer(body: &str) -> Outcome {
    Ok(Envelope::read(body.as_bytes(), &[], "").unwrap())
}

fn whole() -> Outcome {
    answer(r#"{"result":"SUCCESS","message":{"orderId":"A1","firstName":"Ada"}}"#)
}

fn taken_order() -> Envelope {
    whole().unwrap()
}

fn receipt() -> Outcome {
    answer(r#"{"result":"SUCCESS","message":{"orderId":"A1"}}"#)
}

/// A journal in which the order `A1` was imported.
async fn ordered() -> Journal {
    settled(whole()).await
}

/// The same, with an upsale of product 2 on the first order reference.
async fn upsold(outcome: Outcome) -> Journal {
    let journal = ordered().await;
    let _ = settle(&journal, import(begin(&journal, key("u"), &upsale("2", FIRST)).await), outcome)
        .await;
    journal
}

#[tokio::test]
async fn an_upsale_under_way_is_waited_for_whatever_the_order_reference() {
    for outcome in [whole(), reply("ERROR"), reply("PENDING"), Err(Failure::CrmAnswerLost)] {
        let journal = ordered().await;
        let attempt = import(begin(&journal, key("u"), &upsale("2", FIRST)).await);
        let followers = [
            wait(begin(&journal, key("u"), &upsale("2", FIRST)).await),
            wait(begin(&journal, key("v"), &upsale("2", SECOND)).await),
            wait(begin(&journal, None, &upsale("2", THIRD)).await),
        ];
        let _ = settle(&journal, attempt, outcome.clone()).await;
        for follower in followers {
            assert_eq!(waited(&journal, follower).await, outcome);
        }
    }
}

#[tokio::test]
async fn an_upsale_that_was_taken_gives_its_answer_under_every_key_and_order_reference() {
    let redirect = answer(r#"{"result":"MERC_REDIRECT","message":{"url":"u"}}"#);
    for outcome in [whole(), redirect] {
        let journal = upsold(outcome.clone()).await;
        for (key, id) in [(key("u"), FIRST), (key("v"), SECOND), (None, THIRD)] {
            assert_eq!(done(begin(&journal, key, &upsale("2", id)).await), outcome);
        }
    }
}

#[tokio::test]
async fn a_declined_upsale_may_be_tried_again() {
    for result in ["ERROR", "DECLINE", "DECLINED"] {
        for id in [FIRST, SECOND] {
            let journal = upsold(reply(result)).await;
            let _ = settle(
                &journal,
                import(begin(&journal, key("v"), &upsale("2", id)).await),
                whole(),
            )
            .await;
            assert_eq!(done(begin(&journal, None, &upsale("2", THIRD)).await), whole());
            assert_eq!(done(begin(&journal, key("u"), &upsale("2", FIRST)).await), reply(result));
        }
    }
}

#[tokio::test]
async fn an_upsale_of_unknown_outcome_is_closed_under_every_key_and_order_reference() {
    for (key, id) in [(key("v"), FIRST), (key("w"), SECOND), (None, THIRD)] {
        let journal = upsold(reply("PENDING")).await;
        let asked = done(begin(&journal, key.clone(), &upsale("2", id)).await);
        assert_eq!(asked, Err(Failure::OrderOutcomeUnknown));
        let journal = upsold(Err(Failure::CrmAnswerLost)).await;
        ask(begin(&journal, key, &upsale("2", id)).await);
    }
}

#[tokio::test]
async fn other_products_and_other_orders_are_other_upsales() {
    let journal = upsold(whole()).await;
    let _ =
        settle(&journal, import(begin(&journal, None, &upsale("3", SECOND)).await), whole()).await;
    let _ = settle(
        &journal,
        import(begin(&journal, None, &upsale_of("B2", "2", THIRD, "x")).await),
        reply("SUCCESS"),
    )
    .await;
}

/// An upsale of several products to the CRM's order `A1`.
fn upsale_of_all(products: &[&str], id: &str) -> Purchase {
    let products: String = products
        .iter()
        .enumerate()
        .map(|(at, product)| format!("&product{}_id={product}", at + 1))
        .collect();
    check(
        Kind::Upsale,
        &format!(
            "orderId=A1&amazonOrderId={id}&amazonAddressConsent=Atza%7Cx&amazonBillerId=2{products}"
        ),
    )
}

fn taken(products: &[&str]) -> Outcome {
    Err(Failure::ProductTaken(products.iter().map(|&id| id.to_owned()).collect()))
}

#[tokio::test]
async fn a_product_is_taken_however_it_was_added() {
    let redirect = answer(r#"{"result":"MERC_REDIRECT","message":{"url":"u"}}"#);
    for outcome in [whole(), redirect] {
        let journal = ordered().await;
        let both = upsale_of_all(&["2", "3"], FIRST);
        let attempt = import(begin(&journal, key("u"), &both).await);
        let asked = async |products: &[&str]| {
            done(begin(&journal, key("v"), &upsale_of_all(products, SECOND)).await)
        };
        // On its way already, and then in the order.
        for _ in 0..2 {
            assert_eq!(asked(&["2"]).await, taken(&["2"]));
            assert_eq!(asked(&["3", "4"]).await, taken(&["3"]));
            assert_eq!(asked(&["4", "3", "2"]).await, taken(&["2", "3"]));
        }
        let _ = settle(&journal, attempt, outcome.clone()).await;
        assert_eq!(asked(&["3"]).await, taken(&["3"]));
        assert_eq!(asked(&["2", "4"]).await, taken(&["2"]));
        // Nothing was sent, so neither the key nor the other product is used up.
        let _ = settle(
            &journal,
            import(begin(&journal, key("v"), &upsale_of_all(&["4"], SECOND)).await),
            whole(),
        )
        .await;
        // One by one, they make no set that was bought.
        let three = done(begin(&journal, None, &upsale_of_all(&["2", "3", "4"], THIRD)).await);
        assert_eq!(three, taken(&["2", "3", "4"]));
        let turned = upsale_of_all(&["3", "2"], THIRD);
        assert_eq!(done(begin(&journal, None, &turned).await), outcome);
    }
}

#[tokio::test]
async fn a_refusal_frees_each_product_of_the_set() {
    let journal = ordered().await;
    let _ = settle(
        &journal,
        import(begin(&journal, None, &upsale_of_all(&["2", "3"], FIRST)).await),
        reply("DECLINED"),
    )
    .await;
    let _ =
        settle(&journal, import(begin(&journal, None, &upsale("2", FIRST)).await), whole()).await;
    let again = done(begin(&journal, None, &upsale_of_all(&["2", "3"], SECOND)).await);
    assert_eq!(again, taken(&["2"]));
    let _ =
        settle(&journal, import(begin(&journal, None, &upsale("3", SECOND)).await), whole()).await;
}

#[tokio::test]
async fn a_doubt_about_one_product_closes_every_set_with_it() {
    let journal = upsold(Err(Failure::CrmAnswerLost)).await;
    let _ =
        settle(&journal, import(begin(&journal, None, &upsale("3", SECOND)).await), whole()).await;
    for products in [&["2", "4"][..], &["2", "3"]] {
        let asked = done(begin(&journal, None, &upsale_of_all(products, THIRD)).await);
        assert_eq!(asked, Err(Failure::OrderOutcomeUnknown));
    }
}

#[tokio::test]
async fn an_upsale_that_was_not_sent_leaves_all_as_it_was() {
    let journal = upsold(Err(Failure::CrmUnreachable)).await;
    let _ = settle(&journal, import(begin(&journal, key("u"), &upsale("3", FIRST)).await), whole())
        .await;
    let _ =
        settle(&journal, import(begin(&journal, None, &upsale("2", SECOND)).await), whole()).await;
}

#[tokio::test]
async fn an_order_reference_is_spent_for_everything_else() {
    let journal = upsold(whole()).await;
    let spent = "S01-0000000-0000001";
    for purchase in [&upsale("3", FIRST), &upsale("2", spent), &order_of("a@b.example", "1", FIRST)]
    {
        let expected = match purchase.amazon_order_id() {
            // Bought already: that is a better answer than a doubt about the reference.
            id if id == spent => whole(),
            _ => Err(Failure::OrderOutcomeUnknown),
        };
        assert_eq!(done(begin(&journal, None, purchase).await), expected);
    }
    let on_the_order_s = upsale("3", spent);
    assert_eq!(
        done(begin(&journal, None, &on_the_order_s).await),
        Err(Failure::OrderOutcomeUnknown)
    );
}

#[tokio::test]
async fn an_order_s_key_does_not_serve_an_upsale() {
    let journal = ordered().await;
    let conflict = done(begin(&journal, key("k"), &upsale("2", FIRST)).await);
    assert_eq!(conflict, Err(Failure::IdempotencyConflict));
}

#[tokio::test]
async fn a_stranger_who_knows_the_order_id_reads_nothing_of_the_order() {
    let stranger = |product, id| upsale_of("A1", product, id, "stranger");
    let journal = upsold(whole()).await;
    for key in [key("v"), key("v"), None] {
        assert_eq!(done(begin(&journal, key, &stranger("2", SECOND)).await), receipt());
    }
    // Not even for money.
    let Begin::Import(attempt) = begin(&journal, key("w"), &stranger("3", THIRD)).await else {
        panic!("another product is another upsale");
    };
    assert_eq!(settle(&journal, attempt, whole()).await, receipt());
    assert_eq!(done(begin(&journal, key("w"), &stranger("3", THIRD)).await), receipt());
    assert_eq!(done(begin(&journal, None, &upsale("3", SECOND)).await), whole());
}

#[tokio::test]
async fn a_stranger_who_waits_reads_nothing_of_the_order_either() {
    let redirect = answer(r#"{"result":"MERC_REDIRECT","message":{"url":"u"}}"#);
    let pending = answer(r#"{"result":"PENDING","message":{"firstName":"Ada"}}"#);
    let declined = answer(r#"{"result":"ERROR","message":"Transaction Declined: x"}"#);
    let doubt = Err(Failure::OrderOutcomeUnknown);
    for (outcome, told) in [
        (whole(), receipt()),
        (redirect, doubt.clone()),
        (pending, doubt),
        (declined.clone(), declined),
    ] {
        let journal = ordered().await;
        let attempt = import(begin(&journal, key("u"), &upsale("2", FIRST)).await);
        let stranger = wait(begin(&journal, None, &upsale_of("A1", "2", SECOND, "stranger")).await);
        let buyer = wait(begin(&journal, None, &upsale("2", THIRD)).await);
        let _ = settle(&journal, attempt, outcome.clone()).await;
        assert_eq!(waited(&journal, stranger).await, told);
        assert_eq!(waited(&journal, buyer).await, outcome);
    }
}

#[tokio::test]
async fn a_redirect_is_for_the_buyer_and_for_whoever_is_to_pay() {
    let redirect = answer(r#"{"result":"MERC_REDIRECT","message":{"url":"u"}}"#);
    // Nobody has imported this order here, as after a restart.
    let journal = fresh().await;
    let Begin::Import(attempt) = begin(&journal, key("u"), &upsale("2", FIRST)).await else {
        panic!("the first is imported");
    };
    assert_eq!(settle(&journal, attempt, redirect.clone()).await, redirect);
    for (key, id) in [(key("u"), FIRST), (key("v"), SECOND), (None, THIRD)] {
        assert_eq!(done(begin(&journal, key, &upsale("2", id)).await), redirect);
    }
    let other = done(begin(&journal, None, &upsale_of("A1", "2", SECOND, "stranger")).await);
    assert_eq!(other, Err(Failure::OrderOutcomeUnknown));
}

#[tokio::test]
async fn a_key_alone_opens_no_answer() {
    let stranger = upsale_of("A1", "2", FIRST, "stranger");
    let redirect = answer(r#"{"result":"MERC_REDIRECT","message":{"url":"u"}}"#);
    let paypal = answer(r#"{"result":"SUCCESS","message":{"paypalUrl":"u"}}"#);
    let doubt = Err(Failure::OrderOutcomeUnknown);
    for (outcome, told) in [(whole(), receipt()), (redirect, doubt.clone()), (paypal, doubt)] {
        let journal = ordered().await;
        let attempt = import(begin(&journal, key("u"), &upsale("2", FIRST)).await);
        let waiting = wait(begin(&journal, key("u"), &stranger).await);
        let _ = settle(&journal, attempt, outcome.clone()).await;
        assert_eq!(waited(&journal, waiting).await, told);
        assert_eq!(done(begin(&journal, key("u"), &stranger).await), told);
        assert_eq!(done(begin(&journal, key("u"), &upsale("2", FIRST)).await), outcome);
    }
}

#[tokio::test]
async fn an_order_s_answer_is_whole_for_its_token_only() {
    let form = "amazonOrderId=S01-0000000-0000001&amazonAddressConsent=Atza%7Crenewed\
        &emailAddress=a@b.example&firstName=A&lastName=B&campaignId=1&amazonBillerId=2\
        &product1_id=1";
    let renewed = check(Kind::Order, form);
    let redirect = answer(r#"{"result":"MERC_REDIRECT","message":{"url":"u"}}"#);
    for (outcome, told) in [(whole(), receipt()), (redirect.clone(), redirect)] {
        let journal = settled(outcome.clone()).await;
        for key in [key("k"), key("another"), key("another"), None] {
            assert_eq!(done(begin(&journal, key, &renewed).await), told);
        }
        assert_eq!(done(begin(&journal, key("k"), &order("1")).await), outcome);
        // The token decides, not the key.
        assert_eq!(done(begin(&journal, key("another"), &order("1")).await), outcome);
    }
}

#[tokio::test]
async fn nobody_takes_an_order_over() {
    let form = "amazonOrderId=S01-0000000-0000009&amazonAddressConsent=Atza%7Cstranger\
        &emailAddress=x%40y.example&firstName=X&lastName=Y&campaignId=1&amazonBillerId=2\
        &product1_id=1";
    let stranger_s = check(Kind::Order, form);
    let refused = answer(r#"{"result":"ERROR","message":{"orderId":"A1"}}"#);
    let journal = fresh().await;
    for (order, outcome) in [(&stranger_s, refused), (&order("1"), whole()), (&stranger_s, whole())]
    {
        let _ = settle(&journal, import(begin(&journal, None, order).await), outcome).await;
    }
    for (product, id, token, told) in
        [("2", FIRST, "stranger", receipt()), ("3", SECOND, "x", whole())]
    {
        let Begin::Import(attempt) =
            begin(&journal, None, &upsale_of("A1", product, id, token)).await
        else {
            panic!("the first is imported");
        };
        assert_eq!(settle(&journal, attempt, whole()).await, told);
    }
}
