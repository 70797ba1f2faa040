//! The collections that a document can hold.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A collection of the input document: an object keyed by ARN, or by id where AWS has no ARN.
///
/// The order is the order in which documents, coverage and reports list them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
pub enum Collection {
    /// The account itself, the population of account-wide controls.
    Accounts,
    /// Scalable targets of ECS services.
    ScalableTargets,
    /// Attestors: whether what they are configured with can be relied on, keyed by name.
    Attestors,
    /// CloudTrail trails, those of other Regions and of the organization included.
    Trails,
    /// Whether each trail logs, keyed as the trails.
    TrailStatus,
    /// Network interfaces of tasks.
    NetworkInterfaces,
    /// Route tables.
    RouteTables,
    /// Security groups.
    SecurityGroups,
    /// Subnets.
    Subnets,
    /// VPCs.
    Vpcs,
    /// VPC endpoints.
    VpcEndpoints,
    /// Flow logs.
    FlowLogs,
    /// EC2 instances of container instances.
    Instances,
    /// Volumes of these instances.
    Volumes,
    /// Machine images that these instances were started from.
    MachineImages,
    /// What containers of task definitions, service revisions and tasks call their images of the account's registry, and
    /// which images those are, keyed as containers write it.
    ImageReferences,
    /// What scans found in images in use, keyed as the images.
    ImageScanFindings,
    /// How far ECR's managed signing has come with images in use, keyed as the images.
    SigningStatus,
    /// Images in use of the account's registry, keyed by ARN.
    Images,
    /// Lifecycle policies of repositories, keyed by repository.
    LifecyclePolicies,
    /// How the registry scans images, keyed by account.
    RegistryScanning,
    /// Repositories of the private registry.
    Repositories,
    /// Policies of repositories, keyed by repository.
    RepositoryPolicies,
    /// How each repository is scanned in effect, keyed by repository.
    RepositoryScanning,
    /// Tags of repositories, keyed by repository.
    RepositoryTags,
    /// What ECR signs when it is pushed, keyed by registry; a registry without a configuration has an empty one.
    SigningConfiguration,
    /// Effective account settings, keyed by name.
    AccountSettings,
    /// Capacity providers, AWS's own included.
    CapacityProviders,
    /// Clusters.
    Clusters,
    /// Container instances.
    ContainerInstances,
    /// Revisions that daemons run.
    DaemonRevisions,
    /// Task definitions of daemons that they run.
    DaemonTaskDefinitions,
    /// Daemons.
    Daemons,
    /// Express Mode services.
    ExpressServices,
    /// Service revisions that deployments run.
    ServiceRevisions,
    /// Services.
    Services,
    /// Families of task definitions, with the numbers of their ACTIVE revisions.
    TaskDefinitionFamilies,
    /// Task definitions in use, and the newest ACTIVE revision of each family.
    TaskDefinitions,
    /// Task sets of services with an external deployment controller.
    TaskSets,
    /// Tasks that run, or stopped a short while ago.
    Tasks,
    /// EFS access points that task definitions name.
    AccessPoints,
    /// Rules of the listeners of Application Load Balancers that lead to services.
    ListenerRules,
    /// Listeners of load balancers that lead to services.
    Listeners,
    /// Load balancers that lead to services.
    LoadBalancers,
    /// Target groups that services name.
    TargetGroups,
    /// EventBridge rules on events of AWS services: what they match, and nothing of their targets.
    Patterns,
    /// EventBridge rules that run tasks, with the targets that do.
    Rules,
    /// What GuardDuty says of its coverage of ECS clusters.
    RuntimeCoverage,
    /// GuardDuty detectors, keyed by id.
    Detectors,
    /// What each IAM user and role may do to ECS, keyed as these.
    Access,
    /// IAM groups.
    Groups,
    /// When principals that may do something to ECS last did, keyed as these.
    LastAccessed,
    /// Customer managed and attached AWS managed policies.
    Policies,
    /// IAM roles.
    Roles,
    /// IAM users.
    Users,
    /// Images that run or would run, whatever registry they are from: digest, users, and which attestors verify them. Keyed by
    /// normalised reference.
    UsedImages,
    /// What Amazon Inspector scans, keyed by account.
    InspectorAccounts,
    /// Log groups that task definitions name.
    LogGroups,
    /// Service control policies, keyed by what they are attached to: the account, each organizational unit that it stands in,
    /// and the root.
    ServiceControlPolicies,
    /// Schedules of EventBridge Scheduler that run tasks.
    Schedules,
    /// Secrets that task definitions name: what is known about them, never what they hold.
    Secrets,
    /// Parameters of Systems Manager that task definitions name: what is known about them, never their values.
    Parameters,
    /// The machine images that AWS recommends for ECS, public parameters of Systems Manager.
    RecommendedImages,
}

