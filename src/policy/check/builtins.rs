//! The builtin functions of Rego: what OPA declares (`builtins.json`, made by `tests/support/facts.py`), and which of them the
//! engine has.

use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

use serde::Deserialize;

use crate::policy::engine;

/// One builtin function.
#[derive(Debug, Deserialize)]
pub(in crate::policy) struct Builtin {
    /// The types of its arguments, in OPA's words.
    pub(super) takes: Vec<String>,
    /// The type of its result, in OPA's words.
    pub(super) gives: Option<String>,
    /// Whether it takes any number of arguments.
    #[serde(default)]
    pub(super) variadic: bool,
    /// Whether it is an operator, which may be written as a function too.
    #[serde(default)]
    pub(super) infix: bool,
    /// Whether Rego v1 refuses it.
    #[serde(default)]
    pub(super) deprecated: bool,
    /// Whether the engine has it, once somebody has asked.
    #[serde(skip)]
    in_engine: OnceLock<bool>,
}

impl Builtin {
    /// Whether the engine has it.
    pub(super) fn is_in_engine(&self, name: &str) -> bool {
        *self.in_engine.get_or_init(|| engine::has_builtin(name, self.takes.len()))
    }
}

/// Every builtin function by its name.
pub(in crate::policy) fn builtins() -> &'static BTreeMap<String, Builtin> {
    #[derive(Deserialize)]
    struct Table {
        builtins: BTreeMap<String, Builtin>,
    }
    static BUILTINS: LazyLock<BTreeMap<String, Builtin>> = LazyLock::new(|| {
        // A table that cannot be read knows no function; a test reads it.
        let table = serde_json::from_str::<Table>(include_str!("builtins.json"));
        table.map(|table| table.builtins).unwrap_or_default()
    });
    &BUILTINS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_holds_what_opa_declares() {
        assert_eq!(builtins()["object.get"].takes.len(), 3);
        assert!(builtins()["any"].deprecated);
        assert!(builtins()["print"].variadic);
        assert!(builtins().len() > 180);
    }

    #[test]
    fn the_engine_says_which_builtins_it_has() {
        assert!(engine::has_builtin("count", 1));
        assert!(engine::has_builtin("print", 1));
        assert!(!engine::has_builtin("crypto.sha256", 1));
        assert!(!engine::has_builtin("nobody.defines_this", 1));
    }
}
