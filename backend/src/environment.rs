//! Keys of the environment, and everything that is wrong with them.

use std::{borrow::Cow, ffi::OsString, fmt, fs};

/// Every key that is missing or wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    problems: Vec<Problem>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Problem {
    key: Cow<'static, str>,
    /// The rest of the sentence that the key begins. Never the value: it may be the password.
    text: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("The configuration is not right:")?;
        for Problem { key, text } in &self.problems {
            write!(f, "\n  {key} {text}.")?;
        }
        f.write_str("\nTry: landerpay-backend --help")
    }
}

impl std::error::Error for ConfigError {}

/// Reads keys, and goes on after a wrong one, so that all are told at once.
#[derive(Debug)]
pub struct Environment<Lookup> {
    lookup: Lookup,
    known: Vec<&'static str>,
    problems: Vec<Problem>,
}

impl<Lookup: Fn(&str) -> Option<OsString>> Environment<Lookup> {
    /// Reads through `lookup`, which answers `None` for an absent key.
    pub fn new(lookup: Lookup) -> Self {
        Self { lookup, known: Vec::new(), problems: Vec::new() }
    }

    /// The value of a key that may be absent; also `None` when it is wrong, which is then noted.
    pub fn optional<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&str) -> Result<T, &'static str>,
    ) -> Option<T> {
        self.value(key, |text| text.map(|text| read(&text)).transpose()).flatten()
    }

    /// The value of a key, or of its default. `None` when it is wrong, which is then noted.
    pub fn with_default<T>(
        &mut self,
        key: &'static str,
        default: &str,
        read: impl FnOnce(&str) -> Result<T, &'static str>,
    ) -> Option<T> {
        self.value(key, |text| read(text.as_deref().unwrap_or(default)))
    }

    /// The value of a key. `None` when it is absent or wrong, which is then noted.
    pub fn required<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&str) -> Result<T, &'static str>,
    ) -> Option<T> {
        self.value(key, |text| read(&text.ok_or("is missing or empty")?))
    }

    /// Notes each of these names that looks like a key and was not asked for: mostly a slip of the pen.
    pub fn refuse_unknown(&mut self, names: impl IntoIterator<Item = OsString>) {
        for name in names {
            let name = name.to_string_lossy();
            let key = name.strip_suffix("_FILE").unwrap_or(&name);
            if name.starts_with("LANDERPAY_") && !self.known.contains(&key) {
                let text = "is no key that is known here".to_owned();
                self.problems.push(Problem { key: name.into_owned().into(), text });
            }
        }
    }

    /// What was made of the values, if nothing was wrong with any.
    ///
    /// # Errors
    /// Everything that was noted.
    pub fn finish<T>(self, made: Option<T>) -> Result<T, ConfigError> {
        match made {
            Some(made) if self.problems.is_empty() => Ok(made),
            _ => Err(ConfigError { problems: self.problems }),
        }
    }

    fn value<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(Option<String>) -> Result<T, &'static str>,
    ) -> Option<T> {
        self.known.push(key);
        let value = self.text(key).and_then(|text| read(text).map_err(str::to_owned));
        value.map_err(|text| self.problems.push(Problem { key: key.into(), text })).ok()
    }

    /// The text of `key`, or of the file that `key_FILE` names.
    fn text(&self, key: &str) -> Result<Option<String>, String> {
        let file_key = format!("{key}_FILE");
        let file = (self.lookup)(&file_key).filter(|path| !path.is_empty());
        let value = match (self.lookup)(key).map(OsString::into_string).transpose() {
            Ok(value) => value.filter(|text| !text.trim().is_empty()),
            Err(_) => return Err("is not valid UTF-8".to_owned()),
        };
        match (value, file) {
            (value, None) => Ok(value),
            (Some(_), Some(_)) => Err(format!("is there twice, also as {file_key}")),
            (None, Some(path)) => {
                let bytes = fs::read(path)
                    .map_err(|error| format!("has a {file_key} that cannot be read: {error}"))?;
                let text = String::from_utf8(bytes)
                    .map_err(|_| format!("has a {file_key} that is not valid UTF-8"))?;
                Ok(Some(without_line_end(text)).filter(|text| !text.trim().is_empty()))
            }
        }
    }
}

/// Without the one line end that editors and `echo` write.
fn without_line_end(mut text: String) -> String {
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    text
}
