//! An envelope of the Notary Project, and what somebody trusts.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tidewaiter_fuzz::notation(bytes));
