//! Which URLs may be asked, and where a redirect may lead.

use std::net::{IpAddr, Ipv6Addr};

use url::{Host, Url};

/// Why a URL is not asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InvalidUrl {
    /// It is neither `https` nor `http`.
    Scheme,
    /// Plain HTTP to another machine.
    Plain,
    /// It holds a user or a password.
    Credentials,
}

/// Whether a URL may be asked at all.
pub(crate) fn is_allowed(url: &Url) -> Result<(), InvalidUrl> {
    if !url.username().is_empty() || url.password().is_some() {
        return Err(InvalidUrl::Credentials);
    }
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_this_machine(url) => Ok(()),
        "http" => Err(InvalidUrl::Plain),
        _ => Err(InvalidUrl::Scheme),
    }
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        _ => address(url).is_some_and(|address| address.is_loopback()),
    }
}

/// Where a server sends to: never from https to plain http, never to another scheme, and never from elsewhere to this machine
/// or its neighbours.
///
/// A name that leads to such an address is not noticed, but has to show a certificate for itself, which the services that
/// clouds keep there do not have. Private networks are not refused: a registry of one's own keeps its blobs there.
///
/// # Errors
///
/// What it sends to.
pub(crate) fn follow(from: &Url, location: &str) -> Result<Url, &'static str> {
    let to = from.join(location).map_err(|_| "what is no URL")?;
    if from.scheme() == "https" && to.scheme() != "https" {
        return Err("a place that is not https");
    }
    is_allowed(&to).map_err(|_| "a place that is neither https nor on this machine")?;
    if from.host() != to.host() && !is_this_machine(from) && is_near(&to) {
        return Err("this machine or its neighbours");
    }
    Ok(to)
}

/// Whether a URL leads to this machine, or to an address that only means something on its own network.
fn is_near(url: &Url) -> bool {
    is_this_machine(url)
        || match address(url) {
            Some(IpAddr::V4(it)) => it.is_link_local() || it.is_unspecified() || it.is_multicast(),
            Some(IpAddr::V6(it)) => {
                it.is_unicast_link_local()
                    || it.is_unspecified()
                    || it.is_multicast()
                    // The metadata service of EC2.
                    || it == Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)
            }
            None => false,
        }
}

fn address(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Ipv4(address) => Some(address.into()),
        Host::Ipv6(address) => Some(IpAddr::from(address).to_canonical()),
        Host::Domain(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(url: &str, location: &str) -> Result<String, &'static str> {
        follow(&Url::parse(url).unwrap(), location).map(|url| url.to_string())
    }

    #[test]
    fn redirects_stay_on_https() {
        assert_eq!(from("https://a.example/b/c", "d").unwrap(), "https://a.example/b/d");
        assert_eq!(from("https://a.example/b", "https://c.example/").unwrap(), "https://c.example/");
        assert_eq!(from("http://127.0.0.1/b", "https://c.example/").unwrap(), "https://c.example/");
        for (url, location) in [
            ("https://a.example/", "http://a.example/"),
            ("https://a.example/", "http://127.0.0.1/"),
            ("https://a.example/", "file:///etc/passwd"),
            ("https://a.example/", "https://user:secret@a.example/"),
            ("http://127.0.0.1/", "http://a.example/"),
        ] {
            let error = from(url, location).unwrap_err();
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn redirects_lead_to_no_address_of_this_machine_or_its_neighbours() {
        for host in [
            "127.0.0.1",
            "127.1",
            "2130706433",
            "localhost",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:169.254.169.254]",
            "0.0.0.0",
            "[::]",
            "169.254.169.254",
            "0xa9fea9fe",
            "[fe80::1]",
            "[fd00:ec2::254]",
            "224.0.0.1",
        ] {
            assert!(from("https://a.example/", &format!("https://{host}/")).is_err(), "{host}");
        }
        assert!(from("https://a.example/", "https://10.0.0.1/").is_ok());
        assert!(from("https://169.254.1.1/", "/elsewhere").is_ok());
        assert!(from("http://127.0.0.1/", "http://localhost/").is_ok());
    }
}
