//! What is let through and what is not, by envelopes in which one thing is wrong.

mod chains;
mod envelopes;
mod lists;
mod profiles;
mod trust;
