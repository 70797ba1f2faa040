//! Addresses: each prefix is replaced by a prefix of the same length, so that whatever lay in a network still does, and
//! private addresses stay private.

use core::net::{Ipv4Addr, Ipv6Addr};
use std::collections::BTreeMap;

use super::names::{Kind, Names};

/// Blocks of IPv4 that mean the same in every estate, with the bits that stay. Source: IANA's registry of special
/// addresses.
const BLOCKS: [(Ipv4Addr, u32); 8] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(224, 0, 0, 0), 3),
];

/// First octets of public addresses in the order in which they are given out, documentation's own first.
fn octets() -> impl Iterator<Item = u8> {
    let taken = [10, 127, 169, 172, 192, 100];
    let common = (203..=223).chain(1..=202).filter(move |octet| !taken.contains(octet));
    common.chain([169, 172, 192, 100])
}

/// The bits that were given to the prefixes seen so far: the first bit after a prefix is 0, its opposite 1.
#[derive(Debug, Default)]
pub(super) struct Prefixes(BTreeMap<(u8, u128, u32), bool>);

impl Prefixes {
    /// Replaces the bits of `address` from `kept` to `length`; what follows is cleared.
    fn replace(
        &mut self,
        family: u8,
        width: u32,
        address: u128,
        start: u128,
        kept: u32,
        length: u32,
    ) -> u128 {
        let bit_of = |position: u32| (address >> (width - 1 - position)) & 1 == 1;
        let mut replaced = start;
        for position in kept..length {
            let prefix = if position == 0 { 0 } else { address >> (width - position) };
            let first = *self.0.entry((family, prefix, position)).or_insert_with(|| bit_of(position));
            if bit_of(position) != first {
                replaced |= 1 << (width - 1 - position);
            }
        }
        replaced
    }

    /// Stands in for an IPv4 address, or for a network of `length` bits.
    pub(super) fn v4(&mut self, address: Ipv4Addr, length: u32, names: &mut Names) -> Ipv4Addr {
        // Nothing is said by a network that is half of the world, or by the addresses that mean all and none.
        if length < 8 || address.is_unspecified() || address.is_broadcast() {
            return address;
        }
        let bits = u128::from(address.to_bits());
        let block = BLOCKS
            .iter()
            .find(|(block, kept)| (address.to_bits() ^ block.to_bits()).checked_shr(32 - kept) == Some(0));
        let (start, kept) = match block {
            Some((block, kept)) => {
                let mask = u128::from(u32::MAX) << (32 - kept);
                (u128::from(block.to_bits()) | (bits & mask & u128::from(u32::MAX)), *kept)
            }
            None => {
                let number = names.number(Kind::Net4, &(bits >> 24).to_string());
                let octet =
                    usize::try_from(number).ok().and_then(|number| octets().nth(number)).unwrap_or(203);
                (u128::from(octet) << 24, 8)
            }
        };
        let replaced = self.replace(4, 32, bits, start, kept, length.min(32));
        Ipv4Addr::from_bits(u32::try_from(replaced).unwrap_or_default())
    }

    /// Stands in for an IPv6 address, or for a network of `length` bits.
    pub(super) fn v6(&mut self, address: Ipv6Addr, length: u32, names: &mut Names) -> Ipv6Addr {
        if length < 8 || address.is_unspecified() || address.is_loopback() {
            return address;
        }
        let bits = address.to_bits();
        let [first, ..] = address.segments();
        let (start, kept) =
            if first & 0xfe00 == 0xfc00 || first & 0xffc0 == 0xfe80 || first & 0xff00 == 0xff00 {
                (u128::from(first) << 112, 16)
            } else {
                // 3fff::/20 is for documentation.
                let number = names.number(Kind::Net6, &(bits >> 96).to_string());
                ((0x3fff_0000 | (number & 0xfff)) << 96, 32)
            };
        Ipv6Addr::from_bits(self.replace(6, 128, bits, start, kept, length.min(128)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v4(prefixes: &mut Prefixes, names: &mut Names, text: &str) -> String {
        let (address, length) = text.split_once('/').unwrap_or((text, "32"));
        prefixes.v4(address.parse().unwrap(), length.parse().unwrap(), names).to_string()
    }

    #[test]
    fn what_lay_in_a_network_still_does() {
        let (mut prefixes, mut names) = (Prefixes::default(), Names::default());
        let mut of = |text: &str| v4(&mut prefixes, &mut names, text);
        assert_eq!(of("10.20.0.0/16"), "10.0.0.0");
        assert_eq!(of("10.20.64.0/20"), "10.0.0.0");
        assert_eq!(of("10.20.64.26"), "10.0.0.0");
        assert_eq!(of("10.20.64.27"), "10.0.0.1");
        assert_eq!(of("10.20.192.0/20"), "10.0.128.0");
        assert_eq!(of("10.21.0.0/16"), "10.1.0.0");
    }

    #[test]
    fn private_stays_private_public_stays_public_and_the_world_stays_the_world() {
        let (mut prefixes, mut names) = (Prefixes::default(), Names::default());
        let mut of = |text: &str| v4(&mut prefixes, &mut names, text);
        assert_eq!(of("0.0.0.0/0"), "0.0.0.0");
        assert_eq!(of("128.0.0.0/1"), "128.0.0.0");
        assert_eq!(of("192.168.17.4"), "192.168.0.0");
        assert_eq!(of("172.31.0.0/16"), "172.16.0.0");
        assert_eq!(of("169.254.169.254"), "169.254.0.0");
        assert_eq!(of("52.1.2.3"), "203.0.0.0");
        assert_eq!(of("3.1.2.3"), "204.0.0.0");
    }

    #[test]
    fn every_first_octet_finds_one_of_its_own() {
        let given = octets().collect::<Vec<_>>();
        let distinct = given.iter().collect::<std::collections::BTreeSet<_>>();
        assert_eq!(given.len(), distinct.len());
        let public = (1..=223).filter(|octet| ![10, 127].contains(octet)).count();
        assert_eq!(given.len(), public);
    }

    #[test]
    fn addresses_of_the_sixth_version_keep_their_kind() {
        let (mut prefixes, mut names) = (Prefixes::default(), Names::default());
        let mut of = |text: &str, length| prefixes.v6(text.parse().unwrap(), length, &mut names).to_string();
        assert_eq!(of("::", 0), "::");
        assert_eq!(of("2a05:d014:1::", 48), "3fff::");
        assert_eq!(of("2a05:d014:1::7", 128), "3fff::");
        assert_eq!(of("2a05:d014:1::6", 128), "3fff::1");
        assert_eq!(of("fd00:1::1", 128), "fd00::");
    }
}
