//! Threads with room for the engine, which recurses with the depth of what it reads.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Stack of every thread that runs the engine. Only what is touched is ever backed by memory.
pub(super) const STACK_BYTES: usize = 256 << 20;

/// Runs something on a thread with a large stack.
///
/// # Errors
///
/// The reason when the thread could not be started or what it ran panicked.
pub(super) fn on_large_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, String> {
    std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().name("policy".to_owned()).stack_size(STACK_BYTES);
        let thread = builder.spawn_scoped(scope, || caught(work)).map_err(|error| error.to_string())?;
        thread.join().map_err(|payload| words(payload.as_ref()))?
    })
}

/// Runs something and gives the words of a panic as an error.
pub(super) fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| words(payload.as_ref()))
}

fn words(payload: &(dyn std::any::Any + Send)) -> String {
    let words = payload.downcast_ref::<&str>().map(|words| (*words).to_owned());
    words
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without words".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_with_its_words() {
        assert_eq!(on_large_stack(|| 7), Ok(7));
        let nothing = Vec::<i32>::new();
        let error = on_large_stack(|| nothing[0]).unwrap_err();
        assert!(error.contains("index out of bounds"), "{error}");
    }
}
