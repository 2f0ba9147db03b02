//! Why a body gives no code.

use hir::body::ExprIdx;

/// Why a body gives no code: it exceeds a limit of the bytecode. The driver shows it at the
/// expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodegenError {
    /// A function needs more registers than a frame has.
    #[error("this function is too large: it needs more than {max} registers")]
    TooManyRegisters {
        /// Where the registers ran out.
        expr: ExprIdx,
        /// How many there may be.
        max: u32,
    },
    /// A function has more instructions than can be addressed.
    #[error("this function is too large: it needs more than {max} instructions")]
    CodeTooLong {
        /// Where the limit was passed.
        expr: ExprIdx,
        /// How many there may be.
        max: u32,
    },
    /// More of something than its index can count.
    #[error("this definition is too large: it has more than {max} {what}")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// How many there may be.
        max: u32,
        /// Where the limit was passed, if it is at an expression.
        expr: Option<ExprIdx>,
    },
    /// A native is called with more arguments than an instruction can pass.
    #[error("a native function takes at most 255 arguments")]
    TooManyNativeArguments {
        /// The call.
        expr: ExprIdx,
    },
    /// The body breaks an invariant of [`hir::body`]: a defect of the compiler.
    #[error("the body given to code generation is malformed: {what}")]
    Malformed {
        /// Where.
        expr: Option<ExprIdx>,
        /// What is wrong.
        what: &'static str,
    },
}

impl CodegenError {
    /// The expression to show the error at, if it is at one.
    #[must_use]
    pub fn expr(&self) -> Option<ExprIdx> {
        match self {
            CodegenError::TooManyRegisters { expr, .. }
            | CodegenError::CodeTooLong { expr, .. }
            | CodegenError::TooManyNativeArguments { expr } => Some(*expr),
            CodegenError::TooMany { expr, .. } | CodegenError::Malformed { expr, .. } => *expr,
        }
    }
}

pub(crate) type Result<T> = std::result::Result<T, CodegenError>;