impl Collection {
    /// Every collection, in order.
    pub const ALL: [Self; 63] = [
        Self::Accounts,
        Self::ScalableTargets,
        Self::Attestors,
        Self::Trails,
        Self::TrailStatus,
        Self::NetworkInterfaces,
        Self::RouteTables,
        Self::SecurityGroups,
        Self::Subnets,
        Self::Vpcs,
        Self::VpcEndpoints,
        Self::FlowLogs,
        Self::Instances,
        Self::Volumes,
        Self::MachineImages,
        Self::ImageReferences,
        Self::ImageScanFindings,
        Self::SigningStatus,
        Self::Images,
        Self::LifecyclePolicies,
        Self::RegistryScanning,
        Self::Repositories,
        Self::RepositoryPolicies,
        Self::RepositoryScanning,
        Self::RepositoryTags,
        Self::SigningConfiguration,
        Self::AccountSettings,
        Self::CapacityProviders,
        Self::Clusters,
        Self::ContainerInstances,
        Self::DaemonRevisions,
        Self::DaemonTaskDefinitions,
        Self::Daemons,
        Self::ExpressServices,
        Self::ServiceRevisions,
        Self::Services,
        Self::TaskDefinitionFamilies,
        Self::TaskDefinitions,
        Self::TaskSets,
        Self::Tasks,
        Self::AccessPoints,
        Self::ListenerRules,
        Self::Listeners,
        Self::LoadBalancers,
        Self::TargetGroups,
        Self::Patterns,
        Self::Rules,
        Self::RuntimeCoverage,
        Self::Detectors,
        Self::Access,
        Self::Groups,
        Self::LastAccessed,
        Self::Policies,
        Self::Roles,
        Self::Users,
        Self::UsedImages,
        Self::InspectorAccounts,
        Self::LogGroups,
        Self::ServiceControlPolicies,
        Self::Schedules,
        Self::Secrets,
        Self::Parameters,
        Self::RecommendedImages,
    ];

