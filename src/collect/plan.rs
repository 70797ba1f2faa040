//! What has to be read for what is wanted, which permissions that takes, and whom a gap concerns.

use std::collections::{BTreeMap, BTreeSet};

use crate::aws::{Bucket, Operation};
use crate::domain::Gap;
use crate::snapshot::{Collection, Gathered};

macro_rules! operations {
    ($($name:ident = $action:literal, $bucket:ident;)*) => {
        $(pub(super) const $name: Operation = Operation::new($action, Bucket::$bucket);)*
    };
}

operations! {
    LIST_CLUSTERS = "ecs:ListClusters", EcsClusterRead;
    DESCRIBE_CLUSTERS = "ecs:DescribeClusters", EcsClusterRead;
    LIST_SERVICES = "ecs:ListServices", EcsServiceRead;
    DESCRIBE_SERVICES = "ecs:DescribeServices", EcsServiceRead;
    DESCRIBE_SERVICE_REVISIONS = "ecs:DescribeServiceRevisions", EcsServiceRevision;
    DESCRIBE_EXPRESS_SERVICE = "ecs:DescribeExpressGatewayService", EcsServiceRead;
    LIST_TASKS = "ecs:ListTasks", EcsClusterResourceRead;
    DESCRIBE_TASKS = "ecs:DescribeTasks", EcsClusterResourceRead;
    LIST_CONTAINER_INSTANCES = "ecs:ListContainerInstances", EcsClusterResourceRead;
    DESCRIBE_CONTAINER_INSTANCES = "ecs:DescribeContainerInstances", EcsClusterResourceRead;
    LIST_TASK_DEFINITIONS = "ecs:ListTaskDefinitions", EcsTaskDefinitionRead;
    DESCRIBE_TASK_DEFINITION = "ecs:DescribeTaskDefinition", EcsTaskDefinitionRead;
    DESCRIBE_CAPACITY_PROVIDERS = "ecs:DescribeCapacityProviders", EcsCapacityProviderRead;
    LIST_ACCOUNT_SETTINGS = "ecs:ListAccountSettings", EcsSettingRead;
    LIST_DAEMONS = "ecs:ListDaemons", EcsServiceRead;
    DESCRIBE_DAEMON = "ecs:DescribeDaemon", EcsServiceRead;
    DESCRIBE_DAEMON_REVISIONS = "ecs:DescribeDaemonRevisions", EcsServiceRevision;
    DESCRIBE_DAEMON_TASK_DEFINITION = "ecs:DescribeDaemonTaskDefinition", EcsTaskDefinitionRead;
    DESCRIBE_SCALABLE_TARGETS = "application-autoscaling:DescribeScalableTargets", AutoScalingRead;
    DESCRIBE_TARGET_GROUPS = "elasticloadbalancing:DescribeTargetGroups", LoadBalancingRead;
    DESCRIBE_LOAD_BALANCERS = "elasticloadbalancing:DescribeLoadBalancers", LoadBalancingRead;
    DESCRIBE_LISTENERS = "elasticloadbalancing:DescribeListeners", LoadBalancingRead;
    DESCRIBE_RULES = "elasticloadbalancing:DescribeRules", LoadBalancingRead;
    LIST_EVENT_BUSES = "events:ListEventBuses", EventsRead;
    LIST_RULES = "events:ListRules", EventsRead;
    LIST_TARGETS_BY_RULE = "events:ListTargetsByRule", EventsRead;
    LIST_SCHEDULES = "scheduler:ListSchedules", SchedulerRead;
    GET_SCHEDULE = "scheduler:GetSchedule", SchedulerRead;
    DESCRIBE_ACCESS_POINTS = "elasticfilesystem:DescribeAccessPoints", EfsRead;
    DESCRIBE_SECRET = "secretsmanager:DescribeSecret", SecretsManagerRead;
    DESCRIBE_PARAMETERS = "ssm:DescribeParameters", SsmParameterRead;
    GET_PARAMETERS = "ssm:GetParameters", SsmPublicRead;
    DESCRIBE_TRAILS = "cloudtrail:DescribeTrails", CloudTrailRead;
    GET_TRAIL_STATUS = "cloudtrail:GetTrailStatus", CloudTrailStatus;
    DESCRIBE_REPOSITORIES = "ecr:DescribeRepositories", EcrRead;
    GET_REGISTRY_SCANNING = "ecr:GetRegistryScanningConfiguration", EcrRead;
    GET_REPOSITORY_SCANNING = "ecr:BatchGetRepositoryScanningConfiguration", EcrRepositoryRead;
    GET_REPOSITORY_POLICY = "ecr:GetRepositoryPolicy", EcrRepositoryRead;
    GET_LIFECYCLE_POLICY = "ecr:GetLifecyclePolicy", EcrRepositoryRead;
    LIST_REPOSITORY_TAGS = "ecr:ListTagsForResource", EcrRepositoryRead;
    DESCRIBE_IMAGES = "ecr:DescribeImages", EcrImageRead;
    DESCRIBE_SIGNING_STATUS = "ecr:DescribeImageSigningStatus", EcrImageRead;
    GET_SIGNING_CONFIGURATION = "ecr:GetSigningConfiguration", EcrRead;
    DESCRIBE_SCAN_FINDINGS = "ecr:DescribeImageScanFindings", EcrImageRead;
    LIST_DETECTORS = "guardduty:ListDetectors", GuardDutyRead;
    GET_DETECTOR = "guardduty:GetDetector", GuardDutyRead;
    LIST_COVERAGE = "guardduty:ListCoverage", GuardDutyRead;
    GET_ACCOUNT_STATUS = "inspector2:BatchGetAccountStatus", InspectorRead;
    DESCRIBE_LOG_GROUPS = "logs:DescribeLogGroups", LogsRead;
    GET_ACCOUNT_AUTHORIZATION_DETAILS = "iam:GetAccountAuthorizationDetails", IamRead;
    GENERATE_LAST_ACCESSED = "iam:GenerateServiceLastAccessedDetails", IamLastAccessed;
    GET_LAST_ACCESSED = "iam:GetServiceLastAccessedDetails", IamLastAccessed;
    DESCRIBE_ORGANIZATION = "organizations:DescribeOrganization", OrganizationsRead;
    LIST_PARENTS = "organizations:ListParents", OrganizationsRead;
    LIST_POLICIES_FOR_TARGET = "organizations:ListPoliciesForTarget", OrganizationsRead;
    DESCRIBE_POLICY = "organizations:DescribePolicy", OrganizationsRead;
    DESCRIBE_FLOW_LOGS = "ec2:DescribeFlowLogs", Ec2Read;
    DESCRIBE_MACHINE_IMAGES = "ec2:DescribeImages", Ec2Read;
    DESCRIBE_INSTANCES = "ec2:DescribeInstances", Ec2Read;
    DESCRIBE_NETWORK_INTERFACES = "ec2:DescribeNetworkInterfaces", Ec2Read;
    DESCRIBE_ROUTE_TABLES = "ec2:DescribeRouteTables", Ec2Read;
    DESCRIBE_SECURITY_GROUPS = "ec2:DescribeSecurityGroups", Ec2Read;
    DESCRIBE_SUBNETS = "ec2:DescribeSubnets", Ec2Read;
    DESCRIBE_VOLUMES = "ec2:DescribeVolumes", Ec2Read;
    DESCRIBE_VPC_ENDPOINTS = "ec2:DescribeVpcEndpoints", Ec2Read;
    DESCRIBE_VPCS = "ec2:DescribeVpcs", Ec2Read;
}

