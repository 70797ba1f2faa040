//! Registries on servers of this machine.
