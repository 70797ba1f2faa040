//! A snapshot's JSON.

#![no_main]

libfuzzer_sys::fuzz_target!(|document: &[u8]| tidewaiter_fuzz::snapshot(document));
