use super::{Journal, PATIENCE, open, server::database};

#[path = "cases.rs"]
mod cases;

async fn fresh() -> Journal {
    open(&database()).await
}
