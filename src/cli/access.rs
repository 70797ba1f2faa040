//! `tidewaiter access`.

use clap::Args;

use super::{Aws, ListFormat, Source};

/// `tidewaiter access`.
#[derive(Debug, Args)]
#[command(
    after_help = "Policies of IAM are looked at (identity policies, groups and permissions boundaries), and service control \
                        policies where they may be read: what AWS does not show of them is told as allowed, with a warning. \
                        Session policies and policies of resources are not read, and may allow less, or more.\n\n\
                        Exit codes: 0 everything was decided; 1 the command failed; 2 the arguments or the snapshot are \
                        wrong; 3 something could not be read or decided."
)]
pub struct Access {
    /// Where the estate comes from.
    #[command(flatten)]
    pub source: Source,
    /// How AWS is reached.
    #[command(flatten)]
    pub aws: Aws,
    /// Only this user or role, by its ARN or its name, or the roles of what runs: `service/web/api`, `task/web/0a1b` or
    /// `task-definition/api:7`; may be given several times.
    #[arg(long = "principal", value_name = "ARN", help_heading = "Question")]
    pub principals: Vec<String>,
    /// Only this action, such as `ecs:RunTask` or `ecs:*Service`; may be given several times.
    #[arg(long = "action", value_name = "ACTION", help_heading = "Question", conflicts_with = "can")]
    pub actions: Vec<String>,
    /// Ask whether a request for this action is allowed, and by what.
    #[arg(long, value_name = "ACTION", help_heading = "Question")]
    pub can: Option<String>,
    /// What the request is about: an ARN, or its end such as `service/web/api`; may be given several times. Without --can: who
    /// may do what to it, of the actions that change something or of those that --action names.
    #[arg(long = "on", value_name = "ARN", help_heading = "Question")]
    pub on: Vec<String>,
    /// What the request carries of a condition key, as `ecs:enable-execute-command=true`; may be given several times. Nothing
    /// behind the `=` says that it does not carry the key; of other keys nothing is assumed.
    #[arg(long = "with", value_name = "KEY=VALUE", value_parser = pair, help_heading = "Question", requires = "can")]
    pub with: Vec<(String, String)>,
    /// The form of the report.
    #[arg(long, value_enum, default_value_t = ListFormat::Table, help_heading = "Report")]
    pub format: ListFormat,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').filter(|(key, _)| key.contains(':'));
    let (key, value) = pair.ok_or("write it as `ecs:enable-execute-command=true`")?;
    Ok((key.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_request_carries_is_a_key_and_a_value() {
        assert_eq!(pair("aws:a=b=c"), Ok(("aws:a".to_owned(), "b=c".to_owned())));
        assert_eq!(pair("ecs:subnet="), Ok(("ecs:subnet".to_owned(), String::new())));
        for bad in ["", "subnet=a", "ecs:subnet", "=x"] {
            assert!(pair(bad).is_err(), "{bad}");
        }
    }
}
