//! The machines of container instances: what they are, the disks they have, and the images they were started from.
//!
//! A container instance of ECS Anywhere is a machine of the customer's own, of which EC2 knows nothing.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

use super::{Describe, by_filter, describe, shapes};
use crate::collect::Estate;
use crate::collect::plan::{DESCRIBE_INSTANCES, DESCRIBE_MACHINE_IMAGES, DESCRIBE_VOLUMES};
use crate::snapshot::Collection;

const INSTANCES: Describe = Describe {
    dialect: shapes::INSTANCES,
    unfold: instances_of,
    ..describe(Collection::Instances, DESCRIBE_INSTANCES, "Reservations", "InstanceId", "1000")
};

const VOLUMES: Describe = Describe {
    dialect: shapes::VOLUMES,
    ..describe(Collection::Volumes, DESCRIBE_VOLUMES, "Volumes", "VolumeId", "500")
};

/// An image that was deprecated or disabled is left out unless it is asked for, and then would look like one that is gone.
const IMAGES: Describe = Describe {
    dialect: shapes::IMAGES,
    always: &[("IncludeDeprecated", "true"), ("IncludeDisabled", "true")],
    ..describe(Collection::MachineImages, DESCRIBE_MACHINE_IMAGES, "Images", "ImageId", "1000")
};

/// Reads the instances behind container instances, with their volumes and images.
///
/// An instance that was terminated a while ago, a volume that was deleted, and an image that is gone or shared with this account no longer, is in
/// no answer, and then no member.
pub(in crate::collect) async fn read(estate: &Estate<'_>) {
    let named_in = |collection, name: fn(&str) -> Vec<String>| {
        let names = estate.reading(collection).map(|reading| reading.draw(name));
        names.unwrap_or_default().into_iter().collect::<BTreeSet<_>>()
    };
    let instances = named_in(Collection::ContainerInstances, instance_id);
    by_filter(estate, &INSTANCES, "instance-id", instances).await;
    futures::join!(
        by_filter(estate, &VOLUMES, "volume-id", named_in(Collection::Instances, volume_ids)),
        by_filter(estate, &IMAGES, "image-id", named_in(Collection::Instances, image_id)),
    );
}

/// The instances of a reservation, which is what was launched by one request.
fn instances_of(mut reservation: Value) -> Option<Vec<Value>> {
    let Value::Array(mut instances) = reservation.get_mut("Instances")?.take() else { return None };
    for instance in &mut instances {
        // One element is called so in two places, and means `Groups` in an interface.
        let instance = instance.as_object_mut()?;
        if let Some(groups) = instance.remove("Groups") {
            instance.insert("SecurityGroups".to_owned(), groups);
        }
    }
    Some(instances)
}

/// The EC2 instance of a container instance.
fn instance_id(container_instance: &str) -> Vec<String> {
    #[derive(Default, Deserialize)]
    #[serde(default, rename_all = "camelCase")]
    struct ContainerInstance {
        ec2_instance_id: Option<String>,
    }
    let instance = serde_json::from_str::<ContainerInstance>(container_instance).unwrap_or_default();
    // A machine of the customer's own has an id of Systems Manager's (`mi-`).
    instance.ec2_instance_id.filter(|id| id.starts_with("i-")).into_iter().collect()
}

/// The volumes of an instance.
fn volume_ids(instance: &str) -> Vec<String> {
    #[derive(Default, Deserialize)]
    #[serde(default, rename_all = "PascalCase")]
    struct Instance {
        block_device_mappings: Vec<Mapping>,
    }
    #[derive(Default, Deserialize)]
    #[serde(default, rename_all = "PascalCase")]
    struct Mapping {
        ebs: Device,
    }
    #[derive(Default, Deserialize)]
    #[serde(default, rename_all = "PascalCase")]
    struct Device {
        volume_id: Option<String>,
    }
    let instance = serde_json::from_str::<Instance>(instance).unwrap_or_default();
    let volumes = instance.block_device_mappings.into_iter().filter_map(|mapping| mapping.ebs.volume_id);
    volumes.filter(|id| !id.is_empty()).collect()
}

/// The machine image of an instance.
fn image_id(instance: &str) -> Vec<String> {
    #[derive(Default, Deserialize)]
    #[serde(default, rename_all = "PascalCase")]
    struct Instance {
        image_id: Option<String>,
    }
    let instance = serde_json::from_str::<Instance>(instance).unwrap_or_default();
    instance.image_id.filter(|id| !id.is_empty()).into_iter().collect()
}
