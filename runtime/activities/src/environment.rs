//! `ox.env`: the environment of the run.

use crate::arguments::Arguments;
use crate::command::GROUP_VARIABLE;
use crate::failure::misuse;
use engine::data::Data;
use engine::transport::TaskError;

/// Carries out an activity of `ox.env`, named without the namespace.
pub(crate) fn call(name: &str, arguments: Arguments<'_>) -> Result<Data, TaskError> {
    match name {
        "get" => {
            let name = arguments.text(0, "the name")?;
            if name.is_empty() || name.contains(['=', '\0']) {
                return Err(misuse(format!("{name:?} is no name of a variable")));
            }
            Ok(std::env::var_os(name)
                .map_or(Data::Nil, |value| Data::text(value.to_string_lossy())))
        }
        "all" => {
            let mut entries: Vec<(String, String)> = std::env::vars_os()
                .map(|(name, value)| {
                    (
                        name.to_string_lossy().into_owned(),
                        value.to_string_lossy().into_owned(),
                    )
                })
                .filter(|(name, _)| name != GROUP_VARIABLE)
                .collect();
            entries.sort();
            Ok(Data::Map(
                entries
                    .into_iter()
                    .map(|(k, v)| (Data::Str(k), Data::Str(v)))
                    .collect(),
            ))
        }
        other => Err(misuse(format!("there is no activity ox.env/{other}"))),
    }
}
