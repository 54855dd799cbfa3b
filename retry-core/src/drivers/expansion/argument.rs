//! What an attempt is given, and what gives its body a type.

/// An argument of a function, for each attempt: `(&&Argument(&x)).retry_argument()` is a clone where
/// its type is `Clone`, else a reference.
#[derive(Debug)]
pub struct Argument<'a, T: ?Sized>(pub &'a T);

pub trait CloneArgument<T> {
    fn retry_argument(&self) -> T;
}

impl<T: Clone> CloneArgument<T> for &Argument<'_, T> {
    fn retry_argument(&self) -> T {
        self.0.clone()
    }
}

pub trait BorrowArgument<'a, T: ?Sized> {
    fn retry_argument(&self) -> &'a T;
}

impl<'a, T: ?Sized> BorrowArgument<'a, T> for Argument<'a, T> {
    fn retry_argument(&self) -> &'a T {
        self.0
    }
}

/// Calls `operation`, which may give away what it holds.
pub fn once<T>(operation: impl FnOnce() -> T) -> T {
    operation()
}

/// A value of the type that the body returns, for inference only.
///
/// # Panics
///
/// Always; it is never called.
#[must_use]
pub fn hint<R>() -> R {
    unreachable!("only its type is used")
}