/// The operations that read a collection itself.
fn operations(collection: Collection) -> &'static [Operation] {
    match collection {
        // The account is known from the session; task sets stand in the bodies of services, images are described to know
        // what references stand for, and access is worked out. What attestors take follows from their file.
        Collection::Access
        | Collection::Accounts
        | Collection::Attestors
        | Collection::Images
        | Collection::TaskSets
        | Collection::UsedImages => &[],
        Collection::SigningConfiguration => &[GET_SIGNING_CONFIGURATION],
        Collection::SigningStatus => &[DESCRIBE_SIGNING_STATUS],
        Collection::ScalableTargets => &[DESCRIBE_SCALABLE_TARGETS],
        Collection::NetworkInterfaces => &[DESCRIBE_NETWORK_INTERFACES],
        Collection::RouteTables => &[DESCRIBE_ROUTE_TABLES],
        Collection::SecurityGroups => &[DESCRIBE_SECURITY_GROUPS],
        Collection::Subnets => &[DESCRIBE_SUBNETS],
        Collection::Vpcs => &[DESCRIBE_VPCS],
        Collection::VpcEndpoints => &[DESCRIBE_VPC_ENDPOINTS],
        Collection::FlowLogs => &[DESCRIBE_FLOW_LOGS],
        Collection::Instances => &[DESCRIBE_INSTANCES],
        Collection::Volumes => &[DESCRIBE_VOLUMES],
        Collection::MachineImages => &[DESCRIBE_MACHINE_IMAGES],
        Collection::AccountSettings => &[LIST_ACCOUNT_SETTINGS],
        Collection::CapacityProviders => &[DESCRIBE_CAPACITY_PROVIDERS],
        Collection::Clusters => &[LIST_CLUSTERS, DESCRIBE_CLUSTERS],
        Collection::ContainerInstances => &[LIST_CONTAINER_INSTANCES, DESCRIBE_CONTAINER_INSTANCES],
        Collection::DaemonRevisions => &[DESCRIBE_DAEMON_REVISIONS],
        Collection::DaemonTaskDefinitions => &[DESCRIBE_DAEMON_TASK_DEFINITION],
        Collection::Daemons => &[LIST_DAEMONS, DESCRIBE_DAEMON],
        Collection::ExpressServices => &[DESCRIBE_EXPRESS_SERVICE],
        Collection::ServiceRevisions => &[DESCRIBE_SERVICE_REVISIONS],
        Collection::Services => &[LIST_SERVICES, DESCRIBE_SERVICES],
        Collection::TaskDefinitionFamilies => &[LIST_TASK_DEFINITIONS],
        Collection::TaskDefinitions => &[LIST_TASK_DEFINITIONS, DESCRIBE_TASK_DEFINITION],
        Collection::Tasks => &[LIST_TASKS, DESCRIBE_TASKS],
        Collection::ListenerRules => &[DESCRIBE_RULES],
        Collection::Listeners => &[DESCRIBE_LISTENERS],
        Collection::LoadBalancers => &[DESCRIBE_LOAD_BALANCERS],
        Collection::TargetGroups => &[DESCRIBE_TARGET_GROUPS],
        Collection::Patterns => &[LIST_RULES],
        Collection::Rules => &[LIST_EVENT_BUSES, LIST_RULES, LIST_TARGETS_BY_RULE],
        Collection::Schedules => &[LIST_SCHEDULES, GET_SCHEDULE],
        Collection::AccessPoints => &[DESCRIBE_ACCESS_POINTS],
        Collection::Secrets => &[DESCRIBE_SECRET],
        Collection::Parameters => &[DESCRIBE_PARAMETERS],
        Collection::RecommendedImages => &[GET_PARAMETERS],
        Collection::Trails => &[DESCRIBE_TRAILS],
        Collection::TrailStatus => &[GET_TRAIL_STATUS],
        Collection::ImageReferences => &[DESCRIBE_IMAGES],
        Collection::ImageScanFindings => &[DESCRIBE_SCAN_FINDINGS],
        Collection::Repositories => &[DESCRIBE_REPOSITORIES],
        Collection::RegistryScanning => &[GET_REGISTRY_SCANNING],
        Collection::RepositoryScanning => &[GET_REPOSITORY_SCANNING],
        Collection::RepositoryPolicies => &[GET_REPOSITORY_POLICY],
        Collection::LifecyclePolicies => &[GET_LIFECYCLE_POLICY],
        Collection::RepositoryTags => &[LIST_REPOSITORY_TAGS],
        Collection::Detectors => &[LIST_DETECTORS, GET_DETECTOR],
        Collection::RuntimeCoverage => &[LIST_COVERAGE],
        Collection::InspectorAccounts => &[GET_ACCOUNT_STATUS],
        Collection::LogGroups => &[DESCRIBE_LOG_GROUPS],
        Collection::LastAccessed => &[GENERATE_LAST_ACCESSED, GET_LAST_ACCESSED],
        Collection::ServiceControlPolicies => {
            &[DESCRIBE_ORGANIZATION, LIST_PARENTS, LIST_POLICIES_FOR_TARGET, DESCRIBE_POLICY]
        }
        Collection::Groups | Collection::Policies | Collection::Roles | Collection::Users => {
            &[GET_ACCOUNT_AUTHORIZATION_DETAILS]
        }
    }
}

