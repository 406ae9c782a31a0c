//! Finds out what became of imports whose answer was lost: when a page asks, and from time to time.

use std::{sync::Arc, time::Duration};

use tokio::time;

use crate::{
    Backend, Failure,
    crm::{Finding, Trace},
    journal::{Outcome, Question},
};

/// How often to look for attempts that no page asks about any more.
const EVERY: Duration = Duration::from_secs(60);

/// How often to forget old attempts.
const PRUNE_EVERY: Duration = Duration::from_secs(24 * 60 * 60);

/// What was found out about an attempt.
#[derive(Debug)]
pub enum Found {
    /// What the caller may be told.
    Outcome(Outcome),
    /// The CRM has no such order, and will not get it: it may be imported.
    Nothing,
}

impl Backend {
    /// Asks the CRM what became of an attempt, and writes it down.
    pub async fn find_out(&self, question: Question) -> Found {
        let finding = match &question.trace {
            Some(trace) => self.crm.find(trace).await,
            None => Ok(Finding::Undecided),
        };
        let failure = match finding {
            Ok(Finding::Taken(order)) => {
                return Found::Outcome(self.journal.answer(question, order).await);
            }
            Ok(Finding::Declined(refusal)) if question.is_over => {
                return Found::Outcome(self.journal.answer(question, refusal).await);
            }
            Ok(Finding::Absent) if question.is_over => {
                self.journal.free(question).await;
                return Found::Nothing;
            }
            Ok(Finding::Undecided) => Failure::OrderOutcomeUnknown,
            // It may still be on its way there.
            Ok(Finding::Declined(_) | Finding::Absent) | Err(_) => Failure::CrmAnswerLost,
        };
        self.journal.leave(question).await;
        Found::Outcome(Err(failure))
    }

    /// Asks about all attempts of unknown outcome, and forgets old ones, until the server stops.
    pub async fn tidy_up(self: Arc<Self>, keep: Duration) {
        let mut sweep = time::interval(EVERY);
        let mut prune = time::interval(PRUNE_EVERY);
        loop {
            tokio::select! {
                () = self.stopping.cancelled() => return,
                _ = sweep.tick() => self.sweep().await,
                _ = prune.tick() => {
                    if let Ok(attempts @ 1..) = self.journal.prune(keep).await {
                        tracing::info!(attempts, "forgot old attempts");
                    }
                }
            }
        }
    }

    /// Asks about each attempt of unknown outcome once.
    pub async fn sweep(&self) {
        // The journal has said what is wrong with it.
        for unknown in self.journal.unknown().await.unwrap_or_default() {
            if self.stopping.is_cancelled() {
                return;
            }
            let Ok(Some(question)) = self.journal.question(unknown).await else { continue };
            let kind = question.kind.word();
            let order_id = question.trace.as_ref().map(|trace| {
                let (Trace::Order { order_id, .. } | Trace::Upsale { order_id, .. }) = trace;
                order_id.clone()
            });
            let found = match self.find_out(question).await {
                Found::Outcome(Ok(envelope)) => envelope.result().to_owned(),
                Found::Outcome(Err(failure)) => failure.code().to_owned(),
                Found::Nothing => "nothing".to_owned(),
            };
            tracing::info!(kind, order_id, found, "asked about an attempt of unknown outcome");
        }
    }
}