    /// The path below `input`, as METADATA's `resources` and the keys of `input.coverage` spell it.
    #[must_use]
    pub fn path(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::ScalableTargets => "application_autoscaling.scalable_targets",
            Self::Attestors => "attestors",
            Self::Trails => "cloudtrail.trails",
            Self::TrailStatus => "cloudtrail.trail_status",
            Self::NetworkInterfaces => "ec2.network_interfaces",
            Self::RouteTables => "ec2.route_tables",
            Self::SecurityGroups => "ec2.security_groups",
            Self::Subnets => "ec2.subnets",
            Self::Vpcs => "ec2.vpcs",
            Self::VpcEndpoints => "ec2.vpc_endpoints",
            Self::FlowLogs => "ec2.flow_logs",
            Self::Instances => "ec2.instances",
            Self::Volumes => "ec2.volumes",
            Self::MachineImages => "ec2.machine_images",
            Self::ImageReferences => "ecr.image_references",
            Self::ImageScanFindings => "ecr.image_scan_findings",
            Self::SigningStatus => "ecr.image_signing_status",
            Self::Images => "ecr.images",
            Self::LifecyclePolicies => "ecr.lifecycle_policies",
            Self::RegistryScanning => "ecr.registry_scanning",
            Self::Repositories => "ecr.repositories",
            Self::RepositoryPolicies => "ecr.repository_policies",
            Self::RepositoryScanning => "ecr.repository_scanning",
            Self::RepositoryTags => "ecr.repository_tags",
            Self::SigningConfiguration => "ecr.signing_configuration",
            Self::AccountSettings => "ecs.account_settings",
            Self::CapacityProviders => "ecs.capacity_providers",
            Self::Clusters => "ecs.clusters",
            Self::ContainerInstances => "ecs.container_instances",
            Self::DaemonRevisions => "ecs.daemon_revisions",
            Self::DaemonTaskDefinitions => "ecs.daemon_task_definitions",
            Self::Daemons => "ecs.daemons",
            Self::ExpressServices => "ecs.express_services",
            Self::ServiceRevisions => "ecs.service_revisions",
            Self::Services => "ecs.services",
            Self::TaskDefinitionFamilies => "ecs.task_definition_families",
            Self::TaskDefinitions => "ecs.task_definitions",
            Self::TaskSets => "ecs.task_sets",
            Self::Tasks => "ecs.tasks",
            Self::AccessPoints => "efs.access_points",
            Self::ListenerRules => "elbv2.listener_rules",
            Self::Listeners => "elbv2.listeners",
            Self::LoadBalancers => "elbv2.load_balancers",
            Self::TargetGroups => "elbv2.target_groups",
            Self::Patterns => "events.patterns",
            Self::Rules => "events.rules",
            Self::RuntimeCoverage => "guardduty.coverage",
            Self::Detectors => "guardduty.detectors",
            Self::Access => "iam.access",
            Self::Groups => "iam.groups",
            Self::LastAccessed => "iam.last_accessed",
            Self::Policies => "iam.policies",
            Self::Roles => "iam.roles",
            Self::Users => "iam.users",
            Self::UsedImages => "images",
            Self::InspectorAccounts => "inspector2.account_status",
            Self::LogGroups => "logs.log_groups",
            Self::ServiceControlPolicies => "organizations.service_control_policies",
            Self::Schedules => "scheduler.schedules",
            Self::Secrets => "secretsmanager.secrets",
            Self::Parameters => "ssm.parameters",
            Self::RecommendedImages => "ssm.recommended_amis",
        }
    }

    /// The collection with this path.
    #[must_use]
    pub fn from_path(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|collection| collection.path() == path)
    }

    /// The object of the document that holds the collection, and the collection's name in it; `None` for
    /// those that stand at the top.
    #[must_use]
    pub fn group_and_name(self) -> Option<(&'static str, &'static str)> {
        self.path().split_once('.')
    }

    /// What one member is called in a sentence.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::Accounts => "account",
            Self::ScalableTargets => "scalable target",
            Self::Attestors => "attestor",
            Self::Trails => "trail",
            Self::TrailStatus => "trail status",
            Self::NetworkInterfaces => "network interface",
            Self::RouteTables => "route table",
            Self::SecurityGroups => "security group",
            Self::Subnets => "subnet",
            Self::Vpcs => "VPC",
            Self::VpcEndpoints => "VPC endpoint",
            Self::FlowLogs => "flow log",
            Self::Instances => "instance",
            Self::Volumes => "volume",
            Self::MachineImages => "machine image",
            Self::ImageReferences => "image reference",
            Self::ImageScanFindings => "image scan",
            Self::SigningStatus => "signing status",
            Self::Images => "image",
            Self::LifecyclePolicies => "lifecycle policy",
            Self::RegistryScanning => "registry scanning",
            Self::Repositories => "repository",
            Self::RepositoryPolicies => "repository policy",
            Self::RepositoryScanning => "repository scanning",
            Self::RepositoryTags => "repository tags",
            Self::SigningConfiguration => "signing configuration",
            Self::AccountSettings => "account setting",
            Self::CapacityProviders => "capacity provider",
            Self::Clusters => "cluster",
            Self::ContainerInstances => "container instance",
            Self::DaemonRevisions => "daemon revision",
            Self::DaemonTaskDefinitions => "daemon task definition",
            Self::Daemons => "daemon",
            Self::ExpressServices => "Express service",
            Self::ServiceRevisions => "service revision",
            Self::Services => "service",
            Self::TaskDefinitionFamilies => "task definition family",
            Self::TaskDefinitions => "task definition",
            Self::TaskSets => "task set",
            Self::Tasks => "task",
            Self::AccessPoints => "access point",
            Self::ListenerRules => "listener rule",
            Self::Listeners => "listener",
            Self::LoadBalancers => "load balancer",
            Self::TargetGroups => "target group",
            Self::Patterns => "event pattern",
            Self::Rules => "rule",
            Self::RuntimeCoverage => "covered cluster",
            Self::Detectors => "detector",
            Self::Access => "principal",
            Self::Groups => "group",
            Self::LastAccessed => "last access",
            Self::Policies => "policy",
            Self::Roles => "role",
            Self::Users => "user",
            Self::UsedImages => "image in use",
            Self::InspectorAccounts => "Inspector status",
            Self::LogGroups => "log group",
            Self::ServiceControlPolicies => "level of service control policies",
            Self::Schedules => "schedule",
            Self::Secrets => "secret",
            Self::Parameters => "SSM parameter",
            Self::RecommendedImages => "recommended AMI",
        }
    }
}

impl fmt::Display for Collection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.path())
    }
}

impl From<Collection> for &'static str {
    fn from(collection: Collection) -> Self {
        collection.path()
    }
}

impl TryFrom<String> for Collection {
    type Error = String;

    fn try_from(path: String) -> Result<Self, String> {
        Self::from_path(&path).ok_or_else(|| format!("`{path}` is not a collection"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_collection_is_found_by_its_path() {
        for collection in Collection::ALL {
            assert_eq!(Collection::from_path(collection.path()), Some(collection));
        }
        assert_eq!(Collection::from_path("ecs.nothing"), None);
    }

    #[test]
    fn a_word_names_one_collection() {
        let nouns = Collection::ALL.map(Collection::noun);
        let of_groups = Collection::ALL.into_iter().filter_map(Collection::group_and_name);
        let ends = of_groups.map(|(_, name)| name).collect::<Vec<_>>();
        for words in [nouns.as_slice(), &ends] {
            assert_eq!(words.iter().collect::<std::collections::BTreeSet<_>>().len(), words.len());
        }
    }

    #[test]
    fn collections_are_listed_in_their_order() {
        assert!(Collection::ALL.is_sorted());
    }
}
