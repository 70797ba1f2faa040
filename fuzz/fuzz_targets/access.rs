//! A policy of IAM.

#![no_main]

libfuzzer_sys::fuzz_target!(|policy: &[u8]| tidewaiter_fuzz::access(policy));
