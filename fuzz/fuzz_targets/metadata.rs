//! METADATA in a control's policy.

#![no_main]

libfuzzer_sys::fuzz_target!(|policy: &[u8]| tidewaiter_fuzz::metadata(policy));
