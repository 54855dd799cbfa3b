//! What an error type can be asked, found out where the type is known.
//!
//! The attribute works with every error type, and asks each for as much as it can say: its
//! [`Classify`], its chain of sources, its text. Which of these a type has is decided by method
//! resolution at the annotated function: a method of a more specific trait is implemented for a
//! receiver with more references in front, and the compiler tries those first. A call is written
//! with one reference more than its most specific trait has.

use std::error::Error;
use std::fmt::{self, Debug, Display};
use std::marker::PhantomData;
use std::ops::Deref;

use crate::seams::chain::verdict_of;
use crate::seams::classify::Classify;
use crate::values::kind::{ErrorKind, Verdict};

/// What was found out about a failure.
#[derive(Debug)]
pub struct Judged<'e> {
    pub(crate) verdict: Verdict,
    pub(crate) text: Text<'e>,
}

impl<'e> Judged<'e> {
    #[must_use]
    pub const fn new(verdict: Verdict, text: Text<'e>) -> Self {
        Self { verdict, text }
    }

    /// An `Ok` value that is not accepted.
    pub(crate) fn turned_down(verdict: Option<Verdict>) -> Self {
        let verdict = verdict.unwrap_or(Verdict::Retry(ErrorKind::Unknown));
        Self::new(verdict, Text::Constant("the value was turned down"))
    }
}

/// The text of an error, formatted only when somebody reads it.
#[derive(Clone, Copy)]
pub enum Text<'e> {
    Display(&'e dyn Display),
    Debug(&'e dyn Debug),
    Constant(&'static str),
}

impl Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Display(text) => text.fmt(f),
            Self::Debug(text) => text.fmt(f),
            Self::Constant(text) => f.write_str(text),
        }
    }
}

impl Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}

/// An error, to be asked for its verdict and its text: `(&&&&Ask(error)).retry_verdict()`,
/// `(&&&Ask(error)).retry_text()`.
#[derive(Debug)]
pub struct Ask<'e, E: ?Sized>(pub &'e E);

/// An error type that says it itself.
pub trait VerdictByClassify {
    fn retry_verdict(&self) -> Verdict;
}

impl<E: Classify + ?Sized> VerdictByClassify for &&&Ask<'_, E> {
    fn retry_verdict(&self) -> Verdict {
        self.0.classify()
    }
}

/// An error with its chain of sources.
pub trait VerdictByChain {
    fn retry_verdict(&self) -> Verdict;
}

impl<E: Error + 'static> VerdictByChain for &&Ask<'_, E> {
    fn retry_verdict(&self) -> Verdict {
        verdict_of(self.0)
    }
}

/// A pointer to an error: `anyhow::Error`.
pub trait VerdictOfPointee {
    fn retry_verdict(&self) -> Verdict;
}

impl<E, P> VerdictOfPointee for &Ask<'_, P>
where
    E: ?Sized + AsError,
    P: Deref<Target = E>,
{
    fn retry_verdict(&self) -> Verdict {
        verdict_of((**self.0).as_error())
    }
}

/// Anything else says nothing.
pub trait VerdictUnknown {
    fn retry_verdict(&self) -> Verdict;
}

impl<E: ?Sized> VerdictUnknown for Ask<'_, E> {
    fn retry_verdict(&self) -> Verdict {
        Verdict::Retry(ErrorKind::Unknown)
    }
}

/// An error that borrows, and so cannot be looked at as a `dyn Error`:
/// `(&&&AskBorrowing(error)).retry_verdict()`.
#[derive(Debug)]
pub struct AskBorrowing<'e, E: ?Sized>(pub &'e E);

impl<E: Classify + ?Sized> VerdictByClassify for &&AskBorrowing<'_, E> {
    fn retry_verdict(&self) -> Verdict {
        self.0.classify()
    }
}

/// Its sources do not borrow.
impl<E: Error> VerdictByChain for &AskBorrowing<'_, E> {
    fn retry_verdict(&self) -> Verdict {
        self.0.source().map_or(Verdict::Retry(ErrorKind::Unknown), verdict_of)
    }
}

impl<E: ?Sized> VerdictUnknown for AskBorrowing<'_, E> {
    fn retry_verdict(&self) -> Verdict {
        Verdict::Retry(ErrorKind::Unknown)
    }
}

