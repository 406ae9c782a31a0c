use super::{Journal, PATIENCE, open};

#[path = "cases.rs"]
mod cases;

async fn fresh() -> Journal {
    open("sqlite::memory:").await
}
