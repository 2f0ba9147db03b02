//! Process ids: `17` is the main process of run 17, `17.2` one it spawned. `17.1` is read as `17`.

/// The name of a process, never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pid {
    /// Number of the run.
    pub run: u64,
    /// Number within the run; 1 is the main process.
    pub number: u64,
}

/// Number of a run's main process.
pub const MAIN: u64 = 1;

impl std::fmt::Display for Pid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.number == MAIN {
            write!(f, "{}", self.run)
        } else {
            write!(f, "{}.{}", self.run, self.number)
        }
    }
}

impl std::str::FromStr for Pid {
    type Err = PidError;

    fn from_str(text: &str) -> Result<Pid, PidError> {
        let error = || PidError {
            is_name: text.starts_with(':'),
        };
        let number = |part: &str| {
            let digits = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
            digits
                .then(|| part.parse().ok())
                .flatten()
                .ok_or_else(error)
        };
        match text.split_once('.') {
            None => Ok(Pid {
                run: number(text)?,
                number: MAIN,
            }),
            Some((run, child)) => {
                let pid = Pid {
                    run: number(run)?,
                    number: number(child)?,
                };
                if pid.number >= MAIN {
                    Ok(pid)
                } else {
                    Err(error())
                }
            }
        }
    }
}

/// A text is no process id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("process ids look like 17 or 17.2{}", if *is_name {
    ", and names are known within a run only; `oxc ps` shows the id beside the name"
} else {
    ""
})]
pub struct PidError {
    /// Whether it is a name, as processes register themselves under.
    is_name: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_main_process_has_two_names_and_is_shown_by_the_short_one() {
        let pid: Pid = "17.1".parse().expect("it is a process id");
        assert_eq!(pid, "17".parse().expect("it is a process id"));
        assert_eq!(pid.to_string(), "17");
        assert!("17.0".parse::<Pid>().is_err());
        assert!("17.".parse::<Pid>().is_err());
    }
}
