//! The registries of images, opened when they are needed.

use std::collections::BTreeMap;

use futures::future::{BoxFuture, join_all};

use super::watch::{Watch, Watched};
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
    watch: Watch,
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
        Self { with, session, roles, watch: Watch::new(with.aws_limits.deadline) }
    }

    /// The repository of an image.
    pub(super) fn repository<'b>(&'b self, reference: &'b ImageReference) -> Result<Watched<'b>, Refusal> {
        let repository = self.open_repository(reference);
        let repository = repository.map_err(|reason| Refusal::new("registry_unreachable", reason))?;
        Ok(Watched { watch: &self.watch, host: reference.registry(), repository })
    }

    fn open_repository(&self, reference: &ImageReference) -> Result<Box<dyn Registry + '_>, String> {
        let (limits, repository) = (self.with.limits.clone(), reference.repository());
        if let Some(place) = Place::of_host(reference.registry()) {
            let session = match self.roles.get(reference.registry()) {
                Some(Ok(session)) => session,
                Some(Err(reason)) => return Err(reason.clone()),
                None => self.session.ok_or("there are no AWS credentials to read ECR with")?,
            };
            return Ok(Box::new(Ecr::new(session, place, repository, limits)));
        }
        let credentials = self.with.docker.credentials(reference.registry(), repository)?;
        Ok(Box::new(Oci::new(reference.api_host(), repository, credentials, limits)?))
    }
}

impl Revocations for Registries<'_> {
    fn revoked<'a>(&'a self, query: &'a RevocationQuery) -> BoxFuture<'a, Result<Vec<String>, Fault>> {
        Box::pin(aws::revoked(self.session, query))
    }
}