/// The collections that must be read to know a collection's members.
fn dependencies(collection: Collection) -> &'static [Collection] {
    match collection {
        Collection::CapacityProviders
        | Collection::ContainerInstances
        | Collection::Daemons
        | Collection::Services
        | Collection::Tasks => &[Collection::Clusters],
        Collection::DaemonRevisions => &[Collection::Daemons],
        Collection::DaemonTaskDefinitions => &[Collection::DaemonRevisions],
        Collection::ExpressServices
        | Collection::ServiceRevisions
        | Collection::TargetGroups
        | Collection::TaskSets => &[Collection::Services],
        Collection::Listeners | Collection::LoadBalancers => &[Collection::TargetGroups],
        Collection::ListenerRules => &[Collection::Listeners],
        Collection::TaskDefinitions => &[
            Collection::Rules,
            Collection::Schedules,
            Collection::Services,
            Collection::TaskSets,
            Collection::Tasks,
        ],
        Collection::NetworkInterfaces => &[Collection::Tasks],
        Collection::Access => &[
            Collection::Groups,
            Collection::Policies,
            Collection::Roles,
            Collection::ServiceControlPolicies,
            Collection::Users,
        ],
        Collection::LastAccessed => &[Collection::Access],
        Collection::Instances => &[Collection::ContainerInstances],
        Collection::Volumes | Collection::MachineImages | Collection::RecommendedImages => {
            &[Collection::Instances]
        }
        Collection::TrailStatus => &[Collection::Trails],
        Collection::RepositoryScanning
        | Collection::RepositoryPolicies
        | Collection::LifecyclePolicies
        | Collection::RepositoryTags => &[Collection::Repositories],
        Collection::RuntimeCoverage => &[Collection::Detectors],
        Collection::AccessPoints | Collection::LogGroups | Collection::Parameters | Collection::Secrets => {
            &[Collection::TaskDefinitions]
        }
        Collection::UsedImages => &[
            Collection::Attestors,
            Collection::ServiceRevisions,
            Collection::TaskDefinitions,
            Collection::Tasks,
        ],
        Collection::ImageReferences => {
            &[Collection::ServiceRevisions, Collection::TaskDefinitions, Collection::Tasks]
        }
        Collection::Images => &[Collection::ImageReferences],
        Collection::ImageScanFindings | Collection::SigningStatus => &[Collection::Images],
        _ => &[],
    }
}

