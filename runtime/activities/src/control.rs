//! What others want of an attempt that runs.

use rustix::event::EventfdFlags;
use rustix::fd::{AsFd, OwnedFd};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};

/// What is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// That it goes on.
    Go,
    /// That it stops and reports.
    Cancel,
    /// That it stops; nobody will hear of it.
    Abandon,
}

/// The wish of one attempt, and how who carries it out is woken.
#[derive(Debug, Default)]
pub(crate) struct Control {
    wish: AtomicU8,
    /// Made when the attempt starts to wait, so that one that is queued costs no descriptor.
    wake: OnceLock<Arc<OwnedFd>>,
}

impl Control {
    pub(crate) fn wish(&self) -> Wish {
        match self.wish.load(Ordering::SeqCst) {
            0 => Wish::Go,
            1 => Wish::Cancel,
            _ => Wish::Abandon,
        }
    }

    /// Changes the wish; it only ever gets stronger.
    pub(crate) fn ask(&self, wish: Wish) {
        self.wish.fetch_max(wish as u8, Ordering::SeqCst);
        if let Some(wake) = self.wake.get() {
            // Full means that it is awake already.
            let _ = rustix::io::write(wake, &[1_u8; 8]);
        }
    }

    /// A descriptor that can be read once something other than `Go` is wanted. Look at the wish
    /// after getting it.
    pub(crate) fn waker(&self) -> rustix::io::Result<Arc<OwnedFd>> {
        if let Some(wake) = self.wake.get() {
            return Ok(Arc::clone(wake));
        }
        let made = Arc::new(rustix::event::eventfd(
            0,
            EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK,
        )?);
        Ok(Arc::clone(self.wake.get_or_init(|| made)))
    }
}

/// Takes what is in a waker, so that it waits again.
pub(crate) fn drain(wake: impl AsFd) {
    let _ = rustix::io::read(wake, &mut [0_u8; 8]);
}
