//! What an attempt is given, and what gives its body a type.

use std::cell::Cell;

/// An argument of a function, for each attempt: `(&&Argument::new(&mut x)).retry_argument()` is a
/// clone where its type is `Clone`, else a mutable reference. What an attempt does through that
/// stays; the argument itself is not one that the function declares to change.
pub struct Argument<'a, T: ?Sized>(Cell<Option<&'a mut T>>);

impl<'a, T: ?Sized> Argument<'a, T> {
    pub const fn new(argument: &'a mut T) -> Self {
        Self(Cell::new(Some(argument)))
    }

    fn take(&self) -> &'a mut T {
        self.0.take().expect("is asked once")
    }
}

/// An argument that the function declares `mut`, and so is to be fresh for each attempt:
/// `(&&FreshArgument(&x)).retry_argument()` is a clone, else a shared reference.
#[derive(Debug)]
pub struct FreshArgument<'a, T: ?Sized>(pub &'a T);

pub trait CloneArgument<T> {
    fn retry_argument(&self) -> T;
}

impl<T: Clone> CloneArgument<T> for &Argument<'_, T> {
    fn retry_argument(&self) -> T {
        self.take().clone()
    }
}

impl<T: Clone> CloneArgument<T> for &FreshArgument<'_, T> {
    fn retry_argument(&self) -> T {
        self.0.clone()
    }
}

pub trait BorrowArgument<R> {
    fn retry_argument(&self) -> R;
}

impl<'a, T: ?Sized> BorrowArgument<&'a mut T> for Argument<'a, T> {
    fn retry_argument(&self) -> &'a mut T {
        self.take()
    }
}

impl<'a, T: ?Sized> BorrowArgument<&'a T> for FreshArgument<'a, T> {
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
