//! Methods that block: by `&mut self` with the attempt, by `&self`, by `self`, in a trait.

use std::cell::Cell;

use retry_core::with_retry;

#[derive(Clone, Default)]
struct Disk {
    calls: Cell<u32>,
}

trait Load {
    fn load(&self) -> Result<u32, String>;
}

impl Load for Disk {
    #[with_retry(max_attempts = 3, initial_delay = "0s")]
    fn load(&self) -> Result<u32, String> {
        self.calls.set(self.calls.get() + 1);
        if self.calls.get() < 3 { Err("again".to_owned()) } else { Ok(self.calls.get()) }
    }
}

impl Disk {
    #[with_retry(max_attempts = 3, initial_delay = "0s", context = attempt)]
    fn exclusive(&mut self) -> Result<u32, String> {
        *self.calls.get_mut() += 1;
        assert_eq!(attempt.number(), self.calls.get());
        if self.calls.get() < 3 { Err("again".to_owned()) } else { Ok(self.calls.get()) }
    }

    #[with_retry(max_attempts = 3, initial_delay = "0s")]
    fn by_value(mut self, calls: &mut u32) -> Result<u32, String> {
        *self.calls.get_mut() += 7;
        *calls += 1;
        if *calls < 3 { Err("again".to_owned()) } else { Ok(self.calls.get()) }
    }
}

fn main() {
    assert_eq!(Disk::default().load(), Ok(3));
    assert_eq!(Disk::default().exclusive(), Ok(3));
    let mut calls = 0;
    assert_eq!((Disk::default().by_value(&mut calls), calls), (Ok(7), 3));
}