pub trait TextByDisplay<'e> {
    fn retry_text(&self) -> Text<'e>;
}

impl<'e, E: Display> TextByDisplay<'e> for &&Ask<'e, E> {
    fn retry_text(&self) -> Text<'e> {
        Text::Display(self.0)
    }
}

pub trait TextByDebug<'e> {
    fn retry_text(&self) -> Text<'e>;
}

impl<'e, E: Debug> TextByDebug<'e> for &Ask<'e, E> {
    fn retry_text(&self) -> Text<'e> {
        Text::Debug(self.0)
    }
}

pub trait TextOfType<'e> {
    fn retry_text(&self) -> Text<'e>;
}

impl<'e, E: ?Sized> TextOfType<'e> for Ask<'e, E> {
    fn retry_text(&self) -> Text<'e> {
        Text::Constant(std::any::type_name::<E>())
    }
}

/// Whether an error is, or was caused by, a `T`: `(&&&&&Is::<T, _>::of(error)).retry_is()`; with two
/// references less for an error type that borrows.
#[derive(Debug)]
pub struct Is<'e, T: ?Sized, E: ?Sized> {
    error: &'e E,
    wanted: PhantomData<fn(&T)>,
}

impl<'e, T: ?Sized, E: ?Sized> Is<'e, T, E> {
    pub const fn of(error: &'e E) -> Self {
        Self { error, wanted: PhantomData }
    }
}

/// An error with its chain of sources.
pub trait InChain {
    fn retry_is(&self) -> bool;
}

impl<T: Error + 'static, E: Error + 'static> InChain for &&&&Is<'_, T, E> {
    fn retry_is(&self) -> bool {
        chain_has::<T>(self.error)
    }
}

/// A pointer to an error: `Box<dyn Error + Send + Sync>`, `anyhow::Error`.
pub trait InPointee {
    fn retry_is(&self) -> bool;
}

impl<T, E, P> InPointee for &&&Is<'_, T, P>
where
    T: Error + 'static,
    E: ?Sized + AsError,
    P: Deref<Target = E>,
{
    fn retry_is(&self) -> bool {
        chain_has::<T>((**self.error).as_error())
    }
}

/// The trait objects of errors.
pub trait AsError {
    fn as_error(&self) -> &(dyn Error + 'static);
}

impl AsError for dyn Error + 'static {
    fn as_error(&self) -> &(dyn Error + 'static) {
        self
    }
}

impl AsError for dyn Error + Send + 'static {
    fn as_error(&self) -> &(dyn Error + 'static) {
        self
    }
}

impl AsError for dyn Error + Send + Sync + 'static {
    fn as_error(&self) -> &(dyn Error + 'static) {
        self
    }
}

/// A type that is no error is only itself.
pub trait IsItself {
    fn retry_is(&self) -> bool;
}

impl<T> IsItself for &&Is<'_, T, T> {
    fn retry_is(&self) -> bool {
        true
    }
}

/// An error that borrows can have the wanted type as a source.
pub trait InSources {
    fn retry_is(&self) -> bool;
}

impl<T: Error + 'static, E: Error> InSources for &Is<'_, T, E> {
    fn retry_is(&self) -> bool {
        self.error.source().is_some_and(chain_has::<T>)
    }
}

/// Anything else can never be the wanted type, which is a mistake worth a message.
pub trait IsNever<T: ?Sized, E: ?Sized> {
    fn retry_is(&self) -> bool
    where
        E: CanBe<T>;
}

impl<T: ?Sized, E: ?Sized> IsNever<T, E> for Is<'_, T, E> {
    fn retry_is(&self) -> bool
    where
        E: CanBe<T>,
    {
        false
    }
}

#[diagnostic::on_unimplemented(
    message = "a `{Self}` can never be, or be caused by, a `{T}`",
    label = "this is not what the function returns as its error",
    note = "`retry_on` and `never_on` take the error type of the function, or an error in its chain of sources"
)]
pub trait CanBe<T: ?Sized> {}

fn chain_has<T: Error + 'static>(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.is::<T>() {
            return true;
        }
        next = error.source();
    }
    false
}
