//! What a run and the supervisor of one of its commands say to each other.
//!
//! ```text
//! frame   kind:u8 length:u32 bytes        little-endian
//!
//! run → supervisor                        supervisor → run
//!   1 SPEC     what to start                1 BEGUN    SPEC and BEGIN have come
//!   2 BEGIN    it is in the journal         2 FAILED   index:u32 errno:i32 text: cannot start
//!   3 INPUT    bytes for stdin              3 ENDED    status:i32 of each command; nothing of
//!   4 CLOSE    end of stdin                            them is left. 0–255 exit, -n signal
//!   5 TERM     ask all to end
//!   6 KILL     end all
//! ```
//!
//! # Invariants
//! - Nothing is started before BEGIN. The end of the stream instead of it, or after it, means that
//!   the run has died: the supervisor ends everything below it.

use std::ffi::OsString;
use std::io::{self, Read};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;

pub(crate) const SPEC: u8 = 1;
pub(crate) const BEGIN: u8 = 2;
pub(crate) const INPUT: u8 = 3;
pub(crate) const CLOSE: u8 = 4;
pub(crate) const TERM: u8 = 5;
pub(crate) const KILL: u8 = 6;

pub(crate) const BEGUN: u8 = 1;
pub(crate) const FAILED: u8 = 2;
pub(crate) const ENDED: u8 = 3;

/// Bytes of input in one frame.
pub(crate) const INPUT_BYTES: usize = 64 << 10;
/// A frame longer than this is damage. Input comes in small ones; arguments and environment have a
/// limit in the kernel that is far below.
const FRAME_BYTES_MAX: u32 = 64 << 20;

/// Adds a frame to bytes to be sent.
pub(crate) fn put(out: &mut Vec<u8>, kind: u8, bytes: &[u8]) {
    let length = u32::try_from(bytes.len()).expect("frames are made in pieces of less than 4 GiB");
    out.push(kind);
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(bytes);
}

/// Takes a whole frame from the front of bytes that have come.
pub(crate) fn take(bytes: &mut Vec<u8>) -> io::Result<Option<(u8, Vec<u8>)>> {
    let Some((head, rest)) = bytes.split_first_chunk::<5>() else {
        return Ok(None);
    };
    let length = length_of(head)?;
    if rest.len() < length {
        return Ok(None);
    }
    let kind = head[0];
    let payload = rest[..length].to_vec();
    bytes.drain(..5 + length);
    Ok(Some((kind, payload)))
}

/// Reads a frame; none at the end of the stream.
pub(crate) fn read(input: &mut impl Read) -> io::Result<Option<(u8, Vec<u8>)>> {
    let mut head = [0; 5];
    match input.read_exact(&mut head) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let mut payload = vec![0; length_of(&head)?];
    input.read_exact(&mut payload)?;
    Ok(Some((head[0], payload)))
}

fn length_of(head: &[u8; 5]) -> io::Result<usize> {
    let length = u32::from_le_bytes([head[1], head[2], head[3], head[4]]);
    if length > FRAME_BYTES_MAX {
        return Err(damaged());
    }
    usize::try_from(length).map_err(|_| damaged())
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a damaged frame")
}

/// Where the first command's standard input comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    /// There is none.
    Nothing,
    /// It comes in frames.
    Frames,
    /// A file.
    File(PathBuf),
}

/// What a supervisor starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spec {
    /// Each a program and its arguments; the output of one is the input of the next.
    pub(crate) commands: Vec<Vec<OsString>>,
    /// Where they run.
    pub(crate) directory: PathBuf,
    /// Changes to the environment; without a value the variable is removed.
    pub(crate) environment: Vec<(OsString, Option<OsString>)>,
    /// The first one's input.
    pub(crate) input: Input,
}

impl Spec {
    /// The spec as bytes.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        put_count(&mut out, self.commands.len());
        for command in &self.commands {
            put_count(&mut out, command.len());
            for word in command {
                put(&mut out, 0, word.as_bytes());
            }
        }
        put(&mut out, 0, self.directory.as_os_str().as_bytes());
        put_count(&mut out, self.environment.len());
        for (name, value) in &self.environment {
            put(&mut out, 0, name.as_bytes());
            match value {
                Some(value) => put(&mut out, 1, value.as_bytes()),
                None => put(&mut out, 0, &[]),
            }
        }
        match &self.input {
            Input::Nothing => put(&mut out, 0, &[]),
            Input::Frames => put(&mut out, 1, &[]),
            Input::File(path) => put(&mut out, 2, path.as_os_str().as_bytes()),
        }
        out
    }

    /// The spec that bytes hold.
    pub(crate) fn decode(bytes: &[u8]) -> io::Result<Spec> {
        let mut left = bytes;
        let mut commands = Vec::new();
        for _ in 0..count(&mut left)? {
            let mut command = Vec::new();
            for _ in 0..count(&mut left)? {
                command.push(piece(&mut left)?.1);
            }
            commands.push(command);
        }
        let directory = PathBuf::from(piece(&mut left)?.1);
        let mut environment = Vec::new();
        for _ in 0..count(&mut left)? {
            let name = piece(&mut left)?.1;
            let (kind, value) = piece(&mut left)?;
            environment.push((name, (kind == 1).then_some(value)));
        }
        let input = match piece(&mut left)? {
            (0, _) => Input::Nothing,
            (1, _) => Input::Frames,
            (2, path) => Input::File(PathBuf::from(path)),
            _ => return Err(damaged()),
        };
        Ok(Spec {
            commands,
            directory,
            environment,
            input,
        })
    }
}

fn put_count(out: &mut Vec<u8>, count: usize) {
    let count = u32::try_from(count).expect("a command line has less than 2^32 words");
    out.extend_from_slice(&count.to_le_bytes());
}

fn count(left: &mut &[u8]) -> io::Result<u32> {
    let (head, rest) = left.split_first_chunk::<4>().ok_or_else(damaged)?;
    *left = rest;
    Ok(u32::from_le_bytes(*head))
}

fn piece(left: &mut &[u8]) -> io::Result<(u8, OsString)> {
    let (kind, bytes) = read(left)?.ok_or_else(damaged)?;
    Ok((kind, OsString::from_vec(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spec_comes_through_and_a_cut_one_is_refused() {
        let spec = Spec {
            commands: vec![
                vec!["a".into(), "b c".into()],
                vec![OsString::from_vec(vec![255])],
            ],
            directory: "/d".into(),
            environment: vec![
                ("X".into(), Some("1".into())),
                ("Y".into(), None),
                ("Z".into(), Some("".into())),
            ],
            input: Input::File("f".into()),
        };
        let bytes = spec.encode();
        assert_eq!(Spec::decode(&bytes).expect("it is whole"), spec);
        for length in 0..bytes.len() {
            assert!(Spec::decode(&bytes[..length]).is_err(), "{length} bytes");
        }
    }

    #[test]
    fn frames_are_taken_when_they_are_whole() {
        let mut sent = Vec::new();
        put(&mut sent, INPUT, b"text");
        put(&mut sent, CLOSE, b"");
        let mut come = Vec::new();
        let mut frames = Vec::new();
        for byte in sent {
            come.push(byte);
            while let Some(frame) = take(&mut come).expect("nothing is damaged") {
                frames.push(frame);
            }
        }
        assert_eq!(frames, [(INPUT, b"text".to_vec()), (CLOSE, Vec::new())]);
        assert!(take(&mut vec![1, 255, 255, 255, 255]).is_err());
    }
}
