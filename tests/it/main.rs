//! What crosses rooms: the program as a user starts it, emulated AWS, OPA as referee, and the rules of the house.

mod bad_input;
mod bundles;
mod docs;
mod emulator;
mod example;
mod faults;
mod killed;
mod pass;
mod support;
mod tidy;
