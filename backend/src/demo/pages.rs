//! The shop's static pages.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri, header},
    response::{IntoResponse, Redirect, Response},
};
use percent_encoding::percent_decode_str;
use sha2::{Digest, Sha256};
use tokio::fs;
use tower_http::{CompressionLevel, compression::CompressionLayer};

use super::Options;

/// What stands in the pages for the simulator's origin.
const PLACEHOLDER: &str = "%SIMULATOR%";

/// Folders and the addresses under which they are served.
#[derive(Clone, Debug)]
pub struct Pages {
    /// The more special prefixes first.
    mounts: [(&'static str, PathBuf); 3],
    simulator: String,
}

impl Pages {
    /// The pages that the options name.
    #[must_use]
    pub fn new(options: &Options) -> Self {
        Self {
            mounts: [
                ("/landerpay/", options.dist.clone()),
                ("/npm/", options.npm.clone()),
                ("/", options.www.clone()),
            ],
            simulator: options.simulator.clone(),
        }
    }

    /// Says which folders are not there. No error: a folder may be built while the demo runs.
    pub fn warn_of_missing_folders(&self) {
        for (prefix, folder) in &self.mounts {
            if !folder.is_dir() {
                tracing::warn!(folder = %folder.display(), "no such folder; {prefix} has no pages");
            }
        }
    }

    /// Answers every address that is not the API's.
    pub fn routes(self) -> Router {
        Router::new()
            .fallback(page)
            .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
            .with_state(Arc::new(self))
    }

    /// Finds the file for an address.
    async fn find(&self, path: &str) -> Found {
        let mount = self
            .mounts
            .iter()
            .find_map(|(prefix, folder)| path.strip_prefix(prefix).map(|rest| (folder, rest)));
        let Some((folder, relative)) = mount.and_then(|(folder, rest)| Some((folder, safe(rest)?)))
        else {
            return Found::Nothing;
        };
        // Resolved links must not lead out of the folder either.
        let (Ok(root), Ok(file)) =
            (fs::canonicalize(folder).await, fs::canonicalize(folder.join(relative)).await)
        else {
            return Found::Nothing;
        };
        if !file.starts_with(&root) {
            Found::Nothing
        } else if !file.is_dir() {
            Found::File(file)
        } else if path.ends_with('/') {
            Found::File(file.join("index.html"))
        } else {
            Found::Folder
        }
    }

    async fn read(&self, file: &Path) -> io::Result<Vec<u8>> {
        let bytes = fs::read(file).await?;
        if file.extension().is_some_and(|extension| extension == "html") {
            match String::from_utf8(bytes) {
                Ok(text) => Ok(text.replace(PLACEHOLDER, &self.simulator).into_bytes()),
                Err(not_text) => Ok(not_text.into_bytes()),
            }
        } else {
            Ok(bytes)
        }
    }
}

enum Found {
    File(PathBuf),
    /// A folder asked for without its slash, with which relative links would break.
    Folder,
    Nothing,
}

async fn page(
    State(pages): State<Arc<Pages>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    if !matches!(method, Method::GET | Method::HEAD) {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let file = match pages.find(uri.path()).await {
        Found::File(file) => file,
        Found::Folder => {
            // Two slashes in front would lead to another host.
            let path = uri.path().trim_matches('/');
            return Redirect::permanent(&format!("/{path}/")).into_response();
        }
        Found::Nothing => return not_found(),
    };
    let Ok(bytes) = pages.read(&file).await else { return not_found() };

    // Weak, because compression changes the bytes and not the page.
    let digest = Sha256::digest(&bytes);
    let etag =
        digest.iter().take(8).fold("W/\"".to_owned(), |tag, byte| format!("{tag}{byte:02x}"))
            + "\"";
    let fresh = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|tags| tags.split(',').any(|tag| tag.trim() == etag));
    let caching = [(header::CACHE_CONTROL, "no-cache".to_owned()), (header::ETAG, etag)];
    if fresh {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    (caching, [(header::CONTENT_TYPE, content_type(&file))], bytes).into_response()
}

fn not_found() -> Response {
    let text = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    (StatusCode::NOT_FOUND, text, "There is no such page.\n").into_response()
}

/// The path of an address below its folder. `None` when it would lead out of it, names a hidden
/// file, or is not text.
fn safe(path: &str) -> Option<PathBuf> {
    let path = percent_decode_str(path).decode_utf8().ok()?;
    let mut safe = PathBuf::new();
    for part in path.split('/').filter(|part| !part.is_empty()) {
        if part.starts_with('.') || part.contains(['\\', ':', '\0']) {
            return None;
        }
        safe.push(part);
    }
    Some(safe)
}

fn content_type(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()).unwrap_or("") {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" | "ts" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::safe;

    #[test]
    fn no_way_out_of_the_folder() {
        for path in [
            "..",
            "../a",
            "a/../../b",
            "%2e%2e/a",
            "a/%2e%2e%2fb",
            "..%5ca",
            "a/.git/config",
            ".env",
            "c:/a",
            "a%00.html",
            "%ff",
        ] {
            assert_eq!(safe(path), None, "{path}");
        }
        for (path, expected) in [
            ("", ""),
            ("a/b.html", "a/b.html"),
            ("a//b/", "a/b"),
            ("a%20b.html", "a b.html"),
            ("//etc/x", "etc/x"),
        ] {
            assert_eq!(safe(path), Some(expected.into()), "{path}");
        }
    }
}