/// Whether each member belongs to one cluster, so that a gap of that cluster concerns no other's members.
fn is_of_cluster(collection: Collection) -> bool {
    matches!(
        collection,
        Collection::ContainerInstances
            | Collection::DaemonRevisions
            | Collection::Daemons
            | Collection::ExpressServices
            | Collection::ServiceRevisions
            | Collection::Services
            | Collection::TaskSets
            | Collection::Tasks
    )
}

/// The collections that have to be read for the wanted ones, these included.
pub(super) fn needed(wanted: &BTreeSet<Collection>) -> BTreeSet<Collection> {
    let mut needed = BTreeSet::new();
    let mut open = wanted.iter().copied().collect::<Vec<_>>();
    while let Some(collection) = open.pop() {
        if needed.insert(collection) {
            open.extend(dependencies(collection));
        }
    }
    needed
}

/// The IAM actions that reading the wanted collections takes.
#[must_use]
pub fn actions(wanted: &BTreeSet<Collection>) -> BTreeSet<&'static str> {
    let needed = needed(wanted);
    let of_operations = needed.iter().flat_map(|collection| operations(*collection)).map(|it| it.action);
    of_operations.chain(needed.iter().flat_map(|collection| further_actions(*collection)).copied()).collect()
}

/// The actions of other services that an operation takes beside its own.
///
/// What enhanced scanning found ECR asks Inspector, in the caller's name. Source: Amazon ECR user guide, "IAM permissions
/// required for enhanced scanning".
fn further_actions(collection: Collection) -> &'static [&'static str] {
    match collection {
        Collection::ImageScanFindings => &["inspector2:ListCoverage", "inspector2:ListFindings"],
        _ => &[],
    }
}

/// Gives each collection the gaps of those that it depends on: members that only a hidden member would have named are
/// hidden too.
pub(super) fn inherit(gathered: &mut BTreeMap<Collection, Gathered>) {
    // Each after its dependencies.
    const ORDER: [Collection; 35] = [
        Collection::CapacityProviders,
        Collection::ContainerInstances,
        Collection::Daemons,
        Collection::DaemonRevisions,
        Collection::DaemonTaskDefinitions,
        Collection::Services,
        Collection::Tasks,
        Collection::ExpressServices,
        Collection::ServiceRevisions,
        Collection::TaskSets,
        Collection::TaskDefinitions,
        Collection::NetworkInterfaces,
        Collection::Instances,
        Collection::Volumes,
        Collection::MachineImages,
        Collection::RecommendedImages,
        Collection::TargetGroups,
        Collection::LoadBalancers,
        Collection::Listeners,
        Collection::ListenerRules,
        Collection::TrailStatus,
        Collection::RepositoryScanning,
        Collection::RepositoryPolicies,
        Collection::LifecyclePolicies,
        Collection::RepositoryTags,
        Collection::RuntimeCoverage,
        Collection::AccessPoints,
        Collection::LogGroups,
        Collection::Parameters,
        Collection::Secrets,
        Collection::ImageReferences,
        Collection::Images,
        Collection::ImageScanFindings,
        Collection::SigningStatus,
        Collection::UsedImages,
    ];
    for heir in ORDER {
        let inherited = dependencies(heir)
            .iter()
            .filter_map(|dependency| Some((*dependency, gathered.get(dependency)?)))
            .flat_map(|(dependency, of)| of.gaps.iter().map(move |gap| (dependency, gap)))
            .filter(|(dependency, gap)| concerns(*dependency, gap, heir))
            .map(|(_, gap)| {
                let scope = if is_of_cluster(heir) { gap.scope.clone() } else { Gap::EVERYTHING.to_owned() };
                Gap { scope, ids: Vec::new(), ..gap.clone() }
            })
            .collect::<Vec<_>>();
        if let Some(heir) = gathered.get_mut(&heir) {
            heir.gaps.extend(inherited);
        }
    }
}

