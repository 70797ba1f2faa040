//! What a registry answers.

#![no_main]

libfuzzer_sys::fuzz_target!(|answer: &[u8]| tidewaiter_fuzz::registry(answer));
