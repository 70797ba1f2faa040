//! The registries of images, opened when they are needed.

use std::collections::BTreeMap;

use futures::future::{BoxFuture, join_all};

use super::{Attesting, aws};
use crate::attest::{Refusal, RevocationQuery, Revocations};
use crate::aws::{Role, Session, chain};
use crate::domain::ImageReference;
use crate::registry::{Ecr, Fault, Oci, Place, Registry};

/// Opens repositories, with the credentials that each registry takes.
#[derive(Debug)]
pub(super) struct Registries<'a> {
    with: &'a Attesting,
    session: Option<&'a Session>,
    /// Sessions of roles, by registry; or why the role was not assumed.
    roles: BTreeMap<&'a str, Result<Session, String>>,
}

impl<'a> Registries<'a> {
    /// Assumes the roles that registries are read with.
    pub(super) async fn open(with: &'a Attesting, session: Option<&'a Session>) -> Self {
        let mut roles = BTreeMap::new();
        if let Some(session) = session {
            let assume = with.attestors.roles.iter().map(async |(registry, arn)| {
                let role =
                    Role { arn: arn.clone(), external_id: None, session_name: "tidewaiter".to_owned() };
                let config = session.config().clone();
                let opened = Session::connect(config, Some(&role), &with.aws_limits).await;
                (registry.as_str(), opened.map_err(|error| chain(&error)))
            });
            roles.extend(join_all(assume).await);
        }
        Self { with, session, roles }
    }

    /// The repository of an image.
    pub(super) fn repository(&self, reference: &ImageReference) -> Result<Box<dyn Registry + '_>, Refusal> {
        let unreachable = |reason: String| Refusal::new("registry_unreachable", reason);
        if let Some(place) = Place::of_host(reference.registry()) {
            let session = match self.roles.get(reference.registry()) {
                Some(Ok(session)) => session,
                Some(Err(reason)) => return Err(unreachable(reason.clone())),
                None => self
                    .session
                    .ok_or_else(|| unreachable("there are no AWS credentials to read ECR with".to_owned()))?,
            };
            return Ok(Box::new(Ecr::new(session, place, reference.repository(), self.with.limits.clone())));
        }
        let (host, repository) = (reference.api_host(), reference.repository());
        let credentials =
            self.with.docker.credentials(reference.registry(), repository).map_err(unreachable)?;
        let oci = Oci::new(host, repository, credentials, self.with.limits.clone()).map_err(unreachable)?;
        Ok(Box::new(oci))
    }
}

impl Revocations for Registries<'_> {
    fn revoked<'a>(&'a self, query: &'a RevocationQuery) -> BoxFuture<'a, Result<Vec<String>, Fault>> {
        Box::pin(aws::revoked(self.session, query))
    }
}