/// A cluster that could not be described is known all the same, and its services and tasks were listed; what it was not
/// asked for is which capacity providers it has.
fn concerns(dependency: Collection, gap: &Gap, heir: Collection) -> bool {
    dependency != Collection::Clusters || gap.hides_members() || heir == Collection::CapacityProviders
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::testing::gap;

    fn inherited(of: Collection, gaps: Vec<Gap>, heir: Collection) -> Vec<(String, usize)> {
        let mut gathered = needed(&BTreeSet::from([heir]))
            .into_iter()
            .map(|collection| (collection, Gathered::default()))
            .collect::<BTreeMap<_, _>>();
        gathered.get_mut(&of).unwrap().gaps = gaps;
        inherit(&mut gathered);
        let mut gaps = gathered[&heir].gaps.clone();
        gaps.sort();
        gaps.dedup();
        gaps.into_iter().map(|gap| (gap.scope, gap.ids.len())).collect()
    }

    #[test]
    fn dependencies_are_read_but_not_without_need() {
        assert_eq!(
            needed(&BTreeSet::from([Collection::TaskDefinitions])),
            BTreeSet::from([
                Collection::Clusters,
                Collection::Rules,
                Collection::Schedules,
                Collection::Services,
                Collection::TaskDefinitions,
                Collection::TaskSets,
                Collection::Tasks
            ])
        );
        assert_eq!(needed(&BTreeSet::from([Collection::Vpcs])), BTreeSet::from([Collection::Vpcs]));
    }

    #[test]
    fn actions_cover_dependencies_and_nothing_else() {
        assert_eq!(
            actions(&BTreeSet::from([Collection::TaskSets, Collection::Accounts])),
            BTreeSet::from([
                "ecs:DescribeClusters",
                "ecs:DescribeServices",
                "ecs:ListClusters",
                "ecs:ListServices"
            ])
        );
        assert_eq!(actions(&Collection::ALL.into_iter().collect()).len(), 68);
    }

    #[test]
    fn a_hidden_cluster_hides_everything_that_lives_in_clusters() {
        for heir in [Collection::Services, Collection::TaskSets, Collection::TaskDefinitions] {
            let gaps = inherited(Collection::Clusters, vec![gap("*", &[])], heir);
            assert_eq!(gaps, [("*".to_owned(), 0)], "{heir}");
        }
    }

    #[test]
    fn services_that_could_not_be_listed_hide_what_their_cluster_holds() {
        let gaps = inherited(Collection::Services, vec![gap("arn:c", &[])], Collection::TaskSets);
        assert_eq!(gaps, [("arn:c".to_owned(), 0)]);
        let gaps = inherited(Collection::Services, vec![gap("arn:c", &[])], Collection::TaskDefinitions);
        assert_eq!(gaps, [("*".to_owned(), 0)]);
    }

    #[test]
    fn services_that_could_not_be_described_hide_what_only_they_would_name() {
        let gaps = inherited(Collection::Services, vec![gap("arn:c", &["s"])], Collection::ServiceRevisions);
        assert_eq!(gaps, [("arn:c".to_owned(), 0)]);
        let gaps = inherited(Collection::Tasks, vec![gap("arn:c", &["t"])], Collection::NetworkInterfaces);
        assert_eq!(gaps, [("*".to_owned(), 0)]);
    }

    #[test]
    fn a_cluster_that_could_not_be_described_hides_no_service() {
        let gaps = inherited(Collection::Clusters, vec![gap("*", &["c"])], Collection::Services);
        assert_eq!(gaps, []);
        let gaps = inherited(Collection::Clusters, vec![gap("*", &["c"])], Collection::CapacityProviders);
        assert_eq!(gaps, [("*".to_owned(), 0)]);
    }
}
