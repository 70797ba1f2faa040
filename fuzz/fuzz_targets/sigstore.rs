//! Signatures of sigstore's, and what they are trusted by.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tidewaiter_fuzz::sigstore(bytes));
